/** Kinds of personal data that the gold file marks. */
export type GoldType =
  | 'PERSON'
  | 'EMAIL'
  | 'PHONE'
  | 'CREDIT_CARD'
  | 'IBAN'
  | 'US_SSN'
  | 'IP'
  | 'MAC'
  | 'URL_CREDENTIALS'
  | 'DATE_OF_BIRTH'
  | 'API_KEY'
  | 'LOCATION'
  | 'ADDRESS'

export interface Mark {
  /** UTF-16 offsets. */
  readonly start: number
  readonly end: number
  readonly type: GoldType
}

/** A text that knows which of its parts are personal data. Every edit keeps the marks in place. */
export interface Marked {
  readonly text: string
  readonly marks: readonly Mark[]
}

export function plain(text: string): Marked {
  return { text, marks: [] }
}

export function marked(text: string, type: GoldType): Marked {
  return { text, marks: [{ start: 0, end: text.length, type }] }
}

export function concat(parts: readonly (Marked | string)[]): Marked {
  let text = ''
  const marks: Mark[] = []
  for (const part of parts) {
    const piece = typeof part === 'string' ? plain(part) : part
    for (const mark of piece.marks) {
      marks.push({ start: mark.start + text.length, end: mark.end + text.length, type: mark.type })
    }
    text += piece.text
  }
  return { text, marks }
}

/** Joins the parts that are not empty. */
export function join(parts: readonly Marked[], separator: string): Marked {
  const out: (Marked | string)[] = []
  for (const part of parts) {
    if (part.text === '') continue
    if (out.length > 0) out.push(separator)
    out.push(part)
  }
  return concat(out)
}

/** Rewrites the parts between the marks with `outside` and the marked ones with `inside`. */
export function rewrite(
  source: Marked,
  outside: (text: string) => string,
  inside: (text: string, type: GoldType) => string = (text) => text,
): Marked {
  const parts: (Marked | string)[] = []
  let at = 0
  for (const mark of source.marks) {
    if (mark.start > at) parts.push(outside(source.text.slice(at, mark.start)))
    parts.push(marked(inside(source.text.slice(mark.start, mark.end), mark.type), mark.type))
    at = mark.end
  }
  if (at < source.text.length) parts.push(outside(source.text.slice(at)))
  return concat(parts)
}

/** The inside of a JSON string. */
export function jsonEscape(source: Marked): Marked {
  const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)
  return rewrite(source, escaped, escaped)
}

/** The first letter in upper case, where it is not part of a mark. */
export function capitalised(source: Marked): Marked {
  const first = source.text.charAt(0)
  if (first === '' || source.marks[0]?.start === 0) return source
  const upper = first.toUpperCase()
  return upper.length === 1 ? { text: upper + source.text.slice(1), marks: source.marks } : source
}
