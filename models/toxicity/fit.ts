import { sha256 } from '../../util/digest.ts'
import { random } from '../../util/random.ts'
import type { Example } from './corpora.ts'
import type { Calibration } from './export.ts'
import { Featuriser } from './features.ts'
import type { NetworkShape, Parameters, Window } from './network.ts'
import { activations, forwardBag, forwardPhrase, initialParameters } from './network.ts'
import type { Target } from './trainer.ts'
import { Trainer } from './trainer.ts'
import { longWindowsOf } from './windows.ts'

export interface FitOptions {
  readonly seed: number
  readonly epochs: number
  readonly bagRate: number
  readonly phraseRate: number
  readonly dropout: number
  readonly decay: number
  /** Windows of one text that are looked at in one step; which ones, the seed decides. */
  readonly windowsPerText: number
  readonly log: (line: string) => void
}

export const FIT: Omit<FitOptions, 'log'> = {
  seed: 20_260_101,
  epochs: 4,
  bagRate: 0.4,
  phraseRate: 0.05,
  dropout: 0.3,
  decay: 1e-5,
  windowsPerText: 2,
}

/** Fits the model to examples. The same examples and options give the same parameters. */
export function fitModel(shape: NetworkShape, examples: readonly Example[], options: FitOptions): Parameters {
  const parameters = initialParameters(shape, options.seed)
  const sources = [...new Set(examples.map((example) => example.source))].sort()
  const trainer = new Trainer(shape, parameters, { ...options, sources: sources.length })
  const prepared = prepare(shape, examples, sources)
  const steps = options.epochs * prepared.length
  let step = 0
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const rng = random(options.seed, 'toxicity', 'epoch', epoch)
    let loss = 0
    for (const { windows, target } of rng.shuffle(prepared)) {
      const some =
        windows.length > options.windowsPerText ? rng.shuffle(windows).slice(0, options.windowsPerText) : windows
      loss += trainer.step(some, target, step++ / steps, rng)
    }
    options.log(`epoch ${epoch + 1}: loss ${(loss / prepared.length).toFixed(4)}`)
  }
  trainer.clearUntouched()
  return parameters
}

function prepare(
  shape: NetworkShape,
  examples: readonly Example[],
  sources: readonly string[],
): readonly { readonly windows: readonly Window[]; readonly target: Target }[] {
  const featuriser = new Featuriser(shape)
  return examples
    .map((example) => ({
      windows: longWindowsOf(example.text, featuriser),
      target: {
        y: Float32Array.from(example.y),
        weight: Float32Array.from(example.weight),
        source: sources.indexOf(example.source),
      },
    }))
    .filter(({ windows, target }) => windows[0]!.tokens.length > 0 && target.weight.some((w) => w > 0))
}

/** True for about `share` of all texts, decided by the text alone: equal texts fall on the same side. */
export function heldOut(text: string, share: number): boolean {
  return Number.parseInt(sha256(text.trim().toLowerCase()).slice(0, 8), 16) / 0xffff_ffff < share
}

/** The uncalibrated logits of a text, the largest over its windows; the mean of both parts. */
export function logits(shape: NetworkShape, p: Parameters, windows: readonly Window[]): Float32Array {
  const state = activations(shape)
  const best = new Float32Array(shape.heads).fill(Number.NEGATIVE_INFINITY)
  for (const window of windows) {
    forwardBag(shape, p, window, state)
    forwardPhrase(shape, p, window, state)
    for (let h = 0; h < shape.heads; h++)
      best[h] = Math.max(best[h]!, (state.bagLogits[h]! + state.phraseLogits[h]!) / 2)
  }
  return best
}

/**
 * Platt scaling per head on examples that were not trained on: weighted logistic regression of the target on the logit,
 * by Newton's method, with a weak pull towards slope 1.
 */
export function calibrate(
  scored: readonly { readonly logits: Float32Array; readonly example: Example }[],
): Calibration {
  const heads = scored[0]?.logits.length ?? 0
  const slope: number[] = []
  const offset: number[] = []
  for (let h = 0; h < heads; h++) {
    const rows = scored.map(({ logits: z, example }) => ({ z: z[h]!, y: example.y[h]!, w: example.weight[h]! }))
    const [a, b] = platt(rows)
    slope.push(a)
    offset.push(b)
  }
  return { slope, offset }
}

function platt(rows: readonly { z: number; y: number; w: number }[]): readonly [number, number] {
  let a = 1
  let b = 0
  for (let round = 0; round < 50; round++) {
    // Gradient and Hessian of the loss plus 1/2 (a - 1)² + 1/20 b².
    let ga = a - 1
    let gb = 0.1 * b
    let haa = 1
    let hab = 0
    let hbb = 0.1
    for (const { z, y, w } of rows) {
      const p = 1 / (1 + Math.exp(-(a * z + b)))
      const d = w * (p - y)
      const s = w * p * (1 - p)
      ga += d * z
      gb += d
      haa += s * z * z
      hab += s * z
      hbb += s
    }
    const determinant = haa * hbb - hab * hab
    const da = (hbb * ga - hab * gb) / determinant
    const db = (haa * gb - hab * ga) / determinant
    a -= da
    b -= db
    if (Math.abs(da) + Math.abs(db) < 1e-9) break
  }
  return [a, b]
}
