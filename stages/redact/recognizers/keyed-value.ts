import { looksLike } from '../field-looks.ts'
import { typeOfField } from '../field-names.ts'
import type { PiiType } from '../pii-type.ts'
import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord } from '../subject.ts'

const TYPES: readonly PiiType[] = [
  'PHONE',
  'CREDIT_CARD',
  'US_SSN',
  'DATE_OF_BIRTH',
  'SECRET',
  'PERSON',
  'LOCATION',
  'ADDRESS',
  'HANDLE',
]

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
    if (!looksLike(hint, value, subject.weakHint)) return
    const start = text.indexOf(value)
    emit({ start, end: start + value.length, type: hint, score: 0.9 })
  },
}

const QUOTED = /([\p{L}][\p{L}\d_. -]{1,38})\\?["'`]?[ \t]{0,4}[:=][ \t]{0,4}\\?["'`]([^"'`\\\n]{2,160})\\?["'`]/dgu
const LINE = /^[ \t>*|•-]{0,6}([\p{L}][\p{L}\d_. -]{1,38}?)[*_]{0,2}[ \t]?[:=][*_]{0,2}[ \t]{1,4}([^\n|]{2,160})$/dgmu

/** The same inside running text: `"phone": "…"` in a code block, `Full name: …` on a line of its own. */
export const inlineField: Recognizer = {
  name: 'inline-field',
  types: TYPES,
  needs: Feature.LETTER,
  priority: 1,
  find(subject, emit) {
    const { text } = subject
    if ((subject.features & (Feature.COLON | Feature.EQUALS)) === 0) return
    for (const form of [QUOTED, LINE]) {
      for (const match of text.matchAll(form)) {
        const promise = typeOfField(lastWords(match[1]!))
        if (promise === undefined || isWord(text, match.index - 1)) continue
        const [from] = match.indices![2]!
        const value = match[2]!.trim()
        // A line of prose after a colon is no value.
        const weak = promise.weak || (form === LINE && promise.type !== 'PHONE')
        if (promise.type === 'SECRET' && form === LINE) continue
        if (looksLike(promise.type, value, weak)) {
          const start = from + match[2]!.indexOf(value)
          emit({ start, end: start + value.length, type: promise.type, score: 0.8 })
        }
      }
    }
  },
}

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
            if (promise === undefined || !looksLike(promise.type, cell.text, promise.weak)) continue
            emit({ start: cell.start, end: cell.start + cell.text.length, type: promise.type, score: 0.85 })
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
