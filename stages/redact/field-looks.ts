import { lexicon } from '../../models/lexicon/lexicon.ts'
import { fitsId } from './ids/fits.ts'
import { type PiiType, typeInfo } from './pii-type.ts'

const NOT_VALUE =
  /^(?:null|none|n\/?a|undefined|unknown|true|false|yes|no|-+|empty|other|redacted|hidden|here|online|remote|local|office|home|[*•x.]+)$/i
const NOT_SECRET =
  /^(?:required|optional|expired|invalid|valid|missing|incorrect|wrong|string|reset|changed?|bearer|basic|\d{1,2}|\$\{[^}]*\}|<[^>]*>|\{\{[^}]*\}\})$/i
const NOT_PERSON =
  /^(?:test|admin|root|system|guest|anonymous|user|customer|agent|assistant|support|bot|default|name|pending|open|closed|active|new|me|you|us)$|(?:\b(?:service|team|support|inc|ltd|gmbh|llc|corp|company|department|dept|group|server|store|shop|api|update|status|order|product|plan)\b)/i
const NAME = /^\p{L}[\p{L}\p{M}'’._-]*(?:,? \p{L}[\p{L}\p{M}'’._-]*){0,5}$/u

const TITLES =
  /^(?:mrs?|ms|miss|mx|master|sir|madam|lady|lord|dr|prof|professor|rev|hon|capt|col|maj|sgt|lt|herr|frau|fräulein|hr|fr|mme|mlle|monsieur|madame|sr|sra|srta|señora?|señorita|don|doña|sig|signora?|sig\.ra|dott|dhr|mevr|pan|pani|senhora?)\.?$/iu
