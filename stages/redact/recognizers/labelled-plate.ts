import { lexicon } from '../../../models/lexicon/lexicon.ts'
import { Feature } from '../feature.ts'
import { pattern, type Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { valueAfter } from './after-label.ts'
import { labelMatches } from './label-matches.ts'

/** Words that mean nothing but the plate of a vehicle: any short code behind them is one. */
const SURE =
  'licen[cs]e[ _-]?plates?(?: (?:number|no))?|number[ _-]?plates?|(?:registration|vehicle|car|reg)[ _-]?plates?|plate[ _-]?(?:number|no|nr|num|id)|plate ?#|car reg(?:istration)?|vehicle[ _.-]?reg(?:istration)?|rego|vrm|vrn|(?:kfz-?)?kennzeichen|nummernschild|kontrollschild|kfz|immatriculation|immatricul[ée]e?s?|plaques?|targata?|kenteken|nummerplaat|araç plaka\\p{L}{0,4}|plaka\\p{L}{0,4}|rejestracyjn[yae]|registreringsnummer|reg\\.? ?nr|nummerplade|nummerskylt|kjennemerke|rekisteri(?:numero|tunnus)|spz|ečv|rendszám|[îi]nmatriculare|registarsk[ae] (?:oznaka|tablica)|госномер|номер(?:ной знак)? ?(?:авто\\p{L}{0,6}|машины)?|車牌(?:號碼)?|车牌(?:号码?)?|ナンバープレート|車両番号|차량 ?번호'
/** Words that other things have too: the code must look like a plate, and stand right behind. */
const DOUBTFUL =
  'plates?|tags?|reg|registration|registration[ _]?(?:number|no|mark)|vehicle (?:number|no)|licen[cs]e|matr[íi]culas?|placas?|patente|skilt'
const LABEL = new RegExp(
  `(?<![\\p{L}\\d])(?:(?<sure>${SURE})|(?<!(?:steel|metal|base|back|face|name|wall|hot|heat|mounting|switch|cover|dinner|paper|printing|armou?r|alumin\\p{L}{1,4}|driver.{0,3}|price|html|css|git|image|docker|drug|drug plan) )(?:${DOUBTFUL}))(?:[’']s)?(?![\\p{L}\\d])`,
  'uy',
)
const labels = labelMatches(`${SURE}|${DOUBTFUL}`, LABEL)

/** Groups of letters and digits with single separators between them; capitals, small letters or a script without either. */
const GROUP = /[\p{L}\d]{1,8}/uy
const MAX_GROUPS = 5
/** Small letters that follow a number and are no part of it. */
const UNITS = new Set(
  'mm cm km kg mg ml lb lbs oz ft in px pt kb mb gb tb hz khz mhz ghz usd eur gbp pcs pc am pm st nd rd th min sec hrs pls plz thx ty asap fyi and or but the for not you are was has had did can'.split(
    ' ',
  ),
)

/** Licence plates that their label tells: behind it, a few words further on, or before it. */
export const labelledPlate: Recognizer = {
  name: 'labelled-plate',
  types: ['LICENSE_PLATE'],
  needs: Feature.DIGIT,
  hints: [
    'plate',
    'tag',
    'reg',
    'vrm',
    'vrn',
    'vehicle',
    'license',
    'licence',
    'kennzeichen',
    'schild',
    'kfz',
    'immatric',
    'plaque',
    'matr',
    'placa',
    'patente',
    'targa',
    'kenteken',
    'nummer',
    'plaka',
    'rejestrac',
    'kjenne',
    'rekisteri',
    'skilt',
    'spz',
    'ečv',
    'rendszám',
    'номер',
    '車',
    '车',
    'ナンバー',
    '차량',
  ],
  priority: 2,
  find(subject, emit) {
    const { text, lower } = subject
    const push = (start: number, end: number, score: number): void => {
      if (!isWord(text, start - 1) && !isWord(text, end))
        emit({ start, end, type: 'LICENSE_PLATE', score, why: 'named' })
    }
    // Labels near each other look at the same words; a value behind one is not read again.
    for (const match of labels(lower)) {
      const from = match.index + match[0].length
      const sure = match.groups?.['sure'] !== undefined
      const at = valueAfter(lower, from)
      const rules = sure
        ? SURE_RULES
        : isBritish(match[0]) && !VEHICLE.test(subject.before(at, 56))
          ? UK_RULES
          : DOUBTFUL_RULES
      const end = at > from ? plateAt(text, at, rules) : -1
      if (end > 0) push(at, end, sure ? 0.85 : 0.75)
      else if (sure || match[0].startsWith('plate')) further(subject, from, push)
      if (sure || match[0].startsWith('plate')) before(subject, match.index, push)
    }
  },
}

type Push = (start: number, end: number, score: number) => void

/** "… the plate, unknown at first, was found to be 7ABC123": within the sentence, in capitals, with the look of a plate. */
function further({ text }: Subject, from: number, push: Push): void {
  const to = Math.min(text.length, from + FURTHER)
  for (let at = from; at < to; at++) {
    if (/[.!?\n]/.test(text[at]!) && !isWord(text, at + 1) && at > from + 1) return
    if (!isWord(text, at) || isWord(text, at - 1)) continue
    const end = plateAt(text, at, FAR_RULES)
    if (end < 0) continue
    push(at, end, 0.7)
    // Two plates of one sentence: "(ABC 123 and DEF 456)".
    if (!/^(?:,| and| or|,? und| et| y) /u.test(text.slice(end, end + 5))) return
    at = end
  }
}

const FURTHER = 56

/** Between a plate and the label behind it. */
const JOINS = /^(?:[\s,("'=:-]|(?:is|was|are|on|the|my|a|his|her|this|as|for|our|their)(?![\p{L}\d])){1,8}$/u

/** "7ABC123 is my licence plate" */
function before({ text, lower }: Subject, label: number, push: Push): void {
  for (let at = Math.max(0, label - 32); at < label - 4; at++) {
    if (!isWord(text, at) || isWord(text, at - 1)) continue
    const end = plateAt(text, at, FAR_RULES)
    if (end > 0 && end < label && JOINS.test(lower.slice(end, label))) {
      push(at, end, 0.75)
      return
    }
  }
}

/** How strict to be: the surer the label and the nearer, the less. */
interface Rules {
  readonly fits: (value: string) => boolean
  /** No small letters. */
  readonly capitals: boolean
  readonly sure: boolean
}
const SURE_RULES: Rules = { fits: isPlate, capitals: false, sure: true }
const DOUBTFUL_RULES: Rules = { fits: isDoubtfulPlate, capitals: false, sure: false }
const UK_RULES: Rules = { fits: (value) => BRITISH.test(value), capitals: false, sure: false }
const FAR_RULES: Rules = { fits: isPlateLike, capitals: true, sure: false }

/** End of the plate that begins at `at`, of as many groups as fit; −1 where none does. */
function plateAt(text: string, at: number, rules: Rules): number {
  let end = -1
  for (let group = 0, next = at; group < MAX_GROUPS; group++) {
    GROUP.lastIndex = next
    const part = GROUP.exec(text)?.[0]
    if (part === undefined || isWord(text, next + part.length) || !isPart(part, group, rules)) break
    next += part.length
    // `12.5`, `3:30`, `5%`: no end of a plate.
    const value = text.slice(at, next)
    // In one case: `key ABC 123` is a word and a code.
    if (
      rules.fits(value) &&
      !(/\p{Ll}/u.test(value) && /\p{Lu}/u.test(value)) &&
      !/^(?:[.,:/@%]\d|[%@€$£])/.test(text.slice(next, next + 2))
    )
      end = next
    if (!/[ ·.-]/.test(text[next] ?? '')) break
    next += 1
  }
  return end
}

/** A group of a plate: digits, a mix, or up to four letters in capitals; three small ones that are no word. */
function isPart(part: string, group: number, { capitals, sure }: Rules): boolean {
  if (/\d/.test(part))
    return !(capitals && /\p{Ll}/u.test(part)) && !/^\d+(?:st|nd|rd|th|am|pm|mm|cm|km|kg|gb|mb)$/.test(part)
  if (!/\p{Ll}/u.test(part)) return part.length <= 4
  if (capitals || part.length > 4 || /\p{Lu}/u.test(part)) return false
  const words = lexicon()
  if (group === 0) return !(sure && part.length < 4 ? words.isFunction(part) : words.isCommon(part))
  return part.length <= 3 && !UNITS.has(part) && !(sure ? words.isFunction(part) : words.isCommon(part))
}

const SEPARATORS = /[ ·.-]/g

/** What a sure label may stand before: letters and digits, or digits alone as long or grouped as plates of digits are. */
function isPlate(value: string): boolean {
  const { length } = value.replace(SEPARATORS, '')
  if (length < 3 || length > 10 || !/\d/.test(value)) return false
  return /\p{L}/u.test(value) ? !/\d{6}/.test(value) : /^\d{2,3}-\d{2,3}-\d{2,3}$|^\d{5,8}$/.test(value)
}

/** Labels of much else: courses, software, processors. Without a vehicle near by they are asked for a British plate. */
function isBritish(label: string): boolean {
  return /^(?:reg|registration|licen[cs]e)$/.test(label)
}

/** Since 2001, 1983–2001, 1963–1983, and of fewer signs (DVLA). */
const BRITISH =
  /^(?:[a-z]{2}\d\d ?[a-z]{3}|[a-z]\d{1,3} [a-z]{3}|[a-z]\d{2,3}[a-z]{3}|[a-z]{3} ?\d{1,3}[a-z]|[a-z]{3} \d{1,3}|\d{1,3} [a-z]{3})$/i

/** Not a version, a standard, an encoding. */
const OTHER_CODE = /^(?:v\d+[a-z]?\d*$|id\d|no\d|nr\d|iso|din|utf|sha|usb|rfc|covid|mp3|h26|(?:19|20)\d\d[qh]\d$)/i

/** What must look the part: five to ten letters and digits that change, in runs of up to five. */
function isPlateLike(value: string): boolean {
  const { length } = value.replace(SEPARATORS, '')
  if (length < 5 || length > 10 || value.includes('.') || OTHER_CODE.test(value)) return false
  const runs = value.match(/\d+|\p{L}+/gu) ?? []
  return (
    runs.length >= 2 &&
    runs.length <= 6 &&
    runs.every((run) => run.length <= 5) &&
    /\p{L}/u.test(value) &&
    /\d/.test(value)
  )
}

/** Right behind a doubtful label a British plate of four counts too: `ABC 1`, `A1 ABC`. */
function isDoubtfulPlate(value: string): boolean {
  return isPlateLike(value) || /^(?:[A-Z]{3} \d|[A-Z]\d [A-Z]{3})$/.test(value)
}

/** Words for a vehicle, or for what is done with one. */
const VEHICLE =
  /kennzeichen|nummernschild|fahrzeug|wagens?(?![\p{L}])|(?<!\p{L})(?:auto|kfz|pkw|lkw|halter|parkausweis|parkplatz|car|vehicle|van|truck|suv|plates?|rental|parked)(?!\p{L})|geparkt|abgeschleppt|parking/u

/**
 * German plates as they are written, district, hyphen, letters, blank, number, also of districts with an umlaut. Other
 * forms of letters and digits are in `ids/license-plates.ts`.
 */
const anyGermanPlate = pattern({
  name: 'german-plate',
  type: 'LICENSE_PLATE',
  needs: Feature.DIGIT | Feature.UPPER,
  priority: 2,
  pattern: /(?<![\p{L}\d-])[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2} ?[1-9]\d{0,3} ?[EH]?(?![\p{L}\d-])/gu,
  score: 0.2,
  validate: (_, score, subject, start, end) =>
    VEHICLE.test(subject.before(start, 40)) || VEHICLE.test(subject.after(end, 32)) ? 0.8 : score,
})

/** The same, in texts that have a capital before a number: most numbers have a word there. */
export const germanPlate: Recognizer = {
  ...anyGermanPlate,
  find(subject, emit) {
    if (isCapitalBeforeNumber(subject)) anyGermanPlate.find(subject, emit)
  },
}

/** A capital, and a blank or nothing, before a run of digits that has a separator or a capital before that. */
function isCapitalBeforeNumber({ text, digitRuns }: Subject): boolean {
  for (let run = 0; run < digitRuns.length; run += 2) {
    let at = digitRuns[run]! - 1
    if (text.charCodeAt(at) === 32) at -= 1
    for (let letters = 0; letters < 2 && isCapital(text.charCodeAt(at)); letters++) {
      at -= 1
      const code = text.charCodeAt(at)
      if (code === 32 || code === 45) return true
    }
  }
  return false
}

/** A–Z. */
function isCapital(code: number): boolean {
  return code >= 65 && code <= 90
}
