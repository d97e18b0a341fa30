import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import type { Subject } from '../subject.ts'

// RFC 5322 atext and dots, any script's letters (RFC 6531), without the characters that wrap addresses in prose.
const LOCAL = /[\p{L}\p{N}\p{M}!#$%&'*+=?^_`{|}~.-]/u
const LEADING = /^[!#$%&'*=?^`{|}~.-]+/
const DOMAIN = /[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)*/uy
const TLD = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu
const IP_LITERAL = /\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]{2,45})\]/iy
/** `icon@2x.png`, `styles@1.css`: a name of a file, not of a mailbox. */
const FILE = /^(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|ts|tsx|jsx|json|html?|map|lock|md|txt|zip|gz|pdf|mp[34])$/i
/** Providers whose addresses people write with slips: `jo @ gmail.com`, `jo@gmail`, `jo@gmail,com`. */
const PROVIDER =
  /^(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|icloud|aol|gmx|web|proton(?:mail)?|mail|yandex|t-online|freenet|orange|libero|comcast|verizon)(?![\p{L}\p{N}])/iu
const SLIP_END =
  /[\p{L}\p{N}-]+(?:(?: ?[.,] ?| )(?:com|net|org|edu|de|fr|es|it|nl|co\.uk|uk|me|ru|in|ch|at)(?![\p{L}\p{N}])|com(?![\p{L}\p{N}]))?/iuy

/** E-mail addresses, found from their `@` (or `%40`) outwards: each character is looked at a fixed number of times. */
export const email: Recognizer = {
  name: 'email',
  types: ['EMAIL'],
  needs: Feature.AT,
  priority: 5,
  find(subject, emit) {
    const { text } = subject
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) around(subject, at, at + 1, emit)
  },
}

/** In a query string the `@` may be percent-encoded. */
export const encodedEmail: Recognizer = {
  name: 'email-percent-encoded',
  types: ['EMAIL'],
  needs: Feature.PERCENT,
  hints: ['%40'],
  priority: 5,
  find(subject, emit) {
    const { text } = subject
    for (let at = text.indexOf('%40'); at >= 0; at = text.indexOf('%40', at + 3)) around(subject, at, at + 3, emit)
  },
}

function around(subject: Subject, at: number, after: number, emit: Parameters<Recognizer['find']>[1]): void {
  const { text } = subject
  const domainEnd = matchDomain(text, after)
  if (domainEnd > 0) {
    const start = localStart(text, at)
    if (start < at && !isUrlPassword(text, start)) emit({ start, end: domainEnd, type: 'EMAIL', score: 0.97 })
    return
  }
  const slip = matchSlip(text, at, after)
  if (slip !== undefined) emit({ ...slip, type: 'EMAIL', score: 0.8 })
}

