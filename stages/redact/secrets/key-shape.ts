/**
 * How one issuer's keys look, as data: the text that a key starts with and what follows. Facts from the issuers' own
 * documentation and from keys they publish as samples.
 */
export interface KeyShape {
  /** Kebab-case: the rule that a trace names. */
  readonly issuer: string
  /** At least two characters. The word it starts may follow a letterless character or `_`. */
  readonly prefix: string
  /** Source of a linear regular expression, anchored at the end of the prefix. */
  readonly body: string
  /**
   * The prefix is short or a word (`key-`, `re_`, `access-`): the body must also be rare, so that kebab-case names and
   * identifiers are left alone.
   */
  readonly plain?: true
  /** A checksum that the issuer publishes. Raises the score where it holds; a wrong one lowers it and never rejects. */
  readonly check?: (value: string) => boolean
}

/** Keys that are told by a mark inside them (`…8Q~…`, `….atlasv1.…`). */
export interface InnerShape {
  readonly issuer: string
  readonly mark: string
  /** How many characters may stand before the mark: least and most. */
  readonly reach: readonly [number, number]
  /** The characters before the mark may be `+` and `/`. */
  readonly base64?: true
  /** The whole key, from its first character. */
  readonly whole: string
}

/** Keys without a mark of their own: counted only where the issuer is named near by. */
export interface NamedShape {
  readonly issuer: string
  /** Lower-case words of which one must stand near the key. */
  readonly words: readonly string[]
  /** The whole key, anchored. */
  readonly form: RegExp
}

export function shapes(
  issuer: string,
  prefixes: string | readonly string[],
  body: string,
  more: { readonly plain?: true; readonly check?: (value: string) => boolean } = {},
): readonly KeyShape[] {
  return (typeof prefixes === 'string' ? [prefixes] : prefixes).map((prefix) => ({ issuer, prefix, body, ...more }))
}

export const HEX = '[0-9a-f]'
export const ALNUM = '[A-Za-z0-9]'
export const UPPER = '[A-Z0-9]'
export const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'

/** `xxxxxxxxxxxx`, `0000000`, `your-api-key-here`: what stands in documentation in place of a key. */
export function isDummy(value: string): boolean {
  const head = value.slice(0, 256)
  return new Set(head.slice(0, 64)).size <= 4 || DUMMY_WORDS.test(head)
}

const DUMMY_WORDS = /(?:^|[-_])(?:your|insert|replace|placeholder|changeme|example|dummy)(?:[-_]|$)|x{6}|0{10}|\*{3}/i

/** `abcdefghijkl…`, `0123456789`: an alphabet, not a key. */
export function isAlphabet(value: string): boolean {
  let steps = 0
  for (let at = 1; at < value.length; at++) if (value.charCodeAt(at) - value.charCodeAt(at - 1) === 1) steps += 1
  return steps > value.length * 0.75
}
