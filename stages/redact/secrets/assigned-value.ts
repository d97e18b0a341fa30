import { lexicon } from '../../../models/lexicon/lexicon.ts'
import { isDummy } from './key-shape.ts'
import { bitsPerChar } from './rarity.ts'

/** How a value stands after its name. */
export interface Placing {
  /** After a sign (`:`, `=`), not after a verb or a space. */
  readonly assigned: boolean
  /** After `=` or in quotes: code and configuration, not prose. */
  readonly equals: boolean
  /** Nothing else stands after it in its line or its quotes. */
  readonly alone: boolean
}

const NOT_VALUES =
  /^(?:null|nil|none|n\/?a|undefined|unknown|true|false|yes|no|not|the|a|an|my|your|our|his|her|their|this|that|it|in|on|to|so|too|very|always|still|now|never|only|also|being|been|and|or|but|if|is|be|was|will|can|correct|incorrect|invalid|valid|wrong|right|expired|required|optional|missing|empty|blank|reset(?:ting)?|changed?|change|sent|stored|saved|string|str|number|boolean|bool|int|text|hidden|redacted|masked|encrypted|hashed|protected|safe|secure|secured|weak|strong|different|same|here|there|what|why|when|how|where|working|needed|rejected|accepted|blocked|locked|forgotten|forgot|lost|available|enabled|disabled|active|refused|failed|fine|ok|okay|supposed|case|type|name|key|value|password|passwd|passwort|token|secret|username|user|email|login|min(?:imum)?|max(?:imum)?|at|from|for|with|by|of|as|please|just|after|before|because|since|sorry|thanks|hello|i'?m|i|we|you|he|she|they|any|bytes|self|input|prompt|default|test|todo|tbd|example|bearer|basic|session|optional\S*|process\.env\S*|os\.environ\S*|env\.\S*|import\.meta\S*|secrets?\.\S*|config\.\S*|self\.\S*|this\.\S*|vault:\S*|\$\S+|%\S+%|@\w+@?|#\{\S*|\{+\S*|\[\S*|\(\S*|<\S*|\/\S*|[*•x#._?!-]+|\.{2,}\S*|\d{1,2}|[=:]+\S{0,3})$/i

/** A place-holder for a value, or an expression of code. */
function isNoValue(value: string): boolean {
  return NOT_VALUES.test(value) || isExpression(value) || (value.length > 6 && isDummy(value))
}

/** `getToken(user)`, `config.auth.key`, `this.#keys[0]`, `req.headers['x']`, `String`, `user_token_v2`. */
function isExpression(value: string): boolean {
  return (
    /^(?:await|new|typeof|return)?[A-Za-z_$#][\w$#]*(?:\??\.[\w$#]+)*(?:[([]|\?\.|!\.)/.test(value) ||
    /^[~^v]?\d{1,3}\.\d{1,3}\.\d{1,3}(?:[-+.][\w.]+)?$/.test(value) ||
    (/^[A-Z][a-z]+\d{0,2}(?:[A-Z][a-z]+\d{0,2})+$/.test(value) && bitsPerChar(value) < 6) ||
    (/^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$/i.test(value) && bitsPerChar(value) < 5)
  )
}

/** Score of a value after a word for a password; 0: it is none. */
export function judgePassword(value: string, { assigned, equals, alone }: Placing): number {
  if (isNoValue(value)) return 0
  const digit = /\d/.test(value)
  if (/^\d+$/.test(value)) return value.length >= 4 ? (assigned ? 0.8 : 0.7) : 0
  // `denied.,` after a verb is a word with punctuation.
  const mixed =
    digit ||
    (assigned ? /[^\p{L}'’-]/u : /[^\p{L}.,;_'’-]/u).test(value) ||
    (/\p{Ll}\p{Lu}/u.test(value) && value.length >= 6)
  if (mixed && value.length >= 4) return assigned ? 0.9 : digit ? 0.8 : 0.55
  // Letters only: a password if it is no word of the language.
  if (value.length >= 6 && /^[a-z]+$/.test(value) && !lexicon().isCommon(value)) return 0.6
  // One plain word after `password:` may be the password or the sentence going on.
  if (!assigned || value.length < 5) return 0
  return equals ? 0.7 : alone ? 0.55 : 0
}

/** Score of a value after a word for a key or token; 0: it is none. `chosen`: a person may have made it up. */
export function judgeKey(value: string, { assigned, equals }: Placing, chosen: boolean): number {
  if (isNoValue(value) || /^(?:https?|file|s3|arn|urn):/i.test(value)) return 0
  if (isUserPassword(value)) return 0.9
  const digit = /\d/.test(value)
  const letter = /\p{L}/u.test(value)
  if (/^\d+$/.test(value)) return assigned && value.length >= 6 && value.length <= 12 ? 0.5 : 0
  const bits = bitsPerChar(value.slice(0, 256))
  if (value.length >= 16 && digit && letter && (bits >= 5 || /^[0-9a-f-]+$/i.test(value))) return 0.9
  if (value.length >= 10 && !digit && bits >= 7 && /[a-z][A-Z]/.test(value)) return 0.7
  if (digit && letter && value.length >= 8 && (bits >= 4.5 || (chosen && equals))) return assigned ? 0.75 : 0.55
  if (chosen && equals && value.length >= 6 && /[^\p{L}\d_.-]/u.test(value)) return 0.6
  return 0
}

/** Ends of sentences and brackets are not part of a value, unless it stands in quotes. */
export function trimEnd(value: string, assigned: boolean, quoted: boolean): string {
  let out = value
  const semicolon = quoted ? -1 : out.search(/[;,&](?=$|\w{1,40}=)|\|/)
  if (semicolon > 0 && assigned) out = out.slice(0, semicolon)
  return out.replace(quoted ? /[\\]+$/ : /[.,;:)\]}?*_|\\]+$/, '')
}

