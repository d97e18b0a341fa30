import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { forEachNumber } from './text-runs.ts'

const TENS = 'twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety'
const ONES = 'one|two|three|four|five|six|seven|eight|nine'
const SPELLED = `(?:${TENS})(?:[ -](?:${ONES}))?|(?:thir|four|fif|six|seven|eigh|nine)teen|ten|eleven|twelve|${ONES}`

/** The number with what tells an age after it; the unit is part of the span only where it is glued on. */
const AFTER: readonly RegExp[] = [
  // 34 years old, 34-year-old, 18 months old
  /(\d{1,3}(?:\.\d|½)?)[ -]?(?:and a half )?(?:years?|yrs?\.?|months?|weeks?)[ -](?:olds?(?![\p{L}])|of age)/diuy,
  // 34yo, 34 y/o, 34 y.o., 34yrs old
  /(\d{1,3}(?:y(?:rs?|ears?)?[./]?o\.?)(?![\p{L}])|\d{1,3}(?= (?:yo|y\/o|y\.o\.?|yrs?\.? old)(?![\p{L}])))/diuy,
  // 34 Jahre alt, 34-jährige, 34jährig, 34 jaar oud, 34 år gammel, 34 yaşında, 34 años de edad, 34 anos de idade, 34 anni di età, 34 ans d'âge
  /(\d{1,3})(?: ?jahre?n? (?:alte?[rsnm]?|jung)(?![\p{L}])|[ -]?j[äa]e?hrige?[rsnm]?(?![\p{L}])| jaar oud| år (?:gammal|gammel)| ?yaşında| años de edad| anos de idade| anni di età|-vuotias)/diuy,
]

/** thirty-four years old */
const IN_WORDS = new RegExp(
  `(?<![\\p{L}\\d-])(${SPELLED})[ -](?:years?|months?|weeks?)[ -](?:olds?(?![\\p{L}])|of age)`,
  'dgiu',
)

/** Words before the number. The value must not go on as a measure. */
const BEFORE =
  /(?:(?:^|[^\p{L}])(?:aged?|age of|age is|age was|patient age|alter|im alter von|âge|âgée? de|edad|età|idade|leeftijd|wiek|ålder|alder|yaş|возраст)(?: (?:is|ist|de|di|about|around))?[:=]?["']? ?["']?|(?:^|[^\p{L}])(?:i[’']?m|i am|she is|he is|she[’']?s|he[’']?s|who is|(?:i|she|he|they|just|has|have) (?:just )?turn(?:ed|ing|s)?|turn(?:ed|ing|s)|ich bin|er ist|sie ist|bin|[a-z]+ is) )$/u
