import type { NetworkConfig } from '../network/config.ts'
import type { TokenRows } from './batches.ts'
import { paddedLength, rowLength } from './batches.ts'
import type { GraphShape } from './graphs.ts'

/** Queries of a block of the longest sequence. Measured at 128 and 512 tokens: smaller ones cost more than they save. */
const BLOCK = 64
const MOST_BLOCKS = 8

/**
 * Blocks of queries in which a run computes attention; 1 is all in one. The same for all its steps, as one graph runs
 * them all, and a function of the data, so that a resumed run rounds alike. Lengths are multiples of 16 or the context.
 *
 * With one key-value head a product of one row of a batch could be cut between threads along the narrow side, where
 * they round differently (see `leastTokens`): such networks get no blocks.
 *
 * @param longest tokens of the longest row, with the one that is only a target
 */
export function queryBlocks(network: NetworkConfig, longest: number): number {
  if (network.keyValueHeads < 2) return 1
  const blocks = 2 ** Math.floor(Math.log2(sequenceOf(network, longest) / BLOCK))
  return Math.max(1, Math.min(MOST_BLOCKS, blocks))
}

/**
 * Whether the probabilities of attention are kept for the backward pass instead of computed again: where those of a token
 * are no more than eight times its width, which is less than the other activations of its block.
 */
export function keepProbabilities(network: NetworkConfig, longest: number): boolean {
  return network.heads * sequenceOf(network, longest) <= 8 * network.width
}

/** Most numbers of a block of the head, of which there are logits and probabilities: 16 MiB each. */
const HEAD_NUMBERS = 2 ** 22
const MOST_HEAD_BLOCKS = 16
/** Words of a block, so that none is a narrow product, which two threads could sum differently; see `leastTokens`. */
const LEAST_WORDS = 512

/** Blocks of the vocabulary in which LoRA computes the head of a batch. */
export function headBlocks(network: NetworkConfig, tokens: number): number {
  const wanted = 2 ** Math.ceil(Math.log2((tokens * network.vocabulary) / HEAD_NUMBERS))
  return Math.max(1, Math.min(MOST_HEAD_BLOCKS, wanted, Math.floor(network.vocabulary / LEAST_WORDS)))
}

/**
 * The blocks of a run.
 *
 * @param longest tokens of the longest row, with the one that is only a target
 * @param batchTokens of a micro-batch, padding included
 */
export function blocksOf(
  network: NetworkConfig,
  longest: number,
  batchTokens: number,
): Pick<GraphShape, 'queryBlocks' | 'keepProbabilities' | 'headBlocks'> {
  return {
    queryBlocks: queryBlocks(network, longest),
    keepProbabilities: keepProbabilities(network, longest),
    headBlocks: headBlocks(network, Math.max(batchTokens, sequenceOf(network, longest))),
  }
}

function sequenceOf(network: NetworkConfig, longest: number): number {
  return Math.min(paddedLength(longest), network.context)
}

/** Tokens of the longest row; 0 where there is none. */
export function longestRow(rows: TokenRows): number {
  let longest = 0
  for (let row = 0; row < rows.offsets.length - 1; row++) longest = Math.max(longest, rowLength(rows, row))
  return longest
}
