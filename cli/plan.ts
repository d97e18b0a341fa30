import type { Command } from 'commander'
import { openStore } from '../artifacts/store.ts'
import { loadPipeline } from '../pipelines/engine/load.ts'
import { planPipeline } from '../pipelines/engine/plan.ts'
import { storeOption } from './options.ts'

export function planCommand(program: Command): void {
  program
    .command('plan')
    .description('check a pipeline file, its stages, its policies and its secrets; no data is read')
    .argument('<pipeline>', 'pipeline file')
    .addOption(storeOption())
    .option('--json', 'print the plan as JSON')
    .action(async (file: string, flags: { readonly store: string; readonly json?: boolean }) => {
      const plan = await planPipeline(loadPipeline(file), openStore(flags.store))
      const stages = plan.stages.map((stage) => ({
        id: stage.id,
        uses: `${stage.uses}@${stage.stage.version}`,
        inputs: Object.fromEntries(
          Object.entries(stage.inputs).map(([port, from]) => [port, `${from.stage}.${from.port}`]),
        ),
        gives: Object.keys(stage.stage.gives),
        sensitivity: stage.sensitivity,
        rules: stage.gate.reduce((sum, policy) => sum + policy.rules.length, 0),
        config: stage.config,
      }))
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify({ pipeline: plan.pipeline.spec.name, stages }, null, 2)}\n`)
        return
      }
      for (const stage of stages) {
        const inputs = Object.entries(stage.inputs).map(([port, from]) => `${port} ← ${from}`)
        const gate = stage.rules === 0 ? 'no gate' : `gate of ${stage.rules} rules`
        process.stdout.write(
          `${stage.id.padEnd(14)}${stage.uses.padEnd(16)}${gate.padEnd(18)}${inputs.join(', ') || 'reads the sources'}\n`,
        )
      }
      const rules = plan.releaseGate.reduce((sum, policy) => sum + policy.rules.length, 0)
      if (plan.pipeline.spec.release !== undefined)
        process.stdout.write(
          `${'release'.padEnd(14)}${plan.pipeline.spec.release.candidate.padEnd(16)}gate of ${rules} rules\n`,
        )
      process.stdout.write(`The plan is sound. Run it: sluice run ${file}\n`)
    })
}
