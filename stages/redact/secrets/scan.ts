import { Feature } from '../feature.ts'
import { isWord, type Subject } from '../subject.ts'
import { textScanner } from '../text-scan.ts'
import { wordTree } from '../word-tree.ts'

/**
 * What a word says about the text after it. `password`, `key` and `code` name a value; the others open a form of their
 * own (`Cookie:`, `curl -u`, `machine … login …`).
 */
export type MarkKind =
  | 'password'
  | 'key'
  | 'code'
  | 'codes'
  | 'phrase'
  | 'bearer'
  | 'cookie'
  | 'command'
  | 'netrc'
  | 'putty'
  | 'kty'

/** A word of interest: `[start, end)` is the word itself. */
export interface Mark {
  readonly kind: MarkKind
  readonly start: number
  readonly end: number
}

/** Everything that the secret recognizers need to know of a text, found in one pass over it. */
export interface SecretScan {
  readonly marks: readonly Mark[]
  /** Start, end, start, end …: runs without white space of `MIN_TOKEN` units or more. Keys stand nowhere else. */
  readonly tokens: readonly number[]
  /** Within the tokens: runs of letters, digits, `+`, `/`, `_` and `-` of that length, with the `=` that ends base64. */
  readonly runs: readonly Run[]
}

export interface Run {
  readonly start: number
  readonly end: number
  /** Start and end of the token that holds it. */
  readonly from: number
  readonly to: number
}

/** No key is shorter with its prefix (Neon's `npg_` and twelve more, Dropbox's 15 are the shortest). */
export const MIN_TOKEN = 15

/** `pw:abc`: the shortest name with a value. */
const MIN_NAMED = 6

const WORDS: Readonly<Record<MarkKind, string>> = {
  password:
    'password|passwords|passwd|passwrd|pwd|pass|passw|pw|passphrase|pass phrase|passcode|pass code|pass-phrase|psk|wpa key|wpa2 key|wpa3 key|network key|wifi key|wi-fi key|passwort|kennwort|netzwerkschlüssel|contraseña|contrasena|clave|mot de passe|mdp|senha|palavra-passe|wachtwoord|lösenord|losenord|adgangskode|passord|salasana|hasło|haslo|heslo|jelszó|parola|parolă|şifre|sifre|κωδικός|пароль|пароля|密码|密碼|パスワード|비밀번호|پاسورد|كلمة المرور|סיסמה|पासवर्ड|mật khẩu|kata sandi|pin-code|unlock code|master key|master password',
  key: 'api key|api-key|api_key|api.key|apikey|api token|api_token|api-token|apitoken|api secret|api_secret|api-secret|apisecret|access key|access_key|access-key|accesskey|access token|access_token|access-token|accesstoken|private key|private_key|private-key|privatekey|secret key|secret_key|secret-key|secretkey|secret access key|secret|secrets|signing key|signing_key|signing secret|signing_secret|signingkey|encryption key|encryption_key|encryptionkey|account key|account_key|accountkey|auth token|auth_token|auth-token|authtoken|auth key|auth_key|authkey|auth|app key|app_key|app-key|app secret|app_secret|app token|client secret|client_secret|client-secret|clientsecret|client key|client_key|client token|shared key|shared_key|shared secret|shared_secret|sharedaccesskey|sharedaccesssignature|service key|service_key|service token|token|tokens|credential|credentials|authorization|phpsessid|jsessionid|sessid|laravel_session|connect.sid|session id|session_id|session-id|sessionid|session token|session_token|session key|license key|license_key|licence key|licensekey|product key|activation key|serial key|hmac key|deploy key|webhook secret|webhook_secret|bot token|personal access token|refresh token|refresh_token|refreshtoken|id_token|bearer token|connectionstring|instrumentationkey|storage key|primary key|secondary key|master_key|private token|private_token|private-token|private_key_id|schlüssel|clé api|clé|chiave|clave api|klucz|ключ|токен|密钥|令牌|トークン|apiキー',
  code: 'cvv|cvv2|cvc|cvc2|cvn|pin|pin code|pincode|otp|otp code|security code|verification code|confirmation code|sms code|one time code|one-time code|one time password|one-time password|one time passcode|one-time passcode|2fa code|mfa code|two-factor code|two factor code|authenticator code|login code|access code|door code|gate code|alarm code|code pin|tan|puk|puk code|prüfziffer|sicherheitscode|geheimzahl|bestätigungscode|code de vérification|código de verificación|código de seguridad|pin-nummer',
  codes:
    'recovery code|recovery codes|backup code|backup codes|scratch codes|emergency codes|wiederherstellungscodes|códigos de recuperación|codes de récupération',
  phrase:
    'seed phrase|recovery phrase|seed words|mnemonic|mnemonic phrase|secret phrase|backup phrase|wallet phrase|secret recovery phrase',
  bearer: 'bearer|basic',
  cookie: 'cookie|cookies|set-cookie',
  command:
    'curl|wget|mysql|mysqldump|sshpass|docker login|redis-cli|psql|net use|jdbc|snmpwalk|smbclient|mongosh|mongo',
  netrc: 'machine',
  putty: 'private-lines',
  kty: 'kty',
}

