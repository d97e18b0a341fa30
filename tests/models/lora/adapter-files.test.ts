import { describe, expect, it } from 'vitest'
import { adapterFiles, readAdapter } from '../../../models/lora/adapter-files.ts'
import { initialFactors } from '../../../models/lora/factors.ts'
import { decodeSafetensors, encodeSafetensors } from '../../../models/safetensors.ts'
import { random } from '../../../util/random.ts'
import { loraConfig, TINY_GPT2, TINY_LLAMA } from './lora-cases.ts'

const LORA = loraConfig({ dropout: 0.05 })
const THETA = initialFactors(TINY_LLAMA, LORA, random(1)).map((x, i) => x + i / 1000)

type Files = Map<string, string | Uint8Array>
const files = (): Files => new Map(adapterFiles(THETA, TINY_LLAMA, LORA, 'org/modèle'))

/** The files with the configuration changed. */
function withConfig(change: Readonly<Record<string, unknown>>): Files {
  const config = { ...JSON.parse(files().get('adapter_config.json') as string), ...change }
  return files().set('adapter_config.json', JSON.stringify(config))
}

/** The files with the tensors changed. */
function withTensors(change: (name: string) => string | undefined): Files {
  const tensors = decodeSafetensors(files().get('adapter_model.safetensors') as Uint8Array)
  const kept = [...tensors.values()].flatMap((tensor) => {
    const name = change(tensor.name)
    return name === undefined ? [] : [{ ...tensor, name }]
  })
  return files().set('adapter_model.safetensors', encodeSafetensors(kept))
}

describe('adapterFiles', () => {
  it("writes PEFT's configuration: sorted keys, Python's numbers, ASCII", () => {
    expect(files().get('adapter_config.json')).toMatchInlineSnapshot(`
      "{
        "alpha_pattern": {},
        "auto_mapping": null,
        "base_model_name_or_path": "org/mod\\u00e8le",
        "bias": "none",
        "fan_in_fan_out": false,
        "inference_mode": true,
        "init_lora_weights": true,
        "layers_pattern": null,
        "layers_to_transform": null,
        "lora_alpha": 6,
        "lora_dropout": 0.05,
        "modules_to_save": null,
        "peft_type": "LORA",
        "r": 3,
        "rank_pattern": {},
        "revision": null,
        "target_modules": [
          "q_proj",
          "v_proj"
        ],
        "task_type": "CAUSAL_LM",
        "use_dora": false,
        "use_rslora": false
      }"
    `)
    expect(
      adapterFiles(new Float32Array(384), TINY_GPT2, loraConfig({ targets: ['c_attn'] }), 'gpt2').get(
        'adapter_config.json',
      ),
    ).toContain('"fan_in_fan_out": true')
  })

  it('names the tensors as PEFT does, sorted', () => {
    const tensors = decodeSafetensors(files().get('adapter_model.safetensors') as Uint8Array)
    expect([...tensors.values()].map(({ name, shape }) => `${name} [${shape.join(', ')}]`)).toMatchInlineSnapshot(`
      [
        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight [3, 16]",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight [16, 3]",
        "base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight [3, 16]",
        "base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight [8, 3]",
        "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight [3, 16]",
        "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight [16, 3]",
        "base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight [3, 16]",
        "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight [8, 3]",
      ]
    `)
  })
})

describe('readAdapter', () => {
  it('gives back what was written', () => {
    expect(readAdapter(files(), TINY_LLAMA)).toEqual({ lora: LORA, theta: THETA, baseName: 'org/modèle' })
  })

  it("takes PEFT's defaults for what a file leaves out", () => {
    const bare = files().set(
      'adapter_config.json',
      '{"peft_type": "LORA", "r": 3, "target_modules": ["q_proj", "v_proj"]}',
    )
    expect(readAdapter(bare, TINY_LLAMA).lora).toEqual({
      rank: 3,
      alpha: 8,
      targets: ['q_proj', 'v_proj'],
      rslora: false,
      dropout: 0,
    })
  })

  it.each([
    ['use_dora', { use_dora: true }],
    ['rank_pattern', { rank_pattern: { q_proj: 4 } }],
    ['alpha_pattern', { alpha_pattern: { q_proj: 4 } }],
    ['bias', { bias: 'all' }],
    ['modules_to_save', { modules_to_save: ['lm_head'] }],
    ['layers_to_transform', { layers_to_transform: [0] }],
    ['exclude_modules', { exclude_modules: ['v_proj'] }],
    ['lora_bias', { lora_bias: true }],
    ['peft_type', { peft_type: 'IA3' }],
    ['target_modules', { target_modules: '.*_proj' }],
    ['r is not a number', { r: '8' }],
  ])('refuses by name what would change the meaning of the factors: %s', (what, change) => {
    expect(() => readAdapter(withConfig(change), TINY_LLAMA)).toThrow(
      expect.objectContaining({ code: 'ADAPTER_UNSUPPORTED', message: expect.stringContaining(what) }),
    )
  })

  it('refuses a factor that is missing, is of no use or has another shape, where PEFT only warns', () => {
    const mismatch = (message: string) =>
      expect.objectContaining({ code: 'ADAPTER_MISMATCH', message: expect.stringContaining(message), exit: 4 })
    const first = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'
    expect(() =>
      readAdapter(
        withTensors((name) => (name === first ? undefined : name)),
        TINY_LLAMA,
      ),
    ).toThrow(mismatch(`there is no ${first}`))
    expect(() =>
      readAdapter(
        withTensors((name) => name.replace('lora_A', 'lora_A.default')),
        TINY_LLAMA,
      ),
    ).toThrow(mismatch(`there is no ${first}`))
    expect(() => readAdapter(withConfig({ target_modules: ['q_proj'] }), TINY_LLAMA)).toThrow(
      mismatch('belongs to no layer of the base'),
    )
    expect(() => readAdapter(withConfig({ r: 4 }), TINY_LLAMA)).toThrow(mismatch('the base asks for [4, 16]'))
    expect(() => readAdapter(files(), TINY_GPT2)).toThrow(expect.objectContaining({ code: 'LORA_TARGET_UNKNOWN' }))
  })

  it('refuses files that are missing or no JSON', () => {
    const without = (name: string): Files => {
      const rest = files()
      rest.delete(name)
      return rest
    }
    for (const name of ['adapter_config.json', 'adapter_model.safetensors']) {
      expect(() => readAdapter(without(name), TINY_LLAMA)).toThrow(
        expect.objectContaining({ code: 'ADAPTER_FILE_MISSING', message: expect.stringContaining(name) }),
      )
    }
    expect(() => readAdapter(files().set('adapter_config.json', '{'), TINY_LLAMA)).toThrow('it is not JSON')
    expect(() => readAdapter(files().set('adapter_model.safetensors', new Uint8Array(9)), TINY_LLAMA)).toThrow(
      expect.objectContaining({ code: 'SAFETENSORS_BROKEN' }),
    )
  })
})
