import { type Static, Type } from 'typebox'

export const FinetuneConfig = Type.Object(
  {
    layers: Type.Integer({ description: 'Transformer blocks.', default: 4, minimum: 1, maximum: 24 }),
    width: Type.Integer({
      description: 'Width of the residual stream; a multiple of 2·heads.',
      default: 128,
      minimum: 16,
      maximum: 1024,
    }),
    hidden: Type.Integer({
      description: 'Width inside the feed-forward blocks; 0 takes 8/3 of the width, rounded up to 32.',
      default: 0,
      minimum: 0,
      maximum: 4096,
    }),
    heads: Type.Integer({ description: 'Attention heads.', default: 2, minimum: 1, maximum: 32 }),
    context: Type.Integer({ description: 'Longest sequence in tokens.', default: 512, minimum: 16, maximum: 4096 }),
    vocabulary: Type.Integer({
      description: 'Size of the byte-level BPE vocabulary, special tokens included.',
      default: 2048,
      minimum: 320,
      maximum: 32_768,
    }),
    epochs: Type.Number({
      description: 'Passes over the training rows; 1.5 is one and a half.',
      default: 1.5,
      minimum: 0.1,
      maximum: 1000,
    }),
    batch_tokens: Type.Integer({
      description: 'Tokens of one step, padding included. Small steps learn more from few rows.',
      default: 1024,
      minimum: 64,
      maximum: 131_072,
    }),
    learning_rate: Type.Number({
      description: 'Highest learning rate.',
      default: 4e-3,
      exclusiveMinimum: 0,
      maximum: 1,
    }),
    warmup: Type.Number({
      description: 'Share of all steps in which the learning rate rises from zero.',
      default: 0.05,
      minimum: 0,
      maximum: 1,
    }),
    final_rate: Type.Number({
      description: 'The last learning rate as a share of the highest; a cosine leads there.',
      default: 0.05,
      minimum: 0,
      maximum: 1,
    }),
    weight_decay: Type.Number({
      description: 'Decoupled weight decay of matrices; gains of norms have none.',
      default: 0.1,
      minimum: 0,
      maximum: 1,
    }),
    clip_norm: Type.Number({
      description: 'A gradient with a larger global norm is scaled down to it.',
      default: 1,
      exclusiveMinimum: 0,
    }),
    over_length: Type.Union(
      [Type.Literal('error'), Type.Literal('drop'), Type.Literal('truncate'), Type.Literal('split')],
      {
        description:
          'Rows longer than the context: refuse the run, leave the row out, keep its start, or cut it into several. Always counted.',
        default: 'split',
      },
    ),
    empty_turns: Type.Union([Type.Literal('error'), Type.Literal('drop'), Type.Literal('keep')], {
      description:
        'Rows in which the user or the assistant says nothing: refuse the run, leave the row out, or train it. Always counted.',
      default: 'drop',
    }),
    evaluations: Type.Integer({
      description: 'How often the held-out loss is measured, evenly over the run. The best parameters are kept.',
      default: 4,
      minimum: 1,
      maximum: 1000,
    }),
    patience: Type.Integer({
      description: 'Stop after this many measurements without a lower held-out loss; 0 never stops early.',
      default: 0,
      minimum: 0,
    }),
    validation_rows: Type.Integer({
      description: 'Most rows of `valid` that are measured, from the first on.',
      default: 200,
      minimum: 1,
    }),
    threads: Type.Integer({
      description:
        'Threads of the matrix products. Part of the key, since the order of a sum may depend on it: --jobs does not change the bytes.',
      default: 2,
      minimum: 1,
      maximum: 256,
    }),
    checkpoint_seconds: Type.Integer({
      description: 'Seconds between checkpoints. The result does not depend on it.',
      default: 15,
      minimum: 0,
    }),
  },
  { additionalProperties: false },
)
export type FinetuneConfig = Static<typeof FinetuneConfig>

/** Width of the feed-forward blocks. 8/3 keeps SwiGLU's size near that of a plain block of 4 (Shazeer 2020). */
export function hiddenWidth(config: FinetuneConfig): number {
  return config.hidden > 0 ? config.hidden : Math.ceil((config.width * 8) / 3 / 32) * 32
}
