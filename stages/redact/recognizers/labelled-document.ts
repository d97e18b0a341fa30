import { Feature } from '../feature.ts'
import type { PiiType } from '../pii-type.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { valueAfter } from './after-label.ts'
import { labelMatches } from './label-matches.ts'

/** A document of a person and the words for it. */
interface Document {
  readonly types: readonly PiiType[]
  readonly words: string
  /** Fewest digits of its number. */
  readonly digits: number
  /** Needed before the label: the words alone mean other things. */
  readonly around?: RegExp
}

/**
 * Numbers whose label says what they are and not of which country: those with a form of a country's own are found by
 * `ids/` with a higher score. American spelling tells a country: US states number identity cards as they number licences.
 */
const DOCUMENTS: readonly Document[] = [
  {
    types: ['US_DRIVER_LICENSE', 'DRIVER_LICENSE'],
    words:
      "driver(?:[’']?s?)?[ _-]?licen[s]e(?:s|[ _-]?(?:number|num|no))?|operator(?:[’']?s)?[ -]licen[cs]e|d\\.l\\.?|dl|dln|dl[ _-]?(?:number|num|no)|cdl|dmv (?:id|number|no)|lic(?= ?#|\\.? (?:no|number|nr)(?!\\p{L}))|licen[cs]e(?= ?#)|(?:licen[cs]e|learner(?:[’']?s)?) permit|learner(?:[’']?s)? permit|state[ -](?:issued )?id(?:entification)?(?: card)?",
    digits: 4,
  },
  {
    types: ['DRIVER_LICENSE'],
    words:
      "driv(?:er(?:[’']?s?)?|ing)[ _-]?licen[cs]es?|licen[cs]e[ _-]?(?:number|num|no|nr|id)|führerschein(?:e|s|nummer|[- ]?nr)?|permis(?: de conduire)?|patente(?: di guida)?|(?:permiso|licencia|carn[ée]|carnet) de conducir|carta de condução|habilitação|cnh|rijbewijs(?:nummer)?|körkort(?:snummer)?|førerkort|kørekort|ajokortti|prawa? jazdy|ehliyet|водительск\\p{L}{2,4} удостоверени\\p{L}",
    digits: 4,
  },
  {
    types: ['PASSPORT'],
    words:
      'passports?|passeport|pasaporte|passaport[oe]|reisepass(?:es|nummer|[- ]?nr)?|paspoort(?:nummer)?|paszport\\p{L}{0,2}|passnummer|pasaport|паспорт\\p{L}{0,2}|护照(?:号码?)?|パスポート(?:番号)?|여권 ?번호',
    digits: 5,
  },
  {
    types: ['NATIONAL_ID'],
    words:
      "national (?:id(?:entity|entification)?)(?: card)?|id(?:entity)? cards?|identity (?:document|number)|(?:citizen|government|govt)(?: issued)? id|(?:carte|pièce) d[’']identité|documento de identidad|carta d[’']identità|documento d[’']identità|bilhete de identidade|identiteitskaart|identiteitsbewijs|personalausweis(?:es|nummer|[- ]?nr)?|dowod\\p{L}{0,2} osobist\\p{L}{1,3}|dowód osobisty|удостоверение личности",
    digits: 5,
  },
  {
    types: ['US_DRIVER_LICENSE', 'DRIVER_LICENSE'],
    words: 'licen[cs]e|permit',
    digits: 5,
    around: /\bdrivers?\b|\bdmv\b/,
  },
]

/** Below that of a number with a country's form and a wrong check digit (`MISTYPED_SCORE`). */
const SCORE = 0.59

const LABEL = new RegExp(
  `(?<![\\p{L}\\d])(?<!(?:software|product|key|business|professional|medical|liquor|site|microsoft|windows|photo|video|sim|gift|memory|graphics|credit|server|windows|sd) )(?:${DOCUMENTS.map(({ words }) => `(${words})`).join('|')})(?:[’']s)?(?![\\p{L}\\d])`,
  'uy',
)
const labels = labelMatches(DOCUMENTS.map(({ words }) => words).join('|'), LABEL)

/** What stands in every label: most texts that hold a hint ("did", "handle") hold none of it, and are passed by. */
const ABOUT =
  /licen|permi[st]|(?<![a-z\d])(?:c?dln?|lic|d\.l|dmv|cnh)(?![a-z])|state[ -](?:issued )?id|(?:national|citizen|government|govt)(?: issued)? id|id card|identi|pass(?:p|eport|aport|nummer)|reisepass|pas(?:aport|poort|zport)|schein|patente|carn[ée]|carta d|habilita|rijbewijs|kort|jazdy|ehliyet|ausweis|dow[oó]d|удост|паспорт|护照|パスポート|여권/

