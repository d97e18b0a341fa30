import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { huggingFaceFiles } from '../../models/checkpoints/export-hugging-face.ts'
import { openModelSource } from '../../models/checkpoints/open.ts'
import { adapterFiles } from '../../models/lora/adapter-files.ts'
import { mergeAdapter } from '../../models/lora/merge.ts'
import { loraSize } from '../../models/lora/modules.ts'
import { elements, parametersOf } from '../../models/network/config.ts'
import { startHub } from '../models/checkpoints/hub-server.ts'
import { bytesOf, NETWORKS, printed, randomModel } from '../models/checkpoints/models.ts'
import { removeFolder, sluice, workFolder } from '../support/sluice.ts'

const files = bytesOf(huggingFaceFiles(randomModel(NETWORKS['gpt2']!)))
const COMMIT = '0123456789abcdef0123456789abcdef01234567'

let dir = ''
afterEach(() => removeFolder(dir))

describe('sluice models', () => {
  it('adds, lists and verifies, and exits with 4 where a file was changed', { timeout: 180_000 }, async () => {
    dir = workFolder('models', Object.fromEntries([...files].map(([name, data]) => [`tiny/${name}`, data])))
    expect(await sluice(['models', 'list'], dir)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No models'),
    })
    const added = await sluice(['models', 'add', 'tiny'], dir)
    expect([added.code, added.stderr, added.stdout.split('\n')[0]]).toEqual([
      0,
      '',
      expect.stringMatching(/^tiny: hugging-face, 5 files, 0\.\d MB, sha256 [0-9a-f]{12}$/),
    ])
    const lock = JSON.parse(readFileSync(join(dir, 'sluice.models.lock'), 'utf8')) as { models: object }
    const listed = JSON.parse((await sluice(['models', 'list', '--json'], dir)).stdout) as object[]
    expect(listed).toEqual(Object.entries(lock.models).map(([name, model]) => ({ name, here: true, ...model })))
    expect((await sluice(['models', 'verify'], dir)).stdout).toBe(`${'tiny'.padEnd(24)}ok\nAll files are as pinned.\n`)
    writeFileSync(join(dir, '.sluice/models/tiny/tokenizer.json'), '{}')
    const broken = await sluice(['models', 'verify', 'tiny'], dir)
    expect([broken.code, broken.stdout.split('\n')[0]]).toEqual([4, `${'tiny'.padEnd(24)}tokenizer.json changed`])
  })

  it('writes a model with an adapter merged in, in every format', { timeout: 180_000 }, async () => {
    const network = NETWORKS['gpt2']!
    const lora = { rank: 2, alpha: 4, targets: ['c_attn'], rslora: false, dropout: 0 }
    const theta = new Float32Array(loraSize(network, lora)).fill(0.1)
    dir = workFolder('models', {
      ...Object.fromEntries([...files].map(([name, data]) => [`tiny/${name}`, data])),
      ...Object.fromEntries(
        [...adapterFiles(theta, network, lora, 'tiny')].map(([name, data]) => [`adapter/${name}`, data]),
      ),
    })
    const model = randomModel(network)
    const expected = mergeAdapter((name) => model.read(name), network, { lora, theta })
    const name = 'transformer.h.1.attn.c_attn.weight'
    expect(expected(name).data[0]).toBeCloseTo(model.read(name).data[0]! + 2 * 2 * 0.01, 5)
    for (const [to, out] of [
      ['hugging-face', 'merged'],
      ['gguf', 'merged.gguf'],
      ['onnx', 'merged.onnx'],
    ] as const) {
      const type = to === 'gguf' ? ['--type', 'F32'] : []
      const ended = await sluice(['models', 'export', './tiny', out, '--to', to, ...type, '--adapter', 'adapter'], dir)
      expect([ended.code, ended.stderr, ended.stdout]).toEqual([0, '', `${out}: ${to}, F32\n`])
    }
    for (const path of ['merged', 'merged.gguf']) {
      const source = await openModelSource(join(dir, path))
      for (const tensor of source.tensorNames) expect(printed(source.read(tensor))).toEqual(printed(expected(tensor)))
      source.close()
    }
    const weights = readFileSync(join(dir, 'merged.onnx.data'))
    expect(weights.length).toBe(4 * parametersOf(network).reduce((sum, spec) => sum + elements(spec), 0))
    const wrong = await sluice(['models', 'export', './tiny', 'x', '--to', 'onnx', '--type', 'Q8_0'], dir)
    expect([wrong.code, wrong.stderr.startsWith('EXPORT_TYPE')]).toEqual([2, true])
  })

  it('pulls from the hub that it is told, and again from the lock file alone', { timeout: 180_000 }, async () => {
    dir = workFolder('models')
    const hub = await startHub({ repository: 'acme/tiny', commit: COMMIT, files })
    try {
      const pulled = await sluice(['models', 'pull', 'acme/tiny@v1', '--endpoint', hub.url], dir)
      expect([pulled.code, pulled.stdout.split('\n')[0]]).toEqual([
        0,
        expect.stringMatching(/^tiny: hugging-face, 5 files, 0\.\d MB, acme\/tiny@0123456789ab, sha256 [0-9a-f]{12}$/),
      ])
      removeFolder(join(dir, '.sluice'))
      expect((await sluice(['models', 'list'], dir)).stdout).toContain('not here')
      expect((await sluice(['models', 'verify'], dir)).code).toBe(4)
      expect(await sluice(['models', 'pull'], dir)).toMatchObject({
        code: 0,
        stdout: '1 models fetched, 0 were here\n',
      })
      expect((await sluice(['models', 'verify'], dir)).code).toBe(0)
    } finally {
      await hub.close()
    }
    const offline = await sluice(['models', 'pull', 'acme/other', '--endpoint', hub.url], dir)
    expect([offline.code, offline.stderr.startsWith('HUB_UNREACHABLE')]).toEqual([5, true])
  })
})
