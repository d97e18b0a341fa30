import { availableParallelism } from 'node:os'
import { VERSION } from '../util/package-root.ts'
import type { Bench } from './bench.ts'
import { stageSpeed } from './redact.ts'
import { corpusSets, type DataSet, dataFolder, ownSets, speedTexts } from './redaction/data-sets.ts'
import { evaluate, type SetResult, sum } from './redaction/evaluate.ts'
import { MEMORY_CEILINGS, measureMemory } from './redaction/memory.ts'
import { type SystemResult, taggerFolds, taggerShips } from './redaction/results.ts'
import { type RunningSystem, runSystem } from './redaction/run-system.ts'
import type { Speed } from './redaction/system-thread.ts'
import { PEERS } from './redaction/systems.ts'
import { BUSY } from './redaction/table.ts'

/** Seconds that one peer may take for one set, and for one pass over the texts of the speed test. */
const SET_LIMIT = 20
const PASS_LIMIT = 12
const PASSES = 4

export const bench: Bench = {
  name: 'redaction',
  summary: 'redaction: accuracy and speed beside peers, on the same texts in the same run',
  async run() {
    const folder = dataFolder()
    if (folder === undefined)
      say('SLUICE_DATA has no pii/train: names in real text, banking77 and twitter-care are skipped')
    const sets = [...ownSets(), ...(folder === undefined ? [] : corpusSets(folder))]
    const texts = speedTexts(folder)
    const shortTexts = texts.flatMap((text) => text.split('\n')).filter((text) => text !== '')
    const systems: SystemResult[] = []

    // Every type is asked for where every type is labelled; elsewhere the types that are on by default.
    const byAll = await measured(
      'sluice',
      sets.filter(({ measure }) => measure === 'all'),
      texts,
    )
    const byDefault = await measured(
      'sluice-default',
      sets.filter(({ measure }) => measure !== 'all'),
      texts,
      shortTexts,
    )
    const byRules = await measured(
      'sluice-rules',
      sets.filter(({ name }) => name === 'tickets'),
      texts,
    )
    systems.push(
      {
        name: 'sluice',
        title: 'Sluice',
        version: VERSION,
        sets: [...byAll.sets, ...byDefault.sets],
        speed: byDefault.speed,
      },
      {
        name: 'sluice-rules',
        title: 'Sluice, rules alone',
        version: VERSION,
        sets: byRules.sets,
        speed: byRules.speed,
      },
    )
    for (const peer of PEERS) {
      const missing = peer.missing?.()
      if (missing !== undefined) {
        say(missing)
        continue
      }
      const { sets: results, speed } = await measured(peer.name, sets, texts)
      const { name, title, note } = peer
      systems.push({
        name,
        title,
        version: peer.version(),
        sets: results,
        speed,
        ...(note === undefined ? {} : { note }),
      })
    }

    const of = (name: string): SetResult | undefined => systems[0]!.sets.find(({ set }) => set === name)
    const synthetic = of('synthetic')!
    const folds = taggerFolds()
    const clean = systems[0]!.sets.flatMap(({ set, flagged }) =>
      flagged === undefined || sets.find(({ name }) => name === set)?.measure !== 'clean' ? [] : [flagged],
    )
    const figures: Record<string, number> = {
      rules_mb_s_per_core: mbPerSecond(byRules.speed),
      full_mb_s_per_core: mbPerSecond(byDefault.speed),
      all_types_mb_s_per_core: mbPerSecond(byAll.speed),
      short_texts_mb_s_per_core: mbPerSecond(byDefault.shortSpeed!),
      full_cores_at_work: byDefault.speed.cores,
      stage_mb_s_per_core: await stageSpeed(1),
      stage_rules_mb_s_per_core: await stageSpeed(1, { names: false }),
      synthetic_span_f2: synthetic.spans!.f2,
      synthetic_span_precision: synthetic.spans!.precision,
      synthetic_span_recall: synthetic.spans!.recall,
      synthetic_spans: synthetic.spans!.gold,
      synthetic_char_f2: synthetic.chars!.f2,
      synthetic_char_precision: synthetic.chars!.precision,
      synthetic_char_recall: synthetic.chars!.recall,
      structured_full_cover: synthetic.structured!.rate,
      structured_full_cover_lower: synthetic.structured!.interval.lower,
      structured_values: synthetic.structured!.n,
      tickets_structured_full_cover: of('tickets')!.structured!.rate,
      clean_flagged: sum(clean).rate,
      clean_texts: sum(clean).n,
    }
    for (const name of ['uner', 'wnut', 'wikigold']) {
      const { chars, flagged } = of(name) ?? {}
      if (chars === undefined || flagged === undefined) continue
      figures[`${name}_char_precision`] = chars.precision
      figures[`${name}_char_recall`] = chars.recall
      figures[`${name}_char_f2`] = chars.f2
      figures[`${name}_clean_flagged`] = flagged.rate
    }
    // What the tagger reaches on documents that its fold did not see counts, where its training left that behind.
    const name_char_f2 = taggerShips() ? folds?.char_f2 : figures['uner_char_f2']
    if (name_char_f2 !== undefined) figures['name_char_f2'] = name_char_f2
    const name_clean_flagged = taggerShips() ? folds?.clean_flagged : figures['uner_clean_flagged']
    if (name_clean_flagged !== undefined) figures['name_clean_flagged'] = name_clean_flagged
    Object.assign(figures, await measureMemory())
    if (byDefault.speed.cores < BUSY || byRules.speed.cores < BUSY)
      say('other work took the cores during the speed test: run it again on a quiet machine')

    return {
      figures,
      floors: {
        rules_mb_s_per_core: 10,
        full_mb_s_per_core: 1,
        ...(folder === undefined ? {} : { name_char_f2: 0.82 }),
        synthetic_span_f2: 0.9,
        structured_full_cover: 0.99,
      },
      ceilings: {
        ...MEMORY_CEILINGS,
        clean_flagged: 0.02,
        ...(folder === undefined ? {} : { name_clean_flagged: 0.02 }),
      },
      peers: peerFigures(systems),
      details: {
        systems,
        sets: sets.map(({ name, title, measure, seen, texts: list }) => ({
          name,
          title,
          measure,
          seen,
          texts: list.length,
        })),
        speed_texts: {
          texts: texts.length,
          bytes: texts.reduce((n, text) => n + Buffer.byteLength(text), 0),
          corpora: folder !== undefined,
        },
        cores: availableParallelism(),
        ...(folds === undefined ? {} : { folds }),
      },
    }
  },
}

