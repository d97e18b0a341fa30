// A third party's shard stage that can be told to misbehave.
import { existsSync, writeFileSync } from 'node:fs'

export const stage = {
  name: 'shape',
  version: 1,
  kind: 'shard',
  summary: 'Passes rows on, or misbehaves as it is told.',
  config: {
    type: 'object',
    additionalProperties: false,
    properties: {
      mode: {
        enum: ['pass', 'drop-odd', 'lose', 'double', 'throw', 'flaky', 'crash', 'slow'],
        default: 'pass',
        description: 'What to do.',
      },
      marker: { type: 'string', description: 'A file that says that a flaky stage has failed already.' },
    },
  },
  takes: { data: { kind: 'dataset', description: 'rows' } },
  gives: { data: { kind: 'dataset', description: 'rows' } },
  metrics: [],
  async open(config) {
    return {
      async process(batch) {
        if (config.mode === 'lose') return { kept: batch.slice(1), dropped: [], quarantined: [] }
        if (config.mode === 'double') return { kept: [...batch, batch[0]], dropped: [], quarantined: [] }
        if (config.mode === 'throw') throw new TypeError(`a message that quotes ${batch[0].text}`)
        if (config.mode === 'crash') process.exit(1)
        if (config.mode === 'slow') await new Promise((resolve) => setTimeout(resolve, 400))
        if (config.mode === 'flaky' && !existsSync(config.marker)) {
          writeFileSync(config.marker, '')
          const busy = new Error('busy')
          throw Object.assign(busy, { code: 'EBUSY', syscall: 'open' })
        }
        if (config.mode === 'drop-odd') {
          const odd = (record) => record.source.row % 2 === 1
          return {
            kept: batch.filter((r) => !odd(r)),
            dropped: batch.filter(odd).map((record) => ({ record, reason: 'odd' })),
            quarantined: [],
          }
        }
        return { kept: batch, dropped: [], quarantined: [] }
      },
      async close() {},
    }
  },
}
