import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { SluiceError } from '../../../util/errors.ts'
import type { Redactor } from '../redactor.ts'
import { type Item, itemOfLine, paragraphs } from './item.ts'

/** How a file is cut into items. */
export type ItemFormat = 'jsonl' | 'text' | 'lines'

/** By the file's name: JSON Lines by line, tables by row, anything else by paragraph. */
export function itemFormat(file: string): ItemFormat {
  const extension = extname(file).toLowerCase()
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl'
  return extension === '.csv' || extension === '.tsv' ? 'lines' : 'text'
}

/**
 * Items of a file, one by one; blank ones are left out. With a redactor each is redacted before anything else happens
 * with it.
 *
 * @throws SluiceError FILE_UNREADABLE
 */
export async function* readItems(file: string, redactor?: Redactor): AsyncGenerator<Item> {
  const format = itemFormat(file)
  const lines = linesOf(file)
  let row = 0
  for await (const text of format === 'text' ? paragraphs(lines) : lines) {
    if (text.trim() !== '') {
      const redacted =
        redactor === undefined
          ? text
          : ((format === 'jsonl' ? await redactor.redactJson(text) : undefined) ?? (await redactor.redact(text)))
      yield itemOfLine(redacted, row)
    }
    row += 1
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 18 })
  try {
    await once(stream, 'open')
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (cause) {
    throw new SluiceError({
      code: 'FILE_UNREADABLE',
      message: 'the file cannot be read',
      next: 'check its name and permissions',
      at: { file },
      cause,
    })
  } finally {
    stream.destroy()
  }
}
