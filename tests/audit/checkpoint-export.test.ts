import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTarget, exportCheckpoint, parseCheckpointTarget } from '../../audit/checkpoint-export.ts'
import { addition, checkpointFileName, parseCheckpointFile, readCheckpoints } from '../../audit/checkpoint-file.ts'
import { checkCheckpointLine, checkpointLine, parseCheckpointLine } from '../../audit/checkpoint-line.ts'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { group, newLog } from './setup.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'sluice-export-'))

function newLedger(count = 3) {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  ledger.append(group(count))
  const toFile = (path: string) => exportCheckpoint(ledger, keys, { to: 'file', path })
  return { dir, keys, ledger, toFile }
}

describe('a file of checkpoints', () => {
  test('grows by one note a time; the log is then verified against all of them, and says that it was exported', () => {
    const { dir, keys, ledger, toFile } = newLedger()
    const file = join(newFolder(), 'kept', 'here.txt')
    expect(toFile(file)).toEqual({ to: 'file', file, size: 3 })
    ledger.append(group(300))
    expect(toFile(file).size).toBe(304)
    const notes = readCheckpoints(file, ledger.origin)
    expect(notes).toHaveLength(2)
    expect(verifyLedger(dir, keys, { earlier: notes }).problems).toEqual([])
    expect([...ledger.entries(304)]).toMatchObject([
      {
        type: 'checkpoint.exported',
        subject: { size: '304', to: 'file', root: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ])
  })

  test('a folder has one file for each log', () => {
    const folder = newFolder()
    const [a, b] = [newLedger(), newLedger()]
    a.toFile(folder)
    b.toFile(`${folder}/`)
    expect(readdirSync(folder).sort()).toEqual([a, b].map(({ ledger }) => checkpointFileName(ledger.origin)).sort())
    expect(readCheckpoints(folder, a.ledger.origin)).toHaveLength(1)
    expect(() => readCheckpoints(folder, newLedger().ledger.origin)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_FILE_MISSING' }),
    )
  })

  test('a log that was cut or written anew is found at the next export, and nothing is added', () => {
    const { keys, toFile } = newLedger(10)
    const file = join(newFolder(), 'f')
    toFile(file)
    const before = readFileSync(file)
    const attack = (count: number, tag: string) => () => {
      const other = openLedger(join(newFolder(), 'ledger'), keys)
      other.append(group(count, tag))
      exportCheckpoint(other, keys, { to: 'file', path: file })
    }
    expect(attack(5, 'a')).toThrow(expect.objectContaining({ code: 'CHECKPOINT_LOG_CUT', exit: 4 }))
    expect(attack(50, 'b')).toThrow(expect.objectContaining({ code: 'CHECKPOINT_LOG_FORKED', exit: 4 }))
    expect(readFileSync(file)).toEqual(before)
  })

  test('a file that is something else is not touched, and an empty one does not pass for one that agreed', () => {
    const { ledger, toFile } = newLedger()
    const file = join(newFolder(), 'README.md')
    writeFileSync(file, '# A project\n\nText.\n')
    const broken = expect.objectContaining({ code: 'CHECKPOINT_FILE_BROKEN', at: { file } })
    expect(() => toFile(file)).toThrow(broken)
    expect(() => readCheckpoints(file, ledger.origin)).toThrow(broken)
    expect(readFileSync(file, 'utf8')).toBe('# A project\n\nText.\n')
    writeFileSync(file, '\n')
    expect(() => readCheckpoints(file, ledger.origin)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_FILE_EMPTY' }),
    )
    expect(() => toFile(join(file, 'below'))).toThrow()
  })

  test('wherever a crash cuts the last note, the others are read and the next one is added whole', () => {
    const { ledger } = newLedger()
    const first = ledger.checkpoint()
    ledger.append(group(1))
    const second = ledger.checkpoint()
    ledger.append(group(1))
    const third = ledger.checkpoint()
    const both = Buffer.from(first + addition(first, second))
    for (let cut = Buffer.byteLength(first); cut <= both.length; cut++) {
      const torn = both.subarray(0, cut).toString('utf8')
      const whole = torn + addition(torn, third)
      const { notes } = parseCheckpointFile(whole, ledger.origin, 'f')
      expect(notes[0], `cut at ${cut}`).toBe(first)
      expect(notes.at(-1), `cut at ${cut}`).toBe(third)
      // Only its last newline may be missing from a note that counts.
      expect(notes.length, `cut at ${cut}`).toBe(cut >= both.length - 1 ? 3 : 2)
    }
  })

  test('reading never throws anything but the known error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\n', '\u2014', ' ', 'o', '1', 'AAAAAAA=') }), (text) => {
        try {
          parseCheckpointFile(text, 'o', 'f')
        } catch (error) {
          expect(error).toMatchObject({ code: 'CHECKPOINT_FILE_BROKEN' })
        }
      }),
    )
  })
})

