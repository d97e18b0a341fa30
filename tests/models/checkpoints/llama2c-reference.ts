import { readFileSync } from 'node:fs'

/**
 * Greedy text of a llama2.c v0 file, computed here from the file's description alone: plain loops, interleaved rotary
 * pairs, the tokenizer's bytes. It shares nothing with the code under test.
 */
export function greedyReference(modelFile: string, tokenizerFile: string, steps: number) {
  const bytes = readFileSync(modelFile)
  const [dim, hidden, layers, heads, kvHeads, vocab, context] = Array.from({ length: 7 }, (_, i) =>
    bytes.readInt32LE(4 * i),
  ) as [number, number, number, number, number, number, number]
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 28, bytes.byteOffset + bytes.length))
  let at = 0
  const take = (count: number): Float32Array => {
    at += count
    return all.subarray(at - count, at)
  }
  const head = dim / heads
  const kv = kvHeads * head
  const embedding = take(vocab * dim)
  const attentionNorm = take(layers * dim)
  const wq = take(layers * dim * dim)
  const wk = take(layers * kv * dim)
  const wv = take(layers * kv * dim)
  const wo = take(layers * dim * dim)
  const ffnNorm = take(layers * dim)
  const w1 = take(layers * hidden * dim)
  const w2 = take(layers * dim * hidden)
  const w3 = take(layers * hidden * dim)
  const finalNorm = take(dim)

  const norm = (x: Float32Array, gain: Float32Array): Float32Array => {
    const mean = x.reduce((sum, v) => sum + v * v, 0) / x.length
    const r = 1 / Math.sqrt(mean + 1e-5)
    return x.map((v, i) => v * r * gain[i]!)
  }
  const times = (w: Float32Array, x: Float32Array, rows: number): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => x.reduce((sum, v, i) => sum + v * w[row * x.length + i]!, 0))
  const turn = (x: Float32Array, position: number): Float32Array => {
    const out = x.slice()
    for (let i = 0; i < x.length; i += 2) {
      const angle = position / 10_000 ** ((i % head) / head)
      out[i] = x[i]! * Math.cos(angle) - x[i + 1]! * Math.sin(angle)
      out[i + 1] = x[i]! * Math.sin(angle) + x[i + 1]! * Math.cos(angle)
    }
    return out
  }
  const keys: Float32Array[][] = Array.from({ length: layers }, () => [])
  const values: Float32Array[][] = Array.from({ length: layers }, () => [])
  const step = (token: number, position: number): Float32Array => {
    let x = embedding.slice(token * dim, (token + 1) * dim)
    const part = (w: Float32Array, layer: number): Float32Array => {
      const size = w.length / layers
      return w.subarray(layer * size, (layer + 1) * size)
    }
    for (let layer = 0; layer < layers; layer++) {
      const n = norm(x, part(attentionNorm, layer))
      const q = turn(times(part(wq, layer), n, dim), position)
      keys[layer]!.push(turn(times(part(wk, layer), n, kv), position))
      values[layer]!.push(times(part(wv, layer), n, kv))
      const mixed = new Float32Array(dim)
      for (let h = 0; h < heads; h++) {
        const from = Math.floor((h * kvHeads) / heads) * head
        const scores = keys[layer]!.map((k) => {
          let dot = 0
          for (let i = 0; i < head; i++) dot += q[h * head + i]! * k[from + i]!
          return dot / Math.sqrt(head)
        })
        const top = Math.max(...scores)
        const weights = scores.map((s) => Math.exp(s - top))
        const total = weights.reduce((sum, w) => sum + w, 0)
        for (const [t, w] of weights.entries()) {
          for (let i = 0; i < head; i++) mixed[h * head + i]! += (w / total) * values[layer]![t]![from + i]!
        }
      }
      const added = times(part(wo, layer), mixed, dim)
      x = x.map((v, i) => v + added[i]!)
      const m = norm(x, part(ffnNorm, layer))
      const gate = times(part(w1, layer), m, hidden)
      const up = times(part(w3, layer), m, hidden)
      const down = times(
        part(w2, layer),
        gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!),
        dim,
      )
      x = x.map((v, i) => v + down[i]!)
    }
    return times(embedding, norm(x, finalNorm), vocab)
  }

  const file = readFileSync(tokenizerFile)
  const pieces: Buffer[] = []
  for (let offset = 4; offset < file.length; ) {
    const length = file.readInt32LE(offset + 4)
    pieces.push(file.subarray(offset + 8, offset + 8 + length))
    offset += 8 + length
  }
  const text: Buffer[] = []
  const ids: number[] = []
  const firstLogits: Float32Array[] = []
  let token = 1
  for (let position = 0; position < Math.min(steps, context); position++) {
    const logits = step(token, position)
    if (position < 8) firstLogits.push(logits)
    const next = logits.indexOf(Math.max(...logits))
    if (next === 1) break
    let piece = pieces[next]!
    if (token === 1 && piece[0] === 0x20) piece = piece.subarray(1)
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece.toString('latin1'))
    text.push(byte === null ? piece : Buffer.from([Number.parseInt(byte[1]!, 16)]))
    ids.push(next)
    token = next
  }
  return { text: Buffer.concat(text).toString('utf8'), ids, firstLogits }
}
