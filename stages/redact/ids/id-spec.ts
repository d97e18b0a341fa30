import type { PiiType } from '../pii-type.ts'

/**
 * A number that an authority gives out, as data. All specs are looked for in one pass (`find-ids.ts`): a spec costs
 * nothing until a value of its shape stands in the text.
 */
export interface IdSpec {
  /** Kebab-case, unique: the recognizer that a trace names (`uk-nhs`). */
  readonly name: string
  readonly type: PiiType
  /**
   * Forms of the compact value (separators taken out): `9` a digit, `A` a letter A–Z in either case, `?` either. At most
   * 24 characters and seven `?`; at least one `9` or `?`. A value is only looked at where it has a digit in it.
   */
  readonly shapes: readonly string[]
  /** What the value must look like as it is written, anchored (`^…$`). Without it, single separators may stand anywhere. */
  readonly written?: RegExp
  /**
   * Structure and check digits of the compact, upper-cased value. `true`: it is right. `false`: it is no such number.
   * `'mistyped'`: the form is right and the check digit is wrong: counts only where the words around name the number.
   */
  valid?(compact: string): boolean | 'mistyped'
  /** Score of a valid value without a word for it near by. Below 0.5: only a telling word makes it count. */
  readonly score: number
  /** Score of a valid value with one. */
  readonly contextScore: number
  /** Words that name the number, tested against lower-cased text before (64 units, field name included) and after (24). */
  readonly context?: RegExp
}

/** Score of a value whose check digit is wrong, where the words around say what it should be. */
export const MISTYPED_SCORE = 0.6
