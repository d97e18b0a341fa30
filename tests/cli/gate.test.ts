import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Decision } from '../../policies/engine/decision.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { writePolicyLock } from '../../policies/engine/lock.ts'
import { sha256 } from '../../util/digest.ts'
import { garakLines, jsonLines, lmEvalFile, promptfooFile, sluiceFile } from '../policies/adapters/files.ts'
import { type Ended, removeFolder, sluice, workFolder } from '../support/sluice.ts'

const policy = (name: string, ...rules: readonly string[]): string => `apiVersion: sluice/v1
kind: Policy
name: ${name}
version: 1
title: Tests
rules:
${rules
  .map(
    (require, i) => `  - id: ${name}-${i + 1}
    title: Rule ${i + 1} of ${name}
    severity: block
    require: ${require}
    because: tests
    remediation: mend it
`,
  )
  .join('')}`

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: desk
purpose: tests
owner: tests
stages:
  ingest: { uses: ingest }
`

let dir: string
beforeEach(() => {
  dir = workFolder('gate', {
    'promptfoo.json': JSON.stringify(promptfooFile()),
    'garak.jsonl': jsonLines(garakLines()),
    'lm-eval.json': JSON.stringify(lmEvalFile()),
    'own.json': JSON.stringify(sluiceFile()),
    'none.json': '{"metrics": []}',
    'hits.yaml': policy('hits', '{ metric: hits, at_most: 0 }'),
  })
})
afterEach(() => removeFolder(dir))

const gate = (...args: readonly string[]): Promise<Ended> => sluice(['gate', ...args], dir)
const decided = async (...args: readonly string[]): Promise<readonly [number | null, ...string[]]> => {
  const { code, stdout } = await gate(...args, '--json')
  const { outcome, rules } = JSON.parse(stdout) as Decision
  return [code, outcome, ...rules.map(({ id, verdict }) => `${id} ${verdict}`)]
}

test('a lock refuses a policy that is not what was locked', async () => {
  const command = ['hits.yaml', '--metrics', 'none.json', '--lock', '.'] as const
  expect(await gate(...command)).toMatchObject({ code: 4, stderr: expect.stringContaining('LOCK_MISSING') })
  const { digest } = loadPolicies([join(dir, 'hits.yaml')])[0]!
  mkdirSync(join(dir, 'desk'))
  writePolicyLock(dir, { 'hits.yaml': digest })
  writePolicyLock(join(dir, 'desk'), { '../hits.yaml': digest })
  expect((await gate(...command)).code).toBe(1)
  expect((await gate(...command.slice(0, -1), 'desk')).code).toBe(1)
  writeFileSync(join(dir, 'hits.yaml'), policy('hits', '{ metric: hits, at_most: 9 }'))
  expect(await gate(...command)).toMatchObject({ code: 4, stderr: expect.stringContaining('POLICY_LOCK_MISMATCH') })
  expect(await gate('sluice:privacy', ...command.slice(1))).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('POLICY_NOT_LOCKED'),
  })
})

test('a policy over the file of each tool', async () => {
  writeFileSync(
    join(dir, 'p.yaml'),
    policy(
      'p',
      '{ metric: pass_rate, at_least: 0.7 }',
      '{ metric: pass_rate, at_least: 0.7, bound: lower }',
      '{ metric: prompt_pass_rate, for_each: [prompt, provider], at_least: 0.6 }',
    ),
  )
  writeFileSync(
    join(dir, 'g.yaml'),
    policy('g', '{ metric: attack_success_rate, for_each: [probe, detector], at_most: 0.1, bound: upper }'),
  )
  writeFileSync(
    join(dir, 'l.yaml'),
    policy(
      'l',
      '{ metric: exact_match, where: { task: gsm8k, filter: strict-match }, at_least: 0.8, bound: lower, min_n: 100 }',
      '{ metric: exact_match, where: { task: gsm8k, filter: flexible-extract }, at_least: 0.8, bound: lower }',
      '{ metric: acc, where: { task: nothing, filter: none }, at_least: 0.1 }',
      '{ metric: samples_share, for_each: task, at_least: 1 }',
    ),
  )
  writeFileSync(
    join(dir, 'o.yaml'),
    policy('o', '{ metric: eval.accuracy, at_least: 0.85, bound: lower }', '{ metric: eval.speed, at_least: 1 }'),
  )
  expect(await decided('p.yaml', '--metrics', 'promptfoo.json', '--format', 'promptfoo')).toEqual([
    1,
    'block',
    'p-1 pass',
    'p-2 fail',
    'p-3 fail',
  ])
  // One pair was never judged: that is no evidence, and so no pass.
  expect(await decided('g.yaml', '--metrics', 'garak.jsonl', '--format', 'garak')).toEqual([
    1,
    'block',
    'g-1 no_evidence',
  ])
  expect(await decided('l.yaml', '--metrics', 'lm-eval.json', '--format', 'lm-eval')).toEqual([
    1,
    'block',
    'l-1 pass',
    'l-2 no_evidence',
    'l-3 no_evidence',
    'l-4 fail',
  ])
  expect(await decided('o.yaml', '--metrics', 'own.json')).toEqual([1, 'block', 'o-1 pass', 'o-2 no_evidence'])
}, 240_000)

test('nothing measured is no evidence for any rule, also one that would accept no group', async () => {
  writeFileSync(
    join(dir, 'p.yaml'),
    policy('p', '{ metric: attack_success_rate, for_each: [probe, detector], if_none: not_applicable, at_most: 1 }'),
  )
  writeFileSync(join(dir, 'empty.jsonl'), jsonLines([{ entry_type: 'init' }, { entry_type: 'completion' }]))
  expect(await decided('p.yaml', '--metrics', 'empty.jsonl', '--format', 'garak')).toEqual([
    1,
    'block',
    'p-1 no_evidence',
  ])
  expect(await decided('p.yaml', '--metrics', 'none.json', '--gate', 'garak')).toEqual([1, 'block', 'p-1 no_evidence'])
}, 240_000)

test('a slip in a policy is told with its place, before anything is judged', async () => {
  writeFileSync(join(dir, 'p.yaml'), policy('p', '{ metric: attack_sucess_rate, at_most: 0.1 }'))
  expect((await gate('p.yaml', '--metrics', 'garak.jsonl', '--format', 'garak')).stderr).toMatch(
    /p\.yaml:10:16: POLICY_UNKNOWN_METRIC: .*\n {2}→ did you mean `attack_success_rate`\?/,
  )
  writeFileSync(join(dir, 'p.yaml'), policy('p', '{ metric: hits, at_most: -1 }'))
  expect((await gate('p.yaml', '--metrics', 'garak.jsonl', '--format', 'garak')).stderr).toContain(
    'POLICY_OUT_OF_RANGE',
  )
  writeFileSync(join(dir, 'p.yaml'), policy('p', '{ metric: pass_rate, at_least: 75 }'))
  const ended = await gate('p.yaml', '--metrics', 'promptfoo.json', '--format', 'promptfoo')
  expect([ended.code, ended.stdout]).toEqual([2, ''])
  expect(ended.stderr).toContain('75 % is written 0.75')
}, 240_000)

test('what is missing on the command line', async () => {
  expect((await gate('--metrics', 'own.json')).stderr).toContain('GATE_INCOMPLETE: no policy was named')
  expect((await gate('hits.yaml')).stderr).toContain('GATE_INCOMPLETE: no metrics were named')
  expect(await gate('hits.yaml', '--metrics', 'gone.json')).toMatchObject({ code: 2, stdout: '' })
  expect(await gate('hits.yaml', '--metrics', 'garak.jsonl')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('→ add --format garak'),
  })
  expect((await gate('hits.yaml', '--metrics', 'garak.jsonl', '--format', 'garack')).code).toBe(2)
}, 240_000)

describe('the folder of --out', () => {
  const OUT = ['hits.yaml', '--metrics', 'garak.jsonl', '--format', 'garak', '--out', 'out'] as const

  test('has the decision, all that it was made from and its views; it can be made again, and a change shows', async () => {
    expect((await gate(...OUT)).code).toBe(1)
    const decision = readFileSync(join(dir, 'out/decision.json'))
    const { evidence, waivers, policies } = JSON.parse(decision.toString()) as Decision
    const digest = (file: string): string => sha256(readFileSync(join(dir, 'out', file)))
    expect(digest('evidence.json')).toBe(evidence)
    expect(digest('waivers.json')).toBe(waivers)
    expect(digest(`policies/${readdirSync(join(dir, 'out/policies'))[0]}`)).toBe(policies[0]!.digest)
    expect(JSON.parse(readFileSync(join(dir, 'out/metrics.json'), 'utf8'))).toEqual({
      format: 'garak',
      digest: sha256(readFileSync(join(dir, 'garak.jsonl'))),
    })
    expect(readdirSync(join(dir, 'out')).sort()).toEqual(
      [
        'decision.json',
        'evidence.json',
        'junit.xml',
        'metrics.json',
        'policies',
        'report.sarif',
        'summary.md',
        'waivers.json',
      ].sort(),
    )
    // What models were asked and what they answered stays where it was.
    for (const file of readdirSync(join(dir, 'out')).filter((name) => name !== 'policies'))
      expect(readFileSync(join(dir, 'out', file), 'utf8')).not.toContain('attempt')

    const again = await gate('--replay', 'out')
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('the same, byte for byte') })
    const replayed = async (view: string): Promise<string> => (await gate('--replay', 'out', view)).stdout
    const written = (file: string): string => readFileSync(join(dir, 'out', file), 'utf8')
    expect(await replayed('--junit')).toBe(written('junit.xml'))
    expect(JSON.parse(await replayed('--sarif'))).toEqual(JSON.parse(written('report.sarif')))
    const text = decision.toString()
    const mend = (file: string, from: string, to: string): void => {
      const path = join(dir, 'out', file)
      const before = readFileSync(path, 'utf8')
      expect(before).toContain(from)
      writeFileSync(path, before.replace(from, to))
    }
    mend('decision.json', '"outcome":"block"', '"outcome":"pass"')
    expect(await gate('--replay', 'out')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('GATE_REPLAY_DIFFERS'),
    })
    writeFileSync(join(dir, 'out/decision.json'), text)
    mend('evidence.json', '"value":3', '"value":0')
    expect((await gate('--replay', 'out')).code).toBe(4)
    expect(await gate('--replay', 'gone')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('GATE_UNREADABLE'),
    })
  }, 240_000)

  test('that cannot be written is no pass', async () => {
    writeFileSync(join(dir, 'out'), 'a file')
    const ended = await gate(...OUT)
    expect(ended.code).not.toBe(0)
    expect(ended.stdout).toBe('')
  }, 240_000)
})

test('the views say what the decision says', async () => {
  const args = ['hits.yaml', '--metrics', 'garak.jsonl', '--format', 'garak'] as const
  const [plain, github, junit, sarif] = await Promise.all([
    gate(...args),
    gate(...args, '--github'),
    gate(...args, '--junit'),
    gate(...args, '--sarif'),
  ])
  for (const { code } of [plain, github, junit, sarif]) expect(code).toBe(1)
  expect(plain.stdout).toMatch(/^ {2}✗ gate hits blocks: 1 rule, 0 passed, 1 failed\n[\s\S]*exit 1\n$/)
  expect(github.stdout).toBe('::error title=Gate of garak%3A Rule 1 of hits::garak.hits is 3, at most 0 required.\n')
  expect(junit.stdout).toContain('tests="1" failures="1" errors="0" skipped="0"')
  expect(JSON.parse(sarif.stdout).runs[0]).toMatchObject({
    invocations: [{ exitCode: 1, executionSuccessful: true }],
    results: [{ ruleId: 'garak/hits-1', kind: 'fail', level: 'error' }],
  })
}, 240_000)

describe('waivers', () => {
  const ARGS = ['hits.yaml', '--metrics', 'garak.jsonl', '--format', 'garak', '--waivers', 'waivers'] as const
  const SIGNED = [...ARGS, '--allowed-signers', 'allowed_signers', '--pipeline', 'desk'] as const
  beforeEach(() => {
    writeFileSync(join(dir, 'p.yaml'), PIPELINE)
    const lines = ['ana', 'ben'].map((name) => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)])
      return `${name} ${readFileSync(join(dir, `${name}.pub`), 'utf8')}`
    })
    writeFileSync(join(dir, 'allowed_signers'), lines.join(''))
  })
  const ask = async (...more: readonly string[]): Promise<void> => {
    const { code, stderr } = await sluice(
      `waiver request p.yaml --id W-1 --rule hits-1 --reason known-hits --ticket T-1 --control read-by-hand --by ana --approver ben --expires ${day(30)} --key ana`
        .split(' ')
        .concat(more),
      dir,
    )
    expect([code, stderr]).toEqual([0, ''])
  }
  const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)

  test('count with both signatures, for this pipeline, and not before', async () => {
    await ask()
    expect(await decided(...SIGNED)).toEqual([1, 'block', 'hits-1 fail'])
    expect((await sluice(['waiver', 'approve', 'p.yaml', 'W-1', '--key', 'ben'], dir)).code).toBe(0)
    expect(await decided(...SIGNED)).toEqual([0, 'waived', 'hits-1 waived'])
    expect(await decided(...ARGS, '--allowed-signers', 'allowed_signers', '--pipeline', 'other')).toEqual([
      1,
      'block',
      'hits-1 fail',
    ])
    expect((await gate(...ARGS)).stderr).toContain('GATE_INCOMPLETE: --waivers says nothing without')
    expect((await gate(...SIGNED, '--out', 'out')).code).toBe(0)
    expect((await gate('--replay', 'out')).stdout).toContain('passes by waiver')
    writeFileSync(join(dir, 'allowed_signers'), '')
    expect(await decided(...SIGNED)).toEqual([1, 'block', 'hits-1 fail'])
  }, 240_000)

  test('that may be used a number of times are refused: nothing here counts', async () => {
    await ask('--max-uses', '3')
    expect(await gate(...SIGNED)).toMatchObject({ code: 2, stderr: expect.stringContaining('WAIVER_USES_UNKNOWN') })
  }, 240_000)

  test('that name a rule which the gate does not have are told', async () => {
    await ask('--rule', 'hits-2', '--gate', 'garak')
    expect((await gate(...SIGNED)).stderr).toContain('WAIVER_UNKNOWN_RULE')
  }, 240_000)
})
