import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openStore } from '../../../artifacts/store.ts'
import { loadPipeline } from '../../../pipelines/engine/load.ts'
import { planPipeline } from '../../../pipelines/engine/plan.ts'
import { stageKey } from '../../../pipelines/engine/stage-key.ts'
import { dependencyVersion } from '../../../util/dependency-version.ts'
import { removeFolder, workFolder } from '../../support/sluice.ts'

const PIPELINE = (finetune: string, after: string): string => `apiVersion: sluice/v1
kind: Pipeline
name: tuning
purpose: tests
owner: tests
seed: 1
sources:
  desk: { uri: desk.jsonl, licence: CC0-1.0, lawful_basis: synthetic }
stages:
  ingest: { uses: ingest }
  curate: { uses: curate, needs: [ingest] }
  finetune:
    uses: finetune
    needs: [curate]
    with: ${finetune}
${after}`

const EVALUATE = '  evaluate: { uses: evaluate, needs: { model: finetune, test: curate.test } }\n'
const MONITOR = (source: string): string =>
  `  monitor: { uses: monitor, with: { source: ${source} }, needs: { model: finetune, outputs: ingest, reference: curate.test } }\n`
const REMOTE = 'remote: { base_url: "https://api.example/v1", key: { file: key }, model: small-1, epochs: 2 }'

let dir = ''
afterEach(() => removeFolder(dir))

async function plan(finetune: string, after = '') {
  dir = workFolder('tuning', {
    'p.yaml': PIPELINE(finetune, after),
    'desk.jsonl': '{"text":"a note"}\n',
    key: 'secret\n',
  })
  return await planPipeline(loadPipeline(join(dir, 'p.yaml')), openStore(join(dir, 'store')), new Date('2026-11-28'))
}

describe('a model that will have no weights here', () => {
  it('is refused by a stage that would run it, at the line of its needs', async () => {
    await expect(plan('{ base: "sluice:base", merged: false }', EVALUATE)).rejects.toMatchObject({
      code: 'PIPELINE_MODEL_NOT_RUNNABLE',
      message:
        'stage `evaluate`: it would have to run the model of `finetune`, which is written as an adapter alone (`merged: false`)',
      next: 'take `merged: true` there; or leave this stage out',
      at: { line: 16, column: 40 },
      exit: 2,
    })
    await expect(plan(`{ trainer: openai-compatible, ${REMOTE} }`, EVALUATE)).rejects.toMatchObject({
      code: 'PIPELINE_MODEL_NOT_RUNNABLE',
      message:
        'stage `evaluate`: it would have to run the model of `finetune`, which stays with its provider (`trainer: openai-compatible`)',
      next: 'tune it on this machine (`trainer: sluice` or `peft`); or leave this stage out',
    })
    await expect(plan('{ base: "sluice:base", merged: false }', MONITOR('model'))).rejects.toMatchObject({
      code: 'PIPELINE_MODEL_NOT_RUNNABLE',
    })
  })

  it('is fine where nothing runs it, and a whole model is fine everywhere', async () => {
    await plan('{ base: "sluice:base", merged: false }')
    removeFolder(dir)
    await plan('{ base: "sluice:base", merged: false }', MONITOR('outputs'))
    removeFolder(dir)
    await plan('{ base: "sluice:base", merged: true }', EVALUATE + MONITOR('model'))
  })

  it('does not hide the problem of a config that is wrong', async () => {
    await expect(plan('{ base: "sluice:base", merged: 3 }', EVALUATE)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
    })
  })
})

it('a monitor with nothing to watch is found before anything runs', async () => {
  const nothing =
    '  monitor: { uses: monitor, with: { source: model }, needs: { outputs: ingest, reference: curate.test } }\n'
  await expect(plan('{}', nothing)).rejects.toMatchObject({ code: 'PIPELINE_MONITOR_NOTHING_TO_WATCH' })
})

describe('a field that would change nothing', () => {
  it('is refused for a provider even at its default, with what to do instead', async () => {
    const error: Error = await plan(
      `{ trainer: openai-compatible, ${REMOTE}, schedule: cosine, lora: { rank: 4 }, epochs: 3, learning_rate: 0.001 }`,
    ).then(
      () => new Error('planned'),
      (thrown) => thrown,
    )
    const lines = ['schedule', 'lora', 'epochs', 'learning_rate'].map(
      (field) => `stage \`finetune\`: ${field} cannot be asked of a provider`,
    )
    for (const line of lines) expect(error.message).toContain(line)
    expect(error).toMatchObject({ code: 'PIPELINE_FINETUNE_PROVIDER_DECIDES' })
  })

  it('is sent, where the protocol has a word for it', async () => {
    await plan(`{ trainer: openai-compatible, ${REMOTE}, validation_rows: 20, empty_turns: keep }`)
  })

  it.each([
    [`{ ${REMOTE} }`, 'remote would change nothing: no provider is asked'],
    ['{ peft: { device: cuda } }', 'peft would change nothing: Python is not asked'],
    ['{ base: "sluice:base", layers: 4 }', 'layers would change nothing: a base brings its own network and words'],
    ['{ lora: { rank: 4 } }', 'lora would change nothing: all parameters are trained, so there is no adapter'],
  ])('is refused beside others: %s', async (config, message) => {
    await expect(plan(config)).rejects.toMatchObject({
      code: 'PIPELINE_FINETUNE_PASSED_OVER',
      message: `stage \`finetune\`: ${message}`,
    })
  })
})

describe('the key of a model', () => {
  const pinsOf = async (finetune: string) => {
    const planned = await plan(finetune)
    const stage = planned.stages.find(({ id }) => id === 'finetune')!
    return stageKey(planned, stage, {}, undefined).parts['pins']
  }

  it('has the version of the runtime that computed it', async () => {
    expect(await pinsOf('{}')).toEqual({ onnxruntime: dependencyVersion('onnxruntime-node') })
  })

  it('has the versions of the Python packages where those trained it, and not the place of the interpreter', async () => {
    const before = process.env['SLUICE_PYTHON']
    const folder = workFolder('python', {})
    try {
      const facts = { python: '3.11.2', torch: '2.13.0+cpu', transformers: '5.24.0', peft: '0.21.2' }
      process.env['SLUICE_PYTHON'] = join(folder, 'python')
      writeFileSync(join(folder, 'python'), `#!/bin/sh\necho '${JSON.stringify(facts)}'\n`, { mode: 0o755 })
      expect(await pinsOf('{ trainer: peft, base: "sluice:base" }')).toEqual({
        base: expect.stringMatching(/^[0-9a-f]{64}$/),
        onnxruntime: dependencyVersion('onnxruntime-node'),
        trainer_script: expect.stringMatching(/^[0-9a-f]{64}$/),
        trainer_python: '3.11.2',
        trainer_torch: '2.13.0+cpu',
        trainer_transformers: '5.24.0',
        trainer_peft: '0.21.2',
        trainer_accelerate: 'not installed',
        trainer_safetensors: 'not installed',
      })
      removeFolder(dir)
      process.env['SLUICE_PYTHON'] = join(folder, 'nothing')
      await expect(pinsOf('{ trainer: peft, base: "sluice:base" }')).rejects.toMatchObject({
        code: 'PIPELINE_TRAINER_PYTHON_MISSING',
        at: { line: 15 },
      })
    } finally {
      if (before === undefined) delete process.env['SLUICE_PYTHON']
      else process.env['SLUICE_PYTHON'] = before
      removeFolder(folder)
    }
  })
})
