import type { CanaryPlan } from '../../artifacts/canary.ts'
import { getDataset, putDataset } from '../../artifacts/dataset.ts'
import { putEvaluation } from '../../artifacts/evaluation.ts'
import type { ArtifactRef, ShardRef } from '../../artifacts/refs.ts'
import { Tally } from '../../artifacts/tally.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Inputs, MapResult, Outputs, RunContext } from '../stage.ts'
import type { ApplyParams, DecisionHeader } from './apply.ts'
import { type CanaryPlacement, placeCanaries, planCanaries } from './canaries.ts'
import { EXACT_DUPLICATE, NEAR_DUPLICATE } from './cluster.ts'
import { encodeColumns } from './columns.ts'
import type { CurateConfig } from './config.ts'
import { type Decided, decide } from './decide.ts'
import { type Gathered, gather, readScan } from './gather.ts'
import { SCAN_BLOB } from './scan.ts'
import { summarizeCanaries, summarizeCurate } from './summary.ts'

/** Scan on the workers, decide here, apply on the workers. */
export async function runCurate(config: CurateConfig, inputs: Inputs, context: RunContext): Promise<Outputs> {
  const data = inputs['data']!
  const { shards, rows } = getDataset(context.store, data)
  if (rows === 0) throw noRows()
  const started = performance.now()
  const scan = await context.map('scan', data)
  context.tally.merge(scan.tally.toJSON())
  checkGroups(config, context.tally, rows)

  const scanned = performance.now()
  const gathered = gather(context.store, scan, shards, config, context.workDir)
  let decided: Decided
  let params: readonly ApplyParams[]
  const plan = planCanaries(config.canaries, formOf(context.tally), context.seed)
  try {
    decided = await decide(gathered.clusters, config.split, context.seed, (doing) => breathe(context, rows, doing))
    params = putDecisions(context, scan, shards, gathered, decided, plan)
  } finally {
    gathered.columns.close()
  }

  const chosen = performance.now()
  const applied = await context.map('apply', data, (index) => params[index]!)
  context.tally.merge(applied.tally.toJSON())
  const ended = performance.now()
  return {
    artifacts: {
      train: dataset(context, applied, 'train'),
      valid: dataset(context, applied, 'valid'),
      test: dataset(context, applied, 'test'),
      canaries: putEvaluation(context.store, {
        kind: 'evaluation',
        ...summarizeCanaries(plan),
        tally: new Tally().toJSON(),
      }),
    },
    rows: applied.rows,
    dropped: applied.dropped,
    quarantined: applied.quarantined,
    summary: summarizeCurate(config, context.tally, { rows: applied.rows, facts: decided.facts, plan }),
    timings: {
      scan_seconds: (scanned - started) / 1000,
      decide_seconds: (chosen - scanned) / 1000,
      apply_seconds: (ended - chosen) / 1000,
      records_per_second: rows / ((ended - started) / 1000),
    },
  }
}

/** Lets the event loop run between bands, so that the terminal moves and an interrupt is seen. */
async function breathe(context: RunContext, rows: number, doing: string): Promise<void> {
  context.progress(rows, rows, 'rows', doing)
  await new Promise<void>((done) => setImmediate(done))
  if (context.signal.aborted) throw interrupted()
}

/** Writes what was decided, one block a shard, into the store; the digests are the parameters of pass 2. */
function putDecisions(
  context: RunContext,
  scan: MapResult,
  shards: readonly ShardRef[],
  { clusters, starts }: Gathered,
  { split, representative }: Decided,
  plan: CanaryPlan,
): readonly ApplyParams[] {
  const placements = placeCanaries(
    plan,
    shards.map((shard) => shard.rows),
    context.seed,
  )
  const planObject = context.store.putJson(plan, 'redacted')
  return shards.map((shard, index) => {
    const block = readScan(context.store, scan.blobs[index]![SCAN_BLOB])
    const reasons = [...block.header.reasons, 'exact_duplicate', 'near_duplicate']
    const reason = block.u8['reason']!.slice()
    const cluster = [new Uint32Array(shard.rows), new Uint32Array(shard.rows)] as const
    const side = new Uint8Array(shard.rows)
    for (let i = 0; i < shard.rows; i++) {
      const row = starts[index]! + i
      if (clusters.state[row] === EXACT_DUPLICATE) reason[i] = reasons.length - 1
      if (clusters.state[row] === NEAR_DUPLICATE) reason[i] = reasons.length
      const best = representative[clusters.sets.find(row)]!
      cluster[0][i] = clusters.ids[best]!
      cluster[1][i] = clusters.ids[clusters.rows + best]!
      side[i] = split[row]!
    }
    const header: DecisionHeader = { rows: shard.rows, reasons, languages: block.header.languages }
    const bytes = encodeColumns({
      header,
      u32: { cluster0: cluster[0], cluster1: cluster[1] },
      u8: { reason, split: side, language: block.u8['language']! },
    })
    return {
      decisions: context.store.put(bytes, context.sensitivity).sha256,
      plan: planObject.sha256,
      sensitivity: context.sensitivity,
      canaries: canariesOf(placements, index),
    }
  })
}

function canariesOf(placements: readonly CanaryPlacement[], shard: number): ApplyParams['canaries'] {
  return placements
    .filter((placement) => placement.shard === shard)
    .map(({ canary, copy, after }) => [canary, copy, after] as const)
    .sort((a, b) => a[2] - b[2] || a[0] - b[0] || a[1] - b[1])
}

function dataset(context: RunContext, applied: MapResult, port: string): ArtifactRef {
  return putDataset(context.store, applied.shards[port] ?? [], context.sensitivity)
}

function formOf(tally: Tally): 'messages' | 'text' {
  return tally.getCount('form.messages') >= tally.getCount('form.text') ? 'messages' : 'text'
}

function checkGroups(config: CurateConfig, tally: Tally, rows: number): void {
  for (const key of config.split.group_by) {
    if (tally.getCount(`group_missing{${key}}`) < rows) continue
    throw new SluiceError({
      code: 'CURATE_GROUP_MISSING',
      message: `no record has the meta key \`${key}\` that \`split.group_by\` names`,
      next: 'map the column to meta in ingest, or correct the key',
    })
  }
}

function interrupted(): SluiceError {
  return new SluiceError({
    code: 'INTERRUPTED',
    message: 'the run was interrupted',
    next: 'run the same command again: finished shards are kept',
    exit: 5,
  })
}

function noRows(): SluiceError {
  return new SluiceError({
    code: 'CURATE_NO_ROWS',
    message: 'curate got a dataset without rows: there is nothing to split',
    next: 'look at what the stages before it dropped or quarantined',
  })
}
