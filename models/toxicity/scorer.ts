import { readFile } from 'node:fs/promises'
import { SluiceError } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'
import { Featuriser } from './features.ts'
import { TOXICITY_HEADS } from './heads.ts'
import type { Window } from './network.ts'
import { SHAPE } from './network.ts'
import { WindowSession } from './session.ts'
import { discounted, windowsOf } from './windows.ts'

export { TOXICITY_HEADS }

/** The shipped model: `model.onnx` beside its card. */
export const TOXICITY_MODEL = 'models/weights/toxicity/model.onnx'

export interface ToxicityScorer {
  /** Six probabilities a text, in the order of `TOXICITY_HEADS`. A score never depends on the other texts; a blank text says
   * nothing and has zeros. */
  score(texts: readonly string[]): Promise<readonly Float32Array[]>
  close(): Promise<void>
}

interface Piece {
  readonly window: Window
  /** Index of the text. */
  readonly owner: number
  readonly short: boolean
}

/** Windows scored between two awaits: bounds memory for a batch of many texts. */
const WINDOWS_AT_ONCE = 4096

/**
 * Opens the shipped toxicity model, or the bytes of another with the same inputs. Texts longer than a window are
 * scored in overlapping windows, long and short, and the largest probability of each head counts; nothing is cut off.
 *
 * @throws SluiceError TOXICITY_MODEL_UNREADABLE where the file is missing or damaged
 */
export async function openToxicityScorer(model?: Uint8Array): Promise<ToxicityScorer> {
  const session = await open(model)
  const featuriser = new Featuriser(SHAPE)
  return {
    async score(texts) {
      const best = texts.map(() => new Float32Array(TOXICITY_HEADS.length))
      let queue: Piece[] = []
      const flush = async (): Promise<void> => {
        const scores = await session.run(queue.map((piece) => piece.window))
        queue.forEach(({ owner, short }, i) => {
          const target = best[owner]!
          for (let h = 0; h < target.length; h++) {
            const score = scores[i]![h]!
            target[h] = Math.max(target[h]!, short ? discounted(score) : score)
          }
        })
        queue = []
      }
      for (let owner = 0; owner < texts.length; owner++) {
        if (texts[owner]!.trim() === '') continue
        const { long, short } = windowsOf(texts[owner]!, featuriser)
        for (const window of long) queue.push({ window, owner, short: false })
        for (const window of short) queue.push({ window, owner, short: true })
        if (queue.length >= WINDOWS_AT_ONCE) await flush()
      }
      await flush()
      return best
    },
    close: () => session.close(),
  }
}

async function open(model: Uint8Array | undefined): Promise<WindowSession> {
  try {
    return await WindowSession.open(model ?? (await readFile(packageFile(TOXICITY_MODEL))))
  } catch (cause) {
    throw new SluiceError({
      code: 'TOXICITY_MODEL_UNREADABLE',
      message: `the toxicity model ${TOXICITY_MODEL} cannot be read`,
      next: 'install the package again; the file is part of it',
      exit: 5,
      cause,
    })
  }
}
