import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { bootId, isAlive } from '../../util/process.ts'
import type { RunRecord } from './run-record.ts'

/** A run id that sorts by time: `20261123T064512Z-3fa9`. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(2).toString('hex')}`
}

export function runDir(storeRoot: string, run: string): string {
  return join(storeRoot, 'runs', run)
}

/** Writes the run's record and makes it the pipeline's last one. */
export function saveRun(storeRoot: string, record: RunRecord): void {
  writeFileDurable(join(runDir(storeRoot, record.run), 'run.json'), `${JSON.stringify(record, null, 2)}\n`)
  writeFileDurable(join(storeRoot, 'last', `${record.pipeline.name}.json`), JSON.stringify({ run: record.run }))
}

/** The record of the pipeline's last finished run, or of the store's last run where no pipeline is named. */
export function lastRun(storeRoot: string, pipeline?: string): RunRecord | undefined {
  const folder = join(storeRoot, 'last')
  const files = pipeline === undefined ? list(folder) : [`${pipeline}.json`]
  const runs = files
    .map((file) => join(folder, file))
    .filter((path) => existsSync(path))
    .map((path) => readPointer(path))
    .sort()
  const run = runs.at(-1)
  return run === undefined ? undefined : loadRun(storeRoot, run)
}

function readPointer(file: string): string {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { run: string }).run
  } catch (cause) {
    throw new SluiceError({
      code: 'RUN_UNKNOWN',
      message: 'the note of the last run cannot be read',
      next: 'name the run with --run; `sluice runs` lists them',
      at: { file },
      cause,
    })
  }
}

/** @throws SluiceError `RUN_UNKNOWN`. */
export function loadRun(storeRoot: string, run: string): RunRecord {
  const file = join(runDir(storeRoot, run), 'run.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunRecord
  } catch (cause) {
    throw new SluiceError({
      code: 'RUN_UNKNOWN',
      message: `there is no record of a run \`${run}\` in this store`,
      next: 'list the runs with: sluice runs',
      at: { file },
      cause,
    })
  }
}

/** Ids of all runs that ended, oldest first. */
export function listRuns(storeRoot: string): readonly string[] {
  return list(join(storeRoot, 'runs'))
    .filter((run) => existsSync(join(runDir(storeRoot, run), 'run.json')))
    .sort()
}

/** The parts of a stage's key when it last got as far as having one, in any of the pipeline's last runs. */
export function lastKeyParts(
  storeRoot: string,
  pipeline: string,
  stage: string,
): RunRecord['stages'][number]['keyParts'] {
  for (const run of [...listRuns(storeRoot)].reverse().slice(0, LOOK_BACK)) {
    const record = readableRun(storeRoot, run)
    if (record?.pipeline.name !== pipeline) continue
    const parts = record.stages.find((each) => each.id === stage)?.keyParts ?? null
    if (parts !== null) return parts
  }
  return null
}

const LOOK_BACK = 50

/** A record that someone broke must not keep new runs from starting; `sluice verify` reports it. */
function readableRun(storeRoot: string, run: string): RunRecord | undefined {
  try {
    return loadRun(storeRoot, run)
  } catch {
    return undefined
  }
}

interface OpenRun {
  readonly run: string
  readonly pid: number
  readonly boot: string
}

/** Notes that a run is under way, so that a later process can tell that it was killed. */
export function markOpen(storeRoot: string, run: string): void {
  const marker: OpenRun = { run, pid: process.pid, boot: bootId() }
  writeFileDurable(join(storeRoot, 'open', `${run}.json`), JSON.stringify(marker))
}

export function markClosed(storeRoot: string, run: string): void {
  rmSync(join(storeRoot, 'open', `${run}.json`), { force: true })
}

/** Runs whose process is gone. */
export function abandonedRuns(storeRoot: string): readonly string[] {
  return list(join(storeRoot, 'open'))
    .map((name) => name.replace(/\.json$/, ''))
    .filter((run) => !isRunAlive(storeRoot, run))
}

/** True if the run is under way: it is marked open, and its process is there. */
export function isRunAlive(storeRoot: string, run: string): boolean {
  try {
    const marker = JSON.parse(readFileSync(join(storeRoot, 'open', `${run}.json`), 'utf8')) as OpenRun
    return marker.boot === bootId() && isAlive(marker.pid)
  } catch {
    // A marker is written whole: one that cannot be read was broken from outside, and its run cannot be told alive.
    return false
  }
}

/** Removes scratch folders that killed processes left behind. */
export function removeStaleScratch(storeRoot: string): void {
  const folder = join(storeRoot, 'tmp')
  for (const name of list(folder)) {
    const pid = Number(name.split('-')[0])
    if (!Number.isInteger(pid) || !isAlive(pid)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function list(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
