import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type PolicyCoverage, policyCoverage } from '../policies/engine/mutation.ts'
import { type CaseFailure, loadPolicyTest, runPolicyTest } from '../policies/engine/policy-test.ts'
import { formatPlace, SluiceError } from '../util/errors.ts'
import { packageFile } from '../util/package-root.ts'

interface Flags {
  readonly coverage: boolean
  readonly json?: boolean
}

interface Tested {
  readonly file: string
  readonly policy: string
  readonly cases: number
  readonly failures: readonly CaseFailure[]
  readonly coverage: PolicyCoverage
}

/** `sluice policy test`: tables of tests beside the policies, with coverage and mutations. */
export function registerPolicyTest(policy: Command): void {
  policy
    .command('test')
    .description('run tables of policy tests, and tell which rules and which mistakes in a policy they do not notice')
    .argument('[paths...]', 'files `*.test.yaml`, or folders with them (default: those of the policies that ship)')
    .option('--no-coverage', 'only run the cases: gaps in the tests do not fail')
    .option('--json', 'print the results as JSON')
    .action((paths: readonly string[], flags: Flags) => {
      const tested = testFiles(paths.length === 0 ? [packageFile('policies/tests')] : paths).map(run)
      process.stdout.write(
        flags.json === true ? `${JSON.stringify(tested, null, 2)}\n` : tested.map((one) => text(one, flags)).join(''),
      )
      process.exitCode = tested.some((one) => one.failures.length > 0 || (flags.coverage && gaps(one.coverage) > 0))
        ? 1
        : 0
    })
}

function testFiles(paths: readonly string[]): readonly string[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path)) throw none(path, 'there is no such file or folder')
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path)
      .filter((name) => name.endsWith('.test.yaml'))
      .sort()
      .map((name) => join(path, name))
  })
  // Nothing tested is not "all tests pass".
  if (files.length === 0) throw none(paths[0]!, 'there is no file `*.test.yaml` in it')
  return files
}

function none(file: string, why: string): SluiceError {
  return new SluiceError({
    code: 'POLICY_TEST_MISSING',
    message: `nothing to test: ${why}`,
    next: 'docs/policies.md shows how a table of tests looks',
    at: { file },
  })
}

function run(file: string): Tested {
  const test = loadPolicyTest(file)
  return {
    file,
    policy: test.policy.name,
    cases: test.cases.length,
    failures: runPolicyTest(test),
    coverage: policyCoverage(test),
  }
}

function gaps({ neverPass, neverFail, survived }: PolicyCoverage): number {
  return neverPass.length + neverFail.length + survived.length
}

function text({ file, policy, cases, failures, coverage }: Tested, flags: Flags): string {
  const { rules, neverPass, neverFail, mutants, survived } = coverage
  const covered = rules - new Set([...neverPass, ...neverFail]).size
  const good = failures.length === 0 && (!flags.coverage || gaps(coverage) === 0)
  const lines = [
    `${good ? '✓' : '✗'} ${policy}: ${cases - new Set(failures.map(({ name }) => name)).size} of ${cases} cases hold, ${covered} of ${rules} rules tested both ways, ${mutants - survived.length} of ${mutants} mistakes noticed`,
    ...failures.map(
      (one) =>
        `    ${formatPlace(one.at)}: ${one.name}: ${one.rule} is ${one.actual}, not ${one.expected}. ${one.explanation}`,
    ),
    ...(flags.coverage
      ? [
          ...neverPass.map((rule) => `    ${file}: no case in which ${rule} passes`),
          ...neverFail.map((rule) => `    ${file}: no case in which ${rule} fails`),
          ...survived.map(({ rule, what }) => `    ${file}: nobody would notice in ${rule}: ${what}`),
        ]
      : []),
  ]
  return `${lines.join('\n')}\n`
}
