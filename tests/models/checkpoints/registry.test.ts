import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ggufFile } from '../../../models/checkpoints/export-gguf.ts'
import { exportHuggingFace, huggingFaceFiles } from '../../../models/checkpoints/export-hugging-face.ts'
import { parseHubReference, pullLocked, pullModel } from '../../../models/checkpoints/hub.ts'
import {
  addModel,
  type ModelPlace,
  modelPlace,
  openNamedModel,
  readModelLock,
  resolveModel,
  verifyModels,
} from '../../../models/checkpoints/registry.ts'
import { canonicalJson } from '../../../util/json.ts'
import { type HubOptions, type HubServer, startHub } from './hub-server.ts'
import { bytesOf, NETWORKS, randomModel } from './models.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const model = randomModel(NETWORKS['qwen2']!)
let folder = ''
let place: ModelPlace
let hub: HubServer | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-models-'))
  place = modelPlace(folder, join(folder, '.sluice'))
})
afterEach(async () => {
  await hub?.close()
  hub = undefined
  rmSync(folder, { recursive: true, force: true })
})

const start = async (options: Partial<HubOptions> = {}): Promise<HubServer> => {
  const files = new Map<string, Uint8Array>([...bytesOf(huggingFaceFiles(model)), ['README.md', Buffer.from('hello')]])
  hub = await startHub({ repository: 'acme/tiny', commit: COMMIT, files, ...options })
  return hub
}
const tiny = { repository: 'acme/tiny', revision: 'v1' }

describe('adding a model', () => {
  it('copies its files, pins them and is found by its name', async () => {
    const from = join(folder, 'download')
    exportHuggingFace(model, from)
    writeFileSync(join(from, 'notes.txt'), 'not of the model')
    const added = await addModel(place, 'base', from)
    expect(readFileSync(place.lock, 'utf8')).toBe(`${canonicalJson({ version: 1, models: { base: added } })}\n`)
    expect(added.files.map(({ name }) => name)).toEqual(readdirSync(join(place.folder, 'base')).sort())
    rmSync(from, { recursive: true })
    const source = await openNamedModel(place, 'base', folder)
    expect(source.digest).toBe(added.digest)
    source.close()
    expect(await verifyModels(place)).toEqual([{ name: 'base', problems: [] }])
    expect(readdirSync(place.folder)).toEqual(['base'])
  })

  it('pins a single file too, and a path needs no lock', async () => {
    const path = join(folder, 'tiny.gguf')
    writeFileSync(path, Buffer.concat([...ggufFile(model, { type: 'Q8_0' })]))
    expect(await addModel(place, 'tiny', path)).toMatchObject({ format: 'gguf', files: [{ name: 'tiny.gguf' }] })
    expect(resolveModel(place, 'tiny.gguf', folder)).toEqual({ path })
  })

  it('refuses other files under a taken name until it is told to replace them', async () => {
    const first = join(folder, 'first')
    const second = join(folder, 'second')
    exportHuggingFace(model, first)
    exportHuggingFace(randomModel(NETWORKS['qwen2']!, undefined, 8), second)
    const one = await addModel(place, 'base', first)
    expect(await addModel(place, 'base', first)).toEqual(one)
    await expect(addModel(place, 'base', second)).rejects.toMatchObject({ code: 'MODEL_NAME_TAKEN' })
    expect(await verifyModels(place)).toEqual([{ name: 'base', problems: [] }])
    const two = await addModel(place, 'base', second, { replace: true })
    expect(readModelLock(place.lock).models).toEqual({ base: two })
  })

  it('leaves nothing behind of what is no model', async () => {
    writeFileSync(join(folder, 'x.gguf'), 'GGUF and then nothing')
    await expect(addModel(place, 'x', join(folder, 'x.gguf'))).rejects.toMatchObject({ code: 'GGUF_BROKEN' })
    await expect(addModel(place, '../x', join(folder, 'x.gguf'))).rejects.toMatchObject({ code: 'MODEL_NAME_INVALID' })
    expect([existsSync(place.lock), existsSync(place.folder)]).toEqual([false, false])
  })
})

