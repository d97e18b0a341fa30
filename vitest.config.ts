import { defineConfig } from 'vitest/config'

/** They change the environment of their process, or look at its memory. */
const ALONE = [
  'tests/audit/checkpoint-export.test.ts',
  'tests/models/checkpoints/fuzz.test.ts',
  'tests/stages/finetune/plan.test.ts',
  'tests/stages/ingest/bad-input.test.ts',
  'tests/util/owned-text.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: a test file may itself start worker threads and processes.
    maxWorkers: 2,
    projects: [
      // One process for many files: modules, word lists and models are loaded once.
      { extends: true, test: { name: 'shared', include: ['tests/**/*.test.ts'], exclude: ALONE, isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
})
