import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { registerCommands } from '../../cli/commands.ts'
import { EXIT_CODES } from '../../util/errors.ts'
import { PACKAGE_ROOT, packageFile, VERSION } from '../../util/package-root.ts'
import { garakLines, jsonLines } from '../policies/adapters/files.ts'
import { removeFolder, workFolder } from '../support/sluice.ts'

interface Step {
  readonly id: string
  readonly shell: string
  readonly env: Readonly<Record<string, string>>
  readonly run: string
  readonly uses?: string
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}
interface Job {
  readonly variables: Readonly<Record<string, string | { readonly value: string; readonly expand: boolean }>>
  readonly script: readonly string[]
  readonly artifacts: { readonly reports: { readonly junit: string } }
}

const ACTION = parse(readFileSync(packageFile('action.yml'), 'utf8')) as Action
const [SPEC, JOBS] = parseAllDocuments(readFileSync(packageFile('ci/gitlab/sluice.yml'), 'utf8')).map(
  (document) => document.toJS() as unknown,
) as [
  { readonly spec: { readonly inputs: Readonly<Record<string, { readonly default: string }>> } },
  Record<string, Job>,
]
const JOB = Object.values(JOBS)[0]!
const SCRIPTS: Readonly<Record<string, string>> = {
  'action.yml': ACTION.runs.steps.map(({ run }) => run).join('\n'),
  'ci/gitlab/sluice.yml': JOB.script.join('\n'),
}

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: desk
purpose: tests
owner: tests
sources:
  data: { uri: data.jsonl, licence: CC0-1.0, lawful_basis: synthetic, purpose: tests }
stages:
  ingest: { uses: ingest, gate: intake.yaml }
`
const policy = (name: string, title: string, require: string): string => `apiVersion: sluice/v1
kind: Policy
name: ${name}
version: 1
title: Tests
rules:
  - id: ${name}-rule
    title: "${title}"
    severity: block
    require: ${require}
    because: tests
    remediation: tests
