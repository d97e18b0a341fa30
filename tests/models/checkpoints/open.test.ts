import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openModelSource, outlineModel } from '../../../models/checkpoints/open.ts'
import { tinyModelFiles } from '../tiny-model.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-open-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The error of opening a path, which a plan and a run must tell alike. */
async function errorOf(path: string): Promise<unknown> {
  const opened = await openModelSource(path).then(
    () => 'opened',
    ({ code, at }) => ({ code, file: at?.file }),
  )
  const outlined = await Promise.resolve()
    .then(() => outlineModel(path))
    .then(
      () => 'opened',
      ({ code, at }) => ({ code, file: at?.file }),
    )
  expect(outlined).toEqual(opened)
  return opened
}

it('names the folder or the file that is no model of a kind that is read', async () => {
  const notes = join(folder, 'notes.txt')
  writeFileSync(notes, 'GGU')
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  expect(await errorOf(folder)).toEqual({ code: 'MODEL_UNKNOWN_FORMAT', file: folder })
  expect(await errorOf(empty)).toEqual({ code: 'MODEL_UNKNOWN_FORMAT', file: empty })
  expect(await errorOf(notes)).toEqual({ code: 'MODEL_UNKNOWN_FORMAT', file: notes })
  // Weights alone say nothing of the network.
  writeFileSync(join(folder, 'model.safetensors'), '')
  expect(await errorOf(join(folder, 'model.safetensors'))).toEqual({
    code: 'MODEL_UNKNOWN_FORMAT',
    file: join(folder, 'model.safetensors'),
  })
  expect(await errorOf(join(folder, 'gone'))).toEqual({ code: 'MODEL_FILE_MISSING', file: join(folder, 'gone') })
})

it('goes by the name where the bytes say nothing, and refuses to choose', async () => {
  writeFileSync(join(folder, 'a.gguf'), '')
  expect(await errorOf(folder)).toMatchObject({ file: join(folder, 'a.gguf') })
  writeFileSync(join(folder, 'b.gguf'), 'GGUF')
  expect(await errorOf(folder)).toEqual({ code: 'MODEL_AMBIGUOUS', file: folder })
  // A GGUF file under any name is one.
  writeFileSync(join(folder, 'weights'), 'GGUF')
  expect(await errorOf(join(folder, 'weights'))).toMatchObject({ code: 'GGUF_BROKEN', file: join(folder, 'weights') })
})

it('opens a folder, or any of its files that can stand for it', async () => {
  for (const [name, data] of tinyModelFiles()) writeFileSync(join(folder, name), data)
  const { digest } = outlineModel(folder)
  for (const path of [folder, join(folder, 'config.json'), join(folder, 'model.safetensors')]) {
    const source = await openModelSource(path)
    expect([source.format, source.digest]).toEqual(['hugging-face', digest])
    source.close()
  }
})
