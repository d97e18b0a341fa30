import { Feature } from '../feature.ts'
import { looksLike } from '../field-looks.ts'
import { type FieldPromise, typeOfField } from '../field-names.ts'
import { PII_TYPE_TABLE, type PiiType } from '../pii-type.ts'
import type { Candidate, Recognizer } from '../recognizer.ts'

const NATIONAL: ReadonlySet<PiiType> = new Set(
  PII_TYPE_TABLE.filter(({ group }) => group === 'national').map(({ name }) => name),
)

const TYPES: readonly PiiType[] = [
  'PHONE',
  'CREDIT_CARD',
  'DATE_OF_BIRTH',
  'DATE',
  'SECRET',
  'PERSON',
  'TITLE',
  'AGE',
  'NRP',
  'ORGANIZATION',
  'LOCATION',
  'ADDRESS',
  'POSTAL_CODE',
  'COORDINATES',
  'HANDLE',
  'URL',
  'SWIFT_BIC',
  'BANK_ACCOUNT',
  'ABA_ROUTING',
  'CRYPTO',
  'DEVICE_ID',
  'VEHICLE_ID',
  'LICENSE_PLATE',
  'MEDICAL_RECORD',
  'HEALTH_PLAN',
  'MEDICAL_LICENSE',
  'ACCOUNT_NUMBER',
  ...NATIONAL,
]

/** Types whose value may be words: after a colon on a line of prose the field's name alone does not say enough. */
const WORDED: ReadonlySet<PiiType> = new Set([
  'SECRET',
  'PERSON',
  'LOCATION',
  'ADDRESS',
  'ORGANIZATION',
  'NRP',
  'HANDLE',
])

/** A field of addresses may hold nothing but the postal code; one of IBANs, an account number that is none. */
const NARROWER: Readonly<Partial<Record<PiiType, PiiType>>> = { ADDRESS: 'POSTAL_CODE', IBAN: 'BANK_ACCOUNT' }

/** Names that say no country: a form that one country has decides. */
const ANY_COUNTRY: ReadonlySet<PiiType> = new Set([
  'PASSPORT',
  'NATIONAL_ID',
  'DRIVER_LICENSE',
  'US_DRIVER_LICENSE',
  'US_SSN',
])

/** A label that names a number says more than the words for phones on the lines before it. */
function score({ type, weak }: FieldPromise, plain: number): number {
  return !weak && NATIONAL.has(type) && !ANY_COUNTRY.has(type) ? 0.92 : plain
}

/** Emits the whole of a value that looks like what its field promises. */
function claim(
  { type, weak }: FieldPromise,
  value: string,
  start: number,
  score: number,
  emit: (candidate: Candidate) => void,
): void {
  const end = start + value.length
  if (looksLike(type, value, weak)) emit({ start, end, type, score, why: 'field name' })
  const narrow = NARROWER[type]
  if (narrow !== undefined && looksLike(narrow, value, weak) && !/^[A-Z]{2}\d{2}[ A-Z\d]{11}/i.test(value)) {
    // Above the wider type, so that it wins where both are looked for.
    emit({ start, end, type: narrow, score: score + 0.01, why: 'field name' })
  }
}

/** The whole value of a JSON field whose name says what it is: `{"customer_name": "lily chen"}`. */
export const keyedValue: Recognizer = {
  name: 'keyed-value',
  types: TYPES,
  needs: 0,
  priority: 1,
  find(subject, emit) {
    const { hint, text } = subject
    if (hint === undefined) return
    const value = text.trim()
    claim({ type: hint, weak: subject.weakHint }, value, text.indexOf(value), 0.9, emit)
  },
}

/** From the separator on; the key is looked for before it. */
const QUOTED = /[:=][ \t]{0,4}\\?["'`]([^"'`\\\n]{2,160})\\?["'`]/duy
const KEY = /([\p{L}][\p{L}\d_. -]{1,38})\\?["'`]?[ \t]{0,4}$/u
const LINE = /[ \t>*|•-]{0,6}([\p{L}][\p{L}\d_. -]{1,38}?)[*_]{0,2}[ \t]?[:=][*_]{0,2}[ \t]{1,4}([^\n|]{2,160})$/dmuy

