import { Feature } from '../feature.ts'
import type { Candidate, Recognizer } from '../recognizer.ts'
import type { Subject } from '../subject.ts'
import { secretScan } from './scan.ts'

type Emit = (candidate: Candidate) => void

/** Longer than any key: what stands between two such lines is then something else. */
const MAX_KEY = 64_000
// Lines of base64, also with `\n` written out; headers of an encrypted key (`Proc-Type: …`) may come first.
const BASE64_LINES = /(?:(?:\\[nr]|[\s>])*[A-Za-z0-9+/]{24,}={0,2})*(?:(?:\\[nr]|[\s>])+[A-Za-z0-9+/]{1,64}={1,2})?/y

/** Private keys: PEM (PKCS#1, PKCS#8, EC, encrypted, OpenSSH), PGP blocks, PuTTY files, and private members of JWKs. */
export const privateKey: Recognizer = {
  name: 'private-key',
  types: ['SECRET'],
  needs: Feature.UPPER,
  priority: 9,
  find(subject, emit) {
    if ((subject.features & Feature.DASHES) !== 0) armoured(subject, emit)
    const { marks } = secretScan(subject)
    if (marks.length === 0) return
    if (marks.some(({ kind }) => kind === 'putty')) putty(subject, emit)
    if (marks.some(({ kind }) => kind === 'kty')) jwk(subject, emit)
  },
}

/** PEM and PGP. A block that was cut off is taken to the end of its base64 lines. */
function armoured({ text }: Subject, emit: Emit): void {
  for (let at = text.indexOf('-----BEGIN'); at >= 0; ) {
    const head = /^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(text.slice(at, at + 90))
    if (head === null) {
      at = text.indexOf('-----BEGIN', at + 10)
      continue
    }
    const from = at + head[0].length
    // Up to the next `-----`, whatever it opens: each stretch is looked at once.
    const dashes = text.indexOf('-----', from)
    const tail = dashes < 0 ? null : /^-----END [A-Z0-9 ]{0,60}-----/.exec(text.slice(dashes, dashes + 80))
    let end: number
    if (tail !== null && dashes - from <= MAX_KEY) end = dashes + tail[0].length
    else {
      BASE64_LINES.lastIndex = from
      end = from + (BASE64_LINES.exec(text)?.[0].length ?? 0)
    }
    while (end > at && /\s/.test(text[end - 1]!)) end -= 1
    emit({ start: at, end, type: 'SECRET', score: 1, rule: 'pem' })
    at = text.indexOf('-----BEGIN', end)
  }
}

const PUTTY_LINES =
  /Private-Lines: ?\d{1,4}(?:\\[nr]|\s)+((?:[A-Za-z0-9+/=]{1,64}(?:\\[nr]|\s){1,4})*[A-Za-z0-9+/=]{1,64})/dg

/** The private lines of a PuTTY key file; what stands above them is public. */
function putty({ text }: Subject, emit: Emit): void {
  for (const match of text.matchAll(PUTTY_LINES)) {
    const [start, stop] = match.indices![1]!
    const mac = text.indexOf('Private-MAC', start)
    let end = mac > start && mac < stop ? mac : stop
    while (/\s/.test(text[end - 1]!)) end -= 1
    emit({ start, end, type: 'SECRET', score: 0.98, rule: 'putty' })
  }
}

// RFC 7518 §6: the private members of RSA and EC keys, and `k` of symmetric ones.
const PRIVATE_MEMBER = /\\?["'](?:d|p|q|dp|dq|qi|k)\\?["']\s{0,4}:\s{0,4}\\?["']([\w-]{16,2048})/dg

function jwk({ text }: Subject, emit: Emit): void {
  for (const match of text.matchAll(PRIVATE_MEMBER)) {
    const [start, end] = match.indices![1]!
    emit({ start, end, type: 'SECRET', score: 0.97, rule: 'jwk' })
  }
}
