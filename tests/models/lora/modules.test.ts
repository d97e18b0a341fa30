import { describe, expect, it } from 'vitest'
import { initialFactors } from '../../../models/lora/factors.ts'
import { defaultTargets, loraModules, loraScaling, loraSize, targetNames } from '../../../models/lora/modules.ts'
import { random } from '../../../util/random.ts'
import { loraConfig, TINY_GPT2, TINY_LLAMA, TINY_QWEN2 } from './lora-cases.ts'

describe('loraModules', () => {
  it('lays A and B of each layer side by side, with the sizes of grouped heads', () => {
    expect(loraModules(TINY_LLAMA, loraConfig())).toEqual([
      { module: 'model.layers.0.self_attn.q_proj', inputs: 16, outputs: 16, offsetA: 0, offsetB: 48 },
      { module: 'model.layers.0.self_attn.v_proj', inputs: 16, outputs: 8, offsetA: 96, offsetB: 144 },
      { module: 'model.layers.1.self_attn.q_proj', inputs: 16, outputs: 16, offsetA: 168, offsetB: 216 },
      { module: 'model.layers.1.self_attn.v_proj', inputs: 16, outputs: 8, offsetA: 264, offsetB: 312 },
    ])
    expect(loraSize(TINY_LLAMA, loraConfig())).toBe(336)
  })

  it('matches by suffix as PEFT does: c_proj is in the attention and in the feed-forward block of GPT-2', () => {
    const modules = (targets: readonly string[]): readonly string[] =>
      loraModules(TINY_GPT2, loraConfig({ targets })).map(
        ({ module, inputs, outputs }) => `${module} ${inputs}→${outputs}`,
      )
    expect(modules(['c_proj'])).toEqual([
      'transformer.h.0.attn.c_proj 16→16',
      'transformer.h.0.mlp.c_proj 64→16',
      'transformer.h.1.attn.c_proj 16→16',
      'transformer.h.1.mlp.c_proj 64→16',
    ])
    expect(modules(['attn.c_proj', '1.mlp.c_fc'])).toEqual([
      'transformer.h.0.attn.c_proj 16→16',
      'transformer.h.1.attn.c_proj 16→16',
      'transformer.h.1.mlp.c_fc 16→64',
    ])
    // Part of a name is no suffix.
    expect(() => modules(['proj'])).toThrow('names no linear layer')
  })

  it('takes every linear layer but the head for all-linear', () => {
    const all = loraConfig({ targets: ['all-linear'] })
    expect(loraModules(TINY_LLAMA, all)).toHaveLength(14)
    expect(targetNames(TINY_LLAMA, all)).toEqual([
      'down_proj',
      'gate_proj',
      'k_proj',
      'o_proj',
      'q_proj',
      'up_proj',
      'v_proj',
    ])
    expect(targetNames(TINY_GPT2, all)).toEqual(['c_attn', 'c_fc', 'c_proj'])
  })

  it('has the targets of PEFT where nothing is said', () => {
    expect([TINY_GPT2, TINY_LLAMA, TINY_QWEN2].map(defaultTargets)).toEqual([
      ['c_attn'],
      ['q_proj', 'v_proj'],
      ['q_proj', 'v_proj'],
    ])
  })

  it.each([
    [{ targets: ['q_porj'] }, 'LORA_TARGET_UNKNOWN', 'did you mean q_proj?'],
    [{ targets: ['lm_head'] }, 'LORA_TARGET_UNKNOWN', 'leave it out: the head stays frozen'],
    [{ targets: [] }, 'LORA_CONFIG', 'correct the number'],
    [{ rank: 0 }, 'LORA_CONFIG', 'correct the number'],
    [{ alpha: Number.NaN }, 'LORA_CONFIG', 'correct the number'],
    [{ dropout: 1 }, 'LORA_CONFIG', 'correct the number'],
  ])('refuses %j with what to do', (overrides, code, next) => {
    expect(() => loraModules(TINY_LLAMA, loraConfig(overrides))).toThrow(expect.objectContaining({ code, next }))
  })
})

describe('loraScaling', () => {
  it('is α/r, and α/√r for rank-stabilised LoRA', () => {
    expect(loraScaling(loraConfig({ rank: 16, alpha: 32 }))).toBe(2)
    expect(loraScaling(loraConfig({ rank: 16, alpha: 32, rslora: true }))).toBe(8)
  })
})

describe('initialFactors', () => {
  it('draws A from ±1/√inputs and leaves B zero; the same seed gives the same factors', () => {
    const lora = loraConfig({ rank: 64 })
    const theta = initialFactors(TINY_LLAMA, lora, random(3))
    expect(initialFactors(TINY_LLAMA, lora, random(3))).toEqual(theta)
    for (const { inputs, outputs, offsetA, offsetB } of loraModules(TINY_LLAMA, lora)) {
      const a = theta.subarray(offsetA, offsetB)
      expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(inputs))
      // The deviation of a uniform number in ±c is c/√3.
      const deviation = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length)
      expect(deviation * Math.sqrt(3 * inputs)).toBeCloseTo(1, 1)
      expect(theta.subarray(offsetB, offsetB + outputs * lora.rank).every((x) => x === 0)).toBe(true)
    }
  })
})
