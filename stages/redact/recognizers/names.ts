import { Kind, type Lexicon, lexicon } from '../../../models/lexicon/lexicon.ts'
import { Feature } from '../feature.ts'
import { afterCue, cueOf, HONORIFIC, isAlone, OWNED, SIGN_OFF, THING } from '../name-cues.ts'
import { placeAt } from '../name-places.ts'
import { type Found, isInsideToken, isOdd, NAME, SEQUENCE, sentenceEnds, type Token, tokens } from '../name-tokens.ts'
import type { Candidate, Recognizer } from '../recognizer.ts'
import { matchesNear } from '../stretches.ts'
import type { Subject } from '../subject.ts'

const PLAIN_ONLY = Kind.COMMON | Kind.GIVEN | Kind.SURNAME | Kind.PLACE

/** People and places by capitals, `compromise`'s lexicon and what stands around. One pass over capitalised sequences. */
export const names: Recognizer = {
  name: 'names',
  types: ['PERSON', 'LOCATION'],
  needs: Feature.UPPER,
  priority: 0,
  find(subject, emit) {
    const words = lexicon()
    const shouting = isShouting(subject.text)
    if (subject.text.includes(', ')) lastFirst(subject, words, emit)
    for (const match of matchesNear(SEQUENCE, subject.text, subject.suspected)) {
      // Most capitals only start a sentence.
      if (!match[0].includes(' ') && (words.kindOf(match[0].toLowerCase()) & PLAIN_ONLY) === Kind.COMMON) continue
      if (isInsideToken(subject.text, match.index, match.index + match[0].length)) continue
      sequence(subject, tokens(match[0], match.index), words, shouting, emit)
    }
  },
}

const LAST_FIRST = new RegExp(`(?<![\\p{L}\\p{M}'’-])(${NAME}), (${NAME})(?: \\p{Lu}(?![\\p{L}])\\.?)?`, 'gu')

/** "Townsend, George" as mail programs and lists write people: at the start or end of a line, a quotation, a cell. */
function lastFirst(subject: Subject, words: Lexicon, emit: (candidate: Candidate) => void): void {
  for (const match of matchesNear(LAST_FIRST, subject.text, subject.suspected)) {
    const [last, first] = [match[1]!.toLowerCase(), match[2]!.toLowerCase()]
    const end = match.index + match[0].length
    if (!words.isGiven(first) || words.isGiven(last) || (words.isCommon(last) && !words.isSurname(last))) continue
    if (words.isPlace(last) || words.isCountry(last)) continue
    const opens = /(?:^|[\n"“;|<(>:]) ?$/.test(subject.text.slice(Math.max(0, match.index - 2), match.index))
    const closes = /^ ?(?:$|[\n"”;|<)])/.test(subject.text.slice(end, end + 2))
    if (opens || closes) emit({ start: match.index, end, type: 'PERSON', score: opens && closes ? 0.8 : 0.55 })
  }
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

function personAt(
  subject: Subject,
  list: readonly Token[],
  i: number,
  words: Lexicon,
  shouting: boolean,
): Found | undefined {
  const token = list[i]!
  if (token.particle || isOdd(token)) return undefined
  const previous = list[i - 1]
  const titled = previous !== undefined && HONORIFIC.test(previous.lower)
  const given = words.isGiven(token.lower)
  const surname = words.isSurname(token.lower)
  const common = words.isCommon(token.lower)
  const initial = token.text.length === 1 || /^\p{Lu}\.$/u.test(token.text)
  if (!given && HONORIFIC.test(token.lower)) return undefined
  if (!given && common && !surname && !titled) return aloneWithSurname(subject.text, list, i, words)
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
    // A full stop between two words ends the name, but for initials ("Ada B. Byron").
    if (sentenceEnds(subject.text, list[j - 1]!)) break
    if (next.particle) continue
    if (THING.test(next.lower)) return titled && last > i ? { last, score: 0.8 } : undefined
    if (next.caps !== token.caps && next.text.length > 2 && !initial) break
    if (isOdd(next)) break
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
  if (
    initial &&
    longer &&
    unknown > 0 &&
    last === i + 1 &&
    token.text.endsWith('.') === false &&
    subject.text[token.end] === '.' &&
    words.likeness(list[last]!.lower) > 0
  )
    return { last, score: 0.5 }
  if (initial) return longer && surnames >= 1 && !/^(?:I|A)$/.test(token.text) ? { last, score: 0.55 } : undefined
  if (common) return surnames >= 1 && surname && longer && cued ? { last, score: 0.5 } : undefined
  if (words.isCountry(token.lower)) return undefined
  if (words.isPlace(token.lower)) return strong && longer ? { last, score: 0.5 } : undefined
  if (surname) {
    if (longer && (surnames > 0 || unknown > 0)) return { last, score: 0.6 }
    return { last, score: cued || follows ? 0.6 : 0.5 }
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
    if ((cue === 'some' || cue === 'weak') && like > -0.1 && other > -0.1) return { last, score: 0.55 }
  }
  return cue === 'some' && like > 0.35 && token.text.length > 3 ? { last, score: 0.5 } : undefined
}

/** "Piper Johnston" on a line of its own, though "piper" is a word: what follows it must be none. */
function aloneWithSurname(text: string, list: readonly Token[], i: number, words: Lexicon): Found | undefined {
  const next = list[i + 1]
  if (next === undefined || list.length !== i + 2 || i !== 0 || next.caps || next.text.length < 3) return undefined
  if (words.isFunction(list[i]!.lower) || (words.isCommon(next.lower) && !words.isSurname(next.lower))) return undefined
  if (THING.test(next.lower) || isOdd(next) || !isAlone(text, list[i]!.start, next.end)) return undefined
  return words.isSurname(next.lower) || words.likeness(next.lower) > 0 ? { last: i + 1, score: 0.5 } : undefined
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
