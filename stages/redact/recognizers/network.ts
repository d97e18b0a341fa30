import { isIPv6 } from 'node:net'
import { Feature } from '../feature.ts'
import { pattern, type Recognizer } from '../recognizer.ts'

const VERSION =
  /\b(?:v|version|release|build|driver|firmware|update|upgrade|ver\.?|patch|android|ios|chrome|windows|macos|edition|section|chapter|beta|alpha)\W{0,3}(?:\w{1,10}\W)?$/
const ADDRESS = /\bips?\b|address|host|server|client|gateway|dns|ping|from|remote|peer|subnet|login|connect/

/** The label of a field, right before. */
const LABELLED = /(?<![a-z])ip(?:v4)?(?:[ _-]?addr(?:ess)?)?["'\s:=(]{1,4}$/

/** IPv4, RFC 791 dotted form; not versions, loopback, netmasks or the unspecified address. */
export const ipv4 = pattern({
  name: 'ipv4',
  type: 'IP_ADDRESS',
  needs: Feature.DOTS | Feature.DECIMALS,
  priority: 5,
  pattern: /(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2}(?!\d))?/g,
  score: 0.8,
  validate(value, score, subject, start, end) {
    const octets = value.split('/')[0]!.split('.')
    if (octets.some((octet) => Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0')))) return 0
    if (/\d[.,]$|[.]$/.test(subject.text.slice(Math.max(0, start - 2), start))) return 0
    if (/^[.,]\d/.test(subject.text.slice(end, end + 2))) return 0
    const before = subject.before(start, 24)
    if (subject.hint === 'IP_ADDRESS') return 0.95
    if (VERSION.test(before) && !/\bip\b/.test(before)) return 0.2
    // Every machine has 127.0.0.1; another address of its block, where a label says that it is one, stands for a person's.
    if (/^(?:127\.|0\.0\.0\.0|255\.255\.)/.test(value))
      return value.startsWith('127.') && !/^127\.0\.[01]\.\d{1,2}$/.test(value) && LABELLED.test(before) ? 0.7 : 0.2
    // 1.2.3.4: short parts are more often a version.
    if (octets.every((octet) => octet.length === 1)) return ADDRESS.test(before) ? 0.7 : 0.4
    return ADDRESS.test(before) ? 0.95 : score
  },
})

const IPV6 = /[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?:%[0-9A-Za-z]{1,15})?(?:\/\d{1,3})?/y

/** IPv6, RFC 4291 text forms, with zone or prefix length. */
export const ipv6: Recognizer = {
  name: 'ipv6',
  types: ['IP_ADDRESS'],
  needs: Feature.COLONS,
  priority: 5,
  find(subject, emit) {
    const { text } = subject
    for (let colon = text.indexOf(':'); colon >= 0; ) {
      let start = colon
      while (start > 0 && colon - start < 4 && isHex(text, start - 1)) start -= 1
      IPV6.lastIndex = start
      const end = isHex(text, start - 1) || !IPV6.test(text) ? 0 : IPV6.lastIndex
      if (end > 0 && !subject.touchesWord(start, end) && isAddress(text, start, end))
        emit({ start, end, type: 'IP_ADDRESS', score: 0.9 })
      colon = text.indexOf(':', Math.max(colon + 1, end))
    }
  },
}

function isAddress(text: string, start: number, end: number): boolean {
  const address = text.slice(start, end).split(/[%/]/)[0]!
  // A port may follow.
  if (/^:(?!\d{1,5}(?![\w:]))/.test(text.slice(end, end + 8)) || /[\w:.]/.test(text[start - 1] ?? '')) return false
  const hex = address.replace(/[^0-9A-Fa-f]/g, '')
  // `::`, `::1`, and `a::b` of programming languages are no one's address.
  return isIPv6(address) && hex.length >= 4 && /\d/.test(hex)
}

const PAIRS = /[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}/y
const TRIPLES = /[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}/y

/** MAC (EUI-48) addresses: six pairs with one separator, or Cisco's three groups. Not broadcast or all zero. */
export const mac: Recognizer = {
  name: 'mac',
  types: ['MAC_ADDRESS'],
  // A MAC address without any digit is one in a hundred thousand: not worth looking at every text.
  needs: Feature.LETTER | Feature.DIGIT | Feature.PAIR_MARKS,
  priority: 5,
  find(subject, emit) {
    const { text } = subject
    const offer = (start: number, end: number, score: number): void => {
      if (end === 0 || subject.touchesWord(start, end)) return
      const hex = text.slice(start, end).replace(/[^0-9A-Fa-f]/g, '')
      if (/^(?:0+|[Ff]+)$/.test(hex) || /^[:-][0-9A-Fa-f]{2}/.test(text.slice(end, end + 3))) return
      if (/[0-9A-Fa-f]{2}[:-]$/.test(text.slice(Math.max(0, start - 3), start))) return
      emit({ start, end, type: 'MAC_ADDRESS', score })
    }
    // From its first separator: the next one stands three places on, and is the same.
    for (const mark of [':', '-']) {
      for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
        if (at < 2 || text[at + 3] !== mark || !isHex(text, at - 1)) continue
        PAIRS.lastIndex = at - 2
        if (!PAIRS.test(text)) continue
        offer(at - 2, PAIRS.lastIndex, 0.95)
        at = PAIRS.lastIndex
      }
    }
    for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
      if (at < 4 || text[at + 5] !== '.' || !isHex(text, at - 1)) continue
      TRIPLES.lastIndex = at - 4
      if (TRIPLES.test(text)) offer(at - 4, TRIPLES.lastIndex, /[A-Fa-f]/.test(text.slice(at - 4, at + 10)) ? 0.8 : 0.2)
    }
  },
}

function isHex(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}
