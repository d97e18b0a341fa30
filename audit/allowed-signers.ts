import { SluiceError } from '../util/errors.ts'
import { sshKeyType } from './sshsig.ts'

/** One line of an `allowed_signers` file (ssh-keygen(1), ALLOWED SIGNERS): who may sign what, with which key, when. */
export interface AllowedSigner {
  /** 1-based line in the file. */
  readonly line: number
  /** Patterns with `*`, `?` and a leading `!`. */
  readonly principals: readonly string[]
  /** The key in wire form. */
  readonly publicKey: Buffer
  readonly keyType: string
  /** Namespaces that the key may sign for; absent: any. Patterns too. */
  readonly namespaces?: readonly string[]
  /** Milliseconds; a signature before it or after the other does not count. */
  readonly validAfter?: number
  readonly validBefore?: number
}

/**
 * Reads an `allowed_signers` file. Certificate authorities are left out: nothing here checks certificates, so such a
 * line allows nobody. Times must end in `Z`: without it OpenSSH means the time zone of whoever checks, and the answer
 * would depend on the place.
 *
 * @throws SluiceError `ALLOWED_SIGNERS_MALFORMED` (exit 2) with the line.
 */
export function parseAllowedSigners(text: string, file = 'allowed_signers'): readonly AllowedSigner[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return []
    const fail = (why: string): SluiceError =>
      new SluiceError({
        code: 'ALLOWED_SIGNERS_MALFORMED',
        message: `a line does not name a signer: ${why}`,
        next: 'write: NAME namespaces="sluice-approval" ssh-ed25519 AAAA… (see ssh-keygen(1), ALLOWED SIGNERS)',
        at: { file, line: index + 1 },
      })
    const words = splitWords(line)
    if (words === undefined) throw fail('a quote is not closed')
    const [principals, ...rest] = words
    const typeAt = rest.findIndex((word) => KEY_TYPE.test(word))
    const [type, base64] = [rest[typeAt], rest[typeAt + 1]]
    if (principals === undefined || type === undefined || base64 === undefined) throw fail('it has no key')
    const options = parseOptions(rest.slice(0, typeAt).join(' '), fail)
    if (options.certAuthority) return []
    const publicKey = Buffer.from(base64, 'base64')
    if (publicKey.toString('base64') !== base64) throw fail('its key is not base64')
    let keyType: string
    try {
      keyType = sshKeyType(publicKey)
    } catch {
      throw fail('its key is not of a type that is taken here')
    }
    if (keyType !== type) throw fail('its key is of another type than it says')
    const { certAuthority: _, ...valid } = options
    return [{ line: index + 1, principals: principals.split(','), publicKey, keyType, ...valid }]
  })
}

export type AllowedAnswer =
  | { readonly ok: true; readonly signer: AllowedSigner }
  | { readonly ok: false; readonly reason: 'unknown' | 'other_key' | 'namespace' | 'too_early' | 'too_late' }

/** Whether a person may sign in a namespace with a key at a time. The reason is the nearest to a yes. */
export function findAllowedSigner(
  signers: readonly AllowedSigner[],
  asked: { readonly principal: string; readonly publicKey: Uint8Array; readonly namespace: string; readonly at: Date },
): AllowedAnswer {
  let reason: Extract<AllowedAnswer, { ok: false }>['reason'] = 'unknown'
  // ssh-keygen compares whole seconds.
  const time = Math.floor(asked.at.getTime() / 1000) * 1000
  for (const signer of signers) {
    if (!matchesList(asked.principal, signer.principals)) continue
    if (reason === 'unknown') reason = 'other_key'
    if (!signer.publicKey.equals(asked.publicKey)) continue
    if (signer.namespaces !== undefined && !matchesList(asked.namespace, signer.namespaces)) {
      reason = 'namespace'
    } else if (!(time >= (signer.validAfter ?? Number.NEGATIVE_INFINITY))) {
      reason = 'too_early'
    } else if (!(time <= (signer.validBefore ?? Number.POSITIVE_INFINITY))) {
      reason = 'too_late'
    } else {
      return { ok: true, signer }
    }
  }
  return { ok: false, reason }
}

const KEY_TYPE = /^(sk-)?(ssh|ecdsa)-[a-z0-9-]+(@openssh\.com)?$/

/** Words apart by blanks; blanks inside double quotes stay. */
function splitWords(line: string): readonly string[] | undefined {
  const words = line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []
  return (line.match(/"/g) ?? []).length % 2 === 1 ? undefined : words.map((word) => word.replace(/^"([^"]*)"$/, '$1'))
}

interface Options {
  readonly certAuthority: boolean
  readonly namespaces?: readonly string[]
  readonly validAfter?: number
  readonly validBefore?: number
}

function parseOptions(text: string, fail: (why: string) => SluiceError): Options {
  let options: Options = { certAuthority: false }
  // OpenSSH joins options with commas; commas inside quotes belong to the value.
  for (const part of text.match(/(?:"[^"]*"|[^,"\s])+/g) ?? []) {
    const [, name, value] = /^([a-z-]+)(?:="([^"]*)")?$/i.exec(part) ?? []
    const known = name?.toLowerCase()
    if (known === 'cert-authority' && value === undefined) options = { ...options, certAuthority: true }
    else if (known === 'namespaces' && value !== undefined) options = { ...options, namespaces: value.split(',') }
    else if (known === 'valid-after' && value !== undefined) options = { ...options, validAfter: time(value, fail) }
    else if (known === 'valid-before' && value !== undefined) options = { ...options, validBefore: time(value, fail) }
    else throw fail('an option is not known')
  }
  return options
}

function time(text: string, fail: (why: string) => SluiceError): number {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z$/.exec(text)
  if (match === null) throw fail('a time is not of the form 20270131Z or 202701311830Z')
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const value = Date.parse(iso)
  if (Number.isNaN(value) || new Date(value).toISOString() !== iso) throw fail('a time is not in the calendar')
  return value
}

/** OpenSSH's pattern lists: one must match, and none with `!` may. */
function matchesList(name: string, patterns: readonly string[]): boolean {
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(name, pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && matches(name, pattern))
}

/** `*` and `?`, in linear time whatever the pattern. */
function matches(name: string, pattern: string): boolean {
  let at = 0
  let star = -1
  let mark = 0
  let p = 0
  while (at < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      mark = at
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[at])) {
      p++
      at++
    } else if (star >= 0) {
      p = star + 1
      at = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
