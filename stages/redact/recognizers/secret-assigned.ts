import { lexicon } from '../../../models/lexicon/lexicon.ts'
import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord } from '../subject.ts'
import { isDummy } from './secret-shapes.ts'

const PASSWORDS =
  'passwords?|passwd|pwd|pass(?= ?[:=])|pw(?= ?[:=])|pass ?phrase|pass ?code|passw|passwort|kennwort|contrase(?:ñ|n)a|mot de passe|senha|wachtwoord|lösenord|hasło|parola'
const KEYS =
  '(?:api|access|private|secret|signing|encryption|account|auth|app|client|shared|service)[ _.-]?(?:key|secret|token)(?:[ _.-]?id)?|secret|tokens?|credentials?|authorization|bearer|session[ _-]?id|sessionid|aws_secret_access_key|accountkey|sharedaccesskey|connectionstring'
const CODES =
  'cvv2?|cvc2?|pin(?: ?code)?|otp|security code|verification code|one[- ]time (?:code|password)|2fa code|code pin|prüfziffer'

const ASSIGNED = new RegExp(
  `(?:(?<password>${PASSWORDS})|(?<key>${KEYS})|(?<code>${CODES}))["'\`*_]{0,3}(?:\\)|\\])?` +
    `(?<glue>\\s{0,3}(?::=|=>|->|[:=])\\s{0,3}|\\s{1,3}(?:is now|is set to|set to|is|ist|lautet|was|war|es|est|é|:)[:\\s]\\s{0,2}|(?<=cv[vc]2?|otp|pin|code)\\s|\\s(?=[^\\s]{2,60}?\\d))["'\`*]{0,3}(?:(?:bearer|basic|token|apikey|digest)\\s{1,2})?(?<value>[^\\s"'\`<>]{3,})`,
  'dgu',
)

const NOT_VALUES =
  /^(?:null|nil|none|n\/?a|undefined|unknown|true|false|yes|no|not|the|a|an|my|your|this|that|it|in|on|to|so|too|very|always|still|now|never|only|also|being|been|correct|incorrect|invalid|valid|wrong|right|expired|required|optional|missing|empty|blank|reset|changed?|change|sent|stored|saved|string|number|boolean|text|hidden|redacted|encrypted|hashed|protected|safe|secure|weak|strong|different|same|here|there|what|why|when|how|where|working|needed|rejected|accepted|blocked|locked|forgotten|lost|available|enabled|disabled|active|refused|failed|fine|ok|okay|supposed|case|type|name|key|value|password|token|secret|min(?:imum)?|max(?:imum)?|at|from|for|with|by|of|as|process\.env\.\w+|os\.environ\S*|\$\S+|%\S+%|\{\{?\S*|\[\S*|\(\S*|[*•x#._-]+|\.{2,}\S*|bearer|basic)$/i

/** `password: …`, `api_key = …`, `Authorization: Bearer …`, `my pin is 4821`: the name before says what it is. */
export const assignedSecret: Recognizer = {
  name: 'secret-assigned',
  types: ['SECRET'],
  needs: Feature.LETTER,
  hints: [
    'pass',
    'pwd',
    'pw',
    'kennwort',
    'contrase',
    'senha',
    'wachtwoord',
    'lösenord',
    'hasło',
    'parola',
    'key',
    'secret',
    'token',
    'credential',
    'authorization',
    'bearer',
    'session',
    'connectionstring',
    'cvv',
    'cvc',
    'pin',
    'otp',
    'code',
    'prüfziffer',
  ],
  priority: 2,
  find(subject, emit) {
    for (const match of subject.lower.matchAll(ASSIGNED)) {
      const { password, key, code, glue, value } = match.groups as Record<string, string | undefined>
      if (value === undefined || glue === undefined || isLetterOrDigit(subject.text, match.index - 1)) continue
      const [start, stop] = match.indices!.groups!['value']!
      const trimmed = trimEnd(subject.text.slice(start, stop), glue)
      if (trimmed.length < 3 || NOT_VALUES.test(trimmed)) continue
      const score = judge(trimmed, glue, password !== undefined, key !== undefined, code !== undefined)
      if (score > 0) emit({ start, end: start + trimmed.length, type: 'SECRET', score })
    }
    if (subject.lower.includes('bearer') || subject.lower.includes('basic'))
      for (const match of subject.text.matchAll(BEARER)) {
        const [start, end] = match.indices![1]!
        if (!isDummy(match[1]!)) emit({ start, end, type: 'SECRET', score: 0.9 })
      }
    if ((subject.features & Feature.LONG_TOKEN) === 0) return
    for (const match of subject.text.matchAll(RARE)) {
      const start = match.index
      const value = match[0]
      if (isWord(subject.text, start - 1) || !isRandom(value)) continue
      if (/key|token|secret|credential|bearer|password|passwort|\bauth/.test(subject.before(start, 40))) {
        emit({ start, end: start + value.length, type: 'SECRET', score: 0.6 })
      }
    }
  },
}

const BEARER = /(?:bearer|basic)\s{1,2}([A-Za-z0-9._~+/-]{16,}={0,2})/dgi
const RARE = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}/g

function judge(value: string, glue: string, password: boolean, key: boolean, code: boolean): number {
  const assigned = /[:=>]/.test(glue)
  const mixed = /\d/.test(value)
    ? /[^\d]/.test(value)
    : /[^\p{L}]/u.test(value) || (/\p{Ll}\p{Lu}/u.test(value) && value.length >= 6)
  if (code) return /^\d{3,8}$/.test(value) ? 0.8 : 0
  if (isDummy(value) && value.length > 6) return 0
  if (password) {
    if (mixed && value.length >= 4) return assigned ? 0.9 : /\d/.test(value) ? 0.8 : 0.55
    if (/^\d{4,}$/.test(value)) return assigned ? 0.8 : 0.7
    // Letters only: a password if it is no word of the language.
    if (value.length >= 6 && /^[a-z]+$/.test(value) && !lexicon().isCommon(value)) return 0.6
    // One plain word after `password:` may be the password or the sentence going on.
    return assigned && value.length >= 5 ? (/=/.test(glue) ? 0.7 : 0.55) : 0
  }
  if (!key) return 0
  if (/^https?:/i.test(value)) return 0
  if (isRandom(value)) return 0.9
  if (mixed && /\d/.test(value) && value.length >= 8) return assigned ? 0.75 : 0.55
  return assigned && /^\d{6,}$/.test(value) && value.length <= 12 ? 0.5 : 0
}

/** Ends of sentences and brackets are not part of a value, unless an opening bracket inside says so. */
function trimEnd(value: string, glue: string): string {
  let out = value
  const semicolon = out.search(/[;,&](?=\s|$|\w+=)/)
  if (semicolon > 0 && /[:=]/.test(glue)) out = out.slice(0, semicolon)
  out = out.replace(/[.,;:)\]}?*_|\\]+$/, '')
  return out
}

/** At least three of four kinds of characters, or digits among letters, and little repetition (Shannon entropy, bits). */
function isRandom(value: string): boolean {
  if (value.length < 16 || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  const counts = new Map<string, number>()
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1)
  let entropy = 0
  for (const n of counts.values()) entropy -= (n / value.length) * Math.log2(n / value.length)
  return entropy >= 3
}

/** `my_password` and `db.password` name a password too, `mypassword` does not. */
function isLetterOrDigit(text: string, at: number): boolean {
  return text[at] !== '_' && isWord(text, at)
}
