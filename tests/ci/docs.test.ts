import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { Command } from 'commander'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { registerCommands } from '../../cli/commands.ts'
import type { Finding } from '../../policies/engine/decision.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { FINDING_LABEL } from '../../reports/findings.ts'
import { EXIT_CODES } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'

const read = (file: string): string => readFileSync(packageFile(file), 'utf8')
const blocks = (file: string, language: string): readonly string[] =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!)

let program: Command
beforeAll(async () => {
  program = new Command()
  await registerCommands(program, [])
}, 60_000)

test.each(['docs/ci.md', 'docs/waivers.md', 'docs/policies.md'])(
  'every command in %s is one, with its options',
  (file) => {
    const lines = blocks(file, 'sh').flatMap((block) => block.split('\n').filter((line) => line.startsWith('sluice ')))
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) {
      let command: Command = program
      for (const word of line.split(' ').slice(1)) {
        const child = command.commands.find((each) => each.name() === word)
        if (child === undefined) break
        command = child
      }
      const known = new Set(command.options.map(({ long }) => long))
      const used = [...line.matchAll(/ (--[a-z-]+)/g)].map((match) => match[1]!)
      expect([line, command === program, used.filter((option) => !known.has(option))]).toEqual([line, false, []])
    }
  },
)

test('every condition and every policy in docs/policies.md can be loaded', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-docs-'))
  try {
    const conditions = blocks('docs/policies.md', 'yaml').filter((block) => block.startsWith('require:'))
    expect(conditions.length).toBeGreaterThan(8)
    conditions.forEach((block, i) => {
      const rule = `  - id: r\n    title: R\n    severity: block\n    because: b\n    remediation: m\n${block.replace(/^/gm, '    ')}`
      const file = join(dir, `${i}.yaml`)
      writeFileSync(file, `apiVersion: sluice/v1\nkind: Policy\nname: p\nversion: 1\ntitle: T\nrules:\n${rule}`)
      expect(loadPolicies([file])[0]!.rules).toHaveLength(1)
    })
  } finally {
    rmSync(dir, { recursive: true })
  }
})

describe('docs/ci.md', () => {
  test('the workflows use inputs and outputs that the action has', () => {
    const action = parse(read('action.yml')) as { inputs: object; outputs: object }
    const uses = blocks('docs/ci.md', 'yaml').flatMap((block) => [
      ...block.matchAll(/uses: your-org\/sluice@v1\n(?: {8}env:\n(?: {10}.*\n)*)? {8}with:\n((?: {10}.*\n)*)/g),
    ])
    expect(uses).toHaveLength(2)
    for (const [, inputs] of uses) {
      const names = [...inputs!.matchAll(/^ {10}([a-z-]+):/gm)].map((match) => match[1]!)
      expect(names.filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([])
    }
    for (const [, name] of read('docs/ci.md').matchAll(/steps\.\w+\.outputs\.([\w-]+)/g))
      expect(Object.keys(action.outputs)).toContain(name)
  })

  test('every exit code is explained, and the metrics file is one', () => {
    for (const code of Object.keys(EXIT_CODES)) expect(read('docs/ci.md')).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'))
    const validate = new Ajv({ strict: false }).compile(JSON.parse(read('schemas/metrics.schema.json')))
    expect([validate(JSON.parse(blocks('docs/ci.md', 'json')[0]!)), validate.errors]).toEqual([true, null])
  })
})

test('docs/waivers.md explains every finding', () => {
  const explained = [...read('docs/waivers.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]!)
  expect(explained.sort()).toEqual((Object.keys(FINDING_LABEL) as Finding['code'][]).sort())
})
