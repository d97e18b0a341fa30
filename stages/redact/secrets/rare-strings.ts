import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { isAlphabet, isDummy } from './key-shape.ts'
import { bitsPerChar } from './rarity.ts'
import { type Run, secretScan } from './scan.ts'

// Measured on 5,000 random strings of 20 and more characters of base 62 or 64: 99 in 100 lie above 8 bits a character, all
// above 6.6; of the names in this project's own sources 95 in 100 lie below 5.
const RARE = 7.5
const RARE_WHERE_NAMED = 5.5
// Ids of documents and videos have 20 and fewer.
const LEAST_ALONE = 24
const MOST_ALONE = 160
const LEAST_NAMED = 16

const NAMES_A_SECRET =
  /(?<![a-z])(?:(?:api|access|private|secret|auth|app|client|signing|encryption|account|service|license|licence|product|activation)?[ _-]?keys?|(?:auth|access|bearer|refresh|api)?[ _-]?tokens?|secrets?|credentials?|creds?|bearer|passwords?|passwort|passwd|pwd|pass|authorization|authenticat\w{2,5}|login|schlüssel|clave|senha|signature|cookie|session(?: ?id)?|jwt|oauth)(?![a-z])/
/** What names something else: digests, ids of things, boundaries. Tested on the words right before. */
const NAMES_ANOTHER =
  /(?:commits?|sha-?\d{0,3}|md5|hash(?:es)?|digest|checksum|integrity|fingerprint|thumbprint|etag|boundary|revision|rev|order|tracking|booking|confirmation|reference|ref|ticket|case|invoice|serial|isbn|sku|part|model|uuid|guid|message|request|trace|span|build|version|transaction|tx|txn|track|parcel|shipment|video|thread|image|img|file|filename|path|folder|branch|nonce|public[ _-]?key|certificate|cert|kid|known[ _-]?hosts?|content)(?:[ _-]?(?:id|ids|no|nr|number|code|hash|sum|is|was|of|to|key))?["'`]?\W{0,4}$|(?:public|site|primary|foreign|sort|partition|object|cache|map|s3|row)[ _-]?keys?(?: is)?["'`]?\W{0,4}$|sha\d{1,3}[-:]$|\bids?["'`]?\W{0,4}$|["'](?:x|y|n|x5c|x5t)\\?["']\s?:\s?\\?["']$/

/**
 * Strings that nobody wrote: secrets without any known form. Judged by how rare their letters are in words and
 * identifiers, not by entropy. Beside a word for a secret a lower bar holds; alone, a string must be long, mixed and
 * very rare, and no address, path, digest, boundary, base64 of text or part of a longer block.
 */
export const rareString: Recognizer = {
  name: 'secret-rare',
  types: ['SECRET'],
  // A random string without a digit is one in thirty of the shortest.
  needs: Feature.DIGIT,
  priority: 0,
  find(subject, emit) {
    const { text } = subject
    for (const run of secretScan(subject).runs) {
      const score = judge(subject, text.slice(run.start, run.end), run)
      const { start, end } = run
      if (score > 0) emit({ start, end, type: 'SECRET', score, why: score > 0.55 ? 'rare, named' : 'rare' })
      else if (subject.tracing && score < 0) emit({ start, end, type: 'SECRET', score: 0, why: 'not rare enough' })
    }
  },
}

const ADDRESS = /^(?:.{0,40}?:\/\/|\W{0,3}www\.|\W{0,2}\.{0,2}\/)/

/** Score; 0 where the string is of another kind, −1 where only its letters speak against it. */
function judge(subject: Subject, value: string, { start, end, from }: Run): number {
  const { text } = subject
  const core = value.replace(/=+$/, '')
  const hex = /^[0-9a-f]+$/i.test(core)
  if (core.length < LEAST_NAMED || core.length > 1024 || (hex && core.length < 32) || isKnownId(core)) return 0
  if (!/\d/.test(core) && !/[a-z][A-Z]/.test(core)) return 0
  const rarity = hex ? RARE_WHERE_NAMED : rarest(core)
  if (rarity < RARE_WHERE_NAMED) return -1
  if (isWord(text, start - 1) || isWord(text, end) || text[end] === '@' || isDummy(core)) return 0
  // In an address, only its own words count.
  const url = ADDRESS.test(text.slice(from, Math.min(start, from + 48)))
  const before = url ? text.slice(Math.max(from, start - 48), start).toLowerCase() : subject.before(start, 48)
  if (before.endsWith(';base64,') || NAMES_ANOTHER.test(before.slice(-32))) return 0
  if (NAMES_A_SECRET.test(before)) return hex && !/[a-f]/i.test(core) ? 0 : hex ? 0.6 : 0.65
  if (hex || url || core.length < LEAST_ALONE || core.length > MOST_ALONE) return 0
  if (!/\d/.test(core) || !/[a-z]/.test(core) || !/[A-Z]/.test(core)) return 0
  if (core.startsWith('--') || /^AAAA[A-E]3N/.test(core) || isPath(core) || isBlockLine(text, start, end)) return 0
  if (rarity < RARE) return -1
  return isAlphabet(core) || isBase64OfText(core) ? 0 : 0.55
}

/** The part between separators that is rarest, when it is long: `prod_backup_3kTq9…` is rare in its last part. */
function rarest(core: string): number {
  const whole = bitsPerChar(core)
  return core
    .split(/[_/+-]/)
    .reduce((most, part) => (part.length >= 16 ? Math.max(most, bitsPerChar(part)) : most), whole)
}

/** UUIDs, digests in hex, ULIDs, numbers, codes in capitals: ids of things. */
function isKnownId(value: string): boolean {
  return (
    /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value) ||
    /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(value) ||
    /^[\d+/_=-]+$/.test(value)
  )
}

/** Several short parts between slashes, or dashes between words. */
function isPath(core: string): boolean {
  const parts = core.split('/')
  return parts.length >= 4 || (parts.length >= 2 && parts.every((part) => part.length < 16))
}

/** One line of many of the same kind: a certificate, an attachment, a public key. */
function isBlockLine(text: string, start: number, end: number): boolean {
  if (end - start < 56) return false
  return (
    /^\r?\n?[ \t>]*[A-Za-z0-9+/]{20,}/.test(text.slice(end, end + 40)) ||
    /[A-Za-z0-9+/=-]{20,}[\r\n][ \t>]*$/.test(text.slice(Math.max(0, start - 40), start))
  )
}

/** Base64 of something that can be read. */
function isBase64OfText(core: string): boolean {
  const bytes = Buffer.from(core, 'base64')
  let readable = 0
  for (const byte of bytes) if (byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127)) readable += 1
  return readable / bytes.length > 0.95
}
