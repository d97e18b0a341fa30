import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
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

/**
 * Has a witness cosign the log's current checkpoint, keeps the cosigned note and logs `log.witnessed` with size, root,
 * time and the digest of the witness's verifier key. Errors: `askWitness`, and those of an append.
 *
 * @param store folder of the store.
 */
export async function witnessLedger(
  store: string,
  ledger: Ledger,
  target: { readonly url: string; readonly witness: VerifierKey; readonly now?: () => Date },
): Promise<WitnessedCheckpoint & { readonly cosignature: Cosignature }> {
  const { size, root } = ledger
  const id = sha256(target.witness.noteVerifier)
  const folder = join(FOLDER, id.slice(0, 16))
  const known = sizesIn(join(store, folder)).filter((old) => old <= size)
  const { note, cosignature } = await askWitness({
    ...target,
    note: ledger.checkpoint(),
    size,
    old: Math.max(0, ...known),
    prove: (old) => ledger.proveConsistency(old).map((hash) => Buffer.from(hash, 'hex')),
  })
  const file = join(folder, `${size}.note`)
  writeFileDurable(join(store, file), note)
  const time = new Date(cosignature.time * 1000).toISOString()
  ledger.append([{ type: 'log.witnessed', run: 'log', subject: { size: String(size), root, witness: id, time } }])
  return { size, note, file, cosignature }
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