interface Measured {
  readonly sets: readonly SetResult[]
  readonly speed: Speed
  readonly shortSpeed?: Speed
}

async function measured(
  name: string,
  sets: readonly DataSet[],
  texts: readonly string[],
  shortTexts?: readonly string[],
): Promise<Measured> {
  const system: RunningSystem = await runSystem(name)
  try {
    const results: SetResult[] = []
    for (const set of sets) {
      const found = await system.find(
        set.texts.map(({ text }) => text),
        SET_LIMIT,
      )
      results.push(evaluate(set, found))
    }
    const speed = await system.time(texts, PASSES, PASS_LIMIT)
    const shortSpeed = shortTexts === undefined ? undefined : await system.time(shortTexts, 1, PASS_LIMIT)
    return { sets: results, speed, ...(shortSpeed === undefined ? {} : { shortSpeed }) }
  } finally {
    await system.close()
  }
}

/** Megabytes (10⁶ bytes) of UTF-8 text a second of wall clock. */
function mbPerSecond({ bytes, seconds }: Speed): number {
  return bytes / 1e6 / seconds
}

function peerFigures(systems: readonly SystemResult[]): Record<string, number> {
  const figures: Record<string, number> = {}
  for (const { name, sets, speed } of systems) {
    if (name.startsWith('sluice')) continue
    const of = (set: string): SetResult | undefined => sets.find((result) => result.set === set)
    const put = (figure: string, value: number | undefined): void => {
      if (value !== undefined) figures[`${name} ${figure}`] = value
    }
    put('mb_s_per_core', mbPerSecond(speed))
    put('synthetic_span_f2', of('synthetic')?.spans?.f2)
    put('uner_char_f2', of('uner')?.chars?.f2)
    put('structured_full_cover', of('synthetic')?.structured?.rate)
    put(
      'clean_flagged',
      sum(
        sets.flatMap(({ set, flagged }) =>
          flagged !== undefined && (set === 'clean' || set === 'banking77') ? [flagged] : [],
        ),
      ).rate,
    )
  }
  return figures
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
