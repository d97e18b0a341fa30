import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors } from '../../../models/safetensors.ts'
import { finetune } from '../../../stages/finetune/index.ts'
import { REMOTE_MODEL_FILE } from '../../../stages/finetune/provider.ts'
import type { Json } from '../../../util/json.ts'
import { OpenAiServer } from '../../models/trainers/openai-server.ts'
import { trainerHasPeft } from '../../support/python.ts'
import { CONFIG, conversations, createStageRunner, metric, record, type StageRunner } from './stage-runner.ts'

let runner: StageRunner
let server: OpenAiServer
beforeAll(async () => {
  runner = createStageRunner()
  server = new OpenAiServer()
  await server.start()
  writeFileSync(join(runner.root, 'key'), `${server.key}\n`, { mode: 0o600 })
})
afterAll(async () => {
  runner.close()
  await server.stop()
})

const planned = () => ({
  baseDir: runner.root,
  storeRoot: runner.root,
  sources: [],
  purpose: '',
  now: new Date(0),
  secretId: () => '',
})

const checked = (written: object) =>
  finetune.check!({ ...CONFIG, ...written }, planned(), {
    written: written as Readonly<Record<string, Json>>,
    inputs: {},
  })

describe('a provider', () => {
  const provider = () => ({
    trainer: 'openai-compatible' as const,
    remote: {
      base_url: server.baseUrl,
      key: { file: 'key' },
      model: 'small-1',
      allow_raw: false,
      on_stop: 'leave' as const,
      epochs: 2,
      poll_seconds: 1,
      timeout_seconds: 5,
      outage_seconds: 20,
      deadline_seconds: 60,
    },
  })

  it('gets the conversations, and the model is a name with what was told of it', async () => {
    const outputs = await runner.run(provider(), conversations(30, 1))
    expect(checked(provider())).toEqual([])
    const file = JSON.parse(runner.files(outputs).get(REMOTE_MODEL_FILE)!.toString())
    expect(file.base).toBe('small-1')
    expect(file.model).toMatch(/^ft:/)
    expect(JSON.stringify(file)).not.toContain(server.key)
    expect(server.files.map(({ content }) => content.split('\n').length - 1)).toEqual([30, CONFIG.validation_rows])
    expect(metric(outputs, 'training_rows')).toBe(30)
    expect(metric(outputs, 'valid_loss')).toBeGreaterThan(0)
    expect(outputs.summary.limits![0]).toContain('30 training rows and 20 held-out rows were sent to 127.0.0.1')
  })

  it('gets no row with an empty turn, unless the policy keeps it, and learns which answer of a prompt is trained', async () => {
    const says = (role: 'user' | 'assistant', content: string) => ({ role, content })
    const empty = record(100, { messages: [says('user', 'Hello?'), says('assistant', ' ')] })
    const two = record(101, {
      messages: [says('user', 'One?'), says('assistant', '1'), says('user', 'Two?'), says('assistant', '2')],
    })
    const completion = { ...two, meta: { form: 'prompt_completion' } }
    const rows = [...conversations(20, 3), empty, completion]
    const sent = () =>
      server.files
        .filter(({ content }) => content.includes('Two?'))
        .at(-1)!
        .content.trim()
        .split('\n')
    const outputs = await runner.run(provider(), rows)
    expect(sent()).toHaveLength(21)
    expect(JSON.parse(sent().at(-1)!).messages.map(({ weight }: { weight?: number }) => weight)).toEqual([
      undefined,
      0,
      undefined,
      undefined,
    ])
    expect(metric(outputs, 'dropped_rows', 'empty_turn')).toBe(1)
    expect(outputs.rows).toMatchObject({ in: 22, kept: 21, dropped: 1 })
    await runner.run({ ...provider(), empty_turns: 'keep' }, rows)
    expect(sent()).toHaveLength(22)
    await expect(runner.run({ ...provider(), empty_turns: 'error' }, rows)).rejects.toMatchObject({
      code: 'FINETUNE_EMPTY_TURN',
    })
  })

  it('gets no row that was not redacted, unless the file says so', async () => {
    const uploads = server.files.length
    await expect(runner.run(provider(), conversations(30, 2), { sensitivity: 'raw' })).rejects.toMatchObject({
      code: 'REMOTE_RAW_DATA',
    })
    expect(server.files.length).toBe(uploads)
  })

  it('is checked before anything runs', () => {
    const codes = (config: object) => checked(config).map(({ code }) => code)
    expect(codes({ trainer: 'openai-compatible' })).toEqual(['FINETUNE_NO_PROVIDER'])
    const { remote, trainer } = provider()
    expect(codes({ trainer, remote, loss_on: 'all', over_length: 'error', base: 'sluice:base', patience: 2 })).toEqual(
      Array(4).fill('FINETUNE_PROVIDER_DECIDES'),
    )
    expect(
      codes({ trainer, remote: { ...remote, base_url: 'http://example.org/v1', key: { env: 'NO_SUCH_KEY' } } }),
    ).toEqual(['REMOTE_INSECURE', 'REMOTE_KEY_MISSING'])
  })
})

const hasPeft = trainerHasPeft()

describe.skipIf(!hasPeft)('the Python trainer', () => {
  it('trains the same adapter as the own engine, from the same rows', { timeout: 300_000 }, async () => {
    for (const [name, data] of runner.files(await runner.run({ epochs: 2 }, conversations(100, 1)))) {
      mkdirSync(dirname(join(runner.root, 'base', name)), { recursive: true })
      writeFileSync(join(runner.root, 'base', name), data)
    }
    const tune = {
      base: 'base',
      epochs: 1,
      lora: { rank: 4, alpha: 8, targets: ['all-linear'], rslora: false, dropout: 0 },
    }
    const rows = conversations(60, 5)
    const own = await runner.run(tune, rows)
    const python = await runner.run({ ...tune, trainer: 'peft' }, rows)
    expect([...runner.files(python).keys()]).toEqual([...runner.files(own).keys()])
    const [a, b] = [own, python].map((each) =>
      decodeSafetensors(runner.files(each).get('adapter/adapter_model.safetensors')!),
    )
    for (const [name, { data }] of a!) {
      const other = b!.get(name)!.data
      for (let i = 0; i < data.length; i++) expect(Math.abs(data[i]! - other[i]!)).toBeLessThan(2e-3)
    }
    for (const name of ['valid_loss', 'train_loss', 'untrained_valid_perplexity'] as const) {
      const [mine, theirs] = [metric(own, name) as number, metric(python, name) as number]
      expect(Math.abs(mine - theirs) / mine).toBeLessThan(1e-3)
    }
    expect(metric(python, 'tokens_seen')).toBe(metric(own, 'tokens_seen'))
    expect(metric(python, 'supervised_tokens')).toBe(metric(own, 'supervised_tokens'))
    expect(python.summary.data).toMatchObject({ trainer: { trainer: 'peft', device: 'cpu' } })
  })
})