/** Groups of letters and digits with single separators: "A123-4567-8901", "N 816 287 269 336". */
const VALUE = /[A-Za-z\d]{1,20}(?:[ ./*-][A-Za-z\d]{1,16}){0,5}/y
const DATE_LIKE =
  /^(?:\d{1,2}[-./ ]\d{1,2}[-./ ](?:\d{2}|\d{4})|(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?|\d{1,2}[-./](?:19|20)\d\d|\d+\.\d{1,2})(?![-./]?\d)/
/** What counts pieces of, or a form that other things have: sizes, versions, amounts. */
const AFTERWARDS =
  /^(?:[%€$£]|[.,:]\d| ?(?:mm|cm|km|kg|ml|mb|gb|kb|bytes?|files?|days?|years?|months?|people|users?|times|usd|eur|gbp)(?![a-z]))/

/** Numbers of driving licences, passports and identity cards that their label tells, of whatever country. */
export const labelledDocument: Recognizer = {
  name: 'labelled-document',
  types: ['US_DRIVER_LICENSE', 'DRIVER_LICENSE', 'PASSPORT', 'NATIONAL_ID'],
  needs: Feature.DIGIT,
  // One for each part of `ABOUT`.
  hints: [
    'licen',
    'permi',
    '^dl',
    '^cdl',
    '^lic',
    '^d.l',
    '^dmv',
    '^cnh',
    'state id',
    'state-id',
    'state issued',
    'state-issued',
    'national id',
    'national issued',
    'citizen id',
    'citizen issued',
    'government id',
    'government issued',
    'govt id',
    'govt issued',
    'id card',
    'identi',
    'passp',
    'passeport',
    'passaport',
    'passnummer',
    'reisepass',
    'pasaport',
    'paspoort',
    'paszport',
    'schein',
    'patente',
    'carné',
    'carne',
    'carta d',
    'habilita',
    'rijbewijs',
    'kort',
    'jazdy',
    'ehliyet',
    'ausweis',
    'dowod',
    'dowód',
    'удост',
    'паспорт',
    '护照',
    'パスポート',
    '여권',
  ],
  priority: 2,
  find(subject, emit) {
    const { text, lower } = subject
    if (!ABOUT.test(lower)) return
    for (const match of labels(lower)) {
      const { types, digits, around } = DOCUMENTS[match.findIndex((part, i) => i > 0 && part !== undefined) - 1]!
      if (around?.test(lower.slice(Math.max(0, match.index - 64), match.index + 64)) === false) continue
      const from = match.index + match[0].length
      const start = valueAfter(lower, from)
      const end = start > from ? numberAt(text, start, digits) : -1
      if (end < 0) {
        before(text, lower, match.index, digits, (at, to) =>
          emit({ start: at, end: to, type: types[0]!, score: SCORE, why: 'named' }),
        )
        continue
      }
      for (const [i, type] of types.entries()) emit({ start, end, type, score: SCORE - i * 0.01, why: 'named' })
    }
  },
}

/** End of the longest run of groups at `at` that can be a document's number; −1 where there is none. */
function numberAt(text: string, at: number, digits: number): number {
  VALUE.lastIndex = at
  let value = isWord(text, at - 1) ? '' : (VALUE.exec(text)?.[0] ?? '')
  while (value !== '') {
    const end = at + value.length
    if (isNumber(value, digits) && !isWord(text, end) && !AFTERWARDS.test(text.slice(end, end + 8).toLowerCase()))
      return end
    value = value.replace(/(?:^|[ ./*-])[A-Za-z\d]*$/, '')
  }
  return -1
}

function isNumber(value: string, digits: number): boolean {
  const compact = value.replace(/[^A-Za-z\d]/g, '')
  if (compact.length < 5 || compact.length > 20 || DATE_LIKE.test(value)) return false
  // A word among the groups is the sentence that goes on; letters of a number stand in capitals or with digits.
  if (
    value
      .split(/[ ./*-]/)
      .some((group) => /^[A-Za-z]+$/.test(group) && !/^[A-Z]{1,3}$/.test(group) && !value.startsWith(`${group}-`))
  )
    return false
  const count = compact.replace(/\D/g, '').length
  // Washington begins with letters of the name, Kansas alternates: few digits.
  return (
    (count >= Math.max(digits, 4) && compact.length >= 6) ||
    (count >= 2 && /^(?=.*[A-Z])[A-Z\d]{12}$/i.test(value)) ||
    /^[A-Z]\d[A-Z]\d[A-Z]$/i.test(value)
  )
}

/** A word or a bracket at least. */
const JOINS = /^(?=.*[a-z(])(?:[\s,("'=:-]|(?:is|was|the|my|a|his|her|valid|real|this|as|for|on)(?![\p{L}\d])){1,8}$/u

/** "D1234567 is my license number" */
function before(
  text: string,
  lower: string,
  label: number,
  digits: number,
  push: (start: number, end: number) => void,
): void {
  for (let at = Math.max(0, label - 40); at < label - 6; at++) {
    if (!isWord(text, at) || isWord(text, at - 1)) continue
    const end = numberAt(text, at, digits)
    if (end > 0 && end < label && end - at >= 7 && JOINS.test(lower.slice(end, label))) {
      push(at, end)
      return
    }
  }
}

/** A US licence with its state behind it in brackets: "D1234567 (California)". */
export const licenseWithState: Recognizer = {
  name: 'license-with-state',
  types: ['US_DRIVER_LICENSE'],
  needs: Feature.FOUR_DIGITS | Feature.UPPER,
  hints: ['('],
  priority: 2,
  find({ text }: Subject, emit) {
    for (const match of text.matchAll(WITH_STATE)) {
      const start = match.index
      const end = start + match[1]!.length
      emit({ start, end, type: 'US_DRIVER_LICENSE', score: SCORE, why: 'state' })
    }
  },
}

const WITH_STATE =
  /(?<![\p{L}\p{N}_#/.-])([A-Z]\d{7,8}|[A-Z]\d{12,14}|[A-Z]\d{3}-\d{4}-\d{4}(?:-\d{2})?|[A-Z]\d{2}-\d{3}-\d{3}) \((?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming)\)/gu
