import { Feature } from '../feature.ts'
import type { Candidate, Recognizer } from '../recognizer.ts'
import type { Subject } from '../subject.ts'
import { isUserPassword } from './assigned-value.ts'
import { isDummy } from './key-shape.ts'
import { bitsPerChar } from './rarity.ts'
import { type Mark, secretScan } from './scan.ts'

type Emit = (candidate: Candidate) => void

/** Credentials in forms of their own: headers, cookies, command lines, `.netrc`, recovery codes, seed phrases. */
export const credentialForms: Recognizer = {
  name: 'credential-forms',
  types: ['SECRET'],
  needs: Feature.LETTER,
  priority: 4,
  find(subject, emit) {
    // Up to where the forms before have read: no stretch is read twice.
    let read = 0
    for (const mark of secretScan(subject).marks) {
      const form = FORMS[mark.kind]
      if (form !== undefined && mark.start >= read) read = form(subject, mark, emit)
    }
    passwordFileLines(subject, emit)
  },
}

/** Each returns how far it has read. */
const FORMS: Readonly<Partial<Record<Mark['kind'], (subject: Subject, mark: Mark, emit: Emit) => number>>> = {
  bearer: header,
  cookie: cookies,
  command,
  netrc,
  codes: recoveryCodes,
  phrase: seedPhrase,
}

