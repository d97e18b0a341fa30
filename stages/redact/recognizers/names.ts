import { type Lexicon, lexicon } from '../lexicon.ts'
import type { Candidate, Recognizer } from '../recognizer.ts'
import { Feature, type Subject } from '../subject.ts'

// A capitalised word, with the marks that names have inside; then more of them, particles allowed between.
const WORD = "\\p{Lu}[\\p{L}\\p{M}]*(?:['’-]\\p{L}[\\p{L}\\p{M}]*)*"
const PARTICLE = '(?:de|da|do|dos|das|di|del|della|der|den|van|von|zu|bin|ibn|al|el|la|le|ter|ten|af|av|y|e)'
const SEQUENCE = new RegExp(`${WORD}\\.?(?: (?:${PARTICLE} ){0,2}${WORD}\\.?)*`, 'gu')
const TOKEN = new RegExp(`${WORD}\\.?|${PARTICLE}(?= )`, 'gu')

interface Token {
  readonly start: number
  /** Without a possessive `'s` and a final dot (unless it is an initial). */
  readonly end: number
  readonly text: string
  readonly lower: string
  readonly particle: boolean
  readonly caps: boolean
}

const HONORIFIC =
  /^(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|frau|fr|hr|monsieur|madame|mme|mlle|m|señora?|sra?|srta|don|doña|signora?|sig|dott|ing|dhr|mevr|mw|pan|pani|rev|capt|sgt|lt|col|doctor|doktor|bay|bayan|shri|smt)\.?$/
/** What stands before a name and says that one follows; compared with the last one to three words before it. */
const INTRODUCED = new Set(
  "name|name's|name is|name was|named|called|this is|it's|hi|hello|hey|hiya|ciao|gracias|danke|merci|thanks|thank you|thx|cheers|regards|sincerely|best|from|to|cc|attn|contact|customer|client|agent|caller|speak to|speak with|speaking to|speaking with|talk to|talked to|talk with|chat with|chatted with|chatting with|ask for|asked for|manager|son|mother|father|mom|dad|brother|sister|friend|boss|signed|by|recipient|passenger|beneficiary|addressed to|belongs to|care of|user|patient|employee|mit|told|tell|met|meet|cousin|uncle|aunt|partner|boyfriend|girlfriend|assistant|engineer|rep|representative|said|says|asked|wrote|with|and".split(
    '|',
  ),
)
const STRONG = new Set(
  "name's|name is|name was|named|i am|i'm|im|dear|hi|hello|hey|liebe|lieber|estimado|estimada|cher|chère|hola|hallo|bonjour|spoke to|spoke with|heiße|name ist|me llamo|nombre es|m'appelle|mi chiamo|nome é|holder|name of|behalf of|registered to|wife|husband|daughter|colleague|c/o|attn".split(
    '|',
  ),
)
/** The end of a letter: the line after it is a name. */
const SIGN_OFF =
  /(?:regards|cheers|thanks|thank you|thx|sincerely|faithfully|truly|best|wishes|love|grüßen|grüße|gruß|lg|vg|mfg|cordialement|saludos|atentamente|saluti|groet(?:en)?|hälsningar|pozdrawiam|abraços?|saygılarımla|yours|--|—)[ ,.!]{0,3}\n[\s>]{0,6}$/
const PLACE_CUE =
  /(?:\bin|\bfrom|\bnear|\bat|\bto|\baround|\boutside|\bvisit(?:ing)?|\blive in|\bcity of|\baus|\bnach|\ben|\bà|\ba|\bde|\bvia|\btown of|\barea of|\d{4,5})\s$/
