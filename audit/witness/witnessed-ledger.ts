import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
import { type SluiceError, toSluiceError } from '../../util/errors.ts'
import type { Cosignature } from '../cosignature.ts'
import type { Ledger } from '../ledger.ts'
import type { VerifierKey } from '../verifier-key.ts'
import { askWitness } from './witness-client.ts'

export interface WitnessedCheckpoint {
  readonly size: number
  /** The log's note with the witness's cosignature. */
  readonly note: string
  /** Path in the store. */
  readonly file: string
}

/** Notes with the cosignatures of witnesses: `<store>/ledger-witnesses/<witness>/<size>.note`. */
const FOLDER = 'ledger-witnesses'

export interface WitnessTarget {
  readonly url: string
  readonly witness: VerifierKey
}

export interface WitnessedBy extends WitnessedCheckpoint {
  readonly cosignature: Cosignature
}

/**
 * Has witnesses cosign the log's current checkpoint, all the same one, so that a quorum can be counted on it. Keeps the
 * note with all their cosignatures and logs `log.witnessed` for each with size, root, time and the digest of its
 * verifier key. One that fails does not keep the others from being kept.
 *
 * @param store folder of the store.
 * @returns what each witness gave, and the errors of `askWitness` of those that gave nothing.
 */
export async function witnessLedger(
  store: string,
  ledger: Ledger,
  targets: readonly WitnessTarget[],
  now?: () => Date,
): Promise<{ readonly witnessed: readonly WitnessedBy[]; readonly errors: readonly SluiceError[] }> {
  const { size, root } = ledger
  const plain = ledger.checkpoint()
  const errors: SluiceError[] = []
  const found: { readonly id: string; readonly cosignature: Cosignature; readonly lines: string }[] = []
  for (const target of targets) {
    const id = sha256(target.witness.noteVerifier)
    const known = sizesIn(join(store, folderOf(id))).filter((old) => old <= size)
    try {
      const { note, cosignature } = await askWitness({
        ...target,
        note: plain,
        size,
        old: Math.max(0, ...known),
        prove: (old) => ledger.proveConsistency(old).map((hash) => Buffer.from(hash, 'hex')),
        ...(now === undefined ? {} : { now }),
      })
      found.push({ id, cosignature, lines: note.slice(plain.length) })
    } catch (cause) {
      errors.push(toSluiceError(cause, 'asking a witness'))
    }
  }
  const note = plain + found.map(({ lines }) => lines).join('')
  const witnessed = found.map(({ id, cosignature }) => {
    const file = join(folderOf(id), `${size}.note`)
    writeFileDurable(join(store, file), note)
    return { size, note, file, cosignature }
  })
  ledger.append(
    found.map(({ id, cosignature }) => {
      const time = new Date(cosignature.time * 1000).toISOString()
      return { type: 'log.witnessed', run: 'log', subject: { size: String(size), root, witness: id, time } }
    }),
  )
  return { witnessed, errors }
}

function folderOf(id: string): string {
  return join(FOLDER, id.slice(0, 16))
}

/** All cosigned notes of a store, by size. Nothing of them is checked. */
export function witnessedCheckpoints(store: string): readonly WitnessedCheckpoint[] {
  const folder = join(store, FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((witness) =>
      sizesIn(join(folder, witness)).map((size) => {
        const file = join(FOLDER, witness, `${size}.note`)
        return { size, file, note: readFileSync(join(store, file), 'utf8') }
      }),
    )
    .sort((a, b) => a.size - b.size)
}

function sizesIn(folder: string): readonly number[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const size = /^(0|[1-9][0-9]{0,14})\.note$/.exec(name)?.[1]
    return size === undefined ? [] : [Number(size)]
  })
}
