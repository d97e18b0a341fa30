import { dirname, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { loadPipeline } from '../pipelines/engine/load.ts'
import { comparePolicies, type PolicyChange } from '../policies/engine/compare.ts'
import { type LoadedPolicy, loadPolicies } from '../policies/engine/load.ts'
import { writePolicyLock } from '../policies/engine/lock.ts'
import { lockName } from '../policies/engine/refs.ts'
import { registerPolicyBacktest } from './policy-backtest.ts'
import { registerPolicyCoverage } from './policy-coverage.ts'
import { registerPolicyExplain } from './policy-explain.ts'
import { registerPolicyTest } from './policy-test.ts'

export function policyCommand(program: Command): void {
  const policy = program.command('policy').description('compare, explain, test and pin policies')
  policy
    .command('lock')
    .description('pin the policies of a pipeline, with all that they extend, by digest in sluice.lock beside it')
    .argument('<pipeline>', 'pipeline file')
    .action((pipeline: string) => {
      process.stdout.write(lock(pipeline))
    })
  policy
    .command('diff')
    .description('tell what became weaker, what became stricter and what cannot be told, from one policy to another')
    .argument('<before>', 'policy: a path, sluice:NAME, npm:PACKAGE/path.yaml or git:FOLDER@COMMIT#path.yaml')
    .argument('<after>', 'policy')
    .addOption(new Option('--fail-on-weaker', 'exit 1 where anything became weaker, or cannot be told'))
    .option('--json', 'print the changes as JSON')
    .action((before: string, after: string, flags: { readonly failOnWeaker?: boolean; readonly json?: boolean }) => {
      const changes = comparePolicies(load(before), load(after))
      process.stdout.write(flags.json === true ? `${JSON.stringify(changes, null, 2)}\n` : diffText(changes))
      const weaker = changes.some((change) => change.direction !== 'stricter')
      process.exitCode = flags.failOnWeaker === true && weaker ? 1 : 0
    })
  registerPolicyExplain(policy)
  registerPolicyTest(policy)
  registerPolicyBacktest(policy)
  registerPolicyCoverage(policy)
}

function load(ref: string): LoadedPolicy {
  return loadPolicies([ref])[0]!
}

function lock(file: string): string {
  const pipeline = loadPipeline(file)
  const { stages, release } = pipeline.spec
  const refs = [...Object.values(stages).map((stage) => stage.gate), release?.gate].flatMap((gate) =>
    gate === undefined ? [] : ([gate].flat() as string[]),
  )
  const unique = [...new Map(refs.map((ref) => [lockName(ref, pipeline.baseDir), ref])).entries()]
  const policies = unique.map(([name, ref]) => [name, loadPolicies([ref], { baseDir: pipeline.baseDir })[0]!] as const)
  const written = writePolicyLock(
    dirname(resolve(file)),
    Object.fromEntries(policies.map(([name, policy]) => [name, policy.digest])),
  )
  return [
    ...policies.map(([name, policy]) => `${policy.digest.slice(0, 12)}  ${name} (${policy.rules.length} rules)`),
    `written to ${written}`,
    '',
  ].join('\n')
}

const HEADS: Readonly<Record<PolicyChange['direction'], string>> = {
  weaker: 'weaker: something may pass that did not pass before',
  other: 'changed: whether that is weaker cannot be told from the text',
  stricter: 'stricter',
}

function diffText(changes: readonly PolicyChange[]): string {
  if (changes.length === 0) return 'no difference in meaning\n'
  const parts = (['weaker', 'other', 'stricter'] as const).flatMap((direction) => {
    const some = changes.filter((change) => change.direction === direction)
    return some.length === 0
      ? []
      : [HEADS[direction], ...some.map(({ rule, what }) => `  ${rule === undefined ? '' : `${rule}: `}${what}`)]
  })
  return `${parts.join('\n')}\n`
}
