import { SluiceError } from '../../util/errors.ts'

/**
 * The part of DER (ITU-T X.690 §10, §11) that time stamps and certificates need. Reads strictly: definite lengths in
 * their shortest form, one-byte tags, nothing left over; a second spelling of the same value is refused.
 */
export interface Der {
  /** Identifier byte: class, constructed bit, number. */
  readonly tag: number
  /** The content without tag and length. */
  readonly value: Buffer
  /** All bytes of the element. */
  readonly raw: Buffer
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** A constructed element of the context-specific class, `[n]`. */
export function context(n: number): number {
  return 0xa0 | n
}

/** Throws `TIMESTAMP_MALFORMED` for anything but exactly one element. */
export function readDer(bytes: Buffer): Der {
  const [element, rest] = take(bytes)
  if (rest.length > 0) throw malformed('bytes are left over after its end')
  return element
}

/** The elements of a constructed one. */
export function children(parent: Der): readonly Der[] {
  if ((parent.tag & 0x20) === 0) throw malformed('an element should hold others and does not')
  const list: Der[] = []
  let rest = parent.value
  while (rest.length > 0) {
    const [element, after] = take(rest)
    list.push(element)
    rest = after
  }
  return list
}

/** The elements of a sequence (or what `tag` says instead). */
export function membersOf(element: Der | undefined, tag: number = TAG.sequence): readonly Der[] {
  return children(expectTag(element, tag))
}

export function expectTag(element: Der | undefined, tag: number): Der {
  if (element?.tag !== tag) throw malformed('an element has another type than it should')
  return element
}

export function readInteger(element: Der | undefined): bigint {
  const { value } = expectTag(element, TAG.integer)
  const [first, second] = value
  if (first === undefined) throw malformed('a number has no bytes')
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw malformed('a number is not in its shortest form')
  }
  return BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString('hex')}`))
}

/** True or false; DER has one byte for each. */
export function readBoolean(element: Der | undefined): boolean {
  const { value } = expectTag(element, TAG.boolean)
  if (value.length !== 1 || (value[0] !== 0 && value[0] !== 0xff)) throw malformed('a truth value is neither')
  return value[0] === 0xff
}

/** Dotted decimal. */
export function readOid(element: Der | undefined): string {
  const { value } = expectTag(element, TAG.oid)
  const arcs: bigint[] = []
  let arc = 0n
  let open = false
  for (const byte of value) {
    if (!open && byte === 0x80) throw malformed('an object identifier is not in its shortest form')
    arc = arc * 128n + BigInt(byte & 0x7f)
    open = byte >= 0x80
    if (open) continue
    arcs.push(arc)
    arc = 0n
  }
  const [first, ...others] = arcs
  if (open || first === undefined) throw malformed('an object identifier is cut')
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n
  return [top, first - top * 40n, ...others].join('.')
}

/** GeneralizedTime and UTCTime as DER and RFC 5280 §4.1.2.5 have them: with seconds, in UTC. Milliseconds at most count. */
export function readTime(element: Der | undefined): Date {
  if (element?.tag !== TAG.generalizedTime && element?.tag !== TAG.utcTime) throw malformed('this is not a time')
  const text = element.value.toString('latin1')
  const long = element.tag === TAG.generalizedTime
  const match = (long ? LONG_TIME : SHORT_TIME).exec(text)
  if (match === null) throw malformed('a time has a wrong form')
  const [, year, month, day, hour, minute, second, fraction = ''] = match
  // RFC 5280 §4.1.2.5.1: two digits from 50 on are of the 20th century.
  const century = long ? '' : Number(year) >= 50 ? '19' : '20'
  const milliseconds = `${fraction}000`.slice(0, 3)
  const iso = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`
  const date = new Date(iso)
  // `Date` turns 31 June into 1 July.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) throw malformed('a time does not exist')
  return date
}

const LONG_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/
const SHORT_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/

/** One element from its parts. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts)
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value])
  const length = Buffer.from(evenHex(value.length.toString(16)), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, value])
}

/** A number that is not negative. */
export function derInteger(n: bigint): Buffer {
  if (n < 0n) throw new RangeError('only numbers from 0 on are written')
  const bytes = Buffer.from(evenHex(n.toString(16)), 'hex')
  return der(TAG.integer, ...(bytes[0]! >= 0x80 ? [Buffer.alloc(1)] : []), bytes)
}

export function derOid(dotted: string): Buffer {
  const [top = 0n, second = 0n, ...others] = dotted.split('.').map(BigInt)
  return der(TAG.oid, ...[top * 40n + second, ...others].map(base128))
}

function base128(arc: bigint): Buffer {
  const bytes = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80)
  return Buffer.from(bytes)
}

function evenHex(hex: string): string {
  return hex.length % 2 === 0 ? hex : `0${hex}`
}

function take(bytes: Buffer): readonly [Der, Buffer] {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined) throw malformed('it is cut')
  if ((tag & 0x1f) === 0x1f) throw malformed('an element has a tag of more than one byte')
  let start = 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0) throw malformed('an element has no definite length')
    if (count > 4 || bytes.length < 2 + count) throw malformed('it is cut')
    start = 2 + count
    length = bytes.readUIntBE(2, count)
    if (length < 0x80 || bytes[2] === 0) throw malformed('a length is not in its shortest form')
  }
  const end = start + length
  if (end > bytes.length) throw malformed('it is cut')
  return [{ tag, value: bytes.subarray(start, end), raw: bytes.subarray(0, end) }, bytes.subarray(end)]
}

export function malformed(what: string): SluiceError {
  return new SluiceError({
    code: 'TIMESTAMP_MALFORMED',
    message: `this is not a time stamp in DER: ${what}`,
    next: 'give the file as the time stamping authority sent it',
    exit: 4,
  })
}
