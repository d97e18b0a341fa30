import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AllowedSigner, findAllowedSigner, parseAllowedSigners } from '../../audit/allowed-signers.ts'
import { personsOf } from '../../audit/review/persons.ts'
import { parseSshSignature, WAIVER_NAMESPACE } from '../../audit/sshsig.ts'
import { type Sha256, sha256 } from '../../util/digest.ts'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { validate } from '../../util/yaml-document.ts'
import { WAIVER_SCHEMA, type Waiver, type WaiverEvidence, type WaiverSignature } from './waiver.ts'

/** How the names of the two signatures of `W-1.json` end. */
export const REQUESTED = '.requested.sig'
export const APPROVED = '.approved.sig'

/** A waiver as it lies in its folder: `W-1.json`, `W-1.json.requested.sig`, `W-1.json.approved.sig`. */
export interface WaiverFile {
  readonly file: string
  readonly waiver: Waiver
  /** The exact bytes that are signed: canonical JSON. */
  readonly document: Buffer
  readonly digest: Sha256
  readonly requested?: Buffer
  readonly approved?: Buffer
}

export interface WaiverFolder {
  readonly waivers: readonly WaiverFile[]
  /** Who may sign; `undefined` where no file was named or found, and then no signature counts. */
  readonly signers?: readonly AllowedSigner[]
  /** The bytes of that file. */
  readonly signersText?: Buffer
}

/**
 * Reads a folder of waivers and the pinned `allowed_signers`. A folder that is not there is an empty one.
 *
 * @throws SluiceError `WAIVER_INVALID` with the file and what is wrong, `WAIVER_UNREADABLE`, `ALLOWED_SIGNERS_MALFORMED`.
 */
export function readWaiverFolder(dir: string, signersFile: string): WaiverFolder {
  const names = existsSync(dir) ? readdirSync(dir).sort() : []
  const waivers = names.filter((name) => name.endsWith('.json')).map((name) => readWaiver(join(dir, name)))
  const orphan = names.find(
    (name) => name.endsWith('.sig') && !names.includes(name.replace(REQUESTED, '').replace(APPROVED, '')),
  )
  if (orphan !== undefined) {
    throw invalid(join(dir, orphan), 'a signature without its waiver', 'restore the waiver, or take the signature away')
  }
  const signersText = readIfThere(signersFile)
  return {
    waivers,
    ...(signersText === undefined
      ? {}
      : { signersText, signers: parseAllowedSigners(signersText.toString('utf8'), signersFile) }),
  }
}

/** Reads one waiver with its signatures. @throws SluiceError `WAIVER_INVALID`, `WAIVER_UNREADABLE`. */
export function readWaiver(file: string): WaiverFile {
  const document = readIfThere(file)
  if (document === undefined) throw invalid(file, 'there is no such file', 'check the path')
  const waiver = parseWaiver(file, document)
  const requested = readIfThere(`${file}${REQUESTED}`)
  const approved = readIfThere(`${file}${APPROVED}`)
  return {
    file,
    waiver,
    document,
    digest: sha256(document),
    ...(requested === undefined ? {} : { requested }),
    ...(approved === undefined ? {} : { approved }),
  }
}

function parseWaiver(file: string, document: Buffer): Waiver {
  const rewrite = 'write waivers with `sluice waiver request`: a signature covers exact bytes'
  let value: unknown
  try {
    value = JSON.parse(document.toString('utf8'))
  } catch {
    throw invalid(file, 'it is not JSON', rewrite)
  }
  const [problem] = validate(WAIVER_SCHEMA, value)
  if (problem !== undefined) throw invalid(file, problem.message, problem.next ?? 'docs/waivers.md lists the keys')
  const waiver = value as Waiver
  // Another spelling of the same document would be another digest for the same id.
  if (!Buffer.from(canonicalJson(waiver), 'utf8').equals(document))
    throw invalid(file, 'it is not canonical JSON', rewrite)
  if (!file.endsWith(`/${waiver.id}.json`) && file !== `${waiver.id}.json`) {
    throw invalid(file, 'its name is not its id', `name it ${waiver.id}.json`)
  }
  return waiver
}

/** What a decision sees of a waiver: its signatures checked against the pinned signers at a moment. */
export function waiverEvidence(
  file: WaiverFile,
  signers: readonly AllowedSigner[] | undefined,
  now: Date,
  uses: number,
): WaiverEvidence {
  const { waiver, digest, document } = file
  const { requested_by: asked, approved_by: approved } = waiver
  const person = personsOf([asked, approved], signers ?? [])
  return {
    waiver,
    digest,
    requested: check(document, file.requested, asked, signers ?? [], now),
    approved: check(document, file.approved, approved, signers ?? [], now),
    ...(person.get(asked) === person.get(approved) ? { same_person: true as const } : {}),
    uses,
  }
}

function check(
  document: Buffer,
  armored: Buffer | undefined,
  principal: string,
  signers: readonly AllowedSigner[],
  now: Date,
): WaiverSignature {
  if (armored === undefined) return { state: 'missing' }
  try {
    const signature = parseSshSignature(armored.toString('utf8'))
    if (signature.namespace !== WAIVER_NAMESPACE || !signature.verify(document)) return { state: 'invalid' }
    const { publicKey } = signature
    const answer = findAllowedSigner(signers, { principal, publicKey, namespace: WAIVER_NAMESPACE, at: now })
    return answer.ok ? { state: 'valid', principal, key: signature.fingerprint } : { state: 'not_allowed' }
  } catch {
    return { state: 'invalid' }
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SluiceError({
      code: 'WAIVER_UNREADABLE',
      message: `a file of a waiver cannot be read (${toSluiceError(cause, 'reading a file').code})`,
      next: 'check its mode and owner',
      at: { file },
      cause,
    })
  }
}

function invalid(file: string, why: string, next: string): SluiceError {
  return new SluiceError({ code: 'WAIVER_INVALID', message: `this waiver is not valid: ${why}`, next, at: { file } })
}
