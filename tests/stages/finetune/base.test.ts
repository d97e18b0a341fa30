import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addModel, modelPlace } from '../../../models/checkpoints/registry.ts'
import { openLanguageModel } from '../../../models/language-model.ts'
import { decodeSafetensors } from '../../../models/safetensors.ts'
import { finetune } from '../../../stages/finetune/index.ts'
import type { Json } from '../../../util/json.ts'
import { CONFIG, conversations, createStageRunner, metric, record, type StageRunner } from './stage-runner.ts'

let runner: StageRunner
let planned: { baseDir: string; storeRoot: string; sources: []; purpose: string; now: Date; secretId: () => string }
beforeAll(async () => {
  runner = createStageRunner()
  planned = {
    baseDir: runner.root,
    storeRoot: runner.root,
    sources: [],
    purpose: '',
    now: new Date(0),
    secretId: () => '',
  }
  const files = runner.files(await runner.run({ epochs: 3 }, conversations(200, 1)))
  for (const [name, data] of files) {
    mkdirSync(dirname(join(runner.root, 'base', name)), { recursive: true })
    writeFileSync(join(runner.root, 'base', name), data)
  }
})
afterAll(() => runner.close())

/** The base answers by the thing that was asked for; these rows always say the same. */
const ANSWER = 'Thank you. Your parcel is on its way.'

function news(count: number, seed: number) {
  return conversations(count, seed).map((row) =>
    record(row.source.row, {
      messages: [row.messages![0]!, { role: 'assistant' as const, content: ANSWER }],
    }),
  )
}

const TUNE = {
  base: 'base',
  epochs: 2,
  lora: { rank: 4, alpha: 8, targets: ['all-linear'], rslora: false, dropout: 0 },
}

async function answerOf(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const model = await openLanguageModel(files)
  try {
    const prompt = model.encodePrompt([{ role: 'user', content: 'Where is my lamp number 12?' }])
    const [ids] = await model.generate([prompt], { maxTokens: 60, temperature: 0, seed: 1 })
    return model.decode(ids!)
  } finally {
    await model.close()
  }
}