const CREDENTIALS = /["']?\s{1,2}([A-Za-z0-9._~+/-]{12,4096}={0,2})/y

/** `Bearer …` (RFC 6750) and `Basic …` (RFC 7617: base64 of `user:password`). */
function header({ text }: Subject, { start, end }: Mark, emit: Emit): number {
  CREDENTIALS.lastIndex = end
  const value = CREDENTIALS.exec(text)?.[1]
  if (value === undefined) return end
  const from = CREDENTIALS.lastIndex - value.length
  const basic = text.startsWith('asic', start + 1)
  if (basic && isUserPassword(value))
    emit({ start: from, end: CREDENTIALS.lastIndex, type: 'SECRET', score: 0.97, rule: 'basic', why: 'user:password' })
  else if (
    value.length >= 16 &&
    !isDummy(value) &&
    (/\d/.test(value) || bitsPerChar(value) > 6) &&
    bitsPerChar(value) > 4.5
  )
    emit({ start: from, end: CREDENTIALS.lastIndex, type: 'SECRET', score: 0.9, rule: basic ? 'basic' : 'bearer' })
  return CREDENTIALS.lastIndex
}

const COOKIE_OPEN = /["']?\s{0,2}[:=]\s{0,2}["']?/y
const PAIR = /([\w.%!#$&*^|~+-]{1,64})=([^;\s"',]{1,4096})(?:;\s?|["',\s]|$)/y
const SESSION_NAME =
  /sess|sid|token|auth|jwt|csrf|xsrf|remember|login|ticket|secret|identity|credential|^_?gh|^at$|^rt$/i

/** Values of cookies (RFC 6265 §4) whose name is a session's, or that no one wrote. */
function cookies({ text }: Subject, { end }: Mark, emit: Emit): number {
  COOKIE_OPEN.lastIndex = end
  if (!COOKIE_OPEN.test(text)) return end
  let at = COOKIE_OPEN.lastIndex
  for (let n = 0; n < 64; n++) {
    PAIR.lastIndex = at
    const match = PAIR.exec(text)
    if (match === null) break
    const from = at + match[1]!.length + 1
    const value = match[2]!
    const session = SESSION_NAME.test(match[1]!) && value.length >= 8
    if ((session && /\d|[^a-z]/.test(value)) || (value.length >= 16 && bitsPerChar(value.slice(0, 256)) > 6))
      emit({ start: from, end: from + value.length, type: 'SECRET', score: session ? 0.92 : 0.7, rule: 'cookie' })
    at = PAIR.lastIndex
  }
  return at
}

const COMMAND_LINE = /[^\n]{0,400}/y
const USER_PASSWORD = /(?<=\s)(?:-u|--user|--proxy-user|-U)[ =]?["']?([^\s:"'%=]{1,100})[:%]([^\s"']{1,200})/dg
const SHORT_OPTION = /(?<=\s)(?:-p|-a|--pass|--requirepass) ?["']?([^\s"'-][^\s"']{2,128})/dg
const ORACLE = /:oracle:[a-z]{2,8}:([^/\s@]{1,64})\/([^@\s]{1,128})@/dg

/** `curl -u user:password`, `mysql -pPassword`, `sshpass -p …`, `redis-cli -a …`, `jdbc:oracle:thin:user/password@…`. */
function command({ text }: Subject, { start, end }: Mark, emit: Emit): number {
  COMMAND_LINE.lastIndex = end
  const line = COMMAND_LINE.exec(text)![0]
  const offer = (pattern: RegExp, group: number): void => {
    for (const match of line.matchAll(pattern)) {
      const [from, to] = match.indices![group]!
      const value = match[group]!
      if (/^(?:\$|<|\{|%|\d{2,5}$)/.test(value) || (value.length > 6 && isDummy(value))) continue
      emit({ start: end + from, end: end + to, type: 'SECRET', score: 0.85, rule: 'command' })
    }
  }
  const name = text.slice(start, end).toLowerCase()
  if (name === 'jdbc') offer(ORACLE, 2)
  else if (/^(?:curl|wget|smbclient)$/.test(name)) offer(USER_PASSWORD, 2)
  else offer(SHORT_OPTION, 1)
  return end + line.length
}

const NETRC =
  /\s{1,8}\S{1,253}\s{1,8}login\s{1,8}\S{1,128}\s{1,8}(?:account\s{1,8}\S{1,128}\s{1,8})?password\s{1,8}(\S{1,256})/y

function netrc({ text }: Subject, { end }: Mark, emit: Emit): number {
  NETRC.lastIndex = end
  const value = NETRC.exec(text)?.[1]
  if (value === undefined) return end
  emit({ start: NETRC.lastIndex - value.length, end: NETRC.lastIndex, type: 'SECRET', score: 0.95, rule: 'netrc' })
  return NETRC.lastIndex
}

const LIST_OPEN = /["'`*]{0,3}(?:\s(?:are|is|sind|son|sont))?[^\S\n]{0,2}[:=-]?[\s"'[]{0,4}/y
const LIST_CODE =
  /(?:[\s,;*•|"'\]-]|\d{1,2}[.)](?=\s)){0,8}((?:[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{3,12}){1,4}|(?=[A-Za-z]{0,11}\d)[A-Za-z0-9]{6,16}|\d{4} \d{4}))(?![\w-])/y

/** A list of one-time recovery codes, as a whole. */
function recoveryCodes({ text }: Subject, { end }: Mark, emit: Emit): number {
  LIST_OPEN.lastIndex = end
  LIST_OPEN.test(text)
  let at = LIST_OPEN.lastIndex
  let first = -1
  for (let n = 0; n < 32; n++) {
    LIST_CODE.lastIndex = at
    const code = LIST_CODE.exec(text)?.[1]
    if (code === undefined || (!/\d/.test(code) && bitsPerChar(code) < 6)) break
    at = LIST_CODE.lastIndex
    if (first < 0) first = at - code.length
  }
  if (first >= 0) emit({ start: first, end: at, type: 'SECRET', score: 0.85, rule: 'recovery-codes' })
  return at
}

const PHRASE =
  /["'`]?(?:\s(?:is|are|was))?\s{0,2}[:=-]?[\s"'`]{0,4}((?:\d{1,2}[.)] ?)?[a-z]{3,8}(?:[\s,]{1,3}(?:\d{1,2}[.)] ?)?[a-z]{3,8}){11,23})(?![a-z])/y

/** The 12 to 24 words that open a wallet (BIP-39: words of three to eight letters). */
function seedPhrase({ text }: Subject, { end }: Mark, emit: Emit): number {
  PHRASE.lastIndex = end
  const value = PHRASE.exec(text)?.[1]
  if (value === undefined || GRAMMAR.test(value)) return end
  emit({
    start: PHRASE.lastIndex - value.length,
    end: PHRASE.lastIndex,
    type: 'SECRET',
    score: 0.9,
    rule: 'seed-phrase',
  })
  return PHRASE.lastIndex
}

// Words of every sentence that are not in the list of BIP-39.
const GRAMMAR =
  /(?<![a-z])(?:the|and|your|for|not|with|has|have|was|were|are|cannot|please|because|does|would|should|been|which)(?![a-z])/

// `host:port:database:user:password` (PostgreSQL's .pgpass) and `user:id:LM hash:NT hash` (pwdump).
const PGPASS = /^[\w.*-]{1,253}:(?:\d{2,5}|\*):[\w.*-]{1,64}:[^:\s]{1,64}:(\S{3,256})$/d
const PWDUMP = /^[^:\s]{1,64}:\d{1,10}:([0-9A-Fa-f]{32}:[0-9A-Fa-f]{32})(?::|$)/d

function passwordFileLines(subject: Subject, emit: Emit): void {
  if ((subject.features & Feature.COLON) === 0) return
  const { text } = subject
  const { tokens } = secretScan(subject)
  for (let i = 0; i < tokens.length; i += 2) {
    const from = tokens[i]!
    if (tokens[i + 1]! - from > 600) continue
    if (colons(text, from, tokens[i + 1]!) < 3) continue
    const token = text.slice(from, tokens[i + 1]!)
    const indices = (PGPASS.exec(token) ?? PWDUMP.exec(token))?.indices?.[1]
    if (indices === undefined) continue
    emit({ start: from + indices[0], end: from + indices[1], type: 'SECRET', score: 0.9, rule: 'password-file' })
  }
}

/** How many colons stand in `[from, to)`, up to three. */
function colons(text: string, from: number, to: number): number {
  let n = 0
  for (let at = from; at < to && n < 3; at++) if (text.charCodeAt(at) === 58) n += 1
  return n
}