const CODE = /\d{3}[ -]\d{3}(?!\w)|[#*]?\d{3,8}[#*]?(?![\w.])|[#*]?\d{3,8}(?=\.?(?:\s|$))|[A-Z]{1,2}-\d{5,7}(?!\w)/uy
const MIXED_CODE = /(?=[A-Z]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z\d]{5,8}(?![\w-])/y

/** A PIN, CVV or one-time code. */
export function codeAfter(
  text: string,
  start: number,
  assigned: boolean,
): { start: number; end: number; score: number } | undefined {
  CODE.lastIndex = start
  if (CODE.test(text)) return { start, end: CODE.lastIndex, score: 0.8 }
  MIXED_CODE.lastIndex = start
  return assigned && MIXED_CODE.test(text) ? { start, end: MIXED_CODE.lastIndex, score: 0.6 } : undefined
}

const WORDS = /\p{L}{2,14}(?:[ -]\p{L}{2,14}){3,7}(?=[.,;!"'`”»\\]?[^\S\n]*(?:$|[\n"'`”»,}|\\]))/uy
// A sentence has at least one of these; words drawn from a list hardly do.
const GRAMMAR =
  /(?<!\p{L})(?:is|it|to|of|in|on|at|as|by|an|am|my|me|we|he|be|do|so|no|if|or|us|go|up|im|de|la|el|en|le|un|zu|es|er|il|se|the|and|you|your|for|not|with|has|have|had|was|were|are|can|cannot|could|but|this|that|from|when|what|who|how|why|please|again|after|before|because|doesn|don|isn|won|didn|does|did|will|would|should|must|been|any|all|our|its|into|than|then|too|very|still|also|get|got|set|let|der|die|das|ist|und|nicht|ich|mit|wird|una|los|las|por|que|con|para|est|les|des|pas|pour|dans|characters?|letters?|digits?|numbers?|required|reset|change|changed|password|email|account|login)(?!\p{L})/iu

/** End of a passphrase of four to eight words that fills its line or its quotes; `start` where there is none. */
export function passphraseEnd(text: string, start: number): number {
  WORDS.lastIndex = start
  if (!WORDS.test(text)) return start
  return GRAMMAR.test(text.slice(start, WORDS.lastIndex)) ? start : WORDS.lastIndex
}

/** Base64 of `user:password`, as in `Basic` headers (RFC 7617) and in `auth` of Docker's configuration. */
export function isUserPassword(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{8,1024}={0,2}$/.test(value)) return false
  const text = Buffer.from(value, 'base64').toString('utf8')
  return (
    /^[\x20-\x39\x3b-\x7e\u00a0-\uffef]{1,128}:[\x20-\x7e\u00a0-\uffef]{1,256}$/.test(text) && !text.includes('\ufffd')
  )
}