describe('finetune of a base', () => {
  it('trains an adapter beside it and writes the merged model, which gives the new answers', async () => {
    const outputs = await runner.run({ ...TUNE, epochs: 20, learning_rate: 0.006 }, news(150, 7), {
      valid: news(20, 77),
    })
    const files = runner.files(outputs)
    expect([...files.keys()]).toEqual([
      'adapter/adapter_config.json',
      'adapter/adapter_model.safetensors',
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(await answerOf(files)).toBe(ANSWER)
    expect(metric(outputs, 'adapter_round_trip')).toBe(true)
    expect(metric(outputs, 'trained_parameters')).toBeLessThan(metric(outputs, 'parameters') as number)
    expect(JSON.parse(files.get('adapter/adapter_config.json')!.toString()).base_model_name_or_path).toBe('base')
    expect(outputs.summary.data).toMatchObject({ base: { name: 'base' }, method: { kind: 'lora', rank: 4 } })
    const known = new Set(finetune.metrics.map(({ name }) => name))
    expect(outputs.summary.metrics.filter(({ name }) => !known.has(name))).toEqual([])
  })

  it('changes nothing but what the factors add', async () => {
    const rows = news(60, 8)
    const files = runner.files(
      await runner.run({ ...TUNE, lora: { ...TUNE.lora, targets: ['q_proj'] } }, rows, { valid: news(20, 77) }),
    )
    const base = runner.files(await runner.run({ ...TUNE, learning_rate: 1e-12 }, rows))
    const [tuned, plain] = [files, base].map((each) => decodeSafetensors(each.get('model.safetensors')!))
    const changed = [...plain!].filter(([name, { data }]) => {
      const other = tuned!.get(name)!.data
      return data.some((x, i) => Math.abs(x - other[i]!) > 1e-6)
    })
    expect(changed.map(([name]) => name.replace(/\d/, 'N')).filter((name, i, all) => all.indexOf(name) === i)).toEqual([
      'model.layers.N.self_attn.q_proj.weight',
    ])
  })

  it('trains all parameters of it where the method is full', async () => {
    const outputs = await runner.run({ ...TUNE, method: 'full', epochs: 6, learning_rate: 0.01 }, news(150, 7), {
      valid: news(20, 77),
    })
    const files = runner.files(outputs)
    expect([...files.keys()].some((name) => name.startsWith('adapter/'))).toBe(false)
    expect(await answerOf(files)).toBe(ANSWER)
    expect(metric(outputs, 'trained_parameters')).toBe(metric(outputs, 'parameters'))
  })

  it('gives the same bytes again, padded and packed alike in what is counted', async () => {
    const rows = news(80, 9)
    const [first, second, packed] = [
      await runner.run(TUNE, rows),
      await runner.run(TUNE, rows, { jobs: 2 }),
      await runner.run({ ...TUNE, packing: 'blocks' }, rows),
    ]
    expect(second.artifacts).toEqual(first.artifacts)
    expect(metric(packed, 'supervised_tokens')).toBe(metric(first, 'supervised_tokens'))
    expect(
      Math.abs(
        Math.log(metric(packed, 'untrained_valid_perplexity') as number) -
          Math.log(metric(first, 'untrained_valid_perplexity') as number),
      ),
    ).toBeLessThan(1e-4)
  })

  it('spends no more privacy than it was given, and says so', async () => {
    const dp = {
      epsilon: 8,
      delta: 1e-3,
      unit: 'conversation' as const,
      person: '',
      clip: 1,
      units_per_step: 8,
      held_out: 'private' as const,
    }
    const outputs = await runner.run({ ...TUNE, epochs: 1, dp }, news(60, 4))
    expect(metric(outputs, 'dp_private')).toBe(true)
    expect(metric(outputs, 'dp_epsilon')).toBeLessThanOrEqual(8)
    expect(metric(outputs, 'dp_epsilon')).toBeGreaterThan(4)
    expect(metric(outputs, 'dp_units')).toBe(60)
    // The loss of a step would tell of its sample.
    expect(metric(outputs, 'train_loss')).toBeUndefined()
    expect(metric(outputs, 'kept_step')).toBe(metric(outputs, 'steps'))
  })
})

describe('check', () => {
  const codes = (config: Partial<typeof CONFIG>) =>
    finetune.check!({ ...CONFIG, ...config }, planned, {
      written: config as Readonly<Record<string, Json>>,
      inputs: {},
    }).map(({ code, path }) => [code, path])

  it('finds what is wrong with a base before anything runs', () => {
    expect(codes({ base: 'bases' })).toEqual([['MODEL_UNKNOWN', ['base']]])
    expect(codes({ method: 'lora' })).toEqual([['FINETUNE_NO_BASE', ['method']]])
    expect(codes({ ...TUNE, lora: { ...TUNE.lora, targets: ['q_prj'] } })).toEqual([
      ['LORA_TARGET_UNKNOWN', ['lora', 'targets']],
    ])
    expect(codes({ ...TUNE, batch_tokens: 32 })).toEqual([['FINETUNE_BATCH', ['batch_tokens']]])
    expect(codes(TUNE)).toEqual([])
  })

  it('refuses differential privacy whose rows or persons could not be told apart', () => {
    const dp = {
      epsilon: 8,
      delta: 1e-6,
      unit: 'conversation' as const,
      person: '',
      clip: 1,
      units_per_step: 8,
      held_out: 'private' as const,
    }
    expect(codes({ ...TUNE, dp })).toEqual([])
    expect(codes({ ...TUNE, dp, packing: 'blocks' })).toEqual([['FINETUNE_DP_PACKING', ['packing']]])
    expect(codes({ ...TUNE, dp: { ...dp, unit: 'person' } })).toEqual([['FINETUNE_DP_PERSON', ['dp', 'person']]])
    expect(codes({ ...TUNE, dp: { ...dp, person: 'customer' } })).toEqual([['FINETUNE_DP_PERSON', ['dp', 'person']]])
  })

  it('asks the Python trainer for nothing that it does not do', () => {
    const found = codes({ trainer: 'peft', packing: 'blocks', low_memory: true }).map(([code]) => code)
    expect(found).toEqual(expect.arrayContaining(['FINETUNE_NO_BASE', 'FINETUNE_LOW_MEMORY', 'FINETUNE_PACKING']))
  })

  it('pins the bytes of the base, and refuses a locked one that changed', async () => {
    const pin = finetune.pins!({ ...CONFIG, ...TUNE }, planned)
    expect(pin['base']).toMatch(/^[0-9a-f]{64}$/)
    const place = modelPlace(runner.root, runner.root)
    await addModel(place, 'desk', join(runner.root, 'base'))
    expect(finetune.pins!({ ...CONFIG, base: 'desk' }, planned)).toEqual(pin)
    writeFileSync(join(place.folder, 'desk', 'generation_config.json'), '{}\n')
    expect(codes({ base: 'desk' })).toEqual([['MODEL_CHANGED', ['base']]])
  })
})
