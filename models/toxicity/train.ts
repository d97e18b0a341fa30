import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sha256 } from '../../util/digest.ts'
import { PACKAGE_ROOT, packageFile } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import type { Example } from './corpora.ts'
import { trainingExamples } from './corpora.ts'
import { evaluateDev, textKey } from './evaluate.ts'
import { encodeModel, roundedParameters } from './export.ts'
import { Featuriser } from './features.ts'
import { calibrate, FIT, fitModel, heldOut, logits } from './fit.ts'
import { TOXICITY_HEADS } from './heads.ts'
import { thresholdAt } from './metrics.ts'
import { SHAPE } from './network.ts'
import { openToxicityScorer } from './scorer.ts'
import { templateExamples } from './templates.ts'
import { windowsOf } from './windows.ts'

/**
 * Trains the shipped model and writes `models/weights/toxicity/{model.onnx,model.json}`:
 *
 *     npm run build && node dist/models/toxicity/train.js
 *
 * One thread, fixed seed, the same bytes on the same machine. Texts come from `SLUICE_DATA` (default ../shared/data).
 */
const HELD_OUT = 0.06
const TEMPLATES = 16_000
/** Share of clean held-out texts that a head's shipped threshold may flag. */
const FALSE_POSITIVE_RATE = 0.02

async function main(): Promise<void> {
  const started = Date.now()
  const log = (line: string): void =>
    console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`)
  const data = resolve(process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data'))
  const labelled = trainingExamples(join(data, 'toxicity/train'))
  const held = labelled.filter((example) => heldOut(example.text, HELD_OUT))
  const examples = [
    ...labelled.filter((example) => !heldOut(example.text, HELD_OUT)),
    ...templateExamples(TEMPLATES, random(FIT.seed, 'toxicity', 'templates')),
    ...everyday(data),
  ]
  log(`${examples.length} texts to learn from, ${held.length} held out`)
  const parameters = roundedParameters(SHAPE, fitModel(SHAPE, examples, { ...FIT, log }))
  const featuriser = new Featuriser(SHAPE)
  const scored = held.map((example) => ({
    example,
    logits: logits(SHAPE, parameters, windowsOf(example.text, featuriser)),
  }))
  const calibration = calibrate(scored)
  const model = encodeModel(SHAPE, parameters, calibration, {
    heads: TOXICITY_HEADS.join(','),
    licence: 'CC-BY-SA-4.0',
  })
  const scorer = await openToxicityScorer(model)
  const heldScores = await scorer.score(held.map((example) => example.text))
  const thresholds = Object.fromEntries(
    TOXICITY_HEADS.map((head, h) => {
      const clean = held.flatMap((example, i) =>
        example.weight[h]! > 0 && example.y[h]! < 0.2 && example.y[0]! < 0.2 ? [heldScores[i]![h]!] : [],
      )
      const value = Math.min(0.99, Math.max(0.01, round(thresholdAt(clean, FALSE_POSITIVE_RATE), 3)))
      return [head, { value, false_positive_rate: FALSE_POSITIVE_RATE, n: clean.length }]
    }),
  )
  log('calibrated')
  const dev = await evaluateDev(
    join(data, 'toxicity/dev'),
    new Set(labelled.map((example) => textKey(example.text))),
    (texts) => scorer.score(texts),
    thresholds['toxicity']!.value,
  )
  await scorer.close()
  const folder = packageFile('models/weights/toxicity')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model)
  const manifest = {
    name: 'toxicity',
    sha256: sha256(model),
    bytes: model.length,
    heads: TOXICITY_HEADS,
    shape: SHAPE,
    fit: FIT,
    texts: { trained: examples.length, held_out: held.length },
    calibration,
    thresholds,
    dev,
  }
  writeFileSync(
    join(folder, 'model.json'),
    `${JSON.stringify(manifest, (_, x) => (typeof x === 'number' && !Number.isInteger(x) ? round(x, 5) : x), 2)}\n`,
  )
  log(
    `jigsaw ${TOXICITY_HEADS.map((head) => dev.jigsaw[head]?.auc.toFixed(4)).join(' ')} mean ${dev.jigsaw_mean_auc.toFixed(4)}`,
  )
  log(
    `wiki ${dev.wiki.auc.toFixed(4)} fuzzed ${dev.wiki_fuzzed.auc.toFixed(4)} hatemoji ${dev.hatemoji.auc.toFixed(4)} convabuse ${dev.convabuse.auc.toFixed(4)}`,
  )
  const bpsn = dev.madlibs.groups.map((group) => group.bpsn_auc ?? 1)
  log(
    `madlibs ${dev.madlibs.overall.auc.toFixed(4)} bpsn min ${Math.min(...bpsn).toFixed(4)} neutral fpr ${dev.madlibs.neutral_fpr.toFixed(4)} recall ${dev.madlibs.toxic_recall.toFixed(4)}`,
  )
  log(`thresholds ${TOXICITY_HEADS.map((head) => thresholds[head]!.value).join(' ')}; ${model.length} bytes`)
}

/** Everyday requests to companies: no head should fire. */
function everyday(data: string): readonly Example[] {
  const rng = random(FIT.seed, 'toxicity', 'everyday')
  const neutral = (text: string): Example => ({
    text,
    y: TOXICITY_HEADS.map(() => 0),
    weight: TOXICITY_HEADS.map(() => 0.5),
    source: 'everyday',
  })
  const banking = readFileSync(join(data, 'corpora/banking77/train.csv'), 'utf8').split('\n').slice(1)
  const dialogues = join(data, 'corpora/taskmaster4.jsonl.gz')
  const turns = gunzipSync(readFileSync(dialogues))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { messages: { content: string }[] }).messages.map((m) => m.content))
  return [
    ...rng
      .shuffle(banking)
      .slice(0, 3000)
      .map((line) => line.replace(/,[a-z_?A-Z]+\s*$/, '')),
    ...rng.shuffle(turns).slice(0, 3000),
  ].map(neutral)
}

function round(x: number, places: number): number {
  return Number(x.toFixed(places))
}

await main()