test('targets are read as they are written; the line to paste has size, root and key', () => {
  expect(parseCheckpointTarget('a/b')).toEqual({ to: 'file', path: 'a/b' })
  expect(parseCheckpointTarget('git:/r')).toEqual({ to: 'git', repository: '/r', path: undefined })
  expect(parseCheckpointTarget('git:/r:a/b')).toEqual({ to: 'git', repository: '/r', path: 'a/b' })
  for (const text of ['', 'git:', 'git::a', 'git:/r:']) {
    expect(() => parseCheckpointTarget(text), text).toThrow(expect.objectContaining({ code: 'CHECKPOINT_TARGET' }))
  }
  const { ledger, keys } = newLedger()
  expect(checkpointLine(ledger, keys).split(' ')).toEqual([
    'sluice-checkpoint',
    '3',
    Buffer.from(ledger.root, 'hex').toString('base64'),
    keys.noteVerifier,
  ])
})

test('a line that was pasted somewhere finds a log that was cut or written anew', () => {
  const { ledger, keys } = newLedger(9)
  const line = parseCheckpointLine(`${checkpointLine(ledger, keys)}\n`)!
  ledger.append(group(300))
  const code = (log: typeof ledger, key = keys) => checkCheckpointLine(line, log, key)?.code
  const other = (count: number, tag: string) => {
    const written = openLedger(join(newFolder(), 'ledger'), keys)
    written.append(group(count, tag))
    return written
  }
  expect([code(ledger), code(other(8, 'a')), code(other(9, 'b')), code(other(50, 'b'))]).toEqual([
    undefined,
    'LOG_ROLLED_BACK',
    'LOG_FORKED',
    'LOG_FORKED',
  ])
  expect(code(ledger, newLog().keys)).toBe('LOG_CHECKPOINT_OTHER_LOG')
  for (const text of ['', 'sluice-checkpoint', 'sluice-checkpoint 01 AAAA x', 'x 1 a b']) {
    expect(parseCheckpointLine(text)).toBeUndefined()
  }
})

const hasGit = spawnSync('git', ['--version']).status === 0

