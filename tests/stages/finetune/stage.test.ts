import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getModel, modelDigests, readModelFile } from '../../../artifacts/model.ts'
import type { Store } from '../../../artifacts/store.ts'
import { openLanguageModel } from '../../../models/language-model.ts'
import { finetune } from '../../../stages/finetune/index.ts'
import { CONFIG, conversations, createStageRunner, metric, record, type StageRunner, THINGS } from './stage-runner.ts'

let runner: StageRunner
let root: string
let store: Store
beforeAll(() => {
  runner = createStageRunner()
  root = runner.root
  store = runner.store
})
afterAll(() => runner.close())
const run: StageRunner['run'] = (...args) => runner.run(...args)

describe('finetune', () => {
  it('learns how the desk writes and gives a model folder that answers in its words', async () => {
    const outputs = await run({}, conversations(300, 1))
    const model = getModel(store, outputs.artifacts['model']!)
    expect(model.files.map(({ name }) => name)).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(metric(outputs, 'untrained_valid_perplexity')).toBeGreaterThan(300)
    expect(metric(outputs, 'valid_perplexity')).toBeLessThan(3)
    expect(metric(outputs, 'input_redacted')).toBe(true)
    expect(metric(outputs, 'epochs')).toBe(12)
    expect(outputs.rows).toEqual({ in: 300, kept: 300, dropped: 0, quarantined: 0, joined: 0, added: 0 })
    const known = new Set(finetune.metrics.map(({ name }) => name))
    expect(outputs.summary.metrics.filter(({ name }) => !known.has(name))).toEqual([])

    const files = new Map(model.files.map(({ name }) => [name, readModelFile(store, model, name)]))
    const language = await openLanguageModel(files)
    const [answer] = await language.generate(
      [language.encodePrompt([{ role: 'user', content: 'Where is my parcel number 77?' }])],
      { maxTokens: 40, temperature: 0, seed: 1 },
    )
    // It stops by itself: the end of the turn was trained.
    expect(answer!.length).toBeLessThan(40)
    expect(language.decode(answer!)).toMatch(
      /^(I am sorry, the|Thank you\. Your|Let me check: the) \w+ is on its way\.$/,
    )
    await language.close()
  })

  it('gives the same model for one job and two, and when a signal stops it half-way', async () => {
    const rows = conversations(120, 2)
    const config = { epochs: 3, checkpoint_seconds: 0 }
    const [one, two] = [await run(config, rows, { jobs: 1 }), await run(config, rows, { jobs: 2 })]
    const workDir = join(root, 'stopped')
    const signal = AbortSignal.timeout(600)
    const stopped = await run(config, rows, { workDir, signal }).catch((error: unknown) => error)
    const again = await run(config, rows, { workDir })
    const digests = [one, two, again].map((outputs) => modelDigests(getModel(store, outputs.artifacts['model']!)))
    expect(digests[1]).toEqual(digests[0])
    expect(digests[2]).toEqual(digests[0])
    expect(again.summary).toEqual(one.summary)
    expect(again.tally.toJSON()).toEqual(one.tally.toJSON())
    // On a fast machine it may have ended first; otherwise the signal's own reason comes back.
    expect(stopped instanceof Error ? stopped.name : 'done').toMatch(/^(TimeoutError|done)$/)
  })

  it('trains plain texts on every token', async () => {
    const texts = Array.from({ length: 60 }, (_, row) => record(row, { text: `The ${THINGS[row % 6]} is on its way.` }))
    const outputs = await run({ epochs: 2 }, texts)
    const share = metric(outputs, 'supervised_share') as number
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThan(1)
  })

  it('says that the model may repeat personal data where its input was not redacted', async () => {
    const outputs = await run({ epochs: 1 }, conversations(40, 5), { sensitivity: 'raw' })
    expect(metric(outputs, 'input_redacted')).toBe(false)
    expect(outputs.summary.limits!.join()).toContain('may repeat personal data')
    expect(outputs.artifacts['model']!.sensitivity).toBe('raw')
  })
})

