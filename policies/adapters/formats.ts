import type { Adapter, MetricsFormat } from './adapter.ts'
import { readGarak } from './garak.ts'
import { readLmEval } from './lm-eval.ts'
import { readPromptfoo } from './promptfoo.ts'
import { readSluice } from './sluice.ts'

/** The readers, by the name that `--format` takes. */
export const METRICS_FORMATS: Readonly<Record<MetricsFormat, Adapter>> = {
  sluice: readSluice,
  promptfoo: readPromptfoo,
  garak: readGarak,
  'lm-eval': readLmEval,
}