interface Word {
  readonly word: string
  readonly kind: MarkKind
  /** Of a script without spaces between words. */
  readonly wide: boolean
}

// The longest first: `api key` before `api`.
const ALL: readonly Word[] = Object.entries(WORDS)
  .flatMap(([kind, words]) =>
    words.split('|').map((word) => ({ word, kind: kind as MarkKind, wide: word.charCodeAt(0) >= 0x2e80 })),
  )
  .sort((a, b) => b.word.length - a.word.length)

/** By the first two characters. */
const BY_START: ReadonlyMap<string, readonly Word[]> = byStart(ALL)

function byStart(words: readonly Word[]): ReadonlyMap<string, readonly Word[]> {
  const index = new Map<string, Word[]>()
  for (const entry of words) {
    const start = entry.word.slice(0, 2)
    const list = index.get(start)
    if (list === undefined) index.set(start, [entry])
    else list.push(entry)
  }
  return index
}

const NOT_ASCII = /[\u0080-\uffff]/
const ASCII_WORDS = ALL.filter(({ word }) => isAscii(word.slice(0, 3)))

/** So many characters of a word tell it from what texts are full of (`one time c`, `has`). */
const HEAD = 10

/**
 * How every word begins that begins with ASCII. A head ends at the shortest word of its branch; what begins with it is
 * compared there.
 */
export const SECRET_HEADS: readonly string[] = headsOf(ASCII_WORDS)

function headsOf(words: readonly Word[]): readonly string[] {
  const heads = [...new Set(words.map(({ word }) => word.slice(0, HEAD)))]
  return heads.filter((head) => !heads.some((other) => other !== head && head.startsWith(other)))
}

/** The words that begin with each head, the longest first. */
const BY_HEAD = SECRET_HEADS.map((head) => ASCII_WORDS.filter(({ word }) => word.startsWith(head)))

/** For subjects whose scanner did not look for them. */
const HEADS_ALONE = textScanner([], SECRET_HEADS)

// Words that begin with other letters are looked for by one compiled search, where a text has such letters.
const OTHER_WORDS = new RegExp(
  wordTree(
    ALL.map(({ word }) => word).filter((word) => !isAscii(word.slice(0, 3))),
    'shortest',
  ),
  'gi',
)

function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text)
}

/** Words that may end a longer one (`PGPASSWORD=`), by their last three letters. */
const ENDINGS: ReadonlyMap<string, readonly Word[]> = endings()

function endings(): ReadonlyMap<string, readonly Word[]> {
  const index = new Map<string, Word[]>()
  for (const entry of [...ALL, { word: 'key', kind: 'key', wide: false } as const]) {
    if ((entry.kind !== 'password' && entry.kind !== 'key') || !/^[a-z]{4,}$/.test(entry.word) || entry.word === 'pass')
      continue
    const end = entry.word.slice(-3)
    index.set(end, [...(index.get(end) ?? []), entry])
  }
  return index
}

let lastSubject: Subject | undefined
let lastScan: SecretScan | undefined

/** The scan of a subject; the recognizers ask for it one after the other, so the last one is remembered. */
export function secretScan(subject: Subject): SecretScan {
  if (subject === lastSubject) return lastScan!
  const tokens = tokensOf(subject)
  const marks = marksOf(subject)
  lastScan = tokens.length === 0 && marks.length === 0 ? EMPTY : { marks, tokens, runs: runsOf(subject.text, tokens) }
  lastSubject = subject
  return lastScan
}

const NONE: readonly never[] = []
const EMPTY: SecretScan = { marks: NONE, tokens: NONE, runs: NONE }

/** A run of `MIN_TOKEN` units stands on a multiple of that length: only those places are looked at. */
function tokensOf({ text }: Subject): readonly number[] {
  const { length } = text
  let tokens: number[] | undefined
  for (let at = MIN_TOKEN - 1; at < length; at += MIN_TOKEN) {
    if (text.charCodeAt(at) <= 32) continue
    let start = at
    while (start > 0 && text.charCodeAt(start - 1) > 32) start -= 1
    let end = at + 1
    while (end < length && text.charCodeAt(end) > 32) end += 1
    if (end - start < MIN_TOKEN) continue
    tokens ??= []
    tokens.push(start, end)
    // On to the first such place after the run.
    at = end - (end % MIN_TOKEN) - 1
  }
  return tokens ?? NONE
}

const IN_RUN = new Uint8Array(128)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-') IN_RUN[char.charCodeAt(0)] = 1

