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
/** What stands before a name and says that one follows. Matched at the end of the lower-cased text before it. */
const INTRODUCED =
  /(?:\bname(?:'s| is| was|:)|\bnamed?|\bcalled|\bi am|\bi['’]m|\bim|\bthis is|\bit['’]s|\bdear|\bhi|\bhello|\bhey|\bhiya|\bhallo|\bhola|\bbonjour|\bciao|\bliebe[rn]?|\bguten tag|\bgeehrter? (?:herr|frau)|\bestimad[oa]|\bcher|\bchère|\bgracias|\bdanke|\bmerci|\bthanks|\bthank you|\bthx|\bcheers|\bregards|\bsincerely|\bbest|\bgrüßen|\bgruß|\bcordialement|\bsaludos|\byours|\bfrom|\bto|\bcc|\battn|\bcontact|\bcustomer|\bclient|\bagent|\bcaller|\bspoke (?:to|with)|\bspeak (?:to|with)|\bspeaking (?:to|with)|\btalked? (?:to|with)|\bchat(?:ted|ting)? with|\bask(?:ed)? for|\bcolleague|\bmanager|\bwife|\bhusband|\bson|\bdaughter|\bmother|\bfather|\bmom|\bdad|\bbrother|\bsister|\bfriend|\bboss|\bsigned|\bby|\bheiße|\bname ist|\bme llamo|\bnombre es|\bm['’]appelle|\bmi chiamo|\bmeu nome é|\bholder|\brecipient|\bpassenger|\bbeneficiary|\bin the name of|\bon behalf of|\bregistered to|\baddressed to|\bbelongs to|\bcare of|\bc\/o)[\s,:>*_"“'-]{0,4}$/
const STRONG =
  /(?:\bname(?:'s| is| was|:)|\bnamed|\bi am|\bi['’]m|\bdear|\bhi|\bhello|\bhey|\bliebe[rn]?|\bestimad[oa]|\bcher|\bchère|\bspoke (?:to|with)|\bheiße|\bname ist|\bme llamo|\bnombre es|\bm['’]appelle|\bmi chiamo|\bholder|\bin the name of|\bon behalf of|\bregistered to|\bwife|\bhusband|\bdaughter|\bcolleague|\bc\/o)[\s,:>*_"“'-]{0,4}$/
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
  const before = subject.before(token.start, 40)
  const previous = list[i - 1]
  const titled = previous !== undefined && HONORIFIC.test(previous.lower)
  const given = words.isGiven(token.lower)
  const surname = words.isSurname(token.lower)
  const common = words.isCommon(token.lower)
  const initial = token.text.length === 1 || /^\p{Lu}\.$/u.test(token.text)
  if (HONORIFIC.test(token.lower) && !given) return undefined
  const signed = SIGN_OFF.test(before)
  const strong = titled || signed || STRONG.test(before)
  const cued = strong || INTRODUCED.test(before)
  if (token.caps && shouting && !signed) return undefined
  // How far the name goes on: surnames, initials, unknown words; not plain words.
  let last = i
  let surnames = 0
  let unknown = 0
  for (let j = i + 1; j < list.length && j <= i + 4; j++) {
    const next = list[j]!
    if (next.particle) continue
    if (THING.test(next.lower)) return titled && last > i ? { last, score: 0.8 } : undefined
    if (next.caps !== token.caps && next.text.length > 2 && !initial) break
    if (odd(next)) break
    const nextInitial = next.text.length <= 2 && /^\p{Lu}\.?$/u.test(next.text)
    if (words.isSurname(next.lower)) surnames += 1
    else if (!nextInitial) {
      if (words.isCommon(next.lower) || words.isCountry(next.lower)) break
      if (words.isGiven(next.lower)) surnames += 0.5
      else if (words.isPlace(next.lower) && !given) break
      else unknown += 1
    }
    last = j
    if (sentenceEnds(subject.text, next)) break
  }
  // An initial does not end a name ("Ada B.").
  const longer = last > i
  if (titled) return common && !given && !surname && !longer ? undefined : { last, score: 0.9 }
  if (token.caps) {
    if (given && !common && (surnames > 0 || cued)) return { last, score: 0.65 }
    if (given && longer && surnames >= 1) return { last, score: 0.6 }
    return signed && given ? { last, score: 0.7 } : undefined
  }
  if (/\bthe $/.test(before) && !longer) return undefined
  if (given && !common) {
    if (longer) return { last, score: surnames > 0 ? 0.9 : 0.75 }
    return { last, score: cued ? 0.85 : 0.6 }
  }
  if (given) {
    if (longer && surnames >= 1) return { last, score: 0.75 }
    if (longer && cued && unknown > 0) return { last, score: 0.7 }
    return strong ? { last, score: 0.7 } : undefined
  }
  if (initial) return longer && surnames >= 1 && !/^(?:I|A)$/.test(token.text) ? { last, score: 0.55 } : undefined
  if (common) return surnames >= 1 && surname && longer && cued ? { last, score: 0.5 } : undefined
  if (words.isCountry(token.lower)) return undefined
  if (words.isPlace(token.lower)) return strong && longer ? { last, score: 0.5 } : undefined
  if (surname) {
    if (longer && (surnames > 0 || unknown > 0)) return { last, score: 0.6 }
    return strong || /^,? \p{Lu}/u.test(subject.text.slice(token.end, token.end + 3)) === false
      ? cued
        ? { last, score: 0.6 }
        : undefined
      : undefined
  }
  // Unknown words.
  const like = words.likeness(token.lower)
  if (longer && surnames >= 1) return { last, score: 0.65 }
  if (strong && token.text.length > 2) return like > -0.25 || longer ? { last, score: longer ? 0.75 : 0.6 } : undefined
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
