import { lexicon } from '../../../models/lexicon/lexicon.ts'
import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { endOf, forEachNumber } from './text-runs.ts'

const WORDS =
  /\bzip|postal|post ?codes?\b|postcode|\bplz\b|postleitzahl|code postal|\bcp\b|c[óo]digo postal|\bcap\b|codice (?:di avviamento )?postale|\bcep\b|kod(?:u|em)? pocztow|postnummer|postinumero|posta kodu|\bpin ?code\b|\beircode\b|индекс|〒|郵便/
const STATE =
  /(?:\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|GU|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]|A[AEP])|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|Hampshire|Jersey|Mexico|York|Carolina|Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|Virginia|Washington|Wisconsin|Wyoming)[,.]?\s{1,2}$/
const AU_STATE = /\b(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT),? $/i
/** A street's end before the code: "12 Main Street, 90210". */
const STREET = /\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|court|ct|way)\.?,? $/

interface Form {
  readonly rule: string
  readonly pattern: RegExp
  /** Score without anything that helps, with a town after it, and with a word for it. */
  readonly bare: number
  readonly town: number
  readonly named: number
  readonly not?: RegExp
}

const FORMS: readonly Form[] = [
  // Great Britain (Royal Mail), Canada, Ireland: letters make them telling.
  {
    rule: 'gb',
    pattern:
      /(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY]) \d[ABD-HJLNP-UW-Z]{2})(?![\p{L}\d-])/uy,
    bare: 0.82,
    town: 0.86,
    named: 0.9,
  },
  {
    rule: 'gb-solid',
    pattern:
      /[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY])\d[ABD-HJLNP-UW-Z]{2}(?![\p{L}\d-])/iuy,
    bare: 0.2,
    town: 0.2,
    named: 0.86,
  },
  {
    rule: 'ca',
    pattern: /[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d(?![\p{L}\d-])/uy,
    bare: 0.75,
    town: 0.86,
    named: 0.9,
  },
  {
    rule: 'ca-small',
    pattern: /[abceghj-nprstvxy]\d[abceghj-nprstv-z] \d[abceghj-nprstv-z]\d(?![\p{L}\d-])/uy,
    bare: 0.6,
    town: 0.8,
    named: 0.88,
  },
  {
    rule: 'ca-solid',
    pattern: /[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]-?\d[ABCEGHJ-NPRSTV-Z]\d(?![\p{L}\d-])/iuy,
    bare: 0.2,
    town: 0.2,
    named: 0.86,
  },
  {
    rule: 'ie',
    pattern: /[AC-FHKNPRTV-Y]\d[\dW] [\dAC-FHKNPRTV-Y]{4}(?![\p{L}\d-])/uy,
    bare: 0.55,
    town: 0.8,
    named: 0.9,
    not: /^\w+ \d{4}$/,
  },
  {
    rule: 'nl',
    pattern: /[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}(?![\p{L}\d-])/uy,
    bare: 0.3,
    town: 0.86,
    named: 0.88,
  },
  // ZIP+4
  { rule: 'us-9', pattern: /(?<![\p{L}\d#/.,+-])\d{5}-\d{4}(?![\p{L}\d-])/uy, bare: 0.5, town: 0.5, named: 0.92 },
  // Five digits: the United States, Germany, France, Spain, Italy, Mexico, Türkiye, …
  {
    rule: 'five',
    pattern: /(?<![\p{L}\d#/.,+$€£-])(?:(?:DE?|FR?|ES?|IT?|FIN?|HR|MC|SM) ?- ?)?\d{5}(?![\p{L}\d%€$£]|-\d|[.,/]\d)/uy,
    bare: 0.1,
    town: 0.86,
    named: 0.88,
  },
  // Four digits: Austria, Switzerland, Belgium, Denmark, Norway, Australia, New Zealand, South Africa
  {
    rule: 'four',
    pattern: /(?<![\p{L}\d#/.,+$€£:-])(?:(?:A|CH|B|L|DK|NO?|LI) ?- ?)?\d{4}(?![\p{L}\d%€$£]|[-.,/:]\d)/uy,
    bare: 0.1,
    town: 0.3,
    named: 0.86,
  },
  {
    rule: 'pl-pt-br-jp',
    pattern: /(?<![\p{L}\d#/.,+-])(?:\d{2}-\d{3}|[1-9]\d{3}-\d{3}|\d{5}-\d{3}|\d{3}-\d{4})(?![\p{L}\d-])/uy,
    bare: 0.1,
    town: 0.86,
    named: 0.88,
  },
  {
    rule: 'se-cz-gr',
    pattern: /(?<![\p{L}\d#/.,+-]|\d )(?:(?:SE?|CZ|SK|GR) ?- ?)?[1-9]\d{2} \d{2}(?![\p{L}\d-]| \d)/uy,
    bare: 0.1,
    town: 0.86,
    named: 0.88,
  },
  // Six: India, China, Russia, Singapore, Romania
  {
    rule: 'six',
    pattern: /(?<![\p{L}\d#/.,+$€£-])[1-9]\d{2} ?\d{3}(?![\p{L}\d%€$£]|[-.,/:]\d| \d)/uy,
    bare: 0.1,
    town: 0.1,
    named: 0.86,
  },
]

/** A word for the code within this many characters before it. */
const NEAR = 32

/** Postal codes on their own. Where they have no letters, a word, a state before or a town after must say so. */
export const postalCode: Recognizer = {
  name: 'postal-code',
  types: ['POSTAL_CODE'],
  needs: Feature.DIGIT,
  priority: 4,
  find(subject, emit) {
    const { text } = subject
    forEachNumber(text, (digit, last) => {
      if (last - digit > 5 && last - digit !== 6) return
      // One or two letters before the first digit: W1A, SW1A, M5V; D-10115 starts before its digits as well.
      let start = digit
      while (start > digit - 3 && isWord(text, start - 1)) start -= 1
      if (start === digit)
        while (
          start > digit - 5 &&
          /[- A-Z]/.test(text[start - 1] ?? '') &&
          COUNTRY_PREFIX.test(text.slice(start - 1, digit))
        )
          start -= 1
      for (const first of start === digit ? [digit] : [start, digit]) {
        if (isWord(text, first - 1) || /[#/.-]/.test(text[first - 1] ?? '')) continue
        for (const form of FORMS) {
          const end = endOf(form.pattern, text, first)
          if (end <= digit || form.not?.test(text.slice(first, end))) continue
          const score = judge(form, subject, first, end)
          if (score > 0) emit({ start: first, end, type: 'POSTAL_CODE', score, rule: form.rule })
        }
      }
    })
  },
}

/** An end of `D-`, `CH-`, `FIN - `. */
const COUNTRY_PREFIX = /^(?:[A-Z]{0,3} ?- ?|- ?| )$/

function judge(form: Form, subject: Subject, start: number, end: number): number {
  const { text } = subject
  if (subject.hint === 'POSTAL_CODE') return 0.95
  if (WORDS.test(subject.before(start, NEAR))) return form.named
  const before = text.slice(Math.max(0, start - 24), start)
  if ((form.rule === 'five' || form.rule === 'us-9') && (STATE.test(before) || STREET.test(before.toLowerCase())))
    return 0.88
  if (form.rule === 'four' && AU_STATE.test(before)) return 0.88
  const town = /^,? (\p{Lu}[\p{L}\p{M}'’-]{2,30})(?: (\p{Lu}[\p{L}\p{M}'’-]{2,30}))?/u.exec(text.slice(end, end + 66))
  if (
    town !== null &&
    (lexicon().isPlace(town[1]!.toLowerCase()) || lexicon().isPlace(`${town[1]} ${town[2]}`.toLowerCase()))
  )
    // "In 2019 Paris was" is a year.
    return form.rule !== 'four' ? form.town : /^(?:19|20)/.test(text.slice(start, end)) ? 0.2 : 0.7
  return form.bare
}
