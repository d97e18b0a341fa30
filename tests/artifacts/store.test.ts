import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { putDataset, readDataset } from '../../artifacts/dataset.ts'
import { ShardWriter } from '../../artifacts/shard-writer.ts'
import { openStore } from '../../artifacts/store.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-store-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const code = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return error instanceof SluiceError ? error.code : String(error)
  }
  return 'no error'
}

describe('the store', () => {
  it('gives back what was put, sealed or not, under the digest of the plain bytes', () => {
    const store = openStore(dir)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('raw' as const, 'redacted' as const),
        (bytes, sensitivity) => {
          const ref = store.put(bytes, sensitivity)
          expect(ref).toEqual({ sha256: sha256(bytes), bytes: bytes.length, sensitivity })
          expect(new Uint8Array(store.get(ref))).toEqual(bytes)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('leaves no trace of raw bytes on disk', () => {
    const secret = 'lily.chen@example.org called from +44 20 7946 0958'
    openStore(dir).put(secret, 'raw')
    const all = walk(dir).map((file) => readFileSync(file).toString('latin1'))
    expect(all.some((text) => text.includes('lily.chen'))).toBe(false)
  })

  it('seals equal bytes to equal bytes, so that runs can be compared', () => {
    const store = openStore(dir)
    const ref = store.put('the same', 'raw')
    const path = join(dir, 'sealed', ref.sha256.slice(0, 2), ref.sha256.slice(2))
    const first = readFileSync(path)
    rmSync(path)
    store.put('the same', 'raw')
    expect(readFileSync(path)).toEqual(first)
  })

  it.each(['raw', 'redacted'] as const)('finds a changed %s object, wherever the change is', (sensitivity) => {
    const store = openStore(dir)
    const ref = store.put('a record that matters', sensitivity)
    const path = join(dir, sensitivity === 'raw' ? 'sealed' : 'objects', ref.sha256.slice(0, 2), ref.sha256.slice(2))
    const good = readFileSync(path)
    chmodSync(path, 0o644)
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good)
      bad[at] = bad[at]! ^ 1
      writeFileSync(path, bad)
      expect(
        code(() => store.get(ref)),
        `byte ${at}`,
      ).toBe('OBJECT_CORRUPT')
    }
    writeFileSync(path, good.subarray(0, 5))
    expect(code(() => store.get(ref))).toBe('OBJECT_CORRUPT')
    rmSync(path)
    expect(code(() => store.get(ref))).toBe('OBJECT_MISSING')
  })

  it('keeps its key to itself and refuses one that others can read', () => {
    const store = openStore(dir)
    store.put('x', 'raw')
    const key = join(dir, 'keys', 'store.key')
    expect(statSync(key).mode & 0o777).toBe(0o600)
    chmodSync(key, 0o644)
    expect(code(() => openStore(dir).put('y', 'raw'))).toBe('KEY_FILE_OPEN')
  })

  it('leaves no temporary file behind', () => {
    const store = openStore(dir)
    for (let i = 0; i < 20; i++) store.put(`object ${i}`, i % 2 === 0 ? 'raw' : 'redacted')
    expect(walk(dir).filter((file) => file.includes('.tmp-'))).toEqual([])
  })

  it('refuses a digest that is a path', () => {
    expect(code(() => openStore(dir).get({ sha256: '../../etc/passwd', sensitivity: 'redacted' }))).toBe('BAD_DIGEST')
  })

  it('places an object elsewhere with its bytes checked', () => {
    const store = openStore(dir)
    const ref = store.put('weights', 'redacted')
    const target = join(dir, 'out', 'model.safetensors')
    store.exportTo(ref.sha256, target)
    store.exportTo(ref.sha256, target)
    expect(readFileSync(target, 'utf8')).toBe('weights')
    expect(readdirSync(join(dir, 'out'))).toEqual(['model.safetensors'])
  })
})

describe('a dataset', () => {
  it('is cut into shards of bounded size and read back in order', () => {
    const store = openStore(dir)
    const writer = new ShardWriter(store, 'raw', { rows: 7, bytes: 1 << 20 })
    const records = Array.from({ length: 30 }, (_, row) => ({
      id: sha256(String(row)),
      text: `row ${row} — ünïcødé \u2028 and "quotes"`,
      source: { uri: 'test/rows.jsonl', row },
      meta: {},
      notes: {},
    }))
    for (const record of records) writer.write(record)
    const shards = writer.finish()
    expect(shards.map((shard) => shard.rows)).toEqual([7, 7, 7, 7, 2])
    const dataset = putDataset(store, shards, 'raw')
    expect(dataset.rows).toBe(30)
    expect([...readDataset(store, dataset)]).toEqual(records)
    expect(existsSync(store.path(dataset.digest))).toBe(true)
  })
})

function walk(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
