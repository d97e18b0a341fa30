import type { PiiType } from '../pii-type.ts'
import type { Recognizer } from '../recognizer.ts'

/** What a value must look like to be what its field's name promises. Anything else is left to the other recognizers. */
const LOOKS: Readonly<Partial<Record<PiiType, (value: string) => boolean>>> = {
  PHONE: (value) => /^[+(]?[\d\s()./+x-]{6,24}$/.test(value) && count(value, /\d/g) >= 6,
  CREDIT_CARD: (value) => /^[\d\s-]{12,26}$/.test(value) && count(value, /\d/g) >= 12,
  US_SSN: (value) => /^[\d\s.-]{9,13}$/.test(value) && count(value, /\d/g) === 9,
  DATE_OF_BIRTH: (value) => /\d/.test(value) && value.length <= 32 && /(?:19|20)\d\d|\d[./-]\d/.test(value),
  SECRET: (value) => value.length >= 4 && value.length <= 4096 && !/\s\S+\s/.test(value) && !NOT_SECRET.test(value),
  PERSON: (value) =>
    value.length <= 60 &&
    /^\p{L}[\p{L}\p{M}'’.,-]*(?: \p{L}[\p{L}\p{M}'’.,-]*){0,5}$/u.test(value) &&
    !NOT_PERSON.test(value),
  LOCATION: (value) => value.length <= 160 && /[\p{L}\d]{2}/u.test(value) && !NOT_VALUE.test(value),
  ADDRESS: (value) => value.length <= 160 && /[\p{L}\d]{2}/u.test(value) && !NOT_VALUE.test(value),
  HANDLE: (value) => /^@?[\w.-]{2,40}$/.test(value),
}

const NOT_VALUE =
  /^(?:null|none|n\/?a|undefined|unknown|true|false|yes|no|-+|empty|other|redacted|hidden|here|online|remote|local)$/i
const NOT_SECRET =
  /^(?:null|none|n\/?a|undefined|unknown|true|false|yes|no|required|optional|expired|invalid|valid|missing|incorrect|wrong|string|reset|changed?|bearer|basic|[*•x.]+|\d{1,3}|\$\{[^}]*\}|<[^>]*>|\{\{[^}]*\}\})$/i
const NOT_PERSON =
  /^(?:null|none|n\/a|undefined|unknown|true|false|test|admin|root|system|guest|anonymous|user|customer|agent|assistant|support|bot|default|name|pending|open|closed|active|new|yes|no)$|(?:\b(?:service|team|support|inc|ltd|gmbh|llc|corp|company|department|dept|group|server|store|shop|api|update|status|order|product|plan)\b)/i

/** The whole value of a JSON field whose name says what it is: `{"customer_name": "lily chen"}`. */
export const keyedValue: Recognizer = {
  name: 'keyed-value',
  types: ['PHONE', 'CREDIT_CARD', 'US_SSN', 'DATE_OF_BIRTH', 'SECRET', 'PERSON', 'LOCATION', 'ADDRESS', 'HANDLE'],
  needs: 0,
  priority: 1,
  find(subject, emit) {
    const { hint, text } = subject
    if (hint === undefined) return
    const value = text.trim()
    if (LOOKS[hint]?.(value) !== true) return
    const start = text.indexOf(value)
    emit({ start, end: start + value.length, type: hint, score: 0.9 })
  },
}

function count(value: string, what: RegExp): number {
  return value.match(what)?.length ?? 0
}
