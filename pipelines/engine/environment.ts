import { availableParallelism, cpus, platform, release } from 'node:os'
import { VERSION } from '../../util/package-root.ts'
import type { RunRecord } from './run-record.ts'

/** What a run ran on. */
export function environment(jobs: number): RunRecord['environment'] {
  return {
    sluice: VERSION,
    node: process.version,
    platform: `${platform()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    jobs,
  }
}
