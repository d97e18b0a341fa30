// A third party's source stage: `rows` rows in tasks of `per_task`.
import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'

const ratio = {
  name: 'even_share',
  unit: 'ratio',
  better: 'neither',
  description: 'Share of even rows.',
  range: [0, 1],
}

export const stage = {
  name: 'lines',
  version: 1,
  kind: 'source',
  summary: 'Makes numbered lines.',
  config: {
    type: 'object',
    additionalProperties: false,
    properties: {
      rows: { type: 'integer', default: 10, description: 'Rows.' },
      busy_once: { type: 'string', description: 'A file that says that the first split has failed already.' },
      per_task: { type: 'integer', default: 5, description: 'Rows of a task.' },
    },
  },
  takes: {},
  gives: { data: { kind: 'dataset', description: 'the lines' } },
  metrics: [ratio],
  async split(config) {
    if (config.busy_once !== undefined && !existsSync(config.busy_once)) {
      writeFileSync(config.busy_once, '')
      throw Object.assign(new Error('busy'), { code: 'EBUSY', syscall: 'open' })
    }
    const tasks = []
    for (let from = 0; from < config.rows; from += config.per_task) {
      const range = { from, to: Math.min(config.rows, from + config.per_task) }
      tasks.push({ key: range, read: range, label: `rows ${range.from}` })
    }
    return { tasks }
  },
  async openSource(_config, context) {
    return {
      async *read({ from, to }) {
        const kept = []
        for (let row = from; row < to; row++) {
          const text = `row number ${row}`
          context.tally.count(row % 2 === 0 ? 'even' : 'odd')
          kept.push({
            id: createHash('sha256').update(text).digest('hex'),
            text,
            source: { uri: 'lines', row },
            meta: {},
            notes: {},
          })
        }
        yield { kept, dropped: [], quarantined: [], rowsIn: to - from }
      },
      async close() {},
    }
  },
  summarize(tally) {
    const even = tally.getCount('even')
    const n = even + tally.getCount('odd')
    return { metrics: [{ name: 'even_share', value: even / n, n }] }
  },
}
