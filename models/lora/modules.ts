import { SluiceError } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import type { NetworkConfig } from '../network/config.ts'
import { parametersOf } from '../network/config.ts'

/** Low-rank adaptation (Hu et al. 2021): y = W·x + scaling·B·(A·x), with W frozen and A and B trained. */
export interface LoraConfig {
  /** r: rows of A and columns of B. */
  readonly rank: number
  readonly alpha: number
  /** Modules by suffix, as PEFT matches `target_modules`: `c_proj` hits both of GPT-2. `all-linear` stands for all. */
  readonly targets: readonly string[]
  /** Scale by α/√r instead of α/r (Kalajdzievski 2023). */
  readonly rslora: boolean
  /** Share of A's inputs that are zeroed in training. */
  readonly dropout: number
}

/** A linear layer with factors, and where they lie in the flat vector θ. */
export interface LoraModule {
  /** The parameter's name without `.weight`. */
  readonly module: string
  readonly inputs: number
  readonly outputs: number
  /** A is [rank, inputs]. */
  readonly offsetA: number
  /** B is [outputs, rank]. */
  readonly offsetB: number
}

const ALL_LINEAR = 'all-linear'

/** What PEFT adapts where nothing is said. */
export function defaultTargets(network: NetworkConfig): readonly string[] {
  return network.family === 'gpt2' ? ['c_attn'] : ['q_proj', 'v_proj']
}

/** What the product B·A·x is multiplied by. */
export function loraScaling({ alpha, rank, rslora }: LoraConfig): number {
  return alpha / (rslora ? Math.sqrt(rank) : rank)
}

/**
 * The adapted layers in the order of `parametersOf`, A before B. The head is never one of them, as in PEFT's
 * `all-linear`.
 *
 * @throws SluiceError LORA_TARGET_UNKNOWN where a target names no linear layer, LORA_CONFIG for a number out of range
 */
export function loraModules(network: NetworkConfig, lora: LoraConfig): readonly LoraModule[] {
  checkNumbers(lora)
  const all = linearLayers(network)
  const names = all.map(({ module }) => module)
  for (const target of lora.targets) {
    if (target !== ALL_LINEAR && !names.some((name) => matches(name, target))) throw unknownTarget(target, names)
  }
  const modules: LoraModule[] = []
  let at = 0
  for (const { module, inputs, outputs } of all) {
    if (!lora.targets.some((target) => target === ALL_LINEAR || matches(module, target))) continue
    modules.push({ module, inputs, outputs, offsetA: at, offsetB: at + lora.rank * inputs })
    at += lora.rank * (inputs + outputs)
  }
  return modules
}

/** The layers that can have factors, in the order of `parametersOf`; the head is none of them. */
export function linearLayers(
  network: NetworkConfig,
): readonly { readonly module: string; readonly inputs: number; readonly outputs: number }[] {
  return parametersOf(network).flatMap(({ name, shape, layout }) => {
    if (layout === undefined || name === 'lm_head.weight') return []
    const [outputs, inputs] = layout === 'in_out' ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!]
    return [{ module: moduleOf(name), inputs, outputs }]
  })
}

/** Number of elements of θ. */
export function loraSize(network: NetworkConfig, lora: LoraConfig): number {
  return loraModules(network, lora).reduce((sum, { inputs, outputs }) => sum + lora.rank * (inputs + outputs), 0)
}

/** The targets as names of layers that mean the same to PEFT in every version: last parts, sorted. */
export function targetNames(network: NetworkConfig, lora: LoraConfig): readonly string[] {
  if (!lora.targets.includes(ALL_LINEAR)) return [...new Set(lora.targets)].sort()
  return [...new Set(loraModules(network, lora).map(({ module }) => lastPart(module)))].sort()
}

function matches(module: string, target: string): boolean {
  return module === target || module.endsWith(`.${target}`)
}

function moduleOf(parameter: string): string {
  return parameter.slice(0, -'.weight'.length)
}

function lastPart(module: string): string {
  return module.slice(module.lastIndexOf('.') + 1)
}

function unknownTarget(target: string, names: readonly string[]): SluiceError {
  const known = [...new Set(names.map(lastPart))].sort()
  const guess = nearest(target, known)
  const next =
    target === 'lm_head'
      ? 'leave it out: the head stays frozen'
      : guess === undefined
        ? `use any of ${known.join(', ')}, or ${ALL_LINEAR}`
        : `did you mean ${guess}?`
  return new SluiceError({
    code: 'LORA_TARGET_UNKNOWN',
    message: `the LoRA target ${target} names no linear layer of the model that can be adapted`,
    next,
  })
}

function checkNumbers({ rank, alpha, targets, dropout }: LoraConfig): void {
  const wrong = !(Number.isInteger(rank) && rank >= 1)
    ? `rank ${rank} is not a whole number above 0`
    : !(Number.isFinite(alpha) && alpha > 0)
      ? `alpha ${alpha} is not above 0`
      : !(dropout >= 0 && dropout < 1)
        ? `dropout ${dropout} is not in [0, 1)`
        : targets.length === 0
          ? 'there are no targets'
          : undefined
  if (wrong === undefined) return
  throw new SluiceError({ code: 'LORA_CONFIG', message: `LoRA cannot be set up: ${wrong}`, next: 'correct the number' })
}
