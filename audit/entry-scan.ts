/**
 * Reads an entry from its stored bytes without parsing it as JSON. The schema of the log admits neither escapes nor
 * characters outside of ASCII, so the canonical form of an entry is one sequence of bytes: members in a fixed order, no
 * blanks, every value of a small alphabet. Who follows that sequence byte by byte has checked the form, the schema and
 * that it is canonical at once. `decodeSlowly` in entry.ts says the same by parsing and encoding again; a test compares.
 */
export interface EntryView {
  seq: number
  /** Offsets of the values in the bytes. `payload` is -1 where there is none; 64 hex digits each. */
  payload: number
  prev: number
  run: number
  runEnd: number
  /** How many members the subject has. */
  members: number
  /** Of each member: where its name begins and ends, where its value begins and ends. */
  readonly places: Int32Array
  /** 24 characters. */
  ts: number
  type: number
  typeEnd: number
}

export function newEntryView(): EntryView {
  return {
    seq: 0,
    payload: -1,
    prev: 0,
    run: 0,
    runEnd: 0,
    members: 0,
    places: new Int32Array(MAX_SUBJECT * 4),
    ts: 0,
    type: 0,
    typeEnd: 0,
  }
}

/** Which alphabets a byte belongs to. */
const HEX = 1
const DIGIT = 2
const NAME_FIRST = 4
const NAME = 8
const WORD_FIRST = 16
const WORD = 32
const RUN_FIRST = 64
const RUN = 128
const TYPE_FIRST = 256
const TYPE = 512

