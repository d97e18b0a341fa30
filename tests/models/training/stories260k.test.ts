import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, describe, expect, it } from 'vitest'
import { openModelSource } from '../../../models/checkpoints/open.ts'
import { openModelEncoder } from '../../../models/tokenizer/model-encoder.ts'
import { packRows, type TokenRows } from '../../../models/training/batches.ts'
import type { TrainingConfig } from '../../../models/training/job.ts'
import { train } from '../../../models/training/loop.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'

const DATA = process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data')
const MODEL = join(DATA, 'models/stories260K')
const BANKING = join(DATA, 'corpora/banking77')
const folder = mkdtempSync(join(tmpdir(), 'sluice-stories-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const here = existsSync(MODEL) && existsSync(BANKING)
if (!here) console.log('skipped: SLUICE_DATA has no models/stories260K or corpora/banking77')

describe.skipIf(!here)('LoRA on stories260K', () => {
  it('lowers the held-out loss on banking77: one pass over 640 questions, measured on 100 of the test file', async () => {
    const source = await openModelSource(MODEL)
    const { network, digest } = source
    const { chat } = openModelEncoder(source)
    const rows = (file: string, count: number): TokenRows => {
      const texts = parse(readFileSync(join(BANKING, file)), { columns: true }) as { text: string }[]
      // The files are sorted by kind of question: every n-th row, so that all kinds are there.
      const every = Math.floor(texts.length / count)
      const chosen = texts.filter((_, i) => i % every === 0).slice(0, count)
      return packRows(chosen.map(({ text }) => chat.encodeConversation({ text })))
    }
    const config: TrainingConfig = {
      network,
      method: {
        kind: 'lora',
        lora: { rank: 8, alpha: 16, targets: ['q_proj', 'v_proj'], rslora: false, dropout: 0 },
      },
      optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
      learningRate: 0.01,
      schedule: 'linear',
      warmupShare: 0.1,
      finalRateShare: 0,
      epochs: 1,
      batchTokens: 768,
      evaluations: 2,
      patience: 0,
      seed: 1,
      pad: chat.pad,
    }
    source.close()
    const outcome = await train(
      {
        config,
        base: { path: MODEL, digest },
        train: rows('train.csv', 640),
        valid: rows('test.csv', 100),
        threads: 1,
        checkpointPath: join(folder, 'checkpoint'),
        checkpointSeconds: 3600,
      },
      { progress: () => {}, stopped: () => false },
    )
    if (outcome === 'stopped') throw new Error('stopped')
    // Measured: 4.499 → 2.819 nats a token in 42 steps.
    const before = outcome.validLoss[0]![1]
    expect(before - outcome.best.loss).toBeGreaterThan(0.5)
    expect(Math.abs(outcome.roundTrip!.reloaded - outcome.roundTrip!.trained)).toBeLessThan(1e-4)
  })
})
