import { type Static, Type } from '../../util/schema-type.ts'

const closed = { additionalProperties: false } as const

const Lora = Type.Object(
  {
    rank: Type.Integer({ description: 'r: the width of the factors.', default: 8, minimum: 1, maximum: 1024 }),
    alpha: Type.Number({
      description: 'Scales the factors by alpha / rank, or alpha / √rank with `rslora`.',
      default: 16,
      exclusiveMinimum: 0,
    }),
    targets: Type.Array(Type.String({ minLength: 1 }), {
      description:
        "Linear layers by suffix, as PEFT matches `target_modules`; `all-linear` for all but the head. Empty: PEFT's choice for the family.",
      default: [],
    }),
    rslora: Type.Boolean({ description: 'Rank-stabilised scaling.', default: false }),
    dropout: Type.Number({
      description: 'Share of the inputs of the factors that are zeroed in training.',
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
    }),
  },
  { ...closed, description: 'Low-rank adaptation, where `method` is lora.', default: {} },
)

const Privacy = Type.Object(
  {
    epsilon: Type.Number({ description: 'Largest epsilon that the whole run may spend.', exclusiveMinimum: 0 }),
    delta: Type.Number({
      description: 'The chance that the promise fails; far below 1 / units.',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
    }),
    unit: Type.Union([Type.Literal('conversation'), Type.Literal('person')], {
      description: 'Whose presence the model must not reveal: one row, or all rows of a person.',
      default: 'conversation',
    }),
    person: Type.String({
      description: 'Key of `meta` that names the person, where the unit is a person.',
      default: '',
    }),
    clip: Type.Number({
      description: 'Largest norm of what one unit adds to a step.',
      default: 1,
      exclusiveMinimum: 0,
    }),
    units_per_step: Type.Integer({
      description: "Units that a step's Poisson sample has on average.",
      default: 64,
      minimum: 1,
    }),
    held_out: Type.Union([Type.Literal('private'), Type.Literal('public')], {
      description:
        'private: the held-out rows need protection too, so their loss chooses nothing and the last parameters are kept. public: they choose.',
      default: 'private',
    }),
  },
  { ...closed, description: 'Train with differential privacy (DP-SGD).' },
)

const Peft = Type.Object(
  {
    device: Type.Union([Type.Literal('auto'), Type.Literal('cpu'), Type.Literal('cuda')], {
      description: 'auto takes a GPU where torch sees one.',
      default: 'auto',
    }),
    precision: Type.Union([Type.Literal('float32'), Type.Literal('bfloat16')], {
      description: "Of the base's weights; factors are always trained in float32.",
      default: 'float32',
    }),
    processes: Type.Integer({
      description: 'More than one starts them with Accelerate; on GPUs, one each.',
      default: 1,
      minimum: 1,
    }),
  },
  { ...closed, description: 'The Python trainer, where `trainer` is peft.', default: {} },
)

const Remote = Type.Object(
  {
    base_url: Type.String({ description: 'Address of the provider up to and without `/files`.' }),
    key: Type.Union(
      [
        Type.Object({ env: Type.String({ description: 'Environment variable with the key.' }) }, closed),
        Type.Object(
          { file: Type.String({ description: 'File with the key, relative to the pipeline file.' }) },
          closed,
        ),
      ],
      { description: "Where the provider's key is." },
    ),
    model: Type.String({ description: "The provider's name of the model to tune.", minLength: 1 }),
    allow_raw: Type.Boolean({ description: 'Send data that was not redacted.', default: false }),
    on_stop: Type.Union([Type.Literal('leave'), Type.Literal('cancel')], {
      description: 'What an interruption does to the job: it goes on and the next run finds it, or it ends.',
      default: 'leave',
    }),
    epochs: Type.Optional(Type.Integer({ description: "`n_epochs`; else the provider's choice.", minimum: 1 })),
    batch_size: Type.Optional(Type.Integer({ description: "Else the provider's choice.", minimum: 1 })),
    learning_rate_multiplier: Type.Optional(
      Type.Number({ description: "Else the provider's choice.", exclusiveMinimum: 0 }),
    ),
    suffix: Type.Optional(
      Type.String({ description: 'Part of the name of the tuned model.', pattern: '^[A-Za-z0-9-]{1,40}$' }),
    ),
    poll_seconds: Type.Integer({ description: 'Seconds between questions how the job is.', default: 15, minimum: 1 }),
    timeout_seconds: Type.Integer({ description: 'Longest silence of a connection.', default: 120, minimum: 1 }),
    outage_seconds: Type.Integer({
      description: 'Longest time in which the provider may be unreachable.',
      default: 1800,
      minimum: 1,
    }),
    deadline_seconds: Type.Integer({
      description: 'Longest time that the job may take.',
      default: 604_800,
      minimum: 1,
    }),
  },
  { ...closed, description: 'The provider, where `trainer` is openai-compatible.' },
)

