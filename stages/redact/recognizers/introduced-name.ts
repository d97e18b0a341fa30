import { lexicon } from '../../../models/lexicon/lexicon.ts'
import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord } from '../subject.ts'

const NAME_WORD = "[\\p{L}][\\p{L}\\p{M}'’-]*"
/** Phrases after which people give a name, whatever its capitals. The second kind needs a known given name. */
const SURE =
  "(?:my (?:full |first |last |sur)?name(?:'s|’s| is| was)|name's|the name is|full name is|ich heiße|ich heisse|mein name ist|me llamo|mi nombre es|je m['’]appelle|mon nom est|mi chiamo|il mio nome è|meu nome é|me chamo|ik heet|mijn naam is|jag heter|nazywam się|benim adım|account holder is|card ?holder is|account name(?: is)?:?|(?:customer|full|account|first|last|sur|card ?holder) ?name ?[:=]|name(?: ?[:=]| (?=\\p{L}))|vorname ?:|nachname ?:|nombre ?:|nom ?:|prénom ?:|account holder ?:|holder ?:|passenger ?:|recipient ?:|signed(?: by)?:)"
const LIKELY =
  "(?:i am|i['’]m|im|this is|hi|hello|hey|dear|thanks|thank you|thx|cheers|regards|best|sincerely|love|greetings|hallo|hola|bonjour|ciao|liebe grüße|lg|viele grüße|mit freundlichen grüßen|saludos|cordialement|spoke to|spoke with|talked to|speak to|speaking with|ask for|colleague|wife|husband|daughter|brother|sister)"

const AFTER_SURE = new RegExp(
  `${SURE}[ \\t]{0,3}["“*_]{0,2}(?:(?:mrs?|ms|miss|dr|prof|herr|frau|mme|mlle|sra?)\\.? )?(${NAME_WORD}\\.?(?: {1,2}${NAME_WORD}){0,3})`,
  'dgu',
)
const AFTER_LIKELY = new RegExp(`${LIKELY}[,.!:]{0,2}[ \\t\\n>-]{1,4}(${NAME_WORD}(?: ${NAME_WORD}){0,2})`, 'dgu')

const STOP =
  /^(?:and|und|et|y|e|och|en|but|i|my|the|a|an|on|in|at|from|for|with|is|was|not|it|that|this|to|of|or|so|please|email|phone|number|order|account|calling|writing|here|born|ssn|dob|tel|mobile|ich|bin|mein|je|mon|mi|can|could|you|your|we|regarding|about|because|as|if|we're|i'm|i've)$/i

/** Names that people introduce themselves, even in lower case: "my name is lily chen". */
export const introducedName: Recognizer = {
  name: 'introduced-name',
  types: ['PERSON'],
  needs: Feature.LETTER,
  priority: 1,
  find(subject, emit) {
    const words = lexicon()
    const { text, lower } = subject
    if (SURE_HINTS.some((hint) => lower.includes(hint))) {
      for (const match of lower.matchAll(AFTER_SURE)) {
        if (isWord(lower, match.index - 1) || isNameOfThing(lower, match.index, match[0])) continue
        const [start] = match.indices![1]!
        const end = cut(text, start, match[1]!.length, true)
        if (end <= start + 1) continue
        const [first = '', second = ''] = match[1]!.split(/ +/)
        const capital = /^\p{Lu}/u.test(text.slice(start, start + 2))
        const unknown = (word: string): boolean =>
          word !== '' && !STOP.test(word) && (words.isGiven(word) || !words.isCommon(word))
        // "name" alone promises little: "name change", "name on the card".
        const promised = !/^name /.test(match[0])
        if (
          unknown(first) ||
          (promised && capital && !words.isFunction(first)) ||
          (promised && !words.isFunction(first) && unknown(second))
        ) {
          emit({ start, end, type: 'PERSON', score: 0.85 })
        }
      }
    }
    for (const match of lower.matchAll(AFTER_LIKELY)) {
      const first = firstWord(match[1]!)
      if (!words.isGiven(first) || words.isCommon(first) || isWord(lower, match.index - 1)) continue
      const [start] = match.indices![1]!
      const end = cut(text, start, match[1]!.length, false)
      if (end > start) emit({ start, end, type: 'PERSON', score: 0.7 })
    }
  },
}

const SURE_HINTS = [
  'nam',
  'nom',
  'heiß',
  'heiss',
  'llamo',
  'appelle',
  'chiamo',
  'chamo',
  'heet',
  'heter',
  'nazywam',
  'adım',
  'holder',
  'passenger',
  'recipient',
  'signed',
]

/** `file name: x`, `user_name=x`: the name of a thing. */
function isNameOfThing(lower: string, at: number, match: string): boolean {
  if (!/^name(?: |[:=])/.test(match)) return false
  const before = lower.slice(Math.max(0, at - 12), at)
  return (
    /[\p{L}\d][ _-]$/u.test(before) &&
    !/(?:full|first|last|customer|my|your|the|contact|account|holder|guest)[ _-]$/.test(before)
  )
}

function firstWord(value: string): string {
  const space = value.indexOf(' ')
  return space < 0 ? value : value.slice(0, space)
}

/** Ends the name before the first word that is none. */
function cut(text: string, start: number, length: number, sure: boolean): number {
  const words = lexicon()
  let end = start
  let index = 0
  for (const match of text.slice(start, start + length).matchAll(/[^ ]+/g)) {
    const word = match[0].toLowerCase()
    if (STOP.test(word)) break
    const named = words.isGiven(word) || words.isSurname(word)
    const capital = /^\p{Lu}/u.test(match[0])
    if (index > 0 && !named && (sure ? words.isFunction(word) : words.isCommon(word))) break
    // In lower case, unknown words go on a name only where a name was promised.
    if (index > 0 && !named && !capital && !sure) break
    end = start + match.index + match[0].length
    index += 1
    if (/[.]$/.test(match[0]) && match[0].length > 2) break
  }
  while (end > start && /[.'’-]/.test(text[end - 1]!)) end -= 1
  return end
}
