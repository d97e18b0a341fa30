import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** They change the environment of their process, or look at its memory or time. */
const ALONE = [
  'tests/audit/checkpoint-export.test.ts',
  'tests/models/checkpoints/fuzz.test.ts',
  'tests/stages/finetune/plan.test.ts',
  'tests/stages/ingest/bad-input.test.ts',
  'tests/util/owned-text.test.ts',
  // A process that holds 16 MiB of machine code makes V8 compile the next patterns without its optimisations: they
  // take up to sixty times as long. What watches the time of patterns is not run after other files.
  'tests/stages/redact/detector-properties.test.ts',
  'tests/stages/redact/fuzz.test.ts',
  'tests/stages/redact/general/labelled-document.test.ts',
  'tests/stages/redact/general/labelled-plate.test.ts',
  'tests/stages/redact/general/linear-time.test.ts',
  'tests/stages/redact/ids/linear-time.test.ts',
  'tests/stages/redact/operators/placeholder.test.ts',
  'tests/stages/redact/secrets/linear-time.test.ts',
]

/** The acceptance tests take minutes each: begun last, one of them would run alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/tests/acceptance/')
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: a test file may itself start worker threads and processes.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      // One process for many files: modules, word lists and models are loaded once.
      { extends: true, test: { name: 'shared', include: ['tests/**/*.test.ts'], exclude: ALONE, isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
})
