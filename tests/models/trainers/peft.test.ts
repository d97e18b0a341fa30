import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModelSource } from '../../../models/checkpoints/open.ts'
import { readAdapter } from '../../../models/lora/adapter-files.ts'
import type { NetworkConfig } from '../../../models/network/config.ts'
import {
  environmentPins,
  findInterpreter,
  interpreterOf,
  probePython,
  readSetup,
  SETUP_FILE,
  trainerFolder,
} from '../../../models/trainers/peft/environment.ts'
import { peftTrainer } from '../../../models/trainers/peft/peft.ts'
import type { PeftJob } from '../../../models/trainers/peft/peft-job.ts'
import { scriptDigest } from '../../../models/trainers/peft/script.ts'
import { setupPeft } from '../../../models/trainers/peft/setup.ts'
import type { TrainerEvent, TrainerHooks, TrainerOutcome } from '../../../models/trainers/trainer.ts'
import { packRows } from '../../../models/training/batches.ts'
import type { TrainingConfig } from '../../../models/training/job.ts'
import { train } from '../../../models/training/loop.ts'
import { random } from '../../../util/random.ts'
import { trainerHasPeft } from '../../support/python.ts'
import { tinyModelFiles } from '../tiny-model.ts'

const available = trainerHasPeft()

let folder: string
let model: string
let network: NetworkConfig
let digest: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-peft-'))
  model = mkdtempSync(join(folder, 'model-'))
  for (const [name, data] of tinyModelFiles()) writeFileSync(join(model, name), data)
  const source = await openModelSource(model)
  network = source.network
  digest = source.digest
  source.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Progressions with a fixed stride, in the model's vocabulary. */
function rows(count: number, seed: number): ReturnType<typeof packRows> {
  const rng = random(seed)
  return packRows(
    Array.from({ length: count }, () => {
      const length = 8 + rng.integer(24)
      const start = rng.integer(200)
      const ids = Int32Array.from({ length }, (_, i) => (i === 0 ? 0 : 8 + ((start + 3 * i) % 200)))
      return { ids, supervised: Uint8Array.from({ length }, (_, i) => (i > 2 ? 1 : 0)) }
    }),
  )
}

