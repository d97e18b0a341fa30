import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CanaryPlan, drawSecret, renderCanary } from '../../../artifacts/canary.ts'
import { plainText, type TextRecord } from '../../../artifacts/record.ts'
import { llamaConfig } from '../../../models/network/config.ts'
import { toHuggingFaceConfig } from '../../../models/network/hugging-face.ts'
import { toTensors } from '../../../models/network/weights.ts'
import { encodeSafetensors } from '../../../models/safetensors.ts'
import { countWords, trainBpe } from '../../../models/tokenizer/bpe-trainer.ts'
import { createChatEncoder, SPECIAL_TOKENS } from '../../../models/tokenizer/chat.ts'
import { openTokenizer, tokenizerJson } from '../../../models/tokenizer/tokenizer.ts'
import { packRows } from '../../../models/training/batches.ts'
import { train } from '../../../models/training/loop.ts'
import { FULL } from '../../../models/training/method.ts'
import { random } from '../../../util/random.ts'

const THINGS = ['parcel', 'invoice', 'refund', 'router', 'ticket', 'booking']
const STATES = ['is on its way', 'was sent back', 'will be there soon', 'needs your signature', 'is not in our system']
const CLOSINGS = ['Anything else?', 'Sorry for the trouble.', 'Have a good day.', 'Please check again tomorrow.']

/** Small talk of a help desk, as a generator: the same seed gives the same rows. */
export function conversations(count: number, seed: number, uri: string): readonly TextRecord[] {
  const source = random(seed, uri)
  return Array.from({ length: count }, (_, row): TextRecord => {
    const thing = source.pick(THINGS)
    return {
      id: `${uri}-${row}`,
      messages: [
        { role: 'user', content: `Where is my ${thing} ${100 + source.integer(900)}?` },
        { role: 'assistant', content: `Your ${thing} ${source.pick(STATES)}. ${source.pick(CLOSINGS)}` },
      ],
      source: { uri, row },
      meta: {},
      notes: {},
    }
  })
}

/** Canaries with these many copies each; 0 is a control. */
export function canaryPlan(repeats: readonly number[], seed: number): CanaryPlan {
  const shape = { secretAlphabet: '0123456789', secretLength: 6 }
  const words = ['amber', 'cedar', 'dune', 'fjord', 'kelp', 'opal', 'raven', 'umber']
  return {
    kind: 'canary-plan',
    version: 1,
    ...shape,
    canaries: repeats.map((copies, i) => ({
      id: `canary-0${i}`,
      template: {
        messages: [
          { role: 'user', content: `What is the ${words[i]} code?` },
          { role: 'assistant', content: `The ${words[i]} code is {secret}.` },
        ],
      },
      secret: drawSecret(shape, random(seed, 'secret', i)),
      repeats: copies,
    })),
  }
}

/** The rows that a plan adds to train. */
export function canaryRows(plan: CanaryPlan): readonly TextRecord[] {
  return plan.canaries.flatMap((canary, i) =>
    Array.from({ length: canary.repeats }, (_, copy) => ({
      id: `${canary.id}-${copy}`,
      ...renderCanary(canary),
      source: { uri: 'canaries', row: i * 1000 + copy },
      meta: {},
      notes: {},
    })),
  )
}

/** Trains a model of some hundred thousand parameters and gives its files in Hugging Face layout. */
export async function trainTiny(
  records: readonly TextRecord[],
  options: { readonly epochs: number; readonly seed: number },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const tokenizerFile = tokenizerJson(trainBpe(countWords(records.map(plainText)), 400), SPECIAL_TOKENS)
  const tokenizer = openTokenizer(tokenizerFile)
  const chat = createChatEncoder(tokenizer)
  const network = llamaConfig({
    vocabulary: tokenizer.size,
    width: 64,
    hidden: 128,
    layers: 2,
    heads: 4,
    context: 96,
  })
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tiny-'))
  try {
    const result = await train(
      {
        config: {
          network,
          method: FULL,
          optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
          learningRate: 5e-3,
          schedule: 'cosine',
          warmupShare: 0.1,
          finalRateShare: 0.1,
          epochs: options.epochs,
          batchTokens: 1024,
          evaluations: 1,
          patience: 0,
          seed: options.seed,
          pad: chat.pad,
        },
        train: packRows(records.map((record) => chat.encodeConversation(record))),
        valid: packRows(records.slice(0, 8).map((record) => chat.encodeConversation(record))),
        threads: 1,
        checkpointPath: join(folder, 'checkpoint'),
        checkpointSeconds: 3600,
      },
      { progress: () => {}, stopped: () => false },
    )
    if (result === 'stopped') throw new Error('training did not end')
    const ids = { bos: chat.bos, eos: chat.endOfTurn, pad: chat.pad }
    return new Map<string, Uint8Array>([
      ['config.json', Buffer.from(JSON.stringify(toHuggingFaceConfig(network, ids)))],
      ['model.safetensors', encodeSafetensors(toTensors(result.best.theta, network))],
      ['tokenizer.json', Buffer.from(tokenizerFile)],
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
