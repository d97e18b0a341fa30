import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { RunEvent } from '../../pipelines/engine/events.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'

/** The built command, as a user has it. `npm test` builds first. */
const MAIN = join(PACKAGE_ROOT, 'dist/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts `sluice` with arguments in a folder. */
export function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, NO_COLOR: '1', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

export function sluice(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(args, cwd, env).ended
}

export interface JsonRun extends Ended {
  readonly events: readonly RunEvent[]
  /** Absent where the run ended before it began (a mistake in a file). */
  readonly record: RunRecord | undefined
}

/** `sluice run FILE --json`, with events and record parsed. */
export async function runJson(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<JsonRun> {
  const ended = await sluice(['run', ...args, '--json'], cwd, env)
  const lines = ended.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RunEvent | { type: 'run.record'; record: RunRecord })
  const last = lines.find((line) => line.type === 'run.record')
  return {
    ...ended,
    events: lines.filter((line): line is RunEvent => line.type !== 'run.record'),
    record: last?.type === 'run.record' ? last.record : undefined,
  }
}

/** A folder of its own, removed by the caller. */
export function workFolder(name: string, files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), `sluice-${name}-`))
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), content)
  }
  return dir
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true })
}

/** States by stage. */
export function states(record: RunRecord | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((record?.stages ?? []).map((stage) => [stage.id, stage.state]))
}

/** What must be equal between two runs that did the same work: digests of everything each stage gave. */
export function digests(record: RunRecord | undefined): unknown {
  return (record?.stages ?? []).map((stage) => ({
    id: stage.id,
    key: stage.key,
    evaluation: stage.evaluation?.digest,
    outputs: Object.fromEntries(Object.entries(stage.outputs).map(([port, ref]) => [port, ref.digest])),
  }))
}

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Files below a folder that contain one of the texts (as UTF-8), with the first text found. */
export function grep(folder: string, texts: readonly string[]): readonly string[] {
  const needles = texts.map((text) => Buffer.from(text, 'utf8'))
  return filesBelow(folder).flatMap((file) => {
    const bytes = readFileSync(file)
    const found = needles.findIndex((needle) => bytes.includes(needle))
    return found === -1 ? [] : [`${file}: ${texts[found]}`]
  })
}

/** A file of the shared data, or nothing where this machine has none. */
export function sharedData(path: string): string | undefined {
  const file = resolve(PACKAGE_ROOT, process.env['SLUICE_DATA'] ?? '../shared/data', path)
  return existsSync(file) ? file : undefined
}

export const TICKETS = join(PACKAGE_ROOT, 'examples/support-tickets/tickets.jsonl')

/** The first `n` sample tickets, as JSON Lines. */
export function someTickets(n: number): string {
  return `${readFileSync(TICKETS, 'utf8').split('\n').slice(0, n).join('\n')}\n`
}