function config(overrides: Partial<TrainingConfig> = {}): TrainingConfig {
  return {
    network,
    method: { kind: 'lora', lora: { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'], rslora: false, dropout: 0 } },
    optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 },
    learningRate: 0.01,
    schedule: 'cosine',
    warmupShare: 0.1,
    finalRateShare: 0.1,
    epochs: 2,
    batchTokens: 256,
    microTokens: 128,
    evaluations: 2,
    patience: 0,
    seed: 5,
    pad: 1,
    ...overrides,
  }
}

function job(overrides: Partial<PeftJob> = {}): PeftJob {
  return {
    config: config(),
    device: 'cpu',
    precision: 'float32',
    processes: 1,
    modelFolder: model,
    modelDigest: digest,
    baseName: 'tiny-llama',
    train: rows(60, 1),
    valid: rows(12, 2),
    workDir: mkdtempSync(join(folder, 'work-')),
    store: folder,
    threads: 1,
    checkpointSeconds: 0,
    ...overrides,
  }
}

function hooks(events: TrainerEvent[] = [], signal = new AbortController().signal): TrainerHooks {
  return { signal, tell: (event) => void events.push(event) }
}

/** One undisturbed run that several tests compare with. */
const undisturbed = (() => {
  let run: Promise<{
    readonly one: PeftJob
    readonly events: readonly TrainerEvent[]
    readonly outcome: TrainerOutcome
  }>
  return () => {
    run ??= (async () => {
      const one = job()
      const events: TrainerEvent[] = []
      return { one, events, outcome: await peftTrainer.train(one, hooks(events)) }
    })()
    return run
  }
})()

describe.skipIf(!available)('the Python trainer', { timeout: 600_000 }, () => {
  it('takes the steps of the own engine on the same rows: same losses, an adapter that PEFT wrote and Sluice reads', async () => {
    const { one, events, outcome } = await undisturbed()
    const own = await train(
      {
        config: one.config,
        base: { digest, path: model },
        train: one.train,
        valid: one.valid,
        threads: 1,
        checkpointPath: join(one.workDir, 'own.checkpoint'),
        checkpointSeconds: 3600,
      },
      { progress: () => {}, stopped: () => false },
    )
    if (own === 'stopped') throw new Error('stopped')
    expect(outcome.steps).toBe(own.steps)
    expect(outcome.keptStep).toBe(own.best.step)
    for (const [i, [step, loss]] of outcome.trainLoss.entries()) {
      expect(step).toBe(i + 1)
      expect(Math.abs(loss! - own.trainLoss[i]!)).toBeLessThan(1e-3)
    }
    expect(outcome.validLoss.map(([step]) => step)).toEqual(own.validLoss.map(([step]) => step))
    for (const [i, [, loss]] of outcome.validLoss.entries()) {
      expect(Math.abs(loss - own.validLoss[i]![1])).toBeLessThan(1e-3)
    }
    expect(outcome.validLoss.at(-1)![1]).toBeLessThan(outcome.validLoss[0]![1] - 0.1)

    expect([...outcome.files.keys()]).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'generation_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    const files = new Map([...outcome.files].map(([name, path]) => [name, readFileSync(path)]))
    const adapter = readAdapter(files, network)
    expect(adapter.baseName).toBe('tiny-llama')
    // PEFT keeps the targets in a set, whose order means nothing.
    expect({ ...adapter.lora, targets: [...adapter.lora.targets].sort() }).toEqual({
      rank: 4,
      alpha: 8,
      targets: ['q_proj', 'v_proj'],
      rslora: false,
      dropout: 0,
    })
    let furthest = 0
    for (const [i, x] of adapter.theta.entries()) furthest = Math.max(furthest, Math.abs(x - own.best.theta[i]!))
    expect(furthest).toBeLessThan(5e-3)

    expect(outcome.evidence).toMatchObject({ trainer: 'peft', script_sha256: scriptDigest(), device: 'cpu' })
    expect(Object.keys(outcome.evidence['versions'] as object)).toContain('torch')
    expect(events.filter(({ event }) => event === 'step')).toHaveLength(outcome.steps)
    expect(events[0]).toEqual({ event: 'started', steps: outcome.steps, resumedAt: 0, device: 'cpu' })
  })

  it('stops at a signal with a checkpoint and goes on from it to the same losses', async () => {
    const { outcome: whole } = await undisturbed()
    const one = job()
    const controller = new AbortController()
    const interrupted = peftTrainer.train(one, {
      signal: controller.signal,
      tell: (event) => {
        if (event.event === 'step' && event.step === 3) controller.abort(new Error('enough'))
      },
    })
    await expect(interrupted).rejects.toThrow('enough')
    const events: TrainerEvent[] = []
    const resumed = await peftTrainer.train(one, hooks(events))
    const [started] = events
    expect(started).toMatchObject({ event: 'started', steps: whole.steps })
    expect((started as { resumedAt: number }).resumedAt).toBeGreaterThanOrEqual(3)
    expect(resumed.trainLoss).toEqual(whole.trainLoss)
    expect(resumed.validLoss).toEqual(whole.validLoss)
    const bytes = ({ files }: typeof whole): Buffer => readFileSync(files.get('adapter_model.safetensors')!)
    expect(bytes(resumed).equals(bytes(whole))).toBe(true)
  })

  it('trains all parameters and writes a whole model', async () => {
    // In a folder that holds the checkpoint of another job, which is set aside with a word.
    const full = job({ config: config({ method: { kind: 'full' }, epochs: 1, learningRate: 0.003 }) })
    const events: TrainerEvent[] = []
    const { one } = await undisturbed()
    cpSync(join(one.workDir, 'checkpoint.pt'), join(full.workDir, 'checkpoint.pt'))
    const outcome = await peftTrainer.train(full, hooks(events))
    expect(events.slice(0, 2)).toMatchObject([
      { event: 'note', message: expect.stringContaining('another job') },
      { event: 'started', resumedAt: 0 },
    ])
    expect(outcome.validLoss.at(-1)![1]).toBeLessThan(outcome.validLoss[0]![1])
    expect([...outcome.files.keys()]).toEqual(expect.arrayContaining(['config.json', 'model.safetensors']))
    const source = await openModelSource(join(full.workDir, 'output'))
    expect(source.network).toEqual(network)
    source.close()
  })

  it('gives the same losses with two processes as with one', async () => {
    const { outcome: one } = await undisturbed()
    const two = await peftTrainer.train(job({ processes: 2 }), hooks())
    expect(two.evidence).toMatchObject({ processes: 2 })
    expect(two.trainLoss.length).toBe(one.trainLoss.length)
    for (const [i, [, loss]] of two.trainLoss.entries()) expect(loss!).toBeCloseTo(one.trainLoss[i]![1]!, 4)
    for (const [i, [, loss]] of two.validLoss.entries()) expect(loss).toBeCloseTo(one.validLoss[i]![1], 4)
  })

  it('says what is wrong: no GPU, a model that is none, a step that blows up', async () => {
    await expect(peftTrainer.train(job({ device: 'cuda' }), hooks())).rejects.toMatchObject({
      code: 'TRAINER_CUDA_ABSENT',
    })
    const broken = mkdtempSync(join(folder, 'broken-'))
    writeFileSync(join(broken, 'config.json'), '{')
    const failing = job({ modelFolder: broken })
    await expect(peftTrainer.train(failing, hooks())).rejects.toMatchObject({ code: 'TRAINER_FAILED' })
    expect(existsSync(join(failing.workDir, 'trainer.log'))).toBe(true)
    const wild = config({ learningRate: 1e30, warmupShare: 0 })
    await expect(peftTrainer.train(job({ config: wild }), hooks())).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' })
  })
})

/** A Python that answers always the same. */
function fake(answer: string): string {
  const path = join(mkdtempSync(join(folder, 'python-')), 'python')
  writeFileSync(path, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 })
  return path
}

