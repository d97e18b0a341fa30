import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type LoadPoliciesOptions, loadPolicies } from '../../policies/engine/load.ts'
import { checkPolicyLock, readPolicyLock, writePolicyLock } from '../../policies/engine/lock.ts'
import { mergeLayers } from '../../policies/engine/merge.ts'
import { POLICY_SCHEMA } from '../../policies/engine/schema.ts'
import { SluiceError } from '../../util/errors.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-extends-'))
})

const rule = (id: string, require: string, extra = '') =>
  `  - id: ${id}\n    title: T\n    severity: block\n    require: ${require}\n    because: b\n    remediation: m\n${extra}`
const policy = (name: string, rules: readonly string[], head = '') =>
  `apiVersion: sluice/v1\nkind: Policy\nname: ${name}\nversion: 1\ntitle: T\n${head}${rules.length === 0 ? 'rules: []\n' : `rules:\n${rules.join('')}`}`
const write = (path: string, text: string) => {
  mkdirSync(join(dir, path, '..'), { recursive: true })
  writeFileSync(join(dir, path), text)
}
const load = (ref: string, options: LoadPoliciesOptions = {}) => loadPolicies([ref], { baseDir: dir, ...options })[0]!
const fails = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof SluiceError) return error.format().replaceAll(`${dir}/`, '')
    throw error
  }
  return 'nothing was wrong'
}
const ids = (ref: string) => load(ref).rules.map((one) => one.id)

describe('a policy that extends others', () => {
  test('has their rules in order, then its own, and a digest that follows theirs', () => {
    write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.1 }')]))
    write(
      'packs/more.yaml',
      policy('more', [rule('b', '{ metric: share, at_most: 0.2 }')], 'extends: [../base.yaml]\n'),
    )
    write('mine.yaml', policy('mine', [rule('c', '{ metric: rate, at_most: 1 }')], 'extends: [packs/more.yaml]\n'))
    expect(ids('mine.yaml')).toEqual(['a', 'b', 'c'])
    expect(load('mine.yaml').extends).toEqual(['../base.yaml', 'packs/more.yaml'])
    const before = load('mine.yaml').digest
    write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.05 }')]))
    expect(load('mine.yaml').digest).not.toBe(before)
  })

  test('may make a rule stricter, and then that is the rule, with its place in the later file', () => {
    write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.1 }')]))
    write(
      'mine.yaml',
      policy('mine', [rule('a', '{ metric: share, at_most: 0.05, min_n: 30 }')], 'extends: [base.yaml]\n'),
    )
    const merged = load('mine.yaml')
    expect(merged.rules).toMatchObject([{ id: 'a', require: { at_most: 0.05, min_n: 30 } }])
    expect(merged.at(['rules', 0, 'require'])).toMatchObject({ file: join(dir, 'mine.yaml'), line: 11 })
  })

  test.each([
    ['{ metric: share, at_most: 0.2 }', '', 'at_most went from 0.1 to 0.2'],
    ['{ metric: rate, at_most: 0.1 }', '', 'requires rate at most 0.1 instead of share at most 0.1 (whether that'],
    ['{ metric: share, at_most: 0.1 }', '    mode: warn\n', 'mode went from enforce to warn'],
    ['{ metric: share, at_most: 0.1 }', '    effective: 2027-01-01\n', 'effective went from at once to 2027-01-01'],
  ])('cannot loosen a rule: %s %s', (require, extra, words) => {
    write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.1 }')]))
    write('mine.yaml', policy('mine', [rule('a', require, extra)], 'extends: [base.yaml]\n'))
    const message = fails(() => load('mine.yaml'))
    expect(message).toContain('mine.yaml:8:5: POLICY_LOOSENS: `a` of base may only be made stricter')
    expect(message).toContain(words)
  })

  test('cannot allow longer waivers, and keeps the limits that it does not speak of', () => {
    write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.1 }')], 'waivers: { max_days: 30 }\n'))
    write('mine.yaml', policy('mine', [], 'extends: [base.yaml]\n'))
    expect(load('mine.yaml').waivers).toMatchObject({ max_days: 30 })
    write('mine.yaml', policy('mine', [], 'extends: [base.yaml]\nwaivers: { max_days: 60 }\n'))
    expect(fails(() => load('mine.yaml'))).toContain('POLICY_LOOSENS: `waivers` of an extended policy may only be made')
  })

  test('cannot extend itself, not even by a detour, and needs a rule from somewhere', () => {
    write('a.yaml', policy('a', [], 'extends: [b.yaml]\n'))
    write('b.yaml', policy('b', [], 'extends: [./a.yaml]\n'))
    expect(fails(() => load('a.yaml'))).toContain('b.yaml:6:11: POLICY_EXTENDS_ITSELF')
    write('c.yaml', policy('c', []))
    expect(fails(() => load('c.yaml'))).toContain('POLICY_INVALID: `rules` must not be empty')
  })
})

