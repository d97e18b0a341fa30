import type { Command } from 'commander'
import { lastRun, loadRun } from '../pipelines/engine/history.ts'
import { SluiceError } from '../util/errors.ts'
import { nearest } from '../util/nearest.ts'
import { storeOption } from './options.ts'

interface ExplainFlags {
  readonly store: string
  readonly run?: string
  readonly pipeline?: string
  readonly json?: boolean
}

export function explainCommand(program: Command): void {
  program
    .command('explain')
    .description('tell why a stage ran, was cached or was skipped in the last run')
    .argument('<stage>', 'stage of the pipeline')
    .addOption(storeOption())
    .option('--run <id>', 'a run other than the last')
    .option('--pipeline <name>', 'the last run of this pipeline')
    .option('--json', 'print the parts of the key as JSON')
    .action((stage: string, flags: ExplainFlags) => {
      process.stdout.write(explain(stage, flags))
    })
}

function explain(id: string, flags: ExplainFlags): string {
  const record = flags.run === undefined ? lastRun(flags.store, flags.pipeline) : loadRun(flags.store, flags.run)
  if (record === undefined) {
    throw new SluiceError({
      code: 'RUN_UNKNOWN',
      message: 'this store has no run yet',
      next: 'run a pipeline first: sluice run FILE',
    })
  }
  const stage = record.stages.find((candidate) => candidate.id === id)
  if (stage === undefined) {
    const guess = nearest(
      id,
      record.stages.map((candidate) => candidate.id),
    )
    throw new SluiceError({
      code: 'STAGE_UNKNOWN',
      message: `run ${record.run} has no stage \`${id}\``,
      next:
        guess === undefined
          ? `its stages: ${record.stages.map((candidate) => candidate.id).join(', ')}`
          : `did you mean \`${guess}\`?`,
    })
  }
  const { state, reason, key, keyParts } = stage
  if (flags.json === true)
    return `${JSON.stringify({ run: record.run, stage: id, state, reason, key, keyParts }, null, 2)}\n`
  const lines = [
    `${id} (${stage.uses}@${stage.version}) in run ${record.run}: ${state}`,
    ...(reason ?? 'no reason recorded').split('; ').map((why) => `  because ${why}`),
  ]
  if (key !== null) lines.push(`  key ${key}`)
  for (const [part, value] of Object.entries(keyParts ?? {})) {
    const text = JSON.stringify(value)
    lines.push(`    ${part.padEnd(8)} ${text.length > 160 ? `${text.slice(0, 157)}…` : text}`)
  }
  return `${lines.join('\n')}\n`
}