/** A word that makes what stands before it an organisation, a street or a thing. */
const THING =
  /^(?:inc|ltd|llc|gmbh|ag|corp|co|company|plc|sa|bv|bank|university|college|school|hospital|airport|station|street|st|road|rd|avenue|ave|lane|drive|blvd|boulevard|square|park|hotel|museum|church|county|river|lake|mountain|island|islands|bridge|tower|center|centre|institute|foundation|association|department|ministry|committee|council|party|times|post|news|magazine|award|prize|cup|league|club|fc|united|act|law|theorem|syndrome|disease|edition|version|pro|plus|max|mini|series|model|app|store|support|team|service|services|games?|studios?|records|airlines?|motors|pharmaceuticals|industries|group|holdings|partners|systems|technologies|software|solutions|day|festival|show|tv|radio|fm|hall|house|court|cafe|restaurant|bar|pizza|beach|valley|hills?|creek|springs|heights)\.?$/

/** People and places by capitals, `compromise`'s lexicon and what stands around. One pass over capitalised sequences. */
export const names: Recognizer = {
  name: 'names',
  types: ['PERSON', 'LOCATION'],
  needs: Feature.UPPER,
  priority: 0,
  find(subject, emit) {
    const words = lexicon()
    const shouting = isShouting(subject.text)
    for (const match of subject.text.matchAll(SEQUENCE)) {
      if (isInsideToken(subject.text, match.index, match.index + match[0].length)) continue
      sequence(subject, tokens(match[0], match.index), words, shouting, emit)
    }
  },
}

function sequence(
  subject: Subject,
  list: readonly Token[],
  words: Lexicon,
  shouting: boolean,
  emit: (candidate: Candidate) => void,
): void {
  for (let i = 0; i < list.length; ) {
    const place = placeAt(subject, list, i, words)
    const person = personAt(subject, list, i, words, shouting)
    if (person !== undefined && (place === undefined || person.score >= place.score)) {
      emit({ start: list[i]!.start, end: list[person.last]!.end, type: 'PERSON', score: person.score })
      i = person.last + 1
    } else if (place !== undefined) {
      emit({ start: list[i]!.start, end: list[place.last]!.end, type: 'LOCATION', score: place.score })
      i = place.last + 1
    } else i += 1
  }
}

interface Found {
  readonly last: number
  readonly score: number
}

