import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { compiledModule } from '../../../util/package-root.ts'

/**
 * Runs one forward and backward pass in a process of its own and prints its peak memory in MB before and after, and a
 * digest of the gradient. 10 blocks on 8 × 128 tokens.
 */
const SCRIPT = `
const [root, recompute] = [process.argv[1], process.argv[2] === 'true']
const from = (path) => import(new URL(path, root))
const { createHash } = await import('node:crypto')
const { readFileSync } = await import('node:fs')
const { llamaConfig } = await from('models/network/config.js')
const { initialWeights } = await from('models/network/weights.js')
const { gradientGraph } = await from('models/training/graphs.js')
const { causalMask } = await from('models/training/batches.js')
const { float32, int32, number32, openSession } = await from('models/graph/session.js')
const { random } = await from('util/random.js')
const network = llamaConfig({ vocabulary: 50, width: 64, hidden: 512, layers: 10, heads: 4, context: 128 })
const theta = initialWeights(network, random(1))
const session = await openSession(gradientGraph({ network, method: { kind: 'full' }, recompute }, 'float32'), 1)
const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
const ids = Int32Array.from({ length: 1024 }, (_, i) => (i * 7) % 50)
const feeds = {
  theta: float32(theta), ids: int32(ids, [8, 128]), mask: float32(causalMask(128), [128, 128]),
  positions: int32(Int32Array.from({ length: 1024 }, (_, i) => i)), targets: int32(ids), inverse_count: number32(1 / 1024),
  ...(recompute ? { zero: number32(0) } : {}),
}
const before = peak()
let out
for (let i = 0; i < 3; i++) out = await session.run(feeds)
const digest = createHash('sha256').update(new Uint8Array(out.gradient.data.buffer)).digest('hex')
console.log(JSON.stringify({ before, after: peak(), digest }))
`

/** The same of LoRA beside 8 gated feed-forward layers of 2,048 on 8 × 128 tokens: 8.4 MB for each activation kept. */
const GATED = `
const root = process.argv[1]
const from = (path) => import(new URL(path, root))
const { readFileSync } = await import('node:fs')
const { llamaConfig } = await from('models/network/config.js')
const { initialWeights, toTensors } = await from('models/network/weights.js')
const { gradientGraph } = await from('models/training/graphs.js')
const { causalMask } = await from('models/training/batches.js')
const { float32, int32, number32, openSession } = await from('models/graph/session.js')
const { random } = await from('util/random.js')
const { loraSize } = await from('models/lora/modules.js')
const network = llamaConfig({ vocabulary: 50, width: 32, hidden: 2048, layers: 8, heads: 1, context: 128 })
const lora = { rank: 2, alpha: 2, targets: ['q_proj'], rslora: false, dropout: 0 }
const base = toTensors(initialWeights(network, random(1)), network)
const session = await openSession(gradientGraph({ network, method: { kind: 'lora', lora } }, 'float32'), 1)
const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
const ids = Int32Array.from({ length: 1024 }, (_, i) => (i * 7) % 50)
const feeds = {
  ...Object.fromEntries(base.map(({ name, data, shape }) => [name, float32(data, shape)])),
  theta: float32(new Float32Array(loraSize(network, lora)).fill(0.1)),
  ids: int32(ids, [8, 128]), mask: float32(causalMask(128), [128, 128]),
  positions: int32(Int32Array.from({ length: 1024 }, (_, i) => i)), targets: int32(ids), inverse_count: number32(1 / 1024),
}
const before = peak()
for (let i = 0; i < 3; i++) await session.run(feeds)
console.log(JSON.stringify({ before, after: peak() }))
`

interface Measured {
  readonly before: number
  readonly after: number
  readonly digest: string
}

function measure(recompute: boolean): Measured {
  const root = new URL('../../', compiledModule('models/network/config.js')).href
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT, root, String(recompute)], {
    encoding: 'utf8',
  })
  return JSON.parse(output) as Measured
}

describe.skipIf(process.platform !== 'linux')('blocks that are computed again', () => {
  it('take less than half the memory of blocks that are kept, and give the same bits', () => {
    const kept = measure(false)
    const again = measure(true)
    expect(again.digest).toBe(kept.digest)
    expect(again.after - again.before).toBeLessThan((kept.after - kept.before) / 2)
  })
})

describe.skipIf(process.platform !== 'linux')('a gated feed-forward layer', () => {
  it('keeps two activations of its inner width, not what the backward pass makes of them', () => {
    const root = new URL('../../', compiledModule('models/network/config.js')).href
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', GATED, root], { encoding: 'utf8' })
    const { before, after } = JSON.parse(output) as Measured
    // Eight layers of two are 134 MB, and some more are in use for a moment; four would be twice that.
    expect(after - before).toBeLessThan(205)
  })
})
