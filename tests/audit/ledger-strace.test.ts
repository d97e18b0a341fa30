import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { compiledModule } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { quickDisk } from './failing-disk.ts'
import { group, newLog } from './setup.ts'
import { countCalls, FAULTS, FILE_CALLS, hasStrace, type Injection, injectOption, straced } from './strace.ts'

/** Every call × every fault with `SLUICE_STRACE=all`; else so many of them (or `SLUICE_STRACE=40`), chosen by a seed. */
const SAMPLE = Number(process.env['SLUICE_STRACE']) || 12
const ALL = process.env['SLUICE_STRACE'] === 'all'

/** Three appends, each of which it tells whether it was acknowledged: `ID SEQ` per entry and `checkpoint BASE64`. */
const PROGRAM = `
import { readSync, writeSync } from 'node:fs'
const [dir, keysDir] = process.argv.slice(2)
const { openKeys } = await import(${JSON.stringify(compiledModule('audit/keys.js').href)})
const { openLedger } = await import(${JSON.stringify(compiledModule('audit/ledger.js').href)})
const keys = openKeys(keysDir)
writeSync(1, 'ready\\n')
readSync(0, Buffer.alloc(8))
let ledger
for (const round of ['a', 'b', 'c']) {
  try {
    ledger ??= openLedger(dir, keys)
    const ids = Array.from({ length: 3 }, (_, i) => round + i)
    const { first, checkpoint } = ledger.append(ids.map((id) => ({ type: 'sample.noted', run: 'r', subject: { id } })))
    const lines = ids.map((id, i) => id + ' ' + (first + i) + '\\n').join('')
    writeSync(1, lines + 'checkpoint ' + Buffer.from(checkpoint).toString('base64') + '\\n')
  } catch (error) {
    try { writeSync(1, 'refused ' + error.code + ' ' + error.exit + '\\n') } catch {}
  }
}
process.kill(process.pid, 'SIGKILL')
`

describe.skipIf(!hasStrace())('strace (skipped where it is not installed or may not trace)', () => {
  test('whichever file call of opening and appending fails or kills, no acknowledged entry is lost', async () => {
    const { dir, keys } = newLog()
    openLedger(dir, keys, { files: quickDisk }).append(group(254, 'before'))
    // A torn tail, so that the calls of a recovery are among those that fail.
    writeFileSync(join(dir, 'tile/entries/000.p/255'), 'half a bundle')
    const base = `${dir}-base`
    cpSync(dir, base, { recursive: true })
    const program = join(mkdtempSync(join(tmpdir(), 'sluice-strace-')), 'append.mjs')
    writeFileSync(program, PROGRAM)
    const run = (options: readonly string[]) => straced([program, dir, join(dirname(dir), 'keys')], options)
    const restore = (): void => {
      rmSync(dir, { recursive: true, force: true })
      cpSync(base, dir, { recursive: true })
    }

    const log = join(dirname(program), 'calls')
    expect(await run(['-o', log, '-e', `trace=${FILE_CALLS.join(',')}`])).toMatch(
      /^a0 255\n[\s\S]*c2 263\ncheckpoint .*\n$/,
    )
    const calls = countCalls(readFileSync(log, 'utf8'))
    const injections = [...calls].flatMap(([call, count]) =>
      FAULTS.flatMap((fault) => Array.from({ length: count }, (_, i): Injection => ({ call, n: i + 1, fault }))),
    )
    expect(injections.length).toBeGreaterThan(300)
    const seen = { acknowledged: 0, refused: 0, killed: 0, torn: 0 }
    for (const injection of ALL ? injections : sample(injections)) {
      restore()
      const said = await run(['-o', '/dev/null', ...injectOption(injection)])
      const what = JSON.stringify(injection)
      const acknowledged = [...said.matchAll(/^([abc]\d) (\d+)$/gm)].map(([, id, seq]) => [id, Number(seq)])
      const earlier = [...said.matchAll(/^checkpoint (\S+)$/gm)].map(([, note]) =>
        Buffer.from(note!, 'base64').toString(),
      )
      for (const [, code, exit] of said.matchAll(/^refused (\S+) (\d)$/gm)) {
        expect([`${code} ${exit}`], what).toEqual([expect.stringMatching(/^(SYSTEM_(EIO|ENOSPC)|LOG_FSYNC_FAILED) 5$/)])
        seen.refused += 1
      }
      const report = verifyLedger(dir, keys, { earlier })
      expect(report.problems, what).toEqual([])
      for (const { code } of report.warnings) expect(code, what).toBe('LOG_UNCOMMITTED')
      const next = openLedger(dir, keys)
      next.append(group(1, 'after'))
      const found = [...next.entries(254)].flatMap(({ subject, seq }) =>
        /^[abc]\d$/.test(subject['id'] ?? '') ? [[subject['id'], seq]] : [],
      )
      // Each once, where it was said to be; one that is there unsaid was written by a call that then did not return.
      for (const entry of acknowledged)
        expect(
          found.filter(([id]) => id === entry[0]),
          what,
        ).toEqual([entry])
      expect(new Set(found.map(([id]) => id)).size, what).toBe(found.length)
      const recovered = [...next.entries(254)].filter(({ type }) => type === 'log.recovered')
      expect(recovered.length, what).toBeGreaterThan(0)
      expect(verifyLedger(dir, keys, { earlier }), what).toMatchObject({ ok: true, warnings: [] })
      seen.acknowledged += acknowledged.length
      seen.torn += report.warnings.length > 0 ? 1 : 0
      seen.killed += injection.fault === 'SIGKILL' ? 1 : 0
    }
    if (process.env['SLUICE_STRACE'] !== undefined)
      process.stdout.write(`strace: ${injections.length} injections in all, ${JSON.stringify(seen)}\n`)
    expect(seen.acknowledged).toBeGreaterThan(0)
    expect(seen.refused).toBeGreaterThan(0)
  }, 7_200_000)
})

function sample(injections: readonly Injection[]): readonly Injection[] {
  const pick = random(5, 'strace')
  return Array.from({ length: SAMPLE }, () => injections[pick.integer(injections.length)]!)
}
