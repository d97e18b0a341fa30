/**
 * Cuts text into the tokens that the tagger reads: words, numbers, single marks, line ends; addresses, `@handles` and
 * `#tags` as one token each. One pass, linear in any input.
 */

/** What a token is. Only words and marks keep their text as a feature. */
export const TokenClass = { WORD: 0, NUMBER: 1, MARK: 2, LINE: 3, PARAGRAPH: 4, ADDRESS: 5, HANDLE: 6, TAG: 7 } as const

/** Tokens of one text in parallel arrays: offsets are UTF-16 code units, `end` exclusive. */
export interface Tokens {
  readonly count: number
  readonly start: readonly number[]
  readonly end: readonly number[]
  readonly kind: readonly number[]
}

const LETTER = 1
const DIGIT = 2
const SPACE = 4
const BREAK = 8
/** May stand in an address: letters, digits and `. _ % + -`. */
const ADDRESS = 16

/** Character classes of ASCII; other characters are looked at one by one. */
const ASCII = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  const digit = code >= 48 && code <= 57
  ASCII[code] =
    (letter ? LETTER | ADDRESS : 0) |
    (digit ? DIGIT | ADDRESS : 0) |
    (code === 32 || code === 9 || code === 11 || code === 12 ? SPACE : 0) |
    (code === 10 || code === 13 ? BREAK : 0) |
    ('._%+-'.includes(String.fromCharCode(code)) ? ADDRESS : 0)
}

/** Classes of the basic plane beyond ASCII, filled as characters are met: 255 is unknown. */
const WIDE = new Uint8Array(0x1_0000).fill(255)

function classOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code < 128) return ASCII[code]!
  const known = WIDE[code]!
  if (known !== 255) return known
  const char = text[at]!
  // Halves of surrogate pairs count as letters: rare scripts and emoji become words that nothing is known of.
  const kind = /[\p{L}\p{M}\p{Cs}]/u.test(char) ? LETTER : /\p{N}/u.test(char) ? DIGIT : /\s/u.test(char) ? SPACE : 0
  WIDE[code] = kind
  return kind
}

const APOSTROPHE = 39
const CURLY = 0x2019

/** Longest run that is one token; a longer one is cut, so that offsets stay near what is decided about them. */
const LONGEST = 64

/** `at`, or one less where a cut there would part a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff ? at - 1 : at
}

/**
 * Cuts a text into words, numbers, marks, addresses, handles, tags and line ends. Offsets are UTF-16 units; white
 * space is in no token.
 */
export function tokenize(text: string): Tokens {
  // Plain arrays: most texts are short, and small typed arrays cost far more to make.
  const start: number[] = []
  const end: number[] = []
  const kind: number[] = []
  const push = (from: number, to: number, what: number): void => {
    start.push(from)
    end.push(to)
    kind.push(what)
  }
  /** No address begins before this: each character is looked at once for one. */
  let noAddressBefore = 0
  for (let i = 0; i < text.length; ) {
    const what = classOf(text, i)
    if ((what & SPACE) !== 0) {
      i += 1
      continue
    }
    if ((what & BREAK) !== 0) {
      let breaks = 0
      let j = i
      for (; j < text.length && (classOf(text, j) & (BREAK | SPACE)) !== 0; j++)
        if (text.charCodeAt(j) === 10) breaks += 1
      push(i, j, breaks > 1 ? TokenClass.PARAGRAPH : TokenClass.LINE)
      i = j
      continue
    }
    if ((what & (LETTER | DIGIT)) !== 0) {
      if (i >= noAddressBefore) {
        const address = addressFrom(text, i)
        if (address.found) {
          push(i, address.end, TokenClass.ADDRESS)
          i = address.end
          continue
        }
        noAddressBefore = address.end
      }
      const [to, digits] = initialsFrom(text, i) ?? wordFrom(text, i)
      push(i, to, digits ? TokenClass.NUMBER : TokenClass.WORD)
      i = to
      continue
    }
    const code = text.charCodeAt(i)
    if ((code === 64 || code === 35) && i + 1 < text.length && (classOf(text, i + 1) & LETTER) !== 0) {
      let j = i + 1
      while (j < text.length && j < i + LONGEST && ((classOf(text, j) & (LETTER | DIGIT)) !== 0 || text[j] === '_'))
        j += 1
      j = wholeCharacter(text, j)
      push(i, j, code === 64 ? TokenClass.HANDLE : TokenClass.TAG)
      i = j
      continue
    }
    // A mark, or the same mark again and again.
    if ((code === APOSTROPHE || code === CURLY) && isSuffix(text, i)) {
      push(i, i + 2, TokenClass.WORD)
      i += 2
      continue
    }
    let j = i + 1
    while (j < text.length && text.charCodeAt(j) === code && j < i + LONGEST) j += 1
    push(i, j, TokenClass.MARK)
    i = j
  }
  return { count: start.length, start, end, kind }
}

/** The possessive `'s` at an apostrophe. */
function isSuffix(text: string, at: number): boolean {
  const code = text.charCodeAt(at + 1)
  return (code === 115 || code === 83) && (at + 2 >= text.length || (classOf(text, at + 2) & (LETTER | DIGIT)) === 0)
}

/** `J.`, `U.S.`, `J.R.R.`: capital letters with their full stops are one word. */
function initialsFrom(text: string, from: number): readonly [number, boolean] | undefined {
  let i = from
  while (i < from + 8 && isCapital(text, i) && text.charCodeAt(i + 1) === 46) i += 2
  return i === from ? undefined : [i, false]
}

function isCapital(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return code >= 65 && code <= 90
  return at < text.length && (classOf(text, at) & LETTER) !== 0 && text[at] !== text[at]!.toLowerCase()
}

/** End of the word at `from`, and whether it has digits in it. Apostrophes inside belong to it, but for `'s`. */
function wordFrom(text: string, from: number): readonly [number, boolean] {
  let digits = false
  let i = from
  const limit = Math.min(text.length, from + LONGEST)
  while (i < limit) {
    const what = classOf(text, i)
    if ((what & DIGIT) !== 0) digits = true
    else if ((what & LETTER) === 0) {
      const code = text.charCodeAt(i)
      const inside = (code === APOSTROPHE || code === CURLY) && i > from && i + 1 < limit
      if (!inside || (classOf(text, i + 1) & LETTER) === 0 || isSuffix(text, i)) break
    }
    i += 1
  }
  return [wholeCharacter(text, i), digits]
}

/**
 * An e-mail address or web address that begins at `from`. Where there is none, `end` is how far that is certain for
 * every start before it.
 */
function addressFrom(text: string, from: number): { readonly found: boolean; readonly end: number } {
  let i = from
  while (i < text.length && (classOf(text, i) & ADDRESS) !== 0) i += 1
  if (text.charCodeAt(i) === 64 && (classOf(text, i + 1) & ADDRESS) !== 0) {
    let j = i + 1
    while (j < text.length && (classOf(text, j) & ADDRESS) !== 0) j += 1
    while (text.charCodeAt(j - 1) === 46) j -= 1
    if (text.slice(i, j).includes('.')) return { found: true, end: j }
  }
  const web = text.startsWith('://', i) && i - from < 12
  if (web || (text.startsWith('www.', from) && i > from + 4)) {
    let j = i
    while (j < text.length && (classOf(text, j) & (SPACE | BREAK)) === 0 && !'<>"\')]'.includes(text[j]!)) j += 1
    return { found: true, end: j }
  }
  return { found: false, end: Math.max(i, from + 1) }
}
