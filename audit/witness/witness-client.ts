import { SluiceError } from '../../util/errors.ts'
import { type Cosignature, checkCosignatures } from '../cosignature.ts'
import type { VerifierKey } from '../verifier-key.ts'
import { formatAddCheckpoint } from './add-checkpoint.ts'

export interface WitnessQuestion {
  /** `http://127.0.0.1:8080`, without `/add-checkpoint`. */
  readonly url: string
  readonly witness: VerifierKey
  /** The checkpoint, a signed note, and its size. */
  readonly note: string
  readonly size: number
  /** Size that this witness cosigned last, as far as is known here; it says itself if that is wrong. */
  readonly old: number
  /** Consistency proof from an older size, 1 or more, to `size`. */
  prove(old: number): readonly Uint8Array[]
  readonly now?: () => Date
}

export interface Cosigned {
  /** The note with the cosignature line added. */
  readonly note: string
  readonly cosignature: Cosignature
}

const TIMEOUT_MS = 10_000
const MAX_REPLY = 64 * 1024

/**
 * Asks a witness to cosign a checkpoint. Throws `WITNESS_UNREACHABLE` (transient), `WITNESS_REFUSED`, `WITNESS_ANSWER`
 * where what came back is not a cosignature of its key, and with exit 4 what only happens where a log was changed:
 * `WITNESS_AHEAD` (the witness has seen more entries) and `WITNESS_FORK` (it has seen other ones).
 */
export async function askWitness(question: WitnessQuestion): Promise<Cosigned> {
  const { note, size } = question
  let old = question.old
  // A second try with the size that the witness names; a third in case another process was faster.
  for (let attempt = 1; ; attempt++) {
    const proof = old === 0 || old === size ? [] : question.prove(old)
    const reply = await post(question.url, formatAddCheckpoint({ old, proof, note }))
    if (reply.status === 200) return readCosignature(question, reply.body)
    if (reply.status === 422) throw forked()
    if (reply.status !== 409) throw refused(reply.status)
    const known = /^(0|[1-9][0-9]{0,14})\n$/.exec(reply.body)?.[1]
    if (known === undefined) throw answer('it named no size')
    if (Number(known) > size) throw ahead(Number(known), size)
    if (Number(known) === old) throw forked()
    if (attempt === 3) throw refused(409)
    old = Number(known)
  }
}

function readCosignature({ note, witness, now }: WitnessQuestion, body: string): Cosigned {
  // Only the lines of the witness that was asked are kept: others are not ours to judge.
  const lines = body.split('\n').filter((line) => line.startsWith(`\u2014 ${witness.noteName} `))
  const cosigned = note + lines.map((line) => `${line}\n`).join('')
  const { cosignatures, problems } = checkCosignatures(cosigned, [witness], now?.() ?? new Date())
  if (problems[0] !== undefined) throw answer(problems[0].message)
  if (cosignatures[0] === undefined) throw answer('its key is another than --witness says')
  return { note: cosigned, cosignature: cosignatures[0] }
}

async function post(url: string, body: string): Promise<{ readonly status: number; readonly body: string }> {
  const base = url.replace(/\/+$/, '')
  if (!/^https?:\/\/[^\s/]+/.test(base)) {
    throw new SluiceError({
      code: 'WITNESS_URL',
      message: 'this is not the address of a witness',
      next: 'give --url http://127.0.0.1:PORT as `sluice ledger witness serve` printed it',
    })
  }
  try {
    const response = await fetch(`${base}/add-checkpoint`, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      if (text.length > MAX_REPLY) throw answer('it is too long')
    }
    return { status: response.status, body: text }
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError({
      code: 'WITNESS_UNREACHABLE',
      message: 'the witness does not answer',
      next: 'start it (sluice ledger witness serve), check --url, then run the same command again',
      exit: 5,
      transient: true,
      cause,
    })
  }
}

function refused(status: number): SluiceError {
  const why =
    status === 404 ? ': it does not know this log' : status === 403 ? ': it knows another key of this log' : ''
  return new SluiceError({
    code: 'WITNESS_REFUSED',
    message: `the witness refused (${status})${why}`,
    next: 'start the witness with --log and the verifier key of this log',
    exit: 5,
  })
}

function answer(what: string): SluiceError {
  return new SluiceError({
    code: 'WITNESS_ANSWER',
    message: `the answer of the witness cannot be used: ${what}`,
    next: 'check --url and --witness: they must belong to one witness',
    exit: 4,
  })
}

function ahead(known: number, size: number): SluiceError {
  return new SluiceError({
    code: 'WITNESS_AHEAD',
    message: `the witness has seen ${known} entries of this log, here there are ${size}: it was cut, or restored from an old copy`,
    next: 'find out who changed the log, and restore it from a copy that is not older than the witness’s',
    exit: 4,
  })
}

function forked(): SluiceError {
  return new SluiceError({
    code: 'WITNESS_FORK',
    message: 'the witness has cosigned another history of this log than the one here',
    next: 'find out who changed the log or who signs with its key; the witness keeps the note it cosigned',
    exit: 4,
  })
}