function personAt(
  subject: Subject,
  list: readonly Token[],
  i: number,
  words: Lexicon,
  shouting: boolean,
): Found | undefined {
  const token = list[i]!
  if (token.particle || odd(token)) return undefined
  const previous = list[i - 1]
  const titled = previous !== undefined && HONORIFIC.test(previous.lower)
  const given = words.isGiven(token.lower)
  const surname = words.isSurname(token.lower)
  const common = words.isCommon(token.lower)
  const initial = token.text.length === 1 || /^\p{Lu}\.$/u.test(token.text)
  if (!given && ((common && !surname && !titled) || HONORIFIC.test(token.lower))) return undefined
  const before = subject.before(token.start, 40)
  const signed = before.includes('\n') && SIGN_OFF.test(before)
  const cue = signed || titled ? 'strong' : cueOf(before)
  const strong = cue === 'strong'
  const cued = cue !== 'none'
  if (token.caps && shouting && !signed) return undefined
  // How far the name goes on: surnames, initials, unknown words; not plain words.
  let last = i
  let surnames = 0
  let unknown = 0
  let plain = 0
  const owned = OWNED.test(before)
  for (let j = i + 1; j < list.length && j <= i + 4; j++) {
    const next = list[j]!
    if (next.particle) continue
    if (THING.test(next.lower)) return titled && last > i ? { last, score: 0.8 } : undefined
    if (next.caps !== token.caps && next.text.length > 2 && !initial) break
    if (odd(next)) break
    const nextInitial = next.text.length <= 2 && /^\p{Lu}\.?$/u.test(next.text)
    if (words.isSurname(next.lower)) surnames += 1
    else if (!nextInitial) {
      if (words.isFunction(next.lower) || words.isCountry(next.lower)) break
      if (words.isGiven(next.lower)) surnames += 0.5
      else if (words.isPlace(next.lower) && !given) break
      else if (words.isCommon(next.lower)) {
        // "Emily Winter" is a person, "my Logan Speaker" a thing.
        if (!given || common || owned || plain > 0) break
        plain += 1
      } else unknown += 1
    }
    last = j
    if (sentenceEnds(subject.text, next)) break
  }
  const longer = last > i
  const follows = afterCue(subject.text, list[last]!.end)
  if (titled) return common && !given && !surname && !longer ? undefined : { last, score: 0.9 }
  if (token.caps) {
    if (strong && !common && (given || longer || surname)) return { last, score: 0.7 }
    if (given && !common && (surnames > 0 || cued)) return { last, score: 0.65 }
    if (given && longer && surnames >= 1) return { last, score: 0.6 }
    return signed && given ? { last, score: 0.7 } : undefined
  }
  if (owned && surnames === 0) {
    // "the Chester", "my Logan Speaker", "your Amber Router"
    const next = list[last + 1]
    if (
      unknown === 0 &&
      (!longer || next !== undefined || /^(?:the|an?|this|that|of the) $/.test(OWNED.exec(before)?.[0] ?? ''))
    )
      return undefined
    if (next !== undefined && words.isCommon(next.lower)) return undefined
  }
  if (given && !common) {
    if (longer) return { last, score: surnames > 0 ? 0.9 : unknown > 0 ? 0.75 : 0.6 }
    // "Logan Speaker": a thing named after someone.
    const next = list[i + 1]
    if (owned && next !== undefined) return undefined
    return { last, score: cued || follows ? 0.85 : 0.6 }
  }
  if (given) {
    if (longer && surnames >= 1) return { last, score: 0.75 }
    if (longer && cued && unknown > 0) return { last, score: 0.7 }
    return strong || follows ? { last, score: 0.7 } : undefined
  }
  if (initial) return longer && surnames >= 1 && !/^(?:I|A)$/.test(token.text) ? { last, score: 0.55 } : undefined
  if (common) return surnames >= 1 && surname && longer && cued ? { last, score: 0.5 } : undefined
  if (words.isCountry(token.lower)) return undefined
  if (words.isPlace(token.lower)) return strong && longer ? { last, score: 0.5 } : undefined
  if (surname) {
    if (longer && (surnames > 0 || unknown > 0)) return { last, score: 0.6 }
    return cued || follows ? { last, score: 0.6 } : undefined
  }
  // Unknown words.
  const like = words.likeness(token.lower)
  if (longer && surnames >= 1) return { last, score: 0.65 }
  if (strong && token.text.length > 2) {
    const isTeam = /^ (?:team|support|customer|service|folks|people)/i.test(
      subject.text.slice(list[last]!.end, list[last]!.end + 10),
    )
    return isTeam ? undefined : { last, score: longer ? 0.75 : 0.6 }
  }
  if (follows && longer) return { last, score: 0.65 }
  if (longer && last - i <= 2 && isAlone(subject.text, token.start, list[last]!.end)) return { last, score: 0.6 }
  if (longer && unknown === 1 && last === i + 1) {
    const other = words.likeness(list[last]!.lower)
    if (like > 0.15 && other > 0.15) return { last, score: cued ? 0.65 : 0.5 }
  }
  return cued && like > 0.35 && token.text.length > 3 ? { last, score: 0.5 } : undefined
}

function placeAt(subject: Subject, list: readonly Token[], i: number, words: Lexicon): Found | undefined {
  const token = list[i]!
  if (token.particle) return undefined
  for (let last = Math.min(list.length - 1, i + 2); last >= i; last--) {
    const name = list
      .slice(i, last + 1)
      .map((part) => part.lower)
      .join(' ')
    if (!words.isPlace(name)) continue
    if (token.caps && token.text.length < 5) return undefined
    const next = list[last + 1]
    if (next !== undefined && THING.test(next.lower)) return undefined
    return { last, score: PLACE_CUE.test(subject.before(token.start, 16)) ? 0.8 : 0.55 }
  }
  return undefined
}