describe.skipIf(!hasGit)('git (skipped where it is absent)', () => {
  function newRepository(options: { readonly bare?: boolean } = {}) {
    const dir = newFolder()
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    git('init', '-q', ...(options.bare === true ? ['--bare'] : []))
    return { dir, git }
  }
  const path = 'audit/log.checkpoints'

  test('commits the one file, and nothing else of the repository is touched', () => {
    const { dir, git } = newRepository()
    writeFileSync(join(dir, 'a'), 'a\n')
    writeFileSync(join(dir, 'b'), 'b\n')
    git('add', '.')
    git('commit', '-q', '-m', 'first')
    // A person's work: staged, changed, untracked, and a hook that must not run.
    writeFileSync(join(dir, 'a'), 'staged\n')
    git('add', 'a')
    writeFileSync(join(dir, 'b'), 'changed\n')
    writeFileSync(join(dir, 'c'), 'untracked\n')
    mkdirSync(join(dir, '.git', 'hooks'), { recursive: true })
    writeFileSync(join(dir, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const status = git('status', '--porcelain')
    const { ledger, keys, dir: log } = newLedger()
    const target = { to: 'git', repository: dir, path } as const
    const first = exportCheckpoint(ledger, keys, target)
    ledger.append(group(5))
    const second = exportCheckpoint(ledger, keys, target)
    expect([first.commit, second.commit]).toEqual([
      expect.stringMatching(/^[0-9a-f]{40}$/),
      git('rev-parse', 'HEAD').trim(),
    ])
    expect(git('status', '--porcelain')).toBe(status)
    expect(git('show', '--stat', '--format=%an %s', 'HEAD').split('\n').slice(0, 3)).toEqual([
      `sluice Checkpoint of ${ledger.origin}: 9 entries`,
      '',
      expect.stringMatching(/audit\/log\.checkpoints \| +6 \+/),
    ])
    expect(git('show', `HEAD:${path}`)).toBe(readFileSync(join(dir, path), 'utf8'))
    const notes = readCheckpoints(join(dir, path), ledger.origin)
    expect(notes).toHaveLength(2)
    expect(verifyLedger(log, keys, { earlier: notes }).problems).toEqual([])
    expect(git('fsck', '--strict')).toBe('')
    expect([...ledger.entries(9)]).toMatchObject([{ subject: { to: 'git', commit: second.commit } }])
  })

  test('an empty repository, and a bare one, take it as well', () => {
    for (const bare of [false, true]) {
      const { dir, git } = newRepository({ bare })
      const { ledger, keys } = newLedger()
      exportCheckpoint(ledger, keys, { to: 'git', repository: dir, path: undefined })
      const name = `checkpoints/${checkpointFileName(ledger.origin)}`
      expect(git('ls-tree', '-r', '--name-only', 'HEAD')).toBe(`${name}\n`)
      expect(existsSync(join(dir, name))).toBe(!bare)
      ledger.append(group(1))
      exportCheckpoint(ledger, keys, { to: 'git', repository: dir, path: undefined })
      expect(parseCheckpointFile(git('show', `HEAD:${name}`), ledger.origin, name).notes).toHaveLength(2)
    }
  })

  test('what would disturb the repository, or is none, is refused', () => {
    const { dir, git } = newRepository()
    const { ledger, keys } = newLedger()
    const to = (place: { repository?: string; path?: string }) => () =>
      exportCheckpoint(ledger, keys, { to: 'git', repository: dir, path, ...place })
    const code = (code: string) => expect.objectContaining({ code })
    expect(to({ repository: newFolder() })).toThrow(code('GIT_NO_REPOSITORY'))
    for (const bad of ['../x', '/x', '.git/config', 'a/.GIT/x', 'a/../../x', 'a/']) {
      expect(to({ path: bad }), bad).toThrow(code('GIT_PATH'))
    }
    symlinkSync(newFolder(), join(dir, 'out'))
    expect(to({ path: 'out/x' })).toThrow(code('GIT_PATH'))
    to({})()
    writeFileSync(join(dir, '.git', 'MERGE_HEAD'), '')
    expect(to({})).toThrow(code('GIT_BUSY'))
    rmSync(join(dir, '.git', 'MERGE_HEAD'))
    writeFileSync(join(dir, path), 'something else\n')
    expect(to({})).toThrow(code('GIT_FILE_CHANGED'))
    git('checkout', '-q', '--', path)
    to({})()
    const PATH = process.env['PATH']
    process.env['PATH'] = newFolder()
    try {
      expect(() => checkTarget({ to: 'git', repository: dir, path })).toThrow(code('GIT_MISSING'))
    } finally {
      process.env['PATH'] = PATH
    }
  })

  test('what a crash left in the working tree goes into the next commit', () => {
    const { dir, git } = newRepository()
    const { ledger, keys } = newLedger()
    const target = { to: 'git', repository: dir, path } as const
    exportCheckpoint(ledger, keys, target)
    const before = readFileSync(join(dir, path), 'utf8')
    writeFileSync(join(dir, path), before + addition(before, ledger.checkpoint()))
    ledger.append(group(1))
    exportCheckpoint(ledger, keys, target)
    expect(parseCheckpointFile(git('show', `HEAD:${path}`), ledger.origin, path).notes).toHaveLength(3)
  })
})