describe('the environment of the Python trainer', () => {
  it('is missing with a word on how to make it', () => {
    expect(() => findInterpreter(folder, {})).toThrow(expect.objectContaining({ code: 'TRAINER_NOT_SET_UP' }))
    expect(findInterpreter(folder, { SLUICE_PYTHON: '/some/python' })).toBe('/some/python')
  })

  it('is part of the key by its versions: an upgraded package is another run, another folder is not', () => {
    const facts = { python: '3.11.2', torch: '2.13.0', transformers: '5.24.0', peft: '0.21.2' }
    const pins = [facts, facts, { ...facts, torch: '2.14.0' }].map((each) =>
      environmentPins(folder, { SLUICE_PYTHON: fake(JSON.stringify(each)) }),
    )
    expect(pins[0]).toEqual({
      trainer_python: '3.11.2',
      trainer_torch: '2.13.0',
      trainer_transformers: '5.24.0',
      trainer_peft: '0.21.2',
      trainer_accelerate: 'not installed',
      trainer_safetensors: 'not installed',
    })
    expect(pins[1]).toEqual(pins[0])
    expect(pins[2]).toEqual({ ...pins[0], trainer_torch: '2.14.0' })
    expect(() => environmentPins(folder, { SLUICE_PYTHON: '' })).toThrow(
      expect.objectContaining({ code: 'TRAINER_NOT_SET_UP' }),
    )
    for (const answer of ['', 'null', '{"torch":"2.13.0"}']) {
      expect(() => environmentPins(folder, { SLUICE_PYTHON: fake(answer) })).toThrow(
        expect.objectContaining({ code: 'TRAINER_PYTHON_MISSING' }),
      )
    }
  })

  it('is asked without the modules of the working folder', async () => {
    const path = join(mkdtempSync(join(folder, 'python-')), 'python')
    const script = '#!/bin/sh\necho "{\\"python\\":\\"3.8.$PYTHONSAFEPATH\\"}"\n'
    writeFileSync(path, script, { mode: 0o755 })
    const asked = probePython(path, { device: 'cpu', processes: 1 })
    await expect(asked).rejects.toMatchObject({ message: 'Python 3.8.1 is older than 3.10' })
  })

  it('is refused where the interpreter is none, too old, or without torch', async () => {
    const code = async (interpreter: string, processes = 1): Promise<unknown> =>
      probePython(interpreter, { device: 'cuda', processes }).then(
        () => 'fine',
        (error: { code: string }) => error.code,
      )
    expect(await code('/nowhere/python')).toBe('TRAINER_PYTHON_MISSING')
    expect(await code(fake('{"python":"3.8.10"}'))).toBe('TRAINER_PYTHON_VERSION')
    expect(await code(fake('{"python":"3.11.2"}'))).toBe('TRAINER_PACKAGE_MISSING')
    const facts = { python: '3.11.2', torch: '2.13.0+cpu', transformers: '4.30.0', peft: '0.21.2' }
    expect(await code(fake(JSON.stringify(facts)))).toBe('TRAINER_PACKAGE_VERSION')
    const good = { ...facts, transformers: '5.24.0' }
    expect(await code(fake(JSON.stringify({ ...good, broken: ['torch', 'OSError'] })))).toBe('TRAINER_PACKAGE_BROKEN')
    expect(await code(fake(JSON.stringify({ ...good, gpus: 0 })))).toBe('TRAINER_CUDA_ABSENT')
    expect(await code(fake(JSON.stringify({ ...good, gpus: 1 })))).toBe('fine')
    expect(await code(fake(JSON.stringify({ ...good, gpus: 4 })), 2)).toBe('TRAINER_PACKAGE_MISSING')
  })

  it('is made by one command, and does not count until it is whole', { timeout: 300_000 }, async () => {
    const store = mkdtempSync(join(folder, 'store-'))
    const said: string[] = []
    const missing = setupPeft(store, '/nowhere/python', (line) => said.push(line))
    await expect(missing).rejects.toMatchObject({ code: 'TRAINER_PYTHON_MISSING' })
    // Real venv and pip; nothing to download, so the packages are missing in the end.
    const requirements = join(store, 'requirements.txt')
    writeFileSync(requirements, '# nothing\n')
    const empty = setupPeft(store, 'python3', (line) => said.push(line), requirements)
    await expect(empty).rejects.toMatchObject({ code: 'TRAINER_PACKAGE_MISSING' })
    expect(existsSync(interpreterOf(trainerFolder(store)))).toBe(true)
    expect(() => findInterpreter(store, {})).toThrow(expect.objectContaining({ code: 'TRAINER_NOT_SET_UP' }))
    writeFileSync(requirements, 'no version at all !\n')
    const wrong = setupPeft(store, 'python3', (line) => said.push(line), requirements)
    await expect(wrong).rejects.toMatchObject({ code: 'TRAINER_SETUP_FAILED' })
    const path = trainerFolder(store)
    const made = [`making a virtual environment in ${path}`, expect.stringContaining(`are in ${path}.log`)]
    const anew = `the environment in ${path} is made anew: it was never finished`
    expect(said).toEqual([...made, 'loading what was installed', anew, ...made])
  })

  it('stays when it is whole, and is mended when it is not', async () => {
    const store = mkdtempSync(join(folder, 'store-'))
    const requirements = join(store, 'requirements.txt')
    writeFileSync(requirements, 'torch\n')
    // Makes a copy of itself where venv would make an interpreter, and answers what the file beside it says.
    const python = join(mkdtempSync(join(folder, 'python-')), 'python')
    const facts = {
      python: '3.11.2',
      torch: '2.13.0',
      transformers: '5.24.0',
      peft: '0.21.2',
      accelerate: '1',
      gpus: 0,
    }
    const script = `#!/bin/sh
case "$2" in
  venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$(dirname "$0")/facts" "$3/bin/facts" ;;
  pip) ;;
  *) cat "$(dirname "$0")/facts" ;;
esac
`
    writeFileSync(python, script, { mode: 0o755 })
    writeFileSync(join(python, '..', 'facts'), JSON.stringify(facts))
    const path = trainerFolder(store)
    const setUp = async (): Promise<string> => {
      const said: string[] = []
      await setupPeft(store, python, (line) => said.push(line), requirements)
      expect(readSetup(store)?.facts).toEqual(facts)
      return said[0]!.replace(path, 'X')
    }
    expect(await setUp()).toBe('making a virtual environment in X')
    expect(await setUp()).toBe('the environment in X is whole: nothing was done')
    writeFileSync(join(path, 'bin', 'facts'), JSON.stringify({ ...facts, peft: '0.22.0' }))
    expect(await setUp()).toBe('the environment in X is made anew: its packages are not those that were recorded')
    writeFileSync(join(path, 'bin', 'facts'), JSON.stringify({ ...facts, broken: ['torch', 'OSError'] }))
    expect(await setUp()).toBe('the environment in X is made anew: torch is installed and cannot be loaded (OSError)')
    rmSync(interpreterOf(path))
    expect(await setUp()).toBe(`the environment in X is made anew: ${interpreterOf(path)} is no Python that can be run`)
    for (const broken of ['{"facts":', 'null', '{}']) {
      writeFileSync(join(path, SETUP_FILE), broken)
      expect(await setUp()).toBe('the environment in X is made anew: it was never finished')
    }
    writeFileSync(requirements, 'torch==3\n')
    expect(await setUp()).toBe('the environment in X is made anew: it has the packages of another release of Sluice')
  })

  it('is not asked where the configuration is already wrong', () => {
    expect(peftTrainer.check({ device: 'cpu', precision: 'float32', processes: 0, dp: true })).toMatchObject([
      { code: 'TRAINER_NO_DP' },
      { code: 'TRAINER_PROCESSES' },
    ])
  })
})
