import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { sha256File } from '../../../util/digest.ts'
import { SluiceError } from '../../../util/errors.ts'
import type { Client } from './client.ts'
import { jsonOf, unreachable } from './client.ts'
import { listAll, readFile } from './protocol.ts'

/** A file that is to be uploaded. */
export interface UploadFile {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  readonly lines: number
}

/** Providers take no job with fewer examples. */
const FEWEST_EXAMPLES = 10

/** Reads a JSON Lines file once. @throws SluiceError REMOTE_TOO_FEW */
export async function describeUpload(path: string, isTraining: boolean): Promise<UploadFile> {
  const { sha256, bytes } = await sha256File(path)
  let lines = 0
  for await (const line of createInterface({ input: createReadStream(path) })) if (line.trim() !== '') lines += 1
  if (isTraining && lines < FEWEST_EXAMPLES) {
    throw new SluiceError({
      code: 'REMOTE_TOO_FEW',
      message: `the training file has ${lines} examples, and providers ask for ${FEWEST_EXAMPLES}`,
      next: 'look at what the stages before dropped, or give more data',
    })
  }
  return { path, sha256, bytes, lines }
}

/**
 * Uploads a file, or finds the one that an earlier try has uploaded: its name holds the digest of its content.
 *
 * @returns the provider's id
 */
export async function uploadOnce(
  client: Client,
  file: UploadFile,
  purpose: string,
  outage: { readonly ms: number; readonly baseUrl: string },
): Promise<string> {
  const name = `sluice-${file.sha256.slice(0, 24)}.jsonl`
  const start = performance.now()
  for (let turn = 0; ; turn++) {
    if (turn > 0) {
      const known = await findFile(client, name, file.bytes)
      if (known !== undefined) return known
    }
    const attempt = await client.post('/files', purpose, {
      fields: { purpose: 'fine-tune' },
      file: { path: file.path, name },
    })
    if (attempt.outcome === 'done') return readFile(jsonOf(attempt.response, '/files')).id
    if (performance.now() - start > outage.ms) throw unreachable(outage, new Error('the upload does not succeed'))
    await client.pause(turn, attempt.outcome === 'busy' ? attempt.retryAfter : undefined)
  }
}

async function findFile(client: Client, name: string, bytes: number): Promise<string | undefined> {
  const files = await listAll(client, '/files', 'look whether an interrupted upload arrived', readFile)
  return files.find((file) => file.name === name && file.bytes === bytes)?.id
}