export const FinetuneConfig = Type.Object(
  {
    trainer: Type.Union([Type.Literal('sluice'), Type.Literal('peft'), Type.Literal('openai-compatible')], {
      description:
        'sluice: the engine in this process. peft: Transformers and PEFT in Python (`sluice trainers setup peft`). openai-compatible: a provider; the rows leave this machine.',
      default: 'sluice',
    }),
    peft: Peft,
    remote: Type.Optional(Remote),
    base: Type.String({
      description:
        'Model to start from: `sluice:base` (the one that ships), a name in sluice.models.lock, or a path. Empty: a new network from random weights.',
      default: '',
    }),
    method: Type.Union([Type.Literal('auto'), Type.Literal('lora'), Type.Literal('full')], {
      description:
        'What is trained: factors beside the frozen base, or all parameters. auto: lora where there is a base.',
      default: 'auto',
    }),
    lora: Lora,
    merged: Type.Boolean({
      description:
        'Write the tuned model whole, with the adapter merged in. Without it only the adapter is written, and no stage here can run it.',
      default: true,
    }),
    layers: Type.Integer({ description: 'Transformer blocks of a new network.', default: 4, minimum: 1, maximum: 24 }),
    width: Type.Integer({
      description: 'Width of the residual stream of a new network; a multiple of 2·heads.',
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
    heads: Type.Integer({ description: 'Attention heads of a new network.', default: 2, minimum: 1, maximum: 32 }),
    context: Type.Integer({
      description: "Longest sequence in tokens; not more than the base's own.",
      default: 512,
      minimum: 16,
      maximum: 131_072,
    }),
    vocabulary: Type.Integer({
      description: 'Size of the byte-level BPE vocabulary that a new network gets, special tokens included.',
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
    micro_tokens: Type.Integer({
      description:
        'Tokens in one go, padding included, where a step does not fit the memory: its gradient is then added up. 0: the whole step.',
      default: 0,
      minimum: 0,
      maximum: 131_072,
    }),
    learning_rate: Type.Union([Type.Literal('auto'), Type.Number({ exclusiveMinimum: 0, maximum: 1 })], {
      description:
        'Highest learning rate. auto: 4e-3 for a new network, 2e-3 for LoRA, 1e-4 for all parameters of a base.',
      default: 'auto',
    }),
    schedule: Type.Union([Type.Literal('cosine'), Type.Literal('linear'), Type.Literal('constant')], {
      description: 'How the rate goes from its highest to its last value; constant stays.',
      default: 'cosine',
    }),
    warmup: Type.Number({
      description: 'Share of all steps in which the learning rate rises from zero.',
      default: 0.05,
      minimum: 0,
      maximum: 1,
    }),
    final_rate: Type.Number({
      description: 'The last learning rate as a share of the highest.',
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
    loss_on: Type.Union([Type.Literal('assistant'), Type.Literal('all')], {
      description:
        "Which tokens of a conversation are trained: the assistant's turns, or every turn (for a base that learns the language itself).",
      default: 'assistant',
    }),
    packing: Type.Union([Type.Literal('none'), Type.Literal('blocks')], {
      description:
        'none: rows are padded to the longest of their batch. blocks: several rows share a sequence and do not see each other.',
      default: 'none',
    }),
    template_date: Type.String({
      description: 'The day that chat templates write which ask for today, as 2026-11-23; only those need it.',
      default: '',
      pattern: '^(\\d{4}-\\d{2}-\\d{2})?$',
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
    recompute: Type.Boolean({
      description:
        'Compute activations again in the backward pass: less memory for long sequences, about a third more time.',
      default: false,
    }),
    low_memory: Type.Boolean({
      description:
        'Give memory back after each run of the graph, and do not pack the layers of a frozen base: a smaller process, 5 to 15 % slower. Rounds differently.',
      default: false,
    }),
    dp: Type.Optional(Privacy),
    checkpoint_seconds: Type.Integer({
      description: 'Seconds between checkpoints. The result does not depend on it.',
      default: 15,
      minimum: 0,
    }),
  },
  { additionalProperties: false },
)
export type FinetuneConfig = Static<typeof FinetuneConfig>

/** The method that `auto` stands for. */
export function methodOf({ method, base }: Pick<FinetuneConfig, 'method' | 'base'>): 'lora' | 'full' {
  if (method !== 'auto') return method
  return base === '' ? 'full' : 'lora'
}

/** The highest learning rate that `auto` stands for. */
export function learningRateOf(config: Pick<FinetuneConfig, 'learning_rate' | 'method' | 'base'>): number {
  if (config.learning_rate !== 'auto') return config.learning_rate
  if (methodOf(config) === 'lora') return 2e-3
  return config.base === '' ? 4e-3 : 1e-4
}

/** Width of the feed-forward blocks. 8/3 keeps SwiGLU's size near that of a plain block of 4 (Shazeer 2020). */
export function hiddenWidth(config: FinetuneConfig): number {
  return config.hidden > 0 ? config.hidden : Math.ceil((config.width * 8) / 3 / 32) * 32
}