const OWN =
  /(?:aged?|age of|age is|age was|alter|im alter von|âge|âgée? de|edad|età|idade|leeftijd|wiek|ålder|alder|yaş|возраст)(?: (?:is|ist|de|di|about|around))?[:=]?["']? ?["']?$/u
/** j'ai 34 ans, tengo 34 años, ho 34 anni, tenho 34 anos, ben 34 jaar, mam 34 lata, мне 34 года */
const HAVE =
  /(?:j[’']ai|(?:il|elle) a|ag[ée]e? de|tengo|tiene|cumpl\w+|ho|ha|tenho|tem|ben|is|mam|ma|jag är|jeg er|мне|ему|ей|homme de|femme de|hombre de|mujer de|uomo di|donna di) $/u
const YEARS = /^ ?(?:ans|años|anni|anos|jaar|lat[a]?|år|лет|года?)(?![\p{L}])/u
/** What makes a number after "I'm" something else than an age. */
const MEASURE =
  /^ ?(?:[%°$€£:/x×#]|[.,:]\d|(?:min|hour|hr|sec|day|week|month|mile|km|cm|kg|lb|pound|feet|foot|ft|inch|percent|stars?|points?|of\b|out|th\b|st\b|nd\b|rd\b|minutes|am\b|pm\b|times|items|people|more|steps?|euros?|dollars?|gb|mb|uhr|jahre? lang|prozent|weeks? pregnant))/
/** Things that have an age too. */
const THING =
  /^[^\p{L}]{0,3}(?:(?:my|the|gaming|old|used|desktop|single|malt)\s)?(?:laptop|computer|pc|mac(?:book)?|car|truck|vehicle|phone|iphone|tablet|account|house|home|building|company|business|startup|system|software|bug|issue|ticket|tv|television|whisk|wine|scotch|rum|printer|fridge|router|server|machine|device|code(?:base)?|project|product|model|bike|bicycle|boiler|battery|browser|app|tree|tradition|law|contract|invoice|rechner|auto|handy|haus|gerät|coche|voiture|ordinat|gebäude)/u

const THING_BEFORE =
  /\b(?:laptop|computer|pc|mac(?:book)?|car|phone|tablet|account|house|building|company|business|system|bug|tv|printer|fridge|router|server|machine|device|app|contract)(?: (?:is|was|are))?(?: \w+)? $/

/**
 * Ages of people, in a dozen languages: the number, with its unit only where that is glued to it ("34yo"), so that
 * "34 years old" becomes "<AGE> years old".
 */
export const age: Recognizer = {
  name: 'age',
  types: ['AGE'],
  needs: Feature.LETTER,
  priority: 2,
  find(subject, emit) {
    const { text } = subject
    const offer = (match: RegExpExecArray): boolean => {
      const [start, end] = match.indices![1]!
      if (!isAge(text.slice(start, end)) || THING.test(subject.after(match.index + match[0].length, 32))) return false
      if (THING_BEFORE.test(subject.before(start, 40))) return false
      emit({ start, end, type: 'AGE', score: 0.9, rule: 'unit' })
      return true
    }
    if (subject.lower.includes('old') || subject.lower.includes('of age'))
      for (const match of text.matchAll(IN_WORDS)) offer(match)
    if ((subject.features & Feature.DIGIT) === 0) return
    forEachNumber(text, (start, last) => {
      if (last - start > 3 || /[\p{L}\d.,:/$€£+_-]/u.test(text[start - 1] ?? '')) return
      for (const form of AFTER) {
        form.lastIndex = start
        const match = form.exec(text)
        if (match !== null && offer(match)) return
      }
      if (isWord(text, last) || isWord(text, start - 1) || !isAge(text.slice(start, last))) return
      const score = subject.hint === 'AGE' ? 0.9 : told(subject, start, last)
      if (score > 0) emit({ start, end: last, type: 'AGE', score, rule: 'named' })
      else if (last - start === 2 && isBesideName(text, start, last))
        emit({ start, end: last, type: 'AGE', score: 0.6, rule: 'beside-name' })
    })
  },
}

const NAME_COMMA = /(?:(?:\p{Lu}[\p{L}\p{M}'’.-]* ){0,3}\p{Lu}[\p{L}\p{M}'’-]+|(?:^|[^\p{L}])i[’']?m \p{L}{2,20}), $/u
const NAME_BRACKET = /\p{Lu}[\p{L}\p{M}'’-]+ \($/u
/** Capitalised words before a number that is no age: months, parts of texts, things that are counted. */
const NUMBERED =
  /(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Chapter|Section|Figure|Table|Page|Article|Step|Part|Room|Floor|Gate|Platform|Version|Volume|No|Nr|Street|Road|Avenue|Lane|Drive|Suite|Apt|Unit|Box|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday),? \(?$/u

/** "Lily Chen, 36, lives alone", "Lily Chen (36)", as notes and news write ages. */
function isBesideName(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 64), start)
  if (NUMBERED.test(before)) return false
  if (before.endsWith('(')) return text[end] === ')' && NAME_BRACKET.test(before)
  return /^,(?= \p{L})|^$/u.test(text.slice(end, end + 3)) && NAME_COMMA.test(before)
}

function told(subject: Subject, start: number, end: number): number {
  const before = subject.before(start, 28)
  const after = subject.after(end, 20)
  if (HAVE.test(before) && YEARS.test(after)) return 0.85
  if (!BEFORE.test(before) || MEASURE.test(after)) return 0
  if (OWN.test(before)) return /^ ?[-–] ?\d/.test(after) ? 0.5 : 0.85
  // "I'm 34." and "I'm 34 and", not "I'm 34 in the queue".
  return /^(?:[.,;!?)\n]|$| (?:and|but|now|male|female|m|f|this|next|today|on my|und|jahre|years|from|live|living|with|work|a |an )(?![\p{L}]))/u.test(
    after,
  )
    ? /\b(?:[a-z]+ is )$/.test(before) && !/\b(?:she|he|who) is $/.test(before)
      ? 0.3
      : 0.7
    : 0
}

function isAge(value: string): boolean {
  const number = Number.parseInt(value, 10)
  return Number.isNaN(number) || (number >= 0 && number <= 122)
}