function localStart(text: string, at: number): number {
  // "Ada Lovelace"@example.org
  if (text[at - 1] === '"') {
    const open = text.lastIndexOf('"', at - 2)
    const inside = open >= 0 && at - open <= 66 ? text.slice(open, at) : ''
    return inside.length > 2 && /^"[^"\n:,{}]{1,64}"$/.test(inside) ? open : at
  }
  let start = at
  while (start > 0 && LOCAL.test(charBefore(text, start))) start -= charBefore(text, start).length
  const local = text.slice(start, at)
  // `?email=ada%40…`, `to=ada@…`: the value starts after the last `=` or `&`.
  const assigned = Math.max(local.lastIndexOf('='), local.lastIndexOf('&'), local.lastIndexOf('?'))
  if (assigned >= 0) start += assigned + 1
  start += LEADING.exec(text.slice(start, at))?.[0].length ?? 0
  // A quote mark inside the local part is one only between letters (o'neill).
  const quote = text.slice(start, at).search(/['`](?=.)(?<![\p{L}]['`](?=[\p{L}]))/u)
  if (quote >= 0) start += quote + 1
  return text[at - 1] === '.' && start === at - 1 ? at : start
}

function charBefore(text: string, at: number): string {
  const code = text.charCodeAt(at - 1)
  return code >= 0xdc00 && code <= 0xdfff && at > 1 ? text.slice(at - 2, at) : text[at - 1]!
}

/** End of the domain that starts at `at`, or 0. */
function matchDomain(text: string, at: number): number {
  IP_LITERAL.lastIndex = at
  const literal = IP_LITERAL.exec(text)
  if (literal !== null) return at + literal[0].length
  DOMAIN.lastIndex = at
  let domain = DOMAIN.exec(text)?.[0] ?? ''
  // The sentence may go on without a space: take labels away until the last one can be a top-level domain.
  for (;;) {
    let length = domain.length
    while (length > 0 && domain[length - 1] === '-') length -= 1
    domain = domain.slice(0, length)
    const dot = domain.lastIndexOf('.')
    if (dot <= 0) return 0
    const last = domain.slice(dot + 1)
    // "ada@example.org.Thanks": the next sentence, glued on.
    if (
      /^\p{Lu}\p{Ll}+$/u.test(last) &&
      /\.(?:com|net|org|edu|gov|de|fr|es|it|nl|uk|io|co|in|at|ch|example)$/.test(
        domain.slice(Math.max(0, dot - 12), dot),
      )
    ) {
      domain = domain.slice(0, dot)
      continue
    }
    if (TLD.test(last) && !FILE.test(last)) return at + domain.length
    if (FILE.test(last)) return 0
    domain = domain.slice(0, dot)
  }
}

/** `jo @ gmail.com`, `jo@ gmail . com`, `jo@gmail`: only with a well-known provider behind the `@`. */
function matchSlip(text: string, at: number, after: number): { start: number; end: number } | undefined {
  const from = text[after] === ' ' ? after + 1 : after
  if (!PROVIDER.test(text.slice(from, from + 16))) return undefined
  SLIP_END.lastIndex = from
  const end = from + (SLIP_END.exec(text)?.[0].length ?? 0)
  const to = text[at - 1] === ' ' ? at - 1 : at
  const start = localStart(text, to)
  // A mention (`hello @gmail`) is not an address; with spaces, the provider's ending must be there.
  const bare = !/[.,]| com/.test(text.slice(from, end))
  if (start >= to || (bare && (from !== after || to !== at)) || end === from) return undefined
  if (to !== at && (from === after || bare)) return undefined
  return { start, end }
}

/** `https://user:pass@host`: that is not an address; URL_CREDENTIALS takes it. */
function isUrlPassword(text: string, start: number): boolean {
  if (text[start - 1] !== ':' && text[start - 1] !== '/') return false
  const before = text.slice(Math.max(0, start - 100), start)
  return /:\/\/[^\s/@]*$/.test(before)
}

const SPELLED =
  /(?<![\p{L}\p{N}_+-])[\p{L}\p{N}_+-]+(?:(?:\.| ?[([{]dot[)\]}] ?| dot )[\p{L}\p{N}_+-]+){0,4} ?(?:[([{<] ?(?:at|@|ät) ?[)\]}>]| at |&#0?64;|\(a\)) ?[\p{L}\p{N}-]+(?: ?(?:[([{<] ?(?:dot|\.|punkt|punto) ?[)\]}>]| dot | punkt |\.|&#0?46;) ?[\p{L}\p{N}-]+){1,4}/giu

/** `ada (at) example dot org`: spelled out to hide it from harvesters. */
export const spelledEmail: Recognizer = {
  name: 'email-spelled',
  types: ['EMAIL'],
  needs: Feature.LETTER,
  hints: [
    ' dot ',
    '(dot)',
    '[dot]',
    '{dot}',
    '<dot>',
    '(at)',
    '[at]',
    '{at}',
    '<at>',
    '( at )',
    '[ at ]',
    '(@)',
    '[@]',
    '&#64;',
    '(a)',
    ' punkt ',
  ],
  priority: 5,
  find(subject, emit) {
    for (const match of subject.text.matchAll(SPELLED)) {
      const value = match[0]
      // "look at example.com" is prose: with a plain ` at ` the dots must be spelled too.
      if (/ at /i.test(value) && !/dot|punkt|punto/i.test(value)) continue
      const last = /[\p{L}\p{N}-]+$/u.exec(value)?.[0] ?? ''
      if (!TLD.test(last) || FILE.test(last)) continue
      emit({ start: match.index, end: match.index + value.length, type: 'EMAIL', score: 0.85 })
    }
  },
}
