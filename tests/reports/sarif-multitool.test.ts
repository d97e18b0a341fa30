import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { renderSarif } from '../../reports/sarif.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { RECORDS } from '../support/evidence-records.ts'
import { passedRecord } from '../support/run-record.ts'

const program = join(PACKAGE_ROOT, 'node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool')
const here = process.platform === 'linux' && process.arch === 'x64' && existsSync(program)

// biome-ignore lint/suspicious/noExplicitAny: a document of another's schema
const BAD: readonly (readonly [file: string, spoil: (log: any) => void])[] = [
  ['bad-message.sarif', (log) => delete log.runs[0].results[0].message],
  ['bad-driver.sarif', (log) => delete log.runs[0].tool.driver],
  ['bad-member.sarif', (log) => (log.runs[0].verdict = 'passed')],
]

describe.skipIf(!here)(
  `Microsoft's SARIF validator${here ? '' : ' (skipped: no sarif-multitool for this machine)'}`,
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-sarif-'))
    afterAll(() => rmSync(dir, { recursive: true, force: true }))

    test('finds no error in the report of any run, and one in each that was spoilt', { timeout: 300_000 }, () => {
      // Packages come without the right to run, and node_modules is not ours to change.
      const copy = join(dir, 'multitool')
      copyFileSync(program, copy)
      chmodSync(copy, 0o755)
      const files = RECORDS.map(([, record], i) => {
        const path = join(dir, `good-${i}.sarif`)
        writeFileSync(path, renderSarif(record))
        return path
      })
      for (const [file, spoil] of BAD) {
        const log = JSON.parse(renderSarif(passedRecord()))
        spoil(log)
        writeFileSync(join(dir, file), JSON.stringify(log))
        files.push(join(dir, file))
      }
      const { stdout, status } = spawnSync(copy, ['validate', ...files], {
        encoding: 'utf8',
        // No ICU library is needed to compare English words.
        env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', DOTNET_BUNDLE_EXTRACT_BASE_DIR: dir },
      })
      expect(status).toBe(0)
      expect(stdout).toContain(`${files.length} files scanned`)
      const errors = [...stdout.matchAll(/^(.+)\(\d+(?:,\d+)*\): error ([A-Z]+\d+)/gm)]
      expect(errors.map(([, path, code]) => `${basename(path!)} ${code}`).sort()).toEqual([
        'bad-driver.sarif JSON1002',
        'bad-member.sarif JSON1005',
        'bad-message.sarif JSON1002',
      ])
    })
  },
)
