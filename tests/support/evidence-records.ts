import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { blockedRecord, erroredRecord, passedRecord, record, waivedRecord } from './run-record.ts'

/** Records of each way a run can end, for formats that must be valid after every one of them. */
export const RECORDS: readonly (readonly [name: string, record: RunRecord])[] = [
  ['a run that passed', passedRecord()],
  ['a run that passed by a waiver', waivedRecord()],
  ['a run that a gate stopped', blockedRecord()],
  ['a run that errored', erroredRecord()],
  ['a run that tuned a base with differential privacy', tunedRecord()],
  ['a run of which nothing is known', emptyRecord()],
]

/** A base tuned by LoRA with everything that a training may report. */
export function tunedRecord(): RunRecord {
  const passed = passedRecord()
  return {
    ...passed,
    stages: passed.stages.map((stage) =>
      stage.uses !== 'finetune'
        ? stage
        : {
            ...stage,
            config: {
              trainer: 'sluice',
              base: 'smol-135m',
              method: 'lora',
              loss_on: 'assistant',
              schedule: 'cosine',
              learning_rate: 0.002,
              epochs: 2,
              context: 512,
              batch_tokens: 1024,
              warmup: 0.05,
              lora: { rank: 8, alpha: 16 },
            },
            keyParts: { ...stage.keyParts, pins: { base: 'b'.repeat(64) } },
            metrics: [
              { name: 'parameters', value: 134_515_008 },
              { name: 'trained_parameters', value: 460_800 },
              { name: 'from_scratch', value: false },
              { name: 'tokens_seen', value: 464_236 },
              { name: 'supervised_tokens', value: 248_198 },
              { name: 'steps', value: 558 },
              { name: 'kept_step', value: 420 },
              { name: 'valid_loss', value: 2.12, n: 31_200 },
              { name: 'untrained_valid_perplexity', value: 21.4, n: 31_200 },
              { name: 'valid_perplexity', value: 8.33, n: 31_200 },
              { name: 'training_flops', value: 2.97e14 },
              { name: 'dp_epsilon', value: 7.8 },
              { name: 'dp_delta', value: 1e-5 },
              { name: 'dp_private', value: true },
            ],
            timings: { tokens_per_second: 7362, energy_joules: 5400 },
          },
    ),
  }
}

/** Interrupted before its first stage, with no source declared and no log. */
function emptyRecord(): RunRecord {
  return {
    ...record({ decisions: [], stages: [], outcome: 'errored', exit: 5 }),
    sources: [],
    release: null,
    ledger: null,
    error: { code: 'INTERRUPTED', message: 'the run was interrupted', exit: 5, transient: false },
  }
}