/** Letters and digits with single separators: the form of any number that an office or a firm gives. */
const CODE = /^#?[\p{L}\d]+(?:[ ./:()#_+-]{1,2}[\p{L}\d]+){0,8}\)?$/u
/** Degrees: a decimal number, or with minutes and seconds. */
const DEGREES =
  /^[-+]?\d{1,3}(?:\.\d{2,15})?\s?°?(?:\s?\d{1,2}(?:\.\d+)?['′])?(?:\s?\d{1,2}(?:\.\d+)?["″])?\s?[NSEW]?$/i

/** A code of `from` to `to` characters, at least `digits` of them digits. */
function isCode(value: string, from: number, to: number, digits: number): boolean {
  return value.length >= from && value.length <= to && CODE.test(value) && count(value, /\d/g) >= digits
}

/** What a value must look like to be what its field's name promises. */
const LOOKS: Readonly<Partial<Record<PiiType, (value: string, weak: boolean) => boolean>>> = {
  PHONE: (value) => /^[+(]?[\d\s()./+x-]{6,24}$/.test(value) && count(value, /\d/g) >= 6,
  CREDIT_CARD: (value) => /^[\d\s-]{12,26}$/.test(value) && count(value, /\d/g) >= 12,
  US_SSN: (value) => /^[\d\s.-]{9,13}$/.test(value) && count(value, /\d/g) === 9,
  DATE_OF_BIRTH: (value) => value.length <= 32 && /(?:19|20)\d\d|\d[./-]\d/.test(value),
  SECRET: (value, weak) =>
    value.length >= (weak ? 8 : 3) &&
    value.length <= 4096 &&
    !/\s\S+\s/.test(value) &&
    !NOT_SECRET.test(value) &&
    (!weak || /\d/.test(value)),
  PERSON: (value, weak) =>
    value.length <= 60 && NAME.test(value) && !NOT_PERSON.test(value) && (!weak || isNameLike(value)),
  LOCATION: (value, weak) =>
    value.length <= 80 && /\p{L}{2}/u.test(value) && (!weak || lexicon().isPlace(value.toLowerCase())),
  ADDRESS: (value, weak) =>
    value.length <= 160 && /[\p{L}\d]{2}/u.test(value) && !/[@/]/.test(value) && (!weak || /\d/.test(value)),
  HANDLE: (value) => /^@?[\w.-]{2,40}$/.test(value),
  URL: (value) =>
    value.length <= 2048 &&
    /^(?:[a-z][a-z\d+.-]{1,20}:\/\/|www\.)\S+$|^[a-z\d-]+(?:\.[a-z\d-]+){1,6}(?:\/\S*)?$/i.test(value),
  TITLE: (value) => TITLES.test(value),
  AGE: (value) =>
    /^\d{1,3}(?: ?-?(?:years?(?:[ -]old)?|yrs?|y\/?o|months?|jahre?(?: alt)?|ans|años|anni|anos|jaar))?$/i.test(
      value,
    ) && Number.parseInt(value, 10) <= 125,
  NRP: (value) => value.length <= 40 && /^\p{L}[\p{L}\p{M} .'’/-]+$/u.test(value),
  ORGANIZATION: (value, weak) =>
    value.length >= 2 &&
    value.length <= 80 &&
    /\p{L}/u.test(value) &&
    !/[@?]|: |[.!] \p{L}/u.test(value) &&
    (!weak || value.split(' ').length <= 6),
  COORDINATES: (value) =>
    value.length <= 60 &&
    /\d/.test(value) &&
    value.split(/[,;]\s{0,3}/).length <= 3 &&
    value.split(/[,;]\s{0,3}/).every((part) => DEGREES.test(part)),
  DATE: (value) =>
    value.length <= 40 && /(?:19|20)\d\d|\d[./-]\d|\d{1,2}(?:st|nd|rd|th|\.)? \p{L}{3}|\p{L}{3,9} \d/u.test(value),
  POSTAL_CODE: (value) => /^(?=.*\d)[A-Z\d]{2,5}(?:[ -]?[A-Z\d]{2,4})?$/i.test(value) && value.length >= 3,
  SWIFT_BIC: (value) => /^[A-Z]{4}[ -]?[A-Z]{2}[ -]?[A-Z\d]{2}(?:[ -]?[A-Z\d]{3})?$/i.test(value),
  BANK_ACCOUNT: (value) => isCode(value, 5, 40, 5),
  ABA_ROUTING: (value) => /^\d{4}[ -]?\d{4}[ -]?\d$/.test(value),
  CRYPTO: (value) => /^(?:[a-z]{3,12}:)?[A-Za-z\d]{25,110}$/.test(value) && /\d/.test(value),
  DEVICE_ID: (value) => isCode(value, 8, 64, 2),
  VEHICLE_ID: (value) => /^[A-HJ-NPR-Z\d]{11,17}$/i.test(value) && count(value, /\d/g) >= 2,
  LICENSE_PLATE: (value, weak) =>
    /^(?=.*\d)[\p{L}\d]{1,8}(?:[ .·-]{1,3}[\p{L}\d]{1,7}){0,4}$/u.test(value) &&
    value.length <= 15 &&
    (!weak || /^(?=.*\p{L})(?!.*\p{Ll}{4})(?![vV]\d)[^.]{4,12}$/u.test(value)),
  MEDICAL_RECORD: (value) => isCode(value, 4, 24, 3),
  HEALTH_PLAN: (value) => isCode(value, 5, 26, 3),
  MEDICAL_LICENSE: (value) => isCode(value, 4, 18, 3),
  ACCOUNT_NUMBER: (value) => isCode(value, 4, 36, 3),
}

/** Whether `value` is what a field of this kind holds. `weak`: the field's name alone does not say enough. */
export function looksLike(type: PiiType, value: string, weak: boolean): boolean {
  if (NOT_VALUE.test(value)) return false
  const looks = LOOKS[type]
  if (looks !== undefined) return looks(value, weak)
  if (typeInfo(type).group !== 'national') return false
  // A telling name counts with a number of any country and a mistyped one too; a doubtful one needs a right number.
  return weak ? fitsId(type, value) : isCode(value, 5, 30, 4)
}

/** One part is a known name and no part is a plain word. */
function isNameLike(value: string): boolean {
  const words = lexicon()
  const parts = value.toLowerCase().split(/[ ,._]+/)
  const named = parts.some((part) => words.isGiven(part) || words.isSurname(part))
  const plain = parts.some((part) => words.isCommon(part) && !words.isSurname(part) && !words.isGiven(part))
  const unknown = parts.length >= 2 && parts.every((part) => words.likeness(part) > 0.1)
  return !plain && (named || unknown)
}

function count(value: string, what: RegExp): number {
  return value.match(what)?.length ?? 0
}