`
const ROW =
  '{"messages":[{"role":"user","content":"Where is my order?"},{"role":"assistant","content":"On its way."}]}\n'

let dir: string
beforeEach(() => {
  dir = workFolder('ci', {
    'p.yaml': PIPELINE,
    'data.jsonl': ROW,
    'intake.yaml': policy('intake', 'There are rows', '{ metric: rows_in, at_least: 1 }'),
    'strict.yaml': policy('strict', '::error::not mine\\n::set-output name=x::y', '{ metric: hits, at_most: 0 }'),
    'mild.yaml': policy('mild', 'Few hits', '{ metric: hits, at_most: 5 }'),
    'r.jsonl': jsonLines(garakLines()),
  })
})
afterEach(() => removeFolder(dir))

interface Ran {
  readonly code: number | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

/** The steps of the action as a runner does them: inputs as their environment, `bash -eo pipefail`, outputs in files. */
function act(inputs: Readonly<Record<string, string>>): Ran {
  const given: Record<string, string> = Object.fromEntries(
    Object.entries(ACTION.inputs).map(([name, input]) => [name, inputs[name] ?? input.default ?? '']),
  )
  const steps: Record<string, Readonly<Record<string, string>>> = {}
  const summary = join(dir, '.summary')
  writeFileSync(summary, '')
  let log = ''
  let code: number | null = 0
  for (const step of ACTION.runs.steps) {
    const value = (text: string): string =>
      text
        .replace(/^\$\{\{ inputs\.([\w-]+) \}\}$/, (_, name: string) => given[name]!)
        .replace(/^\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}$/, (_, id: string, name: string) => steps[id]![name]!)
    const script = join(dir, `.${step.id}.sh`)
    const output = join(dir, `.${step.id}.out`)
    writeFileSync(script, step.run)
    writeFileSync(output, '')
    const env = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, value(text)]))
    const ended = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: dir,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: dir,
        ...env,
        GITHUB_ACTION_PATH: PACKAGE_ROOT,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: dir,
      },
    })
    steps[step.id] = outputsOf(readFileSync(output, 'utf8'))
    log += ended.stdout + ended.stderr
    code = ended.status
    if (code !== 0) break
  }
  return { code, log, outputs: steps['sluice'] ?? {}, summary: readFileSync(summary, 'utf8') }
}

/** The two forms of GITHUB_OUTPUT: `name=value`, and `name<<END`, lines, `END`. */
function outputsOf(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const match of text.matchAll(/^([\w-]+)(?:=(.*)|<<(\S+)\n([\s\S]*?)\n?\3)$/gm)) {
    found[match[1]!] = match[2] ?? match[4] ?? ''
  }
  return found
}

/** What a runner would obey: commands outside of `stop-commands`. */
function obeyed(log: string): readonly string[] {
  let token: string | undefined
  return log.split('\n').flatMap((raw) => {
    const line = raw.trimStart()
    if (token !== undefined) {
      if (line === `::${token}::`) token = undefined
      return []
    }
    token = /^::stop-commands::(.+)$/.exec(line)?.[1]
    return token === undefined && line.startsWith('::') ? [line] : []
  })
}

describe('the action', () => {
  test('a run that passes: summary, outputs, exit code', () => {
    const { code, outputs, summary, log } = act({ command: 'run', pipeline: 'p.yaml' })
    expect([code, log]).toEqual([0, expect.any(String)])
    expect(outputs).toMatchObject({ outcome: 'passed', 'exit-code': '0' })
    expect(outputs['report']).toMatch(/^\.sluice\/runs\/[0-9TZ]+-[0-9a-f]+$/)
    expect(existsSync(join(dir, outputs['report']!, 'report.html'))).toBe(true)
    expect(summary).toBe(readFileSync(join(dir, outputs['report']!, 'summary.md'), 'utf8'))
    expect(obeyed(log)).toEqual([])
  }, 240_000)

  test('a run that is blocked says so in the summary and as an annotation', () => {
    writeFileSync(join(dir, 'intake.yaml'), policy('intake', 'There are rows', '{ metric: rows_in, at_least: 9 }'))
    const { code, outputs, summary, log } = act({ command: 'run', pipeline: 'p.yaml' })
    expect(code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'blocked', 'exit-code': '1' })
    expect(summary).toContain('## ❌ Blocked by the gate of ingest')
    expect(obeyed(log)).toEqual([expect.stringMatching(/^::error title=Gate of ingest%3A There are rows::/)])
  }, 240_000)

  test('a pipeline with a mistake gives no report of an older run, but what was said', () => {
    act({ command: 'run', pipeline: 'p.yaml' })
    writeFileSync(join(dir, 'p.yaml'), PIPELINE.replace('owner', 'ownr'))
    const { code, outputs, summary, log } = act({ command: 'run', pipeline: 'p.yaml' })
    expect(code).toBe(2)
    expect(outputs).toEqual({ outcome: 'usage', 'exit-code': '2', report: '' })
    expect(summary).toContain('## Sluice run: usage\n\n    p.yaml:')
    expect(obeyed(log)).toEqual(['::error title=Sluice::run ended with exit code 2 (usage)'])
  }, 240_000)

  test('a gate: one decision, in the folder that the output names', () => {
    const { code, outputs, summary } = act({
      command: 'gate',
      policy: 'mild.yaml\n',
      metrics: 'r.jsonl',
      format: 'garak',
    })
    expect([code, outputs['outcome']]).toEqual([0, 'passed'])
    expect(summary).toContain('## ✅ Passed')
    expect(JSON.parse(readFileSync(join(outputs['report']!, 'decision.json'), 'utf8'))).toMatchObject({
      outcome: 'pass',
    })
  }, 240_000)

  test('a gate that blocks: nothing that a policy says is a command of the runner', () => {
    const { code, log, summary } = act({
      command: 'gate',
      policy: 'mild.yaml\nstrict.yaml',
      metrics: 'r.jsonl',
      format: 'garak',
    })
    expect(code).toBe(1)
    expect(obeyed(log)).toEqual([expect.stringMatching(/^::error title=Gate of garak%3A %3A%3Aerror%3A%3Anot mine%0A/)])
    expect(summary).toContain('Blocked by the gate of garak')
  }, 240_000)

  test('no input becomes a command or an option', () => {
    const evil = '$(touch pwned) `touch pwned`; touch pwned; "'
    const names = ['pipeline', 'policy', 'metrics', 'gate', 'store', 'checkpoint-to', 'waivers', 'dossier', 'version']
    for (const command of ['run', 'gate', 'policy-test', 'verify']) {
      const { code, log } = act({ command, ...Object.fromEntries(names.slice(0, -1).map((name) => [name, evil])) })
      expect([command, code, log.includes('command not found')]).toEqual([command, 2, false])
    }
    expect(act({ command: 'run', version: evil }).code).toBe(2)
    expect(existsSync(join(dir, 'pwned'))).toBe(false)
    expect(act({ command: 'run', pipeline: '--help' }).code).toBe(2)
    expect(act({ command: evil }).code).toBe(2)
  }, 240_000)

  test('the version that was asked for must run, and an installed one is found', () => {
    expect(act({ command: 'policy-test', version: '9.9.9' })).toMatchObject({ code: 2, summary: '' })
    expect(act({ command: 'policy-test', from: 'installed' }).log).toContain('not installed in node_modules')
    mkdirSync(join(dir, 'node_modules'))
    symlinkSync(PACKAGE_ROOT, join(dir, 'node_modules/sluice'))
    const ended = act({
      command: 'gate',
      from: 'installed',
      version: VERSION,
      policy: 'mild.yaml',
      metrics: 'r.jsonl',
      format: 'garak',
    })
    expect(ended.code).toBe(0)
  }, 240_000)

  test('every exit code has its word, in order', () => {
    const words = /words=\((.*)\)/.exec(SCRIPTS['action.yml']!)![1]!.split(' ')
    expect(words).toEqual(['passed', 'blocked', 'usage', 'waiting', 'integrity', 'errored'])
    expect(words).toHaveLength(Object.keys(EXIT_CODES).length)
  })
})

describe('the GitLab job', () => {
  const job = (inputs: Readonly<Record<string, string>>) => {
    const env = Object.fromEntries(
      Object.entries(JOB.variables).map(([name, variable]) => {
        const text = typeof variable === 'string' ? variable : variable.value
        const input = /^\$\[\[ inputs\.([\w-]+) \]\]$/.exec(text)?.[1]
        return [name, input === undefined ? text : (inputs[input] ?? SPEC.spec.inputs[input]!.default)]
      }),
    )
    writeFileSync(join(dir, 'job.sh'), JOB.script.join('\n'))
    return spawnSync('bash', ['-eo', 'pipefail', 'job.sh'], {
      cwd: dir,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: dir, ...env },
    })
  }
  const main = (): string => {
    const file = join(dir, 'sluice')
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${packageFile('dist/cli/main.js')}' "$@"\n`, {
      mode: 0o755,
    })
    return file
  }

  test('leaves the JUnit file that its artifacts name, for a run and for a gate', () => {
    const sluice = main()
    expect(job({ sluice, command: 'run', pipeline: 'p.yaml' })).toMatchObject({ status: 0 })
    expect(readFileSync(join(dir, JOB.artifacts.reports.junit), 'utf8')).toContain('<testsuite name="gate ingest"')
    expect(
      job({ sluice, command: 'gate', policy: 'mild.yaml\nstrict.yaml', metrics: 'r.jsonl', format: 'garak' }),
    ).toMatchObject({ status: 1 })
    expect(readFileSync(join(dir, JOB.artifacts.reports.junit), 'utf8')).toContain('<testsuite name="gate garak"')
    expect(job({ sluice, command: 'gate', policy: '$(touch pwned)', metrics: 'r.jsonl' })).toMatchObject({ status: 2 })
    expect(existsSync(join(dir, 'pwned'))).toBe(false)
  }, 240_000)
})

