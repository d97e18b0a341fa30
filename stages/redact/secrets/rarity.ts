import { createRequire } from 'node:module'

/**
 * How many bits a character of a string costs under a model of words, identifiers, paths and versions. Names made of
 * words cost 2–4 bits, strings from a random generator 6 and more. Entropy cannot tell them apart: `getUserAccountById`
 * has nearly as many different letters as a key of its length.
 *
 * The model: letter trigrams (Witten–Bell style back-off to bigrams) over the words of `natural`'s lexicon and the short
 * forms that code is full of. Where the case changes as in camelCase, at digits and at separators, a word ends and the
 * next one begins; random strings do that in the middle of nothing and pay for it.
 */
export function bitsPerChar(value: string): number {
  model ??= learn()
  const table = model
  let bits = 0
  let before = EDGE
  let last = EDGE
  let digits = 0
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    const letter = letterOf(code)
    if (letter > 0) {
      const upper = code < 97
      // A hump (`userName`), the last capital of a run (`XMLParser`), or a letter after a digit.
      const hump =
        upper &&
        last !== EDGE &&
        (isLower(value.charCodeAt(at - 1)) || (isUpperAt(value, at - 1) && isLowerAt(value, at + 1)))
      if (hump) {
        bits += table[index(before, last, EDGE)]! + HUMP
        before = EDGE
        last = EDGE
      } else if (digits > 0) bits += AFTER_DIGIT
      bits += table[index(before, last, letter)]!
      before = last
      last = letter
      digits = 0
      continue
    }
    if (last !== EDGE) bits += table[index(before, last, EDGE)]!
    if (code >= 48 && code <= 57) {
      bits += digits > 0 ? DIGIT : last === EDGE ? FIRST_DIGIT : DIGIT_AFTER_LETTER
      digits += 1
    } else {
      bits += SEPARATOR
      digits = 0
    }
    before = EDGE
    last = EDGE
  }
  if (last !== EDGE) bits += table[index(before, last, EDGE)]!
  return value.length === 0 ? 0 : bits / value.length
}

const EDGE = 0
const SYMBOLS = 27
// Bits of what is no letter. Round numbers: what matters is that a lone digit between letters costs more than a number.
const HUMP = 1
const DIGIT = 2
const FIRST_DIGIT = 3
const DIGIT_AFTER_LETTER = 5
const AFTER_DIGIT = 3
const SEPARATOR = 2

/** Short forms of code, hosts, logs and configuration, which no lexicon of English has. */
const SHORT_FORMS =
  'api app args arg async attr auth aws bin bool btn buf bytes calc cfg char chk cls cmd cnt col cols com conf config const cpu css csv ctx cur cwd db dbg def del deps desc dest dev dict dir dirs dns doc docs dom dst dup edu elem enc env err eval evt exe exec expr ext fn fmt fs ftp func gcp get gid git gpu gui hdr hex html http https idx img impl impls inc inet info init inst int io ios iso iter jpeg jpg js json jsx kb key kv lang len lib libs lnk loc log lookup lru lst mac max mb md mem mgr min misc mkdir mod msg mut mvc nan nav net node npm nsfw num obj org orig os param params parse passwd pdf perf pid pkg png pos postgres prefs prev proc prod prop props proto ptr pub pwd py qty query rand rec recv ref refs regex rel repo req res resp ret rgb rm rng row rpc rsa rust sdk sec seg sel seq server sha shm sid sig sms sort sql src srv ssh ssl stat std stderr stdin stdout stg str struct sub svc svg sync sys tcp temp tls tmp toml ts tsx txt type udp ui uid uint unix uri url usb user utc utf util utils uuid val vals var vec ver vm vpn warn web webpack wifi win www xhr xml xs xy yaml yml zip'

let model: Float32Array | undefined

function learn(): Float32Array {
  const require = createRequire(import.meta.url)
  const lexicon: object = require('natural/lib/natural/brill_pos_tagger/data/English/lexicon_from_posjs.json')
  const trigrams = new Float64Array(SYMBOLS ** 3)
  const bigrams = new Float64Array(SYMBOLS ** 2)
  const count = (word: string, weight: number): void => {
    let before = EDGE
    let last = EDGE
    for (let at = 0; at <= word.length; at++) {
      const letter = at === word.length ? EDGE : letterOf(word.charCodeAt(at))
      trigrams[index(before, last, letter)]! += weight
      bigrams[last * SYMBOLS + letter]! += weight
      before = last
      last = letter
    }
  }
  for (const word of Object.keys(lexicon)) if (/^[a-z]{2,}$/.test(word)) count(word, 1)
  for (const word of SHORT_FORMS.split(' ')) count(word, 40)
  const sum = (counts: Float64Array, from: number): number => {
    let total = 0
    for (let next = 0; next < SYMBOLS; next++) total += counts[from + next]!
    return total
  }
  const bits = new Float32Array(SYMBOLS ** 3)
  for (let last = 0; last < SYMBOLS; last++) {
    const seen = sum(bigrams, last * SYMBOLS)
    for (let before = 0; before < SYMBOLS; before++) {
      const from = index(before, last, 0)
      const total = sum(trigrams, from)
      for (let next = 0; next < SYMBOLS; next++) {
        const shorter = (bigrams[last * SYMBOLS + next]! + 1 / SYMBOLS) / (seen + 1)
        bits[from + next] = -Math.log2((trigrams[from + next]! + 4 * shorter) / (total + 4))
      }
    }
  }
  return bits
}

function index(before: number, last: number, next: number): number {
  return (before * SYMBOLS + last) * SYMBOLS + next
}

/** 1…26 for ASCII letters of either case, 0 for anything else. */
function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 96
  return code >= 65 && code <= 90 ? code - 64 : 0
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122
}

function isLowerAt(value: string, at: number): boolean {
  return isLower(value.charCodeAt(at))
}

function isUpperAt(value: string, at: number): boolean {
  const code = value.charCodeAt(at)
  return code >= 65 && code <= 90
}
