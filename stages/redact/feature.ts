/** What a text contains, found in one pass; recognizers that cannot match are not run. */
export const Feature = {
  AT: 1,
  DIGIT: 2,
  /** A run of at least seven digits with separators between them. */
  LONG_NUMBER: 4,
  COLON: 8,
  SLASHES: 16,
  UPPER: 32,
  /** A run of at least 16 letters, digits, `_` or `-` with a digit in it. */
  LONG_TOKEN: 64,
  LESS_THAN: 128,
  LETTER: 256,
  EQUALS: 512,
  DOT: 1024,
  DASHES: 2048,
  PERCENT: 4096,
  /** Four digits with at most three separators between any two, or in one run of letters, digits, `_` and `-`. */
  FOUR_DIGITS: 8192,
  /** LONG_NUMBER or LONG_TOKEN. */
  LONG_ANY: 16_384,
  /** Two colons or more. */
  COLONS: 32_768,
  /** Three dots or more. */
  DOTS: 65_536,
  /** Five colons or hyphens, or two dots, each between two letters or digits: a hardware address has them. */
  PAIR_MARKS: 131_072,
  /** Two dots or more, each between two digits. */
  DECIMALS: 262_144,
  /** A letter beyond ASCII, as far as ranges of code units tell; not typographic signs and emoji. */
  FOREIGN: 524_288,
} as const
