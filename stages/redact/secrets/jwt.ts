import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'

const PARTS = /[\w-]{1,4096}/y

/**
 * JSON Web Tokens: three base64url parts (JWS, RFC 7515), two (unsecured, or cut off) or five (JWE, RFC 7516). The first
 * part decodes to the opening of a JSON object with `alg` in it. Base64 of other JSON objects starts with `eyJ` as well.
 */
export const jwt: Recognizer = {
  name: 'jwt',
  types: ['SECRET'],
  needs: Feature.UPPER | Feature.DOT,
  priority: 8,
  find(subject, emit) {
    const { text } = subject
    for (let at = text.indexOf('eyJ'); at >= 0; at = text.indexOf('eyJ', at + 3)) {
      if (at > 0 && /[\w-]/.test(text[at - 1]!) && !isEscape(text, at)) continue
      const ends = partEnds(text, at)
      const [header] = ends
      if (header === undefined || ends.length < 2) continue
      const told = opensWithAlg(text.slice(at, header))
      const twin = text.startsWith('eyJ', header + 1)
      if (!told && !(twin && header - at >= 11)) continue
      const end = told && ends.length >= 5 ? ends[4]! : ends.length >= 3 ? ends[2]! : ends[1]!
      emit({ start: at, end, type: 'SECRET', score: told ? 0.99 : 0.8, rule: 'jwt', why: told ? 'header' : 'shape' })
      at = end - 3
    }
  },
}

/** Ends of up to five parts joined by dots; a part may be empty from the second on (`alg: none`, direct keys). */
function partEnds(text: string, from: number): readonly number[] {
  const ends: number[] = []
  for (let at = from; ends.length < 5; ) {
    PARTS.lastIndex = at
    if (PARTS.test(text)) at = PARTS.lastIndex
    else if (ends.length === 0) break
    ends.push(at)
    if (text[at] !== '.') break
    at += 1
  }
  // The dot that ends a sentence after a token is not part of it.
  return ends.length >= 2 && ends.at(-1) === ends.at(-2)! + 1 && ends.length > 3 ? ends.slice(0, -1) : ends
}

function opensWithAlg(part: string): boolean {
  const header = Buffer.from(part.slice(0, 2048), 'base64url').toString('utf8')
  return /^\{\s*"/.test(header) && /"(?:alg|enc|typ)"\s*:\s*"/.test(header)
}

/** `\n` of an escaped string right before. */
function isEscape(text: string, at: number): boolean {
  return text[at - 2] === '\\' && 'nrt'.includes(text[at - 1]!)
}
