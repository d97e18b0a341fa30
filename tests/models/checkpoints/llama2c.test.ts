import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, describe, expect, it } from 'vitest'
import { exportOnnx } from '../../../models/checkpoints/export-onnx.ts'
import { openModelSource } from '../../../models/checkpoints/open.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'
import { greedyReference } from './llama2c-reference.ts'

const DATA = join(process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data'), 'models/stories260K')
const folder = mkdtempSync(join(tmpdir(), 'sluice-llama2c-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!existsSync(DATA))('stories260K (skipped where SLUICE_DATA has no models/stories260K)', () => {
  const known = () => readFileSync(join(DATA, 'greedy-256.txt'), 'utf8')
  const files = { model: join(DATA, 'stories260K.bin'), tokenizer: join(DATA, 'tok512.bin') }

  it('is opened with its digests pinned, its tokenizer and its special tokens', async () => {
    const source = await openModelSource(DATA)
    expect({ format: source.format, special: source.special, files: source.files }).toEqual({
      format: 'llama2.c',
      special: { bos: 1, eos: [2, 1], addBos: true },
      files: [
        {
          name: 'stories260K.bin',
          bytes: 1_056_540,
          sha256: 'b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696',
        },
        {
          name: 'tok512.bin',
          bytes: 6227,
          sha256: '037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312',
        },
      ],
    })
    expect(await openModelSource(files.model)).toMatchObject({ digest: source.digest })
    source.close()
  })

  it('writes llama2.c’s greedy text, token for token as plain loops over the file do', {
    timeout: 120_000,
  }, async () => {
    const reference = greedyReference(files.model, files.tokenizer, 256)
    expect(`${reference.text}\n`).toBe(known())

    const source = await openModelSource(DATA)
    const tokenizer = openTokenizer(source.tokenizer)
    const path = join(folder, 'stories.onnx')
    exportOnnx(source, path)
    source.close()
    const session = await InferenceSession.create(path)
    const { layers, keyValueHeads, headWidth } = source.network
    let past = Object.fromEntries(
      Array.from({ length: layers }, (_, i) => ['key', 'value'].map((kind) => `past_key_values.${i}.${kind}`))
        .flat()
        .map((name) => [name, new Tensor('float32', new Float32Array(0), [1, keyValueHeads, 0, headWidth])]),
    )
    const ids: number[] = []
    let token = source.special.bos!
    let worst = 0
    for (let position = 0; position < 256; position++) {
      const out = await session.run({
        input_ids: new Tensor('int64', BigInt64Array.of(BigInt(token)), [1, 1]),
        attention_mask: new Tensor('int64', new BigInt64Array(position + 1).fill(1n), [1, position + 1]),
        position_ids: new Tensor('int64', BigInt64Array.of(BigInt(position)), [1, 1]),
        ...past,
      })
      past = Object.fromEntries(
        Object.keys(past).map((name) => [name, out[name.replace('past_key_values', 'present')]! as Tensor]),
      ) as typeof past
      const logits = out['logits']!.data as Float32Array
      const expected = reference.firstLogits[position]
      if (expected !== undefined) worst = Math.max(worst, ...expected.map((x, i) => Math.abs(x - logits[i]!)))
      const next = logits.indexOf(Math.max(...logits))
      if (source.special.eos.includes(next)) break
      ids.push(next)
      token = next
    }
    await session.release()
    expect(ids).toEqual(reference.ids)
    expect(`${tokenizer.decode(ids)}\n`).toBe(known())
    expect(worst).toBeLessThan(1e-4)
    // Encoding what it wrote gives the ids back: BPE by scores as llama2.c has it.
    expect(tokenizer.encode(tokenizer.decode(ids))).toEqual(ids)
  })

  it('is refused in pieces, without its tokenizer, and with a tokenizer of another size', async () => {
    const bytes = readFileSync(files.model)
    const cut = join(folder, 'cut.bin')
    writeFileSync(cut, bytes.subarray(0, bytes.length - 4))
    await expect(openModelSource(cut)).rejects.toMatchObject({ code: 'LLAMA2C_BROKEN' })
    const alone = join(folder, 'alone.bin')
    writeFileSync(alone, bytes)
    await expect(openModelSource(alone)).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING' })
    writeFileSync(join(folder, 'tokenizer.bin'), readFileSync(files.tokenizer).subarray(0, 6000))
    await expect(openModelSource(alone)).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING' })
    writeFileSync(join(folder, 'tokenizer.bin'), readFileSync(files.tokenizer))
    expect((await openModelSource(alone)).files.map(({ name }) => name)).toEqual(['alone.bin', 'tokenizer.bin'])
  })
})
