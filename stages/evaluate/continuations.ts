import type { LanguageModel } from '../../models/language-model.ts'

/**
 * ln p of each token of each continuation, given the prefix and the tokens before it. The prefix must not be empty.
 *
 * @returns one array per continuation, as long as it is
 */
export async function scoreContinuations(
  model: Pick<LanguageModel, 'logProbabilities'>,
  prefix: readonly number[],
  continuations: readonly (readonly number[])[],
): Promise<readonly (readonly number[])[]> {
  if (prefix.length === 0) throw new RangeError('a continuation needs at least one token before it')
  const scores = await model.logProbabilities(continuations.map((tail) => [...prefix, ...tail]))
  return scores.map((row) => Array.from(row).slice(prefix.length - 1))
}
