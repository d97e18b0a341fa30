import { readFile } from 'node:fs/promises'
import { SluiceError } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'
import { Featuriser } from './features.ts'
import { TOXICITY_HEADS } from './heads.ts'
import type { Window } from './network.ts'
import { SHAPE } from './network.ts'
import { WindowSession } from './session.ts'
import { windowsOf } from './windows.ts'

export { TOXICITY_HEADS }

/** The shipped model: `model.onnx` beside its card. */
export const TOXICITY_MODEL = 'models/weights/toxicity/model.onnx'

export interface ToxicityScorer {
  /** Six probabilities a text, in the order of `TOXICITY_HEADS`. A score never depends on the other texts. */
  score(texts: readonly string[]): Promise<readonly Float32Array[]>
  close(): Promise<void>
}

/** Windows scored between two awaits: bounds memory for one very long text. */
const WINDOWS_AT_ONCE = 4096

/**
 * Opens the shipped toxicity model, or the bytes of another with the same inputs. Texts longer than a window are
 * scored in overlapping windows and the largest probability of each head counts; nothing is cut off.
 *
 * @throws SluiceError TOXICITY_MODEL_UNREADABLE where the file is missing or damaged
 */
export async function openToxicityScorer(model?: Uint8Array): Promise<ToxicityScorer> {
  const session = await open(model)
  const featuriser = new Featuriser(SHAPE)
  return {
    async score(texts) {
      const best = texts.map(() => new Float32Array(TOXICITY_HEADS.length))
      let windows: Window[] = []
      let owners: number[] = []
      const flush = async (): Promise<void> => {
        const scores = await session.run(windows)
        scores.forEach((row, i) => {
          const target = best[owners[i]!]!
          for (let h = 0; h < target.length; h++) target[h] = Math.max(target[h]!, row[h]!)
        })
        windows = []
        owners = []
      }
      for (let i = 0; i < texts.length; i++) {
        for (const window of windowsOf(texts[i]!, featuriser)) {
          windows.push(window)
          owners.push(i)
          if (windows.length === WINDOWS_AT_ONCE) await flush()
        }
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