/** The same inside running text: `"phone": "…"` in a code block, `Full name: …` on a line of its own. */
export const inlineField: Recognizer = {
  name: 'inline-field',
  types: TYPES,
  needs: Feature.LETTER,
  priority: 1,
  find(subject, emit) {
    const { text } = subject
    if ((subject.features & (Feature.COLON | Feature.EQUALS)) === 0) return
    const offer = (key: string, value: string, from: number, isLine: boolean): void => {
      const promise = typeOfField(lastWords(key))
      if (promise === undefined || (promise.type === 'SECRET' && isLine)) return
      const trimmed = value.trim()
      // A line of prose after a colon is no value.
      const weak = promise.weak || (isLine && WORDED.has(promise.type))
      claim({ type: promise.type, weak }, trimmed, from + value.indexOf(trimmed), score(promise, 0.8), emit)
    }
    forEachQuoted(text, (match) => {
      const key = KEY.exec(text.slice(Math.max(0, match.index - 48), match.index))
      if (key !== null) offer(key[1]!, match[1]!, match.indices![1]![0], false)
    })
    forEachKeyedLine(text, (match) => offer(match[1]!, match[2]!, match.indices![2]![0], true))
  },
}

/** Values in quotes: only separators with a quote behind them are looked at by the expression. */
function forEachQuoted(text: string, visit: (match: RegExpExecArray) => void): void {
  let colon = text.indexOf(':')
  let equals = text.indexOf('=')
  while (colon >= 0 || equals >= 0) {
    const at = colon < 0 ? equals : equals < 0 ? colon : Math.min(colon, equals)
    let next = at + 1
    let quote = next
    while (quote - next < 4 && isBlank(text.charCodeAt(quote))) quote += 1
    if (text.charCodeAt(quote) === 92) quote += 1
    if (isQuote(text.charCodeAt(quote))) {
      QUOTED.lastIndex = at
      const match = QUOTED.exec(text)
      if (match !== null) {
        visit(match)
        next = at + match[0].length
      }
    }
    if (colon >= 0 && colon < next) colon = text.indexOf(':', next)
    if (equals >= 0 && equals < next) equals = text.indexOf('=', next)
  }
}

/** A blank or a tab. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** `"`, `'`, backtick. */
function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96
}

/** Emphasis and a blank behind the separator of a keyed line. */
function isFollowedByBlank(text: string, separator: number): boolean {
  let at = separator + 1
  while (at - separator < 3 && (text.charCodeAt(at) === 42 || text.charCodeAt(at) === 95)) at += 1
  return isBlank(text.charCodeAt(at))
}

/** Lines that open with a key: only those with a separator near their start are looked at by the expression. */
function forEachKeyedLine(text: string, visit: (match: RegExpExecArray) => void): void {
  let colon = text.indexOf(':')
  let equals = text.indexOf('=')
  while (colon >= 0 || equals >= 0) {
    const at = colon < 0 ? equals : equals < 0 ? colon : Math.min(colon, equals)
    // The first separator of its line.
    const start = text.lastIndexOf('\n', at) + 1
    if (at - start < KEY_REACH && isFollowedByBlank(text, at)) {
      LINE.lastIndex = start
      const match = LINE.exec(text)
      if (match !== null) visit(match)
    }
    const end = text.indexOf('\n', at)
    if (end < 0) return
    if (colon >= 0 && colon < end) colon = text.indexOf(':', end)
    if (equals >= 0 && equals < end) equals = text.indexOf('=', end)
  }
}

/** Marks, key, emphasis and a blank: see `LINE`. */
const KEY_REACH = 6 + 40 + 2 + 2

/** `the billing address` → the longest ending that is a field's name. */
function lastWords(key: string): string {
  const words = key.trim().split(' ')
  for (let from = Math.max(0, words.length - 3); from < words.length; from++) {
    const name = words.slice(from).join(' ')
    if (typeOfField(name) !== undefined) return name
  }
  return key
}

/** Columns of Markdown tables: the heading says what the cells are. */
export const tableColumn: Recognizer = {
  name: 'table-column',
  types: TYPES,
  needs: Feature.LETTER,
  hints: ['|'],
  priority: 1,
  find(subject, emit) {
    const { text } = subject
    let columns: readonly ReturnType<typeof typeOfField>[] | undefined
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf('\n', at)
      const end = newline < 0 ? text.length : newline
      const line = text.slice(at, end)
      if (!line.includes('|')) columns = undefined
      else {
        const cells = cellsOf(line, at)
        if (columns === undefined) columns = cells.map((cell) => typeOfField(cell.text))
        else
          for (const [index, cell] of cells.entries()) {
            const promise = columns[index]
            if (promise !== undefined) claim(promise, cell.text, cell.start, score(promise, 0.85), emit)
          }
      }
      at = end + 1
    }
  },
}

function cellsOf(line: string, offset: number): readonly { readonly text: string; readonly start: number }[] {
  const cells: { text: string; start: number }[] = []
  let at = 0
  for (const part of line.split('|')) {
    const text = part.trim()
    // The empty parts outside the first and the last bar are no cells.
    if (!(text === '' && (at === 0 || at + part.length >= line.length))) {
      cells.push({ text, start: offset + at + part.indexOf(text) })
    }
    at += part.length + 1
  }
  return cells
}