function runsOf(text: string, tokens: readonly number[]): readonly Run[] {
  let runs: Run[] | undefined
  for (let i = 0; i < tokens.length; i += 2) {
    const from = tokens[i]!
    const to = tokens[i + 1]!
    // A picture or font in an address is no text.
    if (text.startsWith('data:', from)) continue
    for (let start = from; to - start >= MIN_TOKEN; start += 1) {
      let end = start
      while (end < to && IN_RUN[text.charCodeAt(end)] === 1) end += 1
      if (end - start >= MIN_TOKEN) {
        const padded = end + (text[end] === '=' ? (text[end + 1] === '=' ? 2 : 1) : 0)
        runs ??= []
        runs.push({ start, end: padded, from, to })
      }
      start = end
    }
  }
  return runs ?? NONE
}

/** Most texts have no mark: one array for all of them until there is something to keep. */
const scratch: Mark[] = []

function marksOf(subject: Subject): readonly Mark[] {
  const { text, features } = subject
  if ((features & Feature.LETTER) === 0 || text.length < MIN_NAMED) return NONE
  const signs = features & (Feature.COLON | Feature.EQUALS)
  // A word and its value have something between them.
  if ((signs | (features & Feature.LESS_THAN)) === 0 && !/[\s(]/.test(text)) return NONE
  const marks = scratch
  marks.length = 0
  asciiWords(subject, marks)
  if ((features & Feature.FOREIGN) !== 0) search(OTHER_WORDS, text, marks)
  if ((signs & Feature.COLON) !== 0) endsBefore(':', text, marks)
  if ((signs & Feature.EQUALS) !== 0) endsBefore('=', text, marks)
  if (marks.length < 2) return marks.length === 0 ? NONE : [marks[0]!]
  marks.sort((a, b) => a.start - b.start || b.end - a.end)
  let reached = 0
  return marks.filter(({ start, end }) => {
    // `Password:` is seen at its start and at its colon.
    if (start < reached) return false
    reached = end
    return true
  })
}

function asciiWords(subject: Subject, marks: Mark[]): void {
  const { text } = subject
  const heads = subject.heads ?? HEADS_ALONE.scan(text).heads
  for (let i = 0; i < heads.length; i += 2) {
    const mark = longestOf(BY_HEAD[heads[i + 1]!]!, text, heads[i]!)
    if (mark !== undefined) marks.push(mark)
  }
}

function search(words: RegExp, text: string, marks: Mark[]): void {
  words.lastIndex = 0
  for (let match = words.exec(text); match !== null; match = words.exec(text)) {
    const mark = wordAt(text, match.index)
    words.lastIndex = mark === undefined ? match.index + 1 : mark.end
    if (mark !== undefined) marks.push(mark)
  }
}

/** The longest word of the table that stands here as a word. */
function wordAt(text: string, at: number): Mark | undefined {
  const words = BY_START.get(text.slice(at, at + 2).toLowerCase())
  return words === undefined ? undefined : longestOf(words, text, at)
}

/** The first of these words that stands here as a word. */
function longestOf(words: readonly Word[], text: string, at: number): Mark | undefined {
  for (const { word, kind, wide } of words) {
    if (!standsAt(text, at, word)) continue
    const end = at + word.length
    // `passwordHash` goes on, `password_1` does not; words of scripts without spaces never do.
    if (!wide && ((text.charCodeAt(end) !== 95 && isWord(text, end)) || isWord(text, at - 1))) continue
    return { kind, start: at, end }
  }
  return undefined
}

/** `PGPASSWORD=`, `db_secret:`, `"dbPass":`: words that end right before a sign, whatever they are glued to. */
function endsBefore(sign: ':' | '=', text: string, marks: Mark[]): void {
  for (let at = text.indexOf(sign, 3); at >= 0; at = text.indexOf(sign, at + 1)) {
    let end = at
    while (at - end < 3 && isCloser(text.charCodeAt(end - 1))) end -= 1
    const words = ENDINGS.get(text.slice(end - 3, end).toLowerCase())
    if (words === undefined) continue
    for (const { word, kind } of words) {
      const start = end - word.length
      if (start < 0 || !standsAt(text, start, word)) continue
      marks.push({ kind, start, end })
      break
    }
  }
}

/** `"`, `'`, backslash, backtick, `]`, space. */
function isCloser(code: number): boolean {
  return code === 34 || code === 39 || code === 92 || code === 96 || code === 93 || code === 32
}

function standsAt(text: string, at: number, word: string): boolean {
  const { length } = word
  if (at + length > text.length) return false
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(at + i)
    const wanted = word.charCodeAt(i)
    if (code === wanted) continue
    if (code < 128 ? code < 65 || code > 90 || code + 32 !== wanted : text[at + i]!.toLowerCase() !== word[i])
      return false
  }
  return true
}
