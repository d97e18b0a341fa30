import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ggufFile } from '../../../models/checkpoints/export-gguf.ts'
import { huggingFaceFiles } from '../../../models/checkpoints/export-hugging-face.ts'
import { openModelFiles } from '../../../models/checkpoints/open.ts'
import { gpt2Config, llamaConfig } from '../../../models/network/config.ts'
import { SluiceError } from '../../../util/errors.ts'
import { bytesOf, randomModel, sentencePieceTokenizer } from './models.ts'

const SIZES = { vocabulary: 320, width: 4, hidden: 8, layers: 2, heads: 2, context: 8 } as const
const gpt2 = randomModel(gpt2Config(SIZES))
const llama = randomModel(llamaConfig(SIZES), sentencePieceTokenizer())

/** A llama2.c model of random bytes after its sizes, and a tokenizer of plain letters. */
function llama2cFiles(): ReadonlyMap<string, Uint8Array> {
  const [dim, hidden, layers, heads, vocabulary, context] = [4, 8, 1, 2, 16, 8]
  const floats =
    vocabulary * dim + layers * (2 * dim + 4 * dim * dim + 3 * dim * hidden) + dim + (context * dim) / heads
  const model = Buffer.alloc(28 + 4 * floats, 0x3c)
  for (const [i, value] of [dim, hidden, layers, heads, heads, vocabulary, context].entries())
    model.writeInt32LE(value, 4 * i)
  const pieces = Array.from({ length: vocabulary }, (_, id) => {
    const piece = Buffer.alloc(9)
    piece.writeFloatLE(-id)
    piece.writeInt32LE(1, 4)
    piece.write(String.fromCharCode(0x61 + id), 8, 'latin1')
    return piece
  })
  return new Map<string, Uint8Array>([
    ['model.bin', model],
    ['tokenizer.bin', Buffer.concat([Buffer.alloc(4), ...pieces])],
  ])
}

const FORMATS: Readonly<Record<string, ReadonlyMap<string, Uint8Array>>> = {
  'Hugging Face folder': bytesOf(huggingFaceFiles(gpt2)),
  'GGUF with byte-level BPE': new Map([['model.gguf', Buffer.concat([...ggufFile(gpt2, { type: 'F16' })])]]),
  'GGUF with SentencePiece': new Map([['model.gguf', Buffer.concat([...ggufFile(llama, { type: 'F32' })])]]),
  'llama2.c': llama2cFiles(),
}

/** Opens and reads everything: it works, or it fails with an error that says what and where. */
function tryAll(files: ReadonlyMap<string, Uint8Array>): 'read' | 'refused' {
  try {
    const source = openModelFiles(files)
    for (const name of source.tensorNames) source.read(name)
    return 'read'
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    expect(error.code).toMatch(/^[A-Z0-9_]+$/)
    return 'refused'
  }
}

describe.each(Object.entries(FORMATS))('%s', (_, files) => {
  const names = [...files.keys()]
  const damaged = (name: string, change: (bytes: Buffer) => Uint8Array): Map<string, Uint8Array> =>
    new Map(files).set(name, change(Buffer.from(files.get(name)!)))

  it('is read whole', () => {
    expect(tryAll(files)).toBe('read')
  })

  it('is refused when it is cut', () => {
    const weights = names.find((name) => /safetensors|gguf|model\.bin/.test(name))!
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), (share) => {
        // GGUF pads its end: the last few bytes are none of a tensor's.
        const end = Math.floor(share * (files.get(weights)!.length - 32))
        expect(tryAll(damaged(weights, (bytes) => bytes.subarray(0, end)))).toBe('refused')
      }),
      { numRuns: 60 },
    )
    for (const name of names) {
      for (const share of [0, 0.01, 0.3, 0.6, 0.95]) {
        tryAll(damaged(name, (bytes) => bytes.subarray(0, Math.floor(share * bytes.length))))
      }
    }
  })

  it('never fails in any other way when bytes are changed, and takes no memory for what is not there', () => {
    const change = fc.record({
      name: fc.constantFrom(...names),
      // Half of the changes fall into the first kilobyte, where counts and sizes are.
      at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1023)),
      value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b),
      width: fc.integer({ min: 1, max: 8 }),
    })
    const before = process.memoryUsage().rss
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let all = new Map(files)
        for (const { name, at, value, width } of changes) {
          const bytes = Buffer.from(all.get(name)!)
          const place = Number.isInteger(at) && at > 1 ? at % bytes.length : Math.floor(at * (bytes.length - 1))
          all = new Map(all).set(name, bytes.fill(value, place, Math.min(bytes.length, place + width)))
        }
        tryAll(all)
      }),
      { numRuns: 400 },
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(600e6)
  })
})

describe('JSON of another shape', () => {
  const files = FORMATS['Hugging Face folder']!
  const names = [...files.keys()].filter((name) => name.endsWith('.json'))
  const odd = fc.constantFrom<unknown>(null, true, -1, 0, 0.5, 1e308, '', 'x', [], {}, [null], { '': null }, [[1]])

  it('never fails in any other way', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(fc.nat(400), { maxLength: 3 }), odd, (name, path, value) => {
        const json: unknown = JSON.parse(Buffer.from(files.get(name)!).toString())
        // Down to a random member of a random member, and there another value.
        let parent = json as Record<string, unknown>
        for (const [depth, step] of path.entries()) {
          const keys = Object.keys(parent)
          const key = keys[step % keys.length]
          if (key === undefined) break
          const child = parent[key]
          if (depth === path.length - 1 || typeof child !== 'object' || child === null) {
            parent[key] = value
            break
          }
          parent = child as Record<string, unknown>
        }
        const changed = path.length === 0 ? value : json
        tryAll(new Map(files).set(name, Buffer.from(JSON.stringify(changed))))
      }),
      { numRuns: 600 },
    )
  })
})