describe('verifying', () => {
  it('finds a changed and a missing file, and a changed model is not opened', async () => {
    const from = join(folder, 'download')
    exportHuggingFace(model, from)
    await addModel(place, 'base', from)
    const weights = join(place.folder, 'base', 'model.safetensors')
    const bytes = readFileSync(weights)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(weights, bytes)
    rmSync(join(place.folder, 'base', 'generation_config.json'))
    expect(await verifyModels(place, ['base'])).toEqual([
      {
        name: 'base',
        problems: [
          { file: 'generation_config.json', problem: 'missing' },
          { file: 'model.safetensors', problem: 'changed' },
        ],
      },
    ])
    await expect(openNamedModel(place, 'base', folder)).rejects.toMatchObject({ code: 'MODEL_CHANGED', exit: 4 })
    rmSync(join(place.folder, 'base'), { recursive: true })
    expect(() => resolveModel(place, 'base', folder)).toThrow('its files are not here')
    expect(() => resolveModel(place, 'bas', folder)).toThrow(
      expect.objectContaining({ next: expect.stringContaining('did you mean base?') }),
    )
  })

  it('refuses a lock file that is not one', async () => {
    for (const text of ['{', '{"version":2,"models":{}}', '{"version":1,"models":{"a":{}}}', '{"version":1}']) {
      writeFileSync(place.lock, text)
      expect(() => readModelLock(place.lock)).toThrow(expect.objectContaining({ code: 'MODEL_LOCK_BROKEN' }))
    }
  })
})

describe('pulling a model', () => {
  it('fetches the files of the commit and pins them; another machine gets the same from the lock', async () => {
    const { url, requests } = await start()
    const pulled = await pullModel(place, 'tiny', tiny, { endpoint: `${url}/` })
    expect(pulled.origin).toEqual({ kind: 'hub', repository: 'acme/tiny', revision: COMMIT, endpoint: url })
    expect(readdirSync(join(place.folder, 'tiny')).sort()).toEqual(pulled.files.map(({ name }) => name))
    expect(requests.some((line) => line.includes('README.md'))).toBe(false)
    const source = await openNamedModel(place, 'tiny', folder)
    expect(source.read('model.norm.weight')).toEqual(model.read('model.norm.weight'))
    source.close()
    rmSync(place.folder, { recursive: true })
    await pullLocked(place, ['tiny'], {})
    expect(await verifyModels(place)).toEqual([{ name: 'tiny', problems: [] }])
  })

  it('takes the file that is named where there are several', async () => {
    const files = new Map<string, Uint8Array>(
      (['F16', 'Q8_0'] as const).map((type) => [`tiny.${type}.gguf`, Buffer.concat([...ggufFile(model, { type })])]),
    )
    const { url } = await start({ files })
    await expect(pullModel(place, 'tiny', tiny, { endpoint: url })).rejects.toMatchObject({
      code: 'HUB_NO_MODEL',
      message: expect.stringContaining('tiny.F16.gguf, tiny.Q8_0.gguf'),
    })
    const pulled = await pullModel(place, 'tiny', tiny, { endpoint: url, file: 'tiny.Q8_0.gguf' })
    expect(pulled.files.map(({ name }) => name)).toEqual(['tiny.Q8_0.gguf'])
  })

  it('refuses a file that is not the one that is listed, and keeps nothing of it', async () => {
    for (const name of ['model.safetensors', 'generation_config.json']) {
      const true_ = bytesOf(huggingFaceFiles(model)).get(name)!
      const forged = Buffer.from(true_)
      forged[forged.length - 2]! ^= 1
      const { url, close } = await start({ forged: new Map([[name, forged]]) })
      await expect(pullModel(place, 'tiny', tiny, { endpoint: url })).rejects.toMatchObject({
        code: 'HUB_FILE_CHANGED',
        exit: 4,
      })
      await close()
    }
    expect([existsSync(place.lock), readdirSync(place.folder)]).toEqual([false, []])
  })

  it('says what is wrong: no such model, no token, no server', async () => {
    const { url } = await start({ token: 'secret' })
    const attempt = (reference = tiny, token?: string, endpoint = url) =>
      pullModel(place, 'tiny', reference, { endpoint, token })
    await expect(attempt()).rejects.toMatchObject({ code: 'HUB_REFUSED' })
    await expect(attempt({ ...tiny, revision: 'v2' }, 'hf_x')).rejects.toMatchObject({ code: 'HUB_REFUSED' })
    await expect(attempt(tiny, undefined, 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' })
    await hub!.close()
    const open = await start()
    await expect(attempt({ ...tiny, revision: 'v2' }, undefined, open.url)).rejects.toMatchObject({
      code: 'HUB_NOT_FOUND',
    })
  })

  it('reads ORG/NAME@REV', () => {
    expect(parseHubReference('acme/tiny@v1')).toEqual(tiny)
    expect(parseHubReference('acme/tiny')).toEqual({ repository: 'acme/tiny', revision: 'main' })
    for (const wrong of ['tiny', 'a/b/c', 'a/b@', '/b', 'a b/c']) {
      expect(() => parseHubReference(wrong)).toThrow(expect.objectContaining({ code: 'HUB_REFERENCE_INVALID' }))
    }
  })
})
