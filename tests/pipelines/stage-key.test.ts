import { describe, expect, it } from 'vitest'
import { compareParts, taskKey } from '../../pipelines/engine/stage-key.ts'

const PARTS = {
  stage: 'redact',
  version: 1,
  config: { types: { EMAIL: 0.5 } },
  inputs: { data: 'a'.repeat(64) },
  pins: {},
  seed: 1,
}
const key = (parts: object): Parameters<typeof taskKey>[0] => ({
  key: 'x',
  parts: parts as Parameters<typeof taskKey>[0]['parts'],
})

describe('the key of a stage', () => {
  it('is compared part by part, in words', () => {
    const after = { ...PARTS, config: { types: { EMAIL: 0.6 } }, inputs: { data: 'b'.repeat(64) } }
    expect(compareParts(PARTS, after)).toEqual([
      'config.types.EMAIL: 0.5 → 0.6',
      'inputs.data: aaaaaaaaaaaa… → bbbbbbbbbbbb…',
    ])
    expect(compareParts(PARTS, structuredClone(PARTS))).toEqual([])
  })

  it('is shared by all datasets that hold the same shard, so that a grown dataset redoes only what is new', () => {
    const other = { ...PARTS, inputs: { data: 'c'.repeat(64) } }
    expect(taskKey(key(PARTS), '', 'shard', null)).toBe(taskKey(key(other), '', 'shard', null))
    expect(taskKey(key(PARTS), '', 'shard', null)).not.toBe(taskKey(key({ ...PARTS, seed: 2 }), '', 'shard', null))
    expect(taskKey(key(PARTS), '', 'shard', null)).not.toBe(taskKey(key(PARTS), 'other', 'shard', null))
    expect(taskKey(key(PARTS), '', 'shard', null)).not.toBe(taskKey(key(PARTS), '', 'shard', { i: 1 }))
  })
})