test('no key of the schema gets lost in a merge', () => {
  // A merge that lists the keys it knows would drop the next one that is added; this looks at the schema itself.
  const known = Object.keys(
    (POLICY_SCHEMA as unknown as { $defs: Record<string, { properties: object }> }).$defs['Rule']!.properties,
  )
  const one = Object.fromEntries(known.map((key) => [key, key === 'id' ? 'a' : key])) as never
  const at = () => ({ file: 'f' })
  const { rules } = mergeLayers([{ name: 'one', at, rules: [{ rule: one, index: 0, at }] }])
  expect(Object.keys(rules[0]!.rule).sort()).toEqual([...known].sort())
})

describe('references', () => {
  test('sluice: and npm: are found, and what is not a reference is told', () => {
    expect(load('sluice:release').name).toBe('release')
    write('node_modules/@acme/policies/strict.yaml', policy('strict', [rule('a', '{ metric: share, at_most: 0 }')]))
    write('deep/er/mine.yaml', policy('mine', [], 'extends: ["npm:@acme/policies/strict.yaml"]\n'))
    expect(ids('deep/er/mine.yaml')).toEqual(['a'])
    expect(fails(() => load('npm:@acme/other/strict.yaml'))).toContain(
      'the package `@acme/other` of a policy is not installed',
    )
    expect(fails(() => load('npm:@acme/policies/../../x.yaml'))).toContain('POLICY_REF_INVALID')
    expect(fails(() => load('sluice:../package'))).toContain('POLICY_REF_INVALID')
    expect(fails(() => load('no.yaml'))).toContain('no.yaml: POLICY_UNREADABLE')
  })

  test('git: is read as it is in the commit, whatever the folder holds now', () => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', join(dir, 'repo'), '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args])
    write('repo/p.yaml', policy('p', [rule('a', '{ metric: share, at_most: 0.1 }')]))
    git('init', '-q')
    git('add', '.')
    git('commit', '-q', '-m', 'one')
    git('tag', 'v1')
    write('repo/p.yaml', policy('p', [rule('a', '{ metric: share, at_most: 0.9 }')]))
    expect(load('git:repo@v1#p.yaml').rules).toMatchObject([{ require: { at_most: 0.1 } }])
    expect(fails(() => load('git:repo@v2#p.yaml'))).toContain('POLICY_UNREADABLE: git cannot give this file')
    expect(fails(() => load('git:repo@--output=x#p.yaml'))).toContain('POLICY_REF_INVALID')
  })
})

test('a lock holds what was looked at: another digest, or none, stops with exit 4', () => {
  write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.1 }')]))
  write('mine.yaml', policy('mine', [], 'extends: [base.yaml]\n'))
  expect(readPolicyLock(dir)).toBeUndefined()
  writePolicyLock(dir, { 'mine.yaml': load('./mine.yaml').digest })
  const lock = readPolicyLock(dir)!
  expect(load('./mine.yaml', { lock }).name).toBe('mine')
  expect(fails(() => load('base.yaml', { lock }))).toContain('sluice.lock: POLICY_NOT_LOCKED: the policy `base.yaml`')
  write('base.yaml', policy('base', [rule('a', '{ metric: share, at_most: 0.5 }')]))
  expect(fails(() => load('mine.yaml', { lock }))).toContain('POLICY_LOCK_MISMATCH')
  try {
    checkPolicyLock(lock, 'mine.yaml', dir, { digest: '0'.repeat(64) })
  } catch (error) {
    expect((error as SluiceError).exit).toBe(4)
  }
  for (const broken of ['', '[]', '{"version":2,"policies":{}}', '{"version":1,"policies":{"a":"b"}}']) {
    write('sluice.lock', broken)
    expect(fails(() => readPolicyLock(dir))).toContain('sluice.lock: LOCK_INVALID')
  }
})
