import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { codeAfter, isUserPassword, judgeKey, judgePassword, passphraseEnd, trimEnd } from './assigned-value.ts'
import { bitsPerChar } from './rarity.ts'
import { type Mark, secretScan } from './scan.ts'

/** Closing quotes and brackets of the name, then what joins it to its value. */
const CLOSE = '[\\\\"\'`*_]{0,4}[)\\]]?[\\\\"\'`]{0,2}'
const SIGN = `${CLOSE}\\s{0,3}(?::=|=>|->|={1,3}|:|\\s\\|\\s|＝|：)\\s{0,3}`
const MARKUP = '(?:\\s{1,2}[\\w:-]{1,20}=["\'][^"\'<>]{0,40}["\']){0,2}>\\s{0,2}'
const CALL = '\\(\\s?(?=["\'])'
const VERB =
  '["\'`]?\\s{1,3}(?:is now|is set to|is still|set to|changed to|reset to|should be|will be|is|ist jetzt|ist|lautet|was|war|es ahora|es|está|est|é|är|to|as|auf|a|=)[:\\s]\\s{0,2}'
const OF =
  '\\s(?:for|to|of|on|in|at|für|von|para|de|pour|del)\\s[^.,:;=!?\\n"]{2,40}?\\s?(?:\\sis\\s|\\sist\\s|\\ses\\s|\\sest\\s|\\s?:\\s|\\s?=\\s)\\s?'
const GLUE = new RegExp(
  `(?:(?<sign>${SIGN}|${MARKUP}|${CALL}|(?:是|は|는)\\s?)|(?<verb>${VERB}|${OF})|(?<space>\\s{1,2}))(?<open>[\\\\"'\`*“”„«‘(]{0,4})(?:(?:bearer|basic|token|apikey|digest|ssws|splunk)\\s{1,2})?`,
  'iuy',
)
const QUOTED = /[^"'`\\\n”“«»]{3,200}/y
const BARE = /[^\s"'`<>”“»]{3,512}/uy

/** Too short or too common to name a value without a sign after them. */
const NEEDS_SIGN = new Set([
  'pass',
  'pw',
  'clave',
  'tan',
  'auth',
  'mdp',
  'clé',
  'ключ',
  'secrets',
  'credentials',
  'secret',
  'key',
  'parola',
  'psk',
  'passord',
  'tokens',
])

/** `password: …`, `api_key = …`, `Authorization: Bearer …`, `my pin is 4821`: the name before says what it is. */
export const assignedSecret: Recognizer = {
  name: 'secret-assigned',
  types: ['SECRET'],
  needs: Feature.LETTER,
  priority: 2,
  find(subject, emit) {
    const { text } = subject
    if (subject.hint === 'SECRET' && passphraseEnd(text, 0) === text.length)
      emit({ start: 0, end: text.length, type: 'SECRET', score: 0.7, rule: 'passphrase', why: 'field' })
    let next = 0
    for (const mark of secretScan(subject).marks) {
      const { kind } = mark
      if (mark.start < next || (kind !== 'password' && kind !== 'key' && kind !== 'code')) continue
      const found = valueAfter(text, mark, kind)
      if (found === undefined) continue
      emit({ ...found, type: 'SECRET', rule: kind, why: 'named' })
      next = found.end
    }
  },
}

interface Value {
  readonly start: number
  readonly end: number
  readonly score: number
}

function valueAfter(text: string, mark: Mark, kind: 'password' | 'key' | 'code'): Value | undefined {
  GLUE.lastIndex = mark.end
  const match = GLUE.exec(text)
  if (match === null) return undefined
  const { sign, space, open } = match.groups as Record<string, string | undefined>
  const assigned = sign !== undefined
  const option = text.startsWith('--', mark.start - 2)
  if (!assigned && !option && NEEDS_SIGN.has(text.slice(mark.start, mark.end).toLowerCase())) return undefined
  const start = mark.end + match[0].length
  if (kind === 'code') return codeAfter(text, start, assigned)
  const quote = /["'`“„«]/.test(open ?? '')
  if (quote && assigned) {
    QUOTED.lastIndex = start
    const inner = QUOTED.exec(text)?.[0]
    if (inner !== undefined && /\s/.test(inner.trim()) && closes(text, start + inner.length)) {
      // A sentence in quotes is a message about passwords; a few words are one.
      return kind === 'password' && passphraseEnd(text, start) === start + inner.length
        ? { start, end: start + inner.length, score: 0.7 }
        : undefined
    }
  }
  if (kind === 'password' && space === undefined) {
    const end = passphraseEnd(text, start)
    if (end > start) return { start, end, score: 0.6 }
  }
  BARE.lastIndex = start
  const bare = BARE.exec(text)?.[0]
  if (bare === undefined) return undefined
  const value = trimEnd(bare, assigned, quote)
  const digit = /\d/.test(value)
  // After a mere space a word goes on in the sentence, unless it is none.
  const word = !digit && !(value.length >= 8 && bitsPerChar(value) >= 7.5) && !isUserPassword(value)
  if (value.length < 3 || (space !== undefined && !option && word)) return undefined
  const last = start + value.length
  const alone = quote || /^[^\S\n]*(?:$|\n)/.test(text.slice(last, last + 40).replace(/^[.,;!]/, ''))
  const how = { assigned: assigned || option, equals: sign?.includes('=') === true || quote, alone }
  const score = kind === 'password' ? judgePassword(value, how) : judgeKey(value, how, isSecretWord(text, mark))
  if (score === 0) return undefined
  if (WEAK.test(text.slice(mark.start, mark.end)) && !digit && bitsPerChar(value) < 6 && !isUserPassword(value))
    return undefined
  return { start, end: last, score }
}

function closes(text: string, at: number): boolean {
  return /["'`\\”»]/.test(text[at] ?? '')
}

/** Words of code and of sport as well: their value is no word. */
const WEAK = /^(?:pass|key|auth|pw)$/i

/** `secret` and `credentials` may be followed by what a person chose, a `key` by what a machine made. */
function isSecretWord(text: string, { start, end }: Mark): boolean {
  return /secret|credential/i.test(text.slice(start, end))
}
