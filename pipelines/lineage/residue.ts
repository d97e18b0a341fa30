import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Store } from '../../artifacts/store.ts'
import type { Json } from '../../util/json.ts'
import { listRuns, runDir } from '../engine/history.ts'
import { actionKeys } from './executions.ts'
import type { Quotes } from './quotes.ts'
import { type ObjectName, storeObjects } from './search.ts'

/** Where reports and notes of the store quote certain records. Paths are relative to the store. */
export interface QuotingDocuments {
  /** Evaluations and other documents among the objects. */
  readonly objects: readonly ObjectName[]
  /** Keys of action records whose tally has samples of them. */
  readonly actions: readonly string[]
  /** Runs whose record does, with the reports that were made from it. */
  readonly runs: readonly { readonly run: string; readonly reports: readonly string[] }[]
  /** Files that are left alone: dossiers and exports inside the folder of a run, and what was set aside. */
  readonly elsewhere: readonly string[]
}

/**
 * Looks through everything but shards: evaluations, action records, run records and the files beside them.
 *
 * @param skip digests of what is no document: files of models
 */
export function findQuotes(store: Store, quotes: Quotes, skip: ReadonlySet<string>): QuotingDocuments {
  const { root } = store
  const objects: ObjectName[] = []
  const sealedKey = existsSync(join(root, 'keys', 'store.key'))
  for (const name of storeObjects(root)) {
    if (skip.has(name.digest) || (name.sensitivity === 'raw' && !sealedKey)) continue
    const value = documentOf(store, name)
    if (value !== undefined && quotes.inValue(value)) objects.push(name)
  }
  const actions: string[] = []
  for (const key of actionKeys(join(root, 'actions'))) {
    const value = parsed(readFileSync(join(root, 'actions', key.slice(0, 2), `${key.slice(2)}.json`)))
    const tally = (value as { record?: { payload?: { tally?: Json } } } | undefined)?.record?.payload?.tally
    if (tally !== undefined && quotes.inValue(tally)) actions.push(key)
  }
  const runs: { readonly run: string; readonly reports: readonly string[] }[] = []
  const elsewhere: string[] = []
  for (const run of listRuns(root)) {
    const folder = runDir(root, run)
    const quoting = quotes.inValue(parsed(readFileSync(join(folder, 'run.json'))) ?? null)
    const reports: string[] = []
    for (const file of filesIn(folder)) {
      const name = relative(folder, file)
      if (name === 'run.json' || !quotesInFile(file, quotes)) continue
      if (name.includes('/')) elsewhere.push(relative(root, file))
      else reports.push(name)
    }
    if (quoting || reports.length > 0) runs.push({ run, reports })
  }
  for (const file of filesIn(join(root, 'set-aside')))
    if (quotesInFile(file, quotes)) elsewhere.push(relative(root, file))
  return { objects, actions, runs, elsewhere }
}

/** A JSON document of the store; undefined for shards, weights and everything else. */
function documentOf(store: Store, { digest, sensitivity }: ObjectName): Json | undefined {
  const bytes = store.get({ sha256: digest, sensitivity })
  return bytes[0] === 0x7b ? parsed(bytes) : undefined
}

function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json
  } catch {
    return undefined
  }
}

/** Reports are text; a file larger than this is none. */
const MAX_REPORT = 64 * 1024 * 1024

function quotesInFile(file: string, quotes: Quotes): boolean {
  const bytes = readFileSync(file)
  if (bytes.length > MAX_REPORT || bytes.subarray(0, 4096).includes(0)) return false
  const value = bytes[0] === 0x7b || bytes[0] === 0x5b ? parsed(bytes) : undefined
  return value === undefined ? quotes.inText(plain(bytes.toString('utf8'))) : quotes.inValue(value)
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", apos: "'" }

/** HTML and XML say `&lt;` for `<`. */
function plain(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|#39|apos);/g, (_, name: string) => ENTITIES[name]!)
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
