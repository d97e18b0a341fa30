import type { Stage } from './stage.ts'

/** Every stage that ships, by the name that `uses:` takes. Modules load when they are needed. */
export const STAGES: Readonly<Record<string, () => Promise<Stage>>> = {
  ingest: async () => (await import('./ingest/index.ts')).ingest,
  redact: async () => (await import('./redact/index.ts')).redact,
  toxicity: async () => (await import('./toxicity/index.ts')).toxicity,
  bias: async () => (await import('./bias/index.ts')).bias,
  curate: async () => (await import('./curate/index.ts')).curate,
  finetune: async () => (await import('./finetune/index.ts')).finetune,
  evaluate: async () => (await import('./evaluate/index.ts')).evaluate,
  monitor: async () => (await import('./monitor/index.ts')).monitor,
}
