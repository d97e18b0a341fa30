import { lexicon } from '../../models/lexicon/lexicon.ts'
import type { PiiType } from './pii-type.ts'

const NOT_VALUE =
  /^(?:null|none|n\/?a|undefined|unknown|true|false|yes|no|-+|empty|other|redacted|hidden|here|online|remote|local|office|home|[*•x.]+)$/i
const NOT_SECRET =
  /^(?:required|optional|expired|invalid|valid|missing|incorrect|wrong|string|reset|changed?|bearer|basic|\d{1,2}|\$\{[^}]*\}|<[^>]*>|\{\{[^}]*\}\})$/i
const NOT_PERSON =
  /^(?:test|admin|root|system|guest|anonymous|user|customer|agent|assistant|support|bot|default|name|pending|open|closed|active|new|me|you|us)$|(?:\b(?:service|team|support|inc|ltd|gmbh|llc|corp|company|department|dept|group|server|store|shop|api|update|status|order|product|plan)\b)/i
const NAME = /^\p{L}[\p{L}\p{M}'’._-]*(?:,? \p{L}[\p{L}\p{M}'’._-]*){0,5}$/u

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
}

/** Whether `value` is what a field of this kind holds. `weak`: the field's name alone does not say enough. */
export function looksLike(type: PiiType, value: string, weak: boolean): boolean {
  return !NOT_VALUE.test(value) && LOOKS[type]?.(value, weak) === true
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
