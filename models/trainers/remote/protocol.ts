import type { Client } from './client.ts'
import { jsonOf, protocolError } from './client.ts'

/** The objects of the fine-tuning protocol, as far as they are read. */
export interface RemoteJobObject {
  readonly id: string
  readonly status: string
  readonly fineTunedModel?: string
  readonly trainingFile?: string
  readonly suffix?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly resultFiles: readonly string[]
  readonly trainedTokens?: number
  readonly error?: { readonly code: string; readonly message: string; readonly param: string }
}

export interface RemoteEvent {
  readonly id: string
  readonly type: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface RemoteCheckpoint {
  readonly id: string
  readonly model: string
  readonly step: number
  readonly metrics: Readonly<Record<string, number>>
}

/** Most pages that a list is followed through. */
const MOST_PAGES = 10_000

/** A list, page by page, as the server orders it. Ends early where `until` says so. */
export async function listAll<T extends { readonly id: string }>(
  client: Client,
  path: string,
  purpose: string,
  read: (object: Readonly<Record<string, unknown>>) => T,
  until: (item: T) => boolean = () => false,
): Promise<readonly T[]> {
  const items: T[] = []
  const seen = new Set<string>()
  for (let page = 0; page < MOST_PAGES; page++) {
    const last = items.at(-1)
    const query = { limit: '100', ...(last === undefined ? {} : { after: last.id }) }
    const answer = jsonOf(await client.get(path, purpose, query), path)
    const data = answer['data']
    if (!Array.isArray(data)) throw protocolError(`the list ${path} has no data`)
    let added = 0
    for (const object of data) {
      const item = read(object as Readonly<Record<string, unknown>>)
      if (until(item)) return items
      // A server that ignores `after` gives the same page again: then this was all.
      if (seen.has(item.id)) continue
      seen.add(item.id)
      items.push(item)
      added += 1
    }
    if (answer['has_more'] !== true || added === 0) return items
  }
  throw protocolError(`the list ${path} does not end`)
}

/**
 * A job as a provider tells it. What is not of the protocol is left out.
 *
 * @throws SluiceError REMOTE_PROTOCOL where it has no id or status
 */
export function readJob(object: Readonly<Record<string, unknown>>): RemoteJobObject {
  const error = object['error'] as Record<string, unknown> | null | undefined
  const metadata = (object['metadata'] ?? {}) as Record<string, unknown>
  const fineTunedModel = optional(object['fine_tuned_model'])
  const trainingFile = optional(object['training_file'])
  const suffix = optional(object['user_provided_suffix'] ?? object['suffix'])
  const trainedTokens = object['trained_tokens']
  return {
    id: text(object, 'id'),
    status: text(object, 'status'),
    metadata: Object.fromEntries(
      Object.entries(metadata).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
    resultFiles: Array.isArray(object['result_files'])
      ? object['result_files'].filter((id) => typeof id === 'string')
      : [],
    ...(fineTunedModel === undefined ? {} : { fineTunedModel }),
    ...(trainingFile === undefined ? {} : { trainingFile }),
    ...(suffix === undefined ? {} : { suffix }),
    ...(typeof trainedTokens === 'number' ? { trainedTokens } : {}),
    // Some servers always send the object, with nulls.
    ...(typeof error === 'object' && error !== null && (error['code'] ?? error['message']) != null
      ? {
          error: {
            code: String(error['code'] ?? ''),
            message: String(error['message'] ?? ''),
            param: String(error['param'] ?? ''),
          },
        }
      : {}),
  }
}

/**
 * An event of a job.
 *
 * @throws SluiceError REMOTE_PROTOCOL where it has no id
 */
export function readEvent(object: Readonly<Record<string, unknown>>): RemoteEvent {
  return {
    id: text(object, 'id'),
    type: optional(object['type']) ?? 'message',
    message: optional(object['message']) ?? '',
    data: (object['data'] ?? {}) as Record<string, unknown>,
  }
}

/**
 * A checkpoint of a job, with those of its metrics that are numbers.
 *
 * @throws SluiceError REMOTE_PROTOCOL where it has no id
 */
export function readCheckpoint(object: Readonly<Record<string, unknown>>): RemoteCheckpoint {
  const metrics = Object.entries((object['metrics'] ?? {}) as Record<string, unknown>)
  return {
    id: text(object, 'id'),
    model: optional(object['fine_tuned_model_checkpoint']) ?? '',
    step: Number(object['step_number'] ?? 0),
    metrics: Object.fromEntries(metrics.filter((pair): pair is [string, number] => typeof pair[1] === 'number')),
  }
}

/**
 * A file at the provider.
 *
 * @throws SluiceError REMOTE_PROTOCOL where it has no id
 */
export function readFile(object: Readonly<Record<string, unknown>>): {
  readonly id: string
  readonly name: string
  readonly bytes: number
} {
  return { id: text(object, 'id'), name: optional(object['filename']) ?? '', bytes: Number(object['bytes'] ?? 0) }
}

function text(object: Readonly<Record<string, unknown>>, key: string): string {
  const value = object[key]
  // Ids become parts of addresses.
  if (typeof value === 'string' && (key !== 'id' || /^[\w.:-]{1,200}$/.test(value))) return value
  throw protocolError(`an object has no ${key}`)
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