describe('rows that cannot be trained as they are', () => {
  const long = record(1000, {
    messages: [
      { role: 'user', content: 'Tell me all.' },
      { role: 'assistant', content: Array.from({ length: 120 }, (_, i) => `item ${i}`).join(', ') },
    ],
  })
  const empty = record(1001, {
    messages: [
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: ' ' },
    ],
  })
  const silent = record(1002, { messages: [{ role: 'user', content: 'Nobody answers.' }] })
  const rows = [...conversations(40, 7), long]

  it.each([
    ['split', { split_rows: 1, truncated_rows: 0, training_rows: 41 }, 0],
    ['truncate', { split_rows: 0, truncated_rows: 1, training_rows: 41 }, 0],
    ['drop', { split_rows: 0, truncated_rows: 0, training_rows: 40 }, 1],
  ] as const)('are handled by over_length: %s and counted', async (policy, counts, dropped) => {
    const outputs = await run({ epochs: 1, over_length: policy }, rows)
    for (const [name, value] of Object.entries(counts)) expect(metric(outputs, name)).toBe(value)
    expect(metric(outputs, 'dropped_rows', 'over_length')).toBe(dropped)
    expect(outputs.rows).toMatchObject({ in: 41, kept: 41 - dropped, dropped })
  })

  it('stop the run with over_length: error, naming the row but not its text', async () => {
    const failed = run({ over_length: 'error' }, rows)
    await expect(failed).rejects.toThrow(
      /^record [0-9a-f]{12}… \(row 1000 of test\/rows\.jsonl\): the row has \d+ tokens/,
    )
  })

  it('are left out, or stop the run, where a turn is empty', async () => {
    const outputs = await run({ epochs: 1 }, [...conversations(40, 7), empty])
    expect(metric(outputs, 'dropped_rows', 'empty_turn')).toBe(1)
    expect(metric(outputs, 'empty_turn_rows')).toBe(1)
    await expect(run({ empty_turns: 'error' }, [empty])).rejects.toThrow('a turn is empty')
    const kept = await run({ epochs: 1, empty_turns: 'keep' }, [...conversations(40, 7), empty])
    expect(metric(kept, 'training_rows')).toBe(41)
  })

  it('are left out where nothing in them is trained, and a dataset of only such rows is refused', async () => {
    const outputs = await run({ epochs: 1 }, [...conversations(40, 7), silent])
    expect(metric(outputs, 'dropped_rows', 'nothing_supervised')).toBe(1)
    await expect(run({}, [silent])).rejects.toMatchObject({ code: 'FINETUNE_NOTHING_SUPERVISED' })
    await expect(run({}, [])).rejects.toMatchObject({ code: 'FINETUNE_EMPTY' })
  })

  it('keep every token when they are split, each once, and the end of the turn is trained', async () => {
    const split = await run({ epochs: 1, over_length: 'split' }, rows)
    const whole = await run({ epochs: 1, over_length: 'split', context: 1024, batch_tokens: 2048 }, rows)
    // Each piece after the first begins with one more <|bos|>; trained tokens stay the same.
    expect(metric(split, 'supervised_tokens')).toBe(metric(whole, 'supervised_tokens'))
  })
})

describe('check', () => {
  it('finds contradictory sizes before anything runs', () => {
    const context = {
      baseDir: root,
      storeRoot: root,
      sources: [],
      purpose: 'test',
      now: new Date(0),
      secretId: () => '',
    }
    const codes = (written: Partial<typeof CONFIG>): readonly string[] =>
      finetune.check!({ ...CONFIG, ...written }, context, { written: {}, inputs: {} }).map(({ code }) => code)
    expect(codes({ width: 30, heads: 4 })).toEqual(['FINETUNE_WIDTH'])
    expect(codes({ batch_tokens: 64, context: 128 })).toEqual(['FINETUNE_BATCH'])
    expect(codes({})).toEqual([])
  })
})
