import { rewriteJson } from '../json-text.ts'
import type { PiiType } from '../pii-type.ts'
import { ENCRYPTED, type Sealer, sealer } from './encrypt.ts'
import { type Fpe, fpe } from './fpe.ts'
import { keyId, subKey } from './keys.ts'
import type { FpeAlphabet } from './kinds.ts'

/** Values of one field that `fpe` wrote: nothing in them says so, so the field must be named. */
export interface FpeField {
  /** As the redactor had it: it is the tweak. */
  readonly type: PiiType
  /** Keys from the root of the row, joined by dots, `[]` for items of a list: `meta.account`. */
  readonly path: string
  readonly alphabet: FpeAlphabet
}

/** What became of the values, by what stands before them. Never a value. */
export interface Restored {
  /** Values that were put back, by type. */
  readonly values: Map<string, number>
  /** Tokens of other keys, by the id of the key: they stay. */
  readonly foreign: Map<string, number>
  /** Tokens with the id of this key that it did not make: changed, or cut. They stay. */
  damaged: number
  /** Values of the named fields that `fpe` cannot have written. They stay. */
  skipped: number
}

export interface Restorer {
  readonly keyId: string
  /** A line of text, its tokens replaced by what they stand for. */
  text(line: string, restored: Restored): string
  /** A row of JSON; it stays JSON whatever the values hold. `undefined` where it is none. */
  json(row: string, restored: Restored): string | undefined
}

export function nothingRestored(): Restored {
  return { values: new Map(), foreign: new Map(), damaged: 0, skipped: 0 }
}

/** Turns back what the operators `encrypt` and `fpe` wrote with a key. */
export function restorer(key: Uint8Array, fields: readonly FpeField[] = []): Restorer {
  const seal: Sealer = sealer(key)
  const ciphers = new Map<FpeAlphabet, Fpe>(fields.map(({ alphabet }) => [alphabet, fpe(subKey(key, 'fpe'), alphabet)]))
  const byPath = new Map(fields.map((field) => [field.path, field]))

  const text = (line: string, restored: Restored): string =>
    line.replace(ENCRYPTED, (token, type: string, id: string, sealed: string) => {
      if (id !== seal.keyId) {
        add(restored.foreign, id)
        return token
      }
      const value = seal.open(type, sealed)
      if (value === undefined) {
        restored.damaged += 1
        return token
      }
      add(restored.values, type)
      return value
    })

  const field = (value: string, { type, alphabet }: FpeField, restored: Restored): string => {
    const plain = ciphers.get(alphabet)!.decrypt(value, type)
    if (plain === undefined) {
      restored.skipped += 1
      return value
    }
    add(restored.values, type)
    return plain
  }

  return {
    keyId: keyId(key),
    text,
    json: (row, restored) =>
      rewriteJson(row, (value, _name, kind, path) => {
        const named = kind === 'key' ? undefined : byPath.get(path)
        return named === undefined ? text(value, restored) : field(value, named, restored)
      }),
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