/** A word before that makes a capitalised word a thing: "the Logan", "my Chester Suitcase". */
const OWNED =
  /(?:^|[\s("'])(?:the|an?|my|your|our|his|her|their|this|that|these|those|of the|some|every|another|new|old|one|\d+|\d+ ?x|which|what|no|any|mein(?:e|en|er)?|dein(?:e|er)?|die|das|der|den|le|la|el|mi|un|une|ein(?:e|en)?) $/

/** What comes after a name and after little else: "Era Lesch, born …", "Ada Byron <ada@…>", "… | +44 20 …", "X wrote:". */
function afterCue(text: string, end: number): boolean {
  return /^(?:,? \(?(?:born|geboren|geb\.|née?|wrote|writes|schrieb|a écrit|escribió|dob)(?![\p{L}])|,? ?[<(|•·,-] ?(?:\+\d|\(?0\d|[\w.+-]{1,40}@))/u.test(
    text.slice(end, end + 48),
  )
}

/** Alone on its line or in its cell, as names in signatures and tables are. */
function isAlone(text: string, start: number, end: number): boolean {
  return (
    /(?:^|\n|\| ?)[>\s]{0,4}$/.test(text.slice(Math.max(0, start - 6), start)) &&
    /^ {0,3}(?:$|\n|\|)/.test(text.slice(end, end + 5))
  )
}

/** How clearly the words before say that a name follows. */
function cueOf(before: string): 'strong' | 'some' | 'none' {
  const match = /([^\s]+\s+)?([^\s]+?)[,:>*_"“(-]{0,3}\s{0,3}["“*_('>]{0,3}$/.exec(before)
  if (match === null) return 'none'
  const last = match[2]!.replace(/’/g, "'").replace(/^[^\p{L}]+/u, '')
  const two = `${(match[1] ?? '').trim().replace(/’/g, "'")} ${last}`
  if (STRONG.has(last) || STRONG.has(two)) return 'strong'
  return INTRODUCED.has(last) || INTRODUCED.has(two) ? 'some' : 'none'
}

/** Inner capitals (`AppleSupport`) are products and handles, but for McDonald, O'Neill, Jean-Luc, DeVito. */
function odd(token: Token): boolean {
  if (token.caps) return token.text.length > 1 && !/[AEIOUY]/i.test(token.text)
  return /\p{Ll}\p{Lu}/u.test(
    token.text.replace(/^(?:Mc|Mac|De|Di|Le|La|Van|Fitz)(?=\p{Lu})/u, '').replace(/[-'’]./gu, ''),
  )
}

function sentenceEnds(text: string, token: Token): boolean {
  return token.text.length > 2 && text[token.end] === '.'
}

/** Part of a path, an identifier, a handle, a hashtag, a host name or an all-caps code. */
function isInsideToken(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? ' '
  const after = text[end] ?? ' '
  if (/[\p{L}\p{N}_@#/\\$%&=+]/u.test(before) || /[\p{N}_@\\=]/u.test(after)) return true
  if (before === '.' && /[\p{L}\p{N}]/u.test(text[start - 2] ?? ' ')) return true
  if (before === '-' && /[\p{L}\p{N}]/u.test(text[start - 2] ?? ' ')) return true
  return (after === '-' || after === '/' || after === ':') && /[\p{L}\p{N}/]/u.test(text[end + 1] ?? ' ')
}

/** Mostly capitals: then capitals say nothing. */
function isShouting(text: string): boolean {
  let upper = 0
  let lower = 0
  for (let i = 0; i < text.length && upper + lower < 400; i++) {
    const code = text.charCodeAt(i)
    if (code >= 65 && code <= 90) upper += 1
    else if (code >= 97 && code <= 122) lower += 1
  }
  return upper > lower && upper > 12
}

function tokens(sequence: string, offset: number): readonly Token[] {
  return [...sequence.matchAll(TOKEN)].map((match) => {
    const raw = match[0]
    let text = raw.replace(/['’]s\.?$/, '')
    if (text.endsWith('.') && text.length > 2) text = text.slice(0, -1)
    return {
      start: offset + match.index,
      end: offset + match.index + text.length,
      text,
      lower: text.toLowerCase().replace(/\.$/, '').replace(/’/g, "'"),
      particle: !/^\p{Lu}/u.test(raw),
      caps: text.length > 1 && text === text.toUpperCase() && !text.endsWith('.'),
    }
  })
}
