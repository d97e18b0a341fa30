import { isIPv6 } from 'node:net'
import { pattern } from '../recognizer.ts'
import { Feature } from '../subject.ts'

const VERSION =
  /\b(?:v|version|release|build|driver|firmware|update|upgrade|ver\.?|patch|android|ios|chrome|windows|macos|edition|section|chapter|beta|alpha)\W{0,3}(?:\w{1,10}\W)?$/
const ADDRESS = /\bips?\b|address|host|server|client|gateway|dns|ping|from|remote|peer|subnet|login|connect/

/** IPv4, RFC 791 dotted form; not versions, loopback, netmasks or the unspecified address. */
export const ipv4 = pattern({
  name: 'ipv4',
  type: 'IP_ADDRESS',
  needs: Feature.DIGIT | Feature.DOTS,
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
    if (/^(?:127\.|0\.0\.0\.0|255\.255\.)/.test(value)) return 0.2
    // 1.2.3.4: short parts are more often a version.
    if (octets.every((octet) => octet.length === 1)) return ADDRESS.test(before) ? 0.7 : 0.4
    return ADDRESS.test(before) ? 0.95 : score
  },
})

/** IPv6, RFC 4291 text forms, with zone or prefix length. */
export const ipv6 = pattern({
  name: 'ipv6',
  type: 'IP_ADDRESS',
  needs: Feature.COLONS,
  priority: 5,
  pattern:
    /(?<![0-9A-Fa-f:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?:%[0-9A-Za-z]{1,15})?(?:\/\d{1,3})?/g,
  score: 0.9,
  validate(value, score, subject, start, end) {
    const address = value.split(/[%/]/)[0]!
    // A port may follow.
    if (/^:(?!\d{1,5}(?![\w:]))/.test(subject.text.slice(end, end + 8)) || /[\w:.]/.test(subject.text[start - 1] ?? ''))
      return 0
    const hex = address.replace(/[^0-9A-Fa-f]/g, '')
    // `::`, `::1`, and `a::b` of programming languages are no one's address.
    return isIPv6(address) && hex.length >= 4 && /\d/.test(hex) ? score : 0
  },
})

const HEX_PAIRS =
  /[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}/g

/** MAC (EUI-48) addresses: six pairs with one separator, or Cisco's three groups. Not broadcast or all zero. */
export const mac = pattern({
  name: 'mac',
  type: 'MAC_ADDRESS',
  // A MAC address without any digit is one in a hundred thousand: not worth looking at every text.
  needs: Feature.LETTER | Feature.DIGIT | Feature.PAIR_MARKS,
  priority: 5,
  pattern: HEX_PAIRS,
  score: 0.95,
  validate(value, score, subject, start, end) {
    const hex = value.replace(/[^0-9A-Fa-f]/g, '')
    if (/^(?:0+|[Ff]+)$/.test(hex)) return 0
    if (/^[:-][0-9A-Fa-f]{2}/.test(subject.text.slice(end, end + 3))) return 0
    if (/[0-9A-Fa-f]{2}[:-]$/.test(subject.text.slice(Math.max(0, start - 3), start))) return 0
    return value.includes('.') ? (/[A-Fa-f]/.test(hex) ? 0.8 : 0.2) : score
  },
})
