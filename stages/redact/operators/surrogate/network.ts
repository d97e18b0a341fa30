import { isIPv4, isIPv6 } from 'node:net'
import { FIRM_BEGINNINGS, FIRM_ENDS } from '../data/places.ts'
import { drawOther, keyedDraw } from '../draw.ts'
import { likeCharacter, reshape } from './characters.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'

/** RFC 5737: for documentation. */
const DOCUMENTATION = ['192.0.2', '198.51.100', '203.0.113'] as const

/**
 * Addresses of the documentation blocks (RFC 5737, RFC 3849). One network stays one network (/24, /64); of IPv4 there are only
 * 762 addresses, so different ones often meet: among 40 the chance that any two do is about 64 %.
 */
export const ipSurrogate: SurrogateMaker = (value, context) => {
  const match = /^([0-9A-Fa-f:.]+)(.*)$/s.exec(value)
  const address = match?.[1] ?? ''
  const rest = match?.[2] ?? ''
  if (isIPv4(address)) {
    const net = keyedDraw(context.key, 'ipv4 net', address.split('.').slice(0, 3).join('.')).pick(DOCUMENTATION)
    const made = drawOther(
      context.key,
      ['ipv4', address],
      (draw) => `${net}.${1 + draw.integer(254)}`,
      (candidate) => candidate === address,
    )
    return made + rest
  }
  if (!isIPv6(address)) return undefined
  const groups = expand(address)
  const net = keyedDraw(context.key, 'ipv6 net', groups.slice(0, 4).join(':'))
  const prefix = `2001:db8:${hex(net.integer(65_535) + 1)}:${hex(net.integer(65_535) + 1)}`
  const made = drawOther(
    context.key,
    ['ipv6', groups.join(':')],
    (draw) => {
      const host = Array.from({ length: 4 }, () => hex(draw.integer(65_535) + 1))
      // As short as the original: `::` for the middle where it had one.
      return address.includes('::') ? `${prefix}::${host.slice(2).join(':')}` : `${prefix}:${host.join(':')}`
    },
    (candidate) => candidate === address.toLowerCase(),
  )
  return (/[A-F]/.test(address) ? made.toUpperCase() : made) + rest
}

function hex(n: number): string {
  return n.toString(16)
}

/** The eight groups of an IPv6 address without leading zeros. */
function expand(address: string): readonly string[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    return `${hex(Number(a) * 256 + Number(b))}:${hex(Number(c) * 256 + Number(d))}`
  })
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...middle, ...right].map((group) => hex(Number.parseInt(group, 16)))
}

/** A locally administered unicast address (IEEE 802, second-lowest bit of the first octet): no maker's, 2⁴⁶ of them. */
export const macSurrogate: SurrogateMaker = (value, context) => {
  const digits = value.replace(/[^0-9A-Fa-f]/g, '')
  if (digits.length !== 12) return undefined
  const made = drawOther(
    context.key,
    ['mac', digits.toLowerCase()],
    (draw) => {
      const octets = Array.from({ length: 6 }, () => draw.integer(256))
      octets[0] = (octets[0]! & 0xfc) | 0x02
      return octets.map((octet) => octet.toString(16).padStart(2, '0')).join('')
    },
    (candidate) => candidate === digits.toLowerCase(),
  )
  let next = 0
  const upper = /[A-F]/.test(digits)
  return value.replace(/[0-9A-Fa-f]/g, () => (upper ? made[next++]!.toUpperCase() : made[next++]!))
}

/**
 * A host below example.com, .net or .org (RFC 2606), the same for the same domain: 5,400² times 3 of them. `www.` and other labels
 * in front are drawn anew as words of their own.
 */
export function mapDomain(domain: string, context: SurrogateContext): string {
  const draw = keyedDraw(
    context.key,
    'domain',
    domain
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^www\./, ''),
  )
  const word = (): string => (draw.pick(FIRM_BEGINNINGS) + draw.pick(FIRM_ENDS)).toLowerCase()
  const host = `${word()}-${word()}.example.${draw.pick(['com', 'net', 'org'])}`
  return /^www\./i.test(domain) ? `www.${host}` : host
}

const URL_PARTS = /^((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:\/\/)?)(?:([^/?#@\s]*)@)?([^/?#:@\s]+)(:\d+)?(.*)$/s

/** Another host, port kept; user, password and whatever follows the host drawn anew, character for character. */
export const urlSurrogate: SurrogateMaker = (value, context) => {
  const match = URL_PARTS.exec(value)
  if (match === null) return reshape(value, 'url', context)
  const [, scheme = '', credentials, host = '', port = '', rest = ''] = match
  // Signs alone (`//@host`, `//***@host`) hide nobody, and have no other form.
  const user =
    credentials === undefined
      ? ''
      : `${/[\p{L}\p{N}]/u.test(credentials) ? secretLike(credentials, context) : credentials}@`
  const newHost = isIPv4(host) ? ipSurrogate(host, context, 'IP_ADDRESS') : mapDomain(host, context)
  return `${scheme}${user}${newHost}${port}${rest === '' ? '' : (reshape(rest, 'url path', context) ?? rest)}`
}

/**
 * A secret of the same alphabet and length that cannot be taken for a live one: the issuer's prefix is gone, and it begins with
 * `fake` (`facade` where only hexadecimal digits are, zeros where only digits are) wherever it has room.
 */
export const secretSurrogate: SurrogateMaker = (value, context) => {
  return /[\p{L}\p{N}]/u.test(value) ? secretLike(value, context) : undefined
}

function secretLike(value: string, context: SurrogateContext): string {
  const solid = [...value].filter((character) => /[\p{L}\p{N}]/u.test(character))
  const hexOnly = solid.length >= 16 && solid.every((character) => /[0-9A-Fa-f]/.test(character))
  const mark = solid.every((character) => /\d/.test(character)) ? '000' : hexOnly ? 'facade' : 'fake'
  return drawOther(
    context.key,
    ['secret', value],
    (draw) => {
      let at = 0
      return [...value]
        .map((character) => {
          if (!/[\p{L}\p{N}]/u.test(character)) return character
          const sign = solid.length >= 12 ? mark[at] : undefined
          at += 1
          if (sign === undefined) return likeCharacter(character, draw, hexOnly)
          return /\p{Lu}/u.test(character) ? sign.toUpperCase() : sign
        })
        .join('')
    },
    (candidate) => candidate === value,
  )
}
