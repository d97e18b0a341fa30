import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { group, newLog } from './setup.ts'

/** What docs/threat-model.md says, held to the code; also what it says is not found. */
const codes = (dir: string, keys: ReturnType<typeof newLog>['keys'], earlier: readonly string[] = []) => [
  ...new Set(verifyLedger(dir, keys, { earlier }).problems.map(({ code }) => code)),
]

describe('an old copy of the log', () => {
  it('is intact by itself, and is found by a checkpoint that left since, not by one that left before', () => {
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    ledger.append(group(3))
    const before = ledger.checkpoint()
    const old = mkdtempSync(join(tmpdir(), 'sluice-old-'))
    cpSync(dir, old, { recursive: true })
    ledger.append(group(3))
    const since = ledger.checkpoint()
    rmSync(dir, { recursive: true })
    cpSync(old, dir, { recursive: true })
    expect([codes(dir, keys), codes(dir, keys, [before]), codes(dir, keys, [since])]).toEqual([
      [],
      [],
      ['LOG_ROLLED_BACK'],
    ])
  })
})

describe('a log that was deleted', () => {
  it('begins anew without a word, and is found by any checkpoint of it, before and after it has grown again', () => {
    const { dir, keys } = newLog()
    openLedger(dir, keys).append(group(3))
    const kept = openLedger(dir, keys).checkpoint()
    rmSync(dir, { recursive: true })
    const again = openLedger(dir, keys)
    expect([codes(dir, keys), codes(dir, keys, [kept])]).toEqual([[], ['LOG_ROLLED_BACK']])
    again.append(group(9, 'new'))
    expect([codes(dir, keys), codes(dir, keys, [kept])]).toEqual([[], ['LOG_FORKED']])
  })
})

describe('a history that was written anew with the log’s key', () => {
  it('is intact by itself, and is found by a checkpoint of the part that was changed, not by one before it', () => {
    const { keys } = newLog()
    // The times are part of the entries: the forger has them, too.
    const now = () => new Date('2026-01-01T00:00:00Z')
    const forged = (count: number) => {
      const folder = join(mkdtempSync(join(tmpdir(), 'sluice-forged-')), 'ledger')
      const other = openLedger(folder, keys, { now })
      other.append(group(count))
      return { folder, other }
    }
    const honest = forged(4)
    const pinned = honest.other.checkpoint()
    honest.other.append(group(2, 'true'))
    const later = honest.other.checkpoint()
    const { folder, other } = forged(4)
    other.append(group(2, 'false'))
    expect([codes(folder, keys), codes(folder, keys, [pinned]), codes(folder, keys, [later])]).toEqual([
      [],
      [],
      ['LOG_FORKED'],
    ])
  })
})

it('every code that the document names exists', () => {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs/threat-model.md'), 'utf8')
  const sources = ['audit', 'cli', 'pipelines', 'policies', 'reports'].flatMap(sourcesBelow)
  const all = sources.map((file) => readFileSync(file, 'utf8')).join('\n')
  const named = [...new Set([...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map((match) => match[1]!))]
  expect(named.length).toBeGreaterThan(40)
  // The verifier of action records makes its codes of a prefix and a reason.
  const known = (code: string): boolean =>
    all.includes(code) ||
    (code.startsWith('ACTION_') && all.includes(`'${code.slice('ACTION_'.length).toLowerCase()}'`))
  expect(named.filter((code) => !known(code))).toEqual([])
})

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(PACKAGE_ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`
    if (statSync(join(PACKAGE_ROOT, path)).isDirectory()) return sourcesBelow(path)
    return path.endsWith('.ts') ? [join(PACKAGE_ROOT, path)] : []
  })
}
