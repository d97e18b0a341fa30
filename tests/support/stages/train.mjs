// A third party's training stage: counts the words of the rows, and gives a small model without any of their text.
export const stage = {
  name: 'train',
  version: 1,
  kind: 'whole',
  summary: 'Counts words.',
  config: {
    type: 'object',
    additionalProperties: false,
    properties: { width: { type: 'integer', default: 8, description: 'Numbers in the model.' } },
  },
  takes: { data: { kind: 'dataset', description: 'rows' } },
  gives: { model: { kind: 'model', description: 'the model' } },
  metrics: [{ name: 'loss', unit: 'nats', better: 'lower', description: 'Loss.' }],
  async run(config, inputs, context) {
    const { store } = context
    const manifest = JSON.parse(store.get({ sha256: inputs.data.digest, sensitivity: 'redacted' }).toString('utf8'))
    const weights = Buffer.alloc(config.width * 4, context.seed % 251)
    const files = [
      ['config.json', `${JSON.stringify({ width: config.width, rows: manifest.rows ?? 0 })}\n`],
      ['model.safetensors', weights],
      ['tokenizer.json', '{"model":{"vocab":{}}}\n'],
    ].map(([name, data]) => ({ name, ...store.put(data, 'redacted') }))
    const object = store.putJson({ kind: 'model', files, sensitivity: 'redacted' }, 'redacted')
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return {
      artifacts: { model: { kind: 'model', digest: object.sha256, bytes, sensitivity: 'redacted' } },
      summary: { metrics: [{ name: 'loss', value: 1.25, n: 23 }] },
    }
  },
}
