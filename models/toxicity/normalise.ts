import { GROUP, GROUPS, groupPlaceholder } from './groups.ts'

/**
 * Text → tokens, the same for training and scoring. Undoes what people do to slip past a filter (look-alike letters,
 * leet, spaced-out letters, stretched vowels, zero-width characters) and keeps what carries meaning (emoji, shouting,
 * quotation marks, sentence ends). Linear in the length of the text.
 */
export interface Token {
  /** Lower case, cleaned. Placeholders stand in «guillemets». */
  readonly text: string
  /** Two letters or more, all of them capitals. */
  readonly shouted: boolean
}

const USER = '«user»'
const URL = '«url»'
const NUMBER = '«num»'
/** What the redact stage leaves in place of a value. */
const VALUE = '«value»'

/** Letters of other scripts that look like Latin ones. Applied only in words that hold a Latin letter too. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [...'аaеeоoрpсcуyхxіiјjѕsԁdһhӏlвbкkмmнhтtαaβbεeικiκkοoρpτtυuνvχxμmωw'.matchAll(/(.)([a-z])/gu)].map(
    ([, from, to]) => [from!, to!] as const,
  ),
)
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
}

// One alternative a kind of token; no nested repetition, so matching is linear.
const TOKEN = new RegExp(
  [
    '(?<url>(?:https?://|www\\.)\\S+)',
    '(?<value><[A-Z][A-Z_]{2,24}(?:_[0-9a-f]{8,16})?>|•{2,}[\\p{L}\\p{N}]{0,4})',
    '(?<user>(?<![\\w@$])@\\w{2,})',
    // A word may hold leet characters and masked letters inside: f*ck, sh!t, a$$, b1tch, don't.
    "(?<word>[\\p{L}\\p{N}$@]+(?:['*\\-$@](?=[\\p{L}\\p{N}$@*])[\\p{L}\\p{N}$@*]*)*)",
    '(?<emoji>[\\p{Extended_Pictographic}\\u{1F3FB}-\\u{1F3FF}\\u{1F1E6}-\\u{1F1FF}])',
    '(?<mark>[!?]+|[.,;:"()*])',
  ].join('|'),
  'gu',
)
// Three or more single letters with the same separator between them: "i d i o t", "s.t.u.p.i.d", "f-u-c-k".
const SPACED_OUT = /(?<![\p{L}\p{N}])\p{L}([ .\-_*])\p{L}\1\p{L}(?:\1\p{L})*(?![\p{L}\p{N}])/gu
// "sh!t", "b!tch": short on both sides, so that "stop!now" stays two words.
const EXCLAIMED_I = /(?<!\p{L})(\p{L}{1,2})!(\p{L}{1,4})(?!\p{L})/gu
// Markdown's "**important**" is not a masked word, "f***" is.
const BOLD_END = /(\p{L}{4})\*+(?![\p{L}*])/gu
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}|[\u115f\u1160\u17b4\u17b5]/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII, control characters included
const ASCII_ONLY = /^[\x00-\x7f]*$/

/** Tokens of a text, in order. Empty for a text without letters, digits, marks or emoji. */
export function tokenize(text: string): readonly Token[] {
  const cleaned = clean(text)
  const tokens: Token[] = []
  for (const match of cleaned.matchAll(TOKEN)) {
    const groups = match.groups!
    if (groups['word'] !== undefined) addWord(tokens, groups['word'])
    else if (groups['url'] !== undefined) tokens.push({ text: URL, shouted: false })
    else if (groups['value'] !== undefined) tokens.push({ text: VALUE, shouted: false })
    else if (groups['user'] !== undefined) tokens.push({ text: USER, shouted: false })
    else tokens.push({ text: mark(match[0]), shouted: false })
  }
  return tokens
}

function clean(text: string): string {
  let cleaned = text
  if (!ASCII_ONLY.test(cleaned)) {
    // Compatibility forms (fullwidth, mathematical letters) to plain ones, then accents off.
    cleaned = cleaned
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(INVISIBLE, '')
      .replace(/[’‘ʼ`´]/g, "'")
      .replace(/[“”„«»]/g, '"')
  }
  return cleaned.replace(SPACED_OUT, joinLetters).replace(EXCLAIMED_I, '$1i$2').replace(BOLD_END, '$1')
}

/** "i d i o t" → "idiot", but "a f o o l" → "a fool". Joins "U.S.A" too: harmless. */
function joinLetters(run: string, separator: string): string {
  const article = separator === ' ' && /^a /i.test(run) && run.length > 5 ? 2 : 0
  return run.slice(0, article) + run.slice(article).split(separator).join('')
}

function addWord(tokens: Token[], raw: string): void {
  const lower = raw.toLowerCase()
  const word = unleet(lower)
  const shouted = raw.length > 1 && raw !== lower && raw === raw.toUpperCase()
  const placeholder = groupPlaceholder(word)
  if (placeholder !== undefined) {
    const last = tokens.at(-1)
    // "African American women", "middle eastern man": one group, and the noun decides the number.
    if (last !== undefined && (last.text === GROUP || last.text === GROUPS)) tokens.pop()
    tokens.push({ text: placeholder, shouted: false })
    return
  }
  tokens.push({ text: word, shouted })
}

function unleet(word: string): string {
  if (/^[a-z']+$/.test(word)) return squeeze(word)
  if (/^[\d$@*'-]*$/.test(word)) return NUMBER
  let out = word
  if (/[a-z]/.test(out)) {
    // An order number is not leet: at most half of the characters may be digits, and no run of three.
    const digits = out.replace(/\D/g, '').length
    if (digits * 2 > out.length || /\d{3}/.test(out)) return squeeze(out.replace(/\d+/g, '0'))
    out = out.replace(/[^a-z]/gu, (char) => LOOK_ALIKES.get(char) ?? LEET[char] ?? char)
  }
  return squeeze(out)
}

/** "fuuuuck" → "fuuck": a letter stands at most twice in a row. */
function squeeze(word: string): string {
  return word.replace(/(.)\1{2,}/gu, '$1$1')
}

function mark(text: string): string {
  if (text.length === 1) return text
  if (/^[!?]+$/.test(text)) return text.includes('?') ? (text.includes('!') ? '?!' : '??') : '!!'
  return text
}
