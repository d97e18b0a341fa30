import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Folders whose files run commands for minutes. They begin first, so that none of them runs alone at the end. */
const LONG = ['/tests/acceptance/', '/tests/cli/redact', '/tests/stages/redact/detector-properties']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((part) => moduleId.includes(part))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: a test file may itself start worker threads and processes.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
})