describe('what both files say', () => {
  test('inputs reach scripts as variables only, each is used, and nothing else is fetched', () => {
    for (const step of ACTION.runs.steps)
      expect([step.shell, step.uses, step.run.includes('${{')]).toEqual(['bash', undefined, false])
    const named = ACTION.runs.steps.flatMap(({ env }) => Object.values(env)).join(' ')
    const unused = Object.keys(ACTION.inputs).filter((name) => !named.includes(`inputs.${name} }}`))
    expect(unused).toEqual(['working-directory'])
    expect(JOB.script.join('\n')).not.toContain('$[[')
    for (const script of Object.values(SCRIPTS)) expect(script).not.toMatch(/eval|curl|wget|npx/)
  })

  test('their scripts are bash', () => {
    for (const script of Object.values(SCRIPTS)) execFileSync('bash', ['-n'], { input: script })
  })

  test.each(Object.keys(SCRIPTS))('%s uses only commands and options that there are', async (file) => {
    const program = new Command()
    await registerCommands(program, [])
    const used = optionsOf(SCRIPTS[file]!)
    expect(used.length).toBeGreaterThan(10)
    for (const { path, option } of used) {
      const command = path.reduce<Command | undefined>(
        (parent, name) => parent?.commands.find((child) => child.name() === name),
        program,
      )
      expect([path.join(' '), command?.options.some(({ long }) => long === option)]).toEqual([path.join(' '), true])
    }
  })
})

/** Options by command: those of a branch of the `case`, and of each call of `sluice`. */
function optionsOf(script: string): readonly { readonly path: readonly string[]; readonly option: string }[] {
  const branches = [...script.matchAll(/args=\(((?:policy )?[a-z]+)[^;]*?(?:.|\n)*?;;/g)]
  const calls = [...script.matchAll(/sluice ([a-z]+) (--[^\n]*)/g)]
  return [...branches, ...calls].flatMap(([text, path]) =>
    [...text!.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => ({ path: path!.split(' '), option })),
  )
}