const ALPHABETS = new Uint16Array(256)
for (const [alphabet, pattern] of [
  [HEX, /[0-9a-f]/],
  [DIGIT, /[0-9]/],
  [NAME_FIRST, /[A-Za-z]/],
  [NAME, /[A-Za-z0-9_.-]/],
  [WORD_FIRST, /[A-Za-z0-9_]/],
  [WORD, /[A-Za-z0-9_.:/+-]/],
  [RUN_FIRST, /[A-Za-z0-9]/],
  [RUN, /[A-Za-z0-9._:-]/],
  [TYPE_FIRST, /[a-z]/],
  [TYPE, /[a-z0-9_-]/],
] as const) {
  for (let byte = 0; byte < 128; byte++) if (pattern.test(String.fromCharCode(byte))) ALPHABETS[byte]! |= alphabet
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const OPEN_PAYLOAD = bytesOf('{"payload":"')
const NEXT_PREV = bytesOf('","prev":"')
const OPEN_PREV = bytesOf('{"prev":"')
const NEXT_RUN = bytesOf('","run":"')
const NEXT_SEQ = bytesOf('","seq":')
const NEXT_SUBJECT = bytesOf(',"subject":{')
const NEXT_TS = bytesOf(',"ts":"')
const NEXT_TYPE = bytesOf('","type":"')
const END = bytesOf('","v":1}')
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const DOT = 0x2e
const AT = 0x40
const CLOSE = 0x7d

const MAX_SUBJECT = 64

/** Where the entry in `bytes[start, end)` has what; false where they are not exactly an entry in canonical form. */
export function scanEntry(bytes: Buffer, start: number, end: number, view: EntryView): boolean {
  let at: number
  if (bytes[start + 2] === 0x70 && bytes[start + 3] === 0x61) {
    at = literal(bytes, start, end, OPEN_PAYLOAD)
    view.payload = at
    at = literal(bytes, span(bytes, at, end, HEX, 64), end, NEXT_PREV)
    if (at < 0 || at - view.payload !== 64 + NEXT_PREV.length) return false
  } else {
    view.payload = -1
    at = literal(bytes, start, end, OPEN_PREV)
  }
  view.prev = at
  at = span(bytes, at, end, HEX, 64)
  if (at - view.prev !== 64) return false
  view.run = literal(bytes, at, end, NEXT_RUN)
  at = word(bytes, view.run, end, RUN_FIRST, RUN, 79)
  view.runEnd = at
  at = literal(bytes, at, end, NEXT_SEQ)
  if (at < 0) return false
  at = scanSeq(bytes, at, end, view)
  at = literal(bytes, at, end, NEXT_SUBJECT)
  at = scanSubject(bytes, at, end, view)
  at = literal(bytes, at, end, NEXT_TS)
  view.ts = at
  if (at < 0 || at + 24 > end || !isTime(bytes, at)) return false
  at = literal(bytes, at + 24, end, NEXT_TYPE)
  view.type = at
  at = scanType(bytes, at, end)
  view.typeEnd = at
  return literal(bytes, at, end, END) === end
}

/** Offset after the literal, or -1. -1 as an offset passes through. */
function literal(bytes: Buffer, at: number, end: number, wanted: Uint8Array): number {
  const length = wanted.length
  if (at < 0 || at + length > end) return -1
  for (let i = 0; i < length; i++) if (bytes[at + i] !== wanted[i]) return -1
  return at + length
}

/** Offset after at most `most` bytes of an alphabet, or -1. */
function span(bytes: Buffer, at: number, end: number, alphabet: number, most: number): number {
  if (at < 0) return -1
  const limit = Math.min(end, at + most)
  let i = at
  while (i < limit && (ALPHABETS[bytes[i]!]! & alphabet) !== 0) i++
  return i
}

/** Offset after one byte of `first` and up to `most` of `rest`; -1 where there is none, or one more. */
function word(bytes: Buffer, at: number, end: number, first: number, rest: number, most: number): number {
  if (at < 0 || at >= end || (ALPHABETS[bytes[at]!]! & first) === 0) return -1
  return span(bytes, at + 1, end, rest, most)
}

/** A safe integer without a leading zero. */
function scanSeq(bytes: Buffer, at: number, end: number, view: EntryView): number {
  const after = span(bytes, at, end, DIGIT, 16)
  if (after === at || (bytes[at] === 0x30 && after > at + 1)) return -1
  let seq = 0
  for (let i = at; i < after; i++) seq = seq * 10 + (bytes[i]! - 0x30)
  view.seq = seq
  return Number.isSafeInteger(seq) ? after : -1
}

/** Members with names that rise, so that each is there once; -1 where they are not of the schema. */
function scanSubject(bytes: Buffer, from: number, end: number, view: EntryView): number {
  view.members = 0
  if (from < 0 || from >= end) return -1
  if (bytes[from] === CLOSE) return from + 1
  let at = from
  let last = -1
  let lastEnd = -1
  for (let members = 1; members <= MAX_SUBJECT; members++) {
    if (bytes[at] !== QUOTE) return -1
    const name = at + 1
    const nameEnd = word(bytes, name, end, NAME_FIRST, NAME, 63)
    if (nameEnd < 0 || nameEnd + 3 > end) return -1
    if (last >= 0 && !isLess(bytes, last, lastEnd, name, nameEnd)) return -1
    last = name
    lastEnd = nameEnd
    if (bytes[nameEnd] !== QUOTE || bytes[nameEnd + 1] !== COLON || bytes[nameEnd + 2] !== QUOTE) return -1
    const value = nameEnd + 3
    const after = word(bytes, bytes[value] === AT ? value + 1 : value, end, WORD_FIRST, WORD, 127)
    if (after < 0 || after + 2 > end || bytes[after] !== QUOTE) return -1
    const place = (members - 1) * 4
    view.places[place] = name
    view.places[place + 1] = nameEnd
    view.places[place + 2] = value
    view.places[place + 3] = after
    view.members = members
    if (bytes[after + 1] === CLOSE) return after + 2
    if (bytes[after + 1] !== COMMA) return -1
    at = after + 2
  }
  return -1
}

function isLess(bytes: Buffer, a: number, aEnd: number, b: number, bEnd: number): boolean {
  const shorter = Math.min(aEnd - a, bEnd - b)
  for (let i = 0; i < shorter; i++) {
    const difference = bytes[a + i]! - bytes[b + i]!
    if (difference !== 0) return difference < 0
  }
  return aEnd - a < bEnd - b
}

/** Two to four words with dots between them. */
function scanType(bytes: Buffer, from: number, end: number): number {
  let at = from
  for (let words = 1; words <= 4; words++) {
    at = word(bytes, at, end, TYPE_FIRST, TYPE, 31)
    if (at < 0) return -1
    if (bytes[at] !== DOT || at >= end) return words >= 2 ? at : -1
    at += 1
  }
  return -1
}

/** `2026-11-28T07:00:00.000Z` */
function isTime(bytes: Buffer, at: number): boolean {
  for (let i = 0; i < 24; i++) {
    const byte = bytes[at + i]!
    const digit = (ALPHABETS[byte]! & DIGIT) !== 0
    if (i === 4 || i === 7) {
      if (byte !== 0x2d) return false
    } else if (i === 10) {
      if (byte !== 0x54) return false
    } else if (i === 13 || i === 16) {
      if (byte !== COLON) return false
    } else if (i === 19) {
      if (byte !== DOT) return false
    } else if (i === 23) {
      if (byte !== 0x5a) return false
    } else if (!digit) return false
  }
  const month = two(bytes, at + 5)
  const day = two(bytes, at + 8)
  const usual = month >= 1 && month <= 12 && day >= 1 && day <= 28 && two(bytes, at + 11) <= 23
  if (usual && two(bytes, at + 14) <= 59 && two(bytes, at + 17) <= 59) return true
  // The end of a month, midnight as 24:00: as the parser of dates sees it.
  return !Number.isNaN(Date.parse(bytes.toString('latin1', at, at + 24)))
}

function two(bytes: Buffer, at: number): number {
  return (bytes[at]! - 0x30) * 10 + bytes[at + 1]! - 0x30
}
