import { readFile } from 'node:fs/promises'
import { SluiceError } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'
import { decode, type ScoredEntity, type Thresholds } from './decode.ts'
import { encode } from './encode.ts'
import { WordTypes } from './features.ts'
import type { TaggerShape } from './network.ts'
import { TaggerSession } from './session.ts'

/** The shipped model, its card and what it was measured to do. */
export const TAGGER_FOLDER = 'models/weights/tagger'

/** What the loader needs of `model.json`. */
export interface TaggerManifest {
  readonly shape: TaggerShape
  readonly thresholds: Thresholds
}

/** Names a person, a place or an organisation; `score` is 0.5 at the shipped threshold of its type. */
export interface NamedEntity extends Omit<ScoredEntity, 'probability'> {
  readonly score: number
}

export interface NameTagger {
  /**
   * The entities of each text, sorted and disjoint, from `LEAST_SCORE` on. A text's entities never depend on the other
   * texts.
   */
  tag(texts: readonly string[]): Promise<readonly (readonly NamedEntity[])[]>
  close(): Promise<void>
}

/** Entities below this score are not told. */
const LEAST_SCORE = 0.3

/** Code units of text encoded between two awaits: bounds memory for a batch of many texts. */
const UNITS_AT_ONCE = 1 << 18

/**
 * Opens the shipped tagger, or the model and manifest given. Texts of any length are read to their end; time and memory
 * are linear in the length of the longest text or of `UNITS_AT_ONCE`.
 *
 * @throws SluiceError TAGGER_UNREADABLE where a file is missing or damaged
 */
export async function openNameTagger(given?: {
  readonly model: Uint8Array
  readonly manifest: TaggerManifest
}): Promise<NameTagger> {
  const { session, manifest } = await open(given)
  const words = new WordTypes()
  const { thresholds } = manifest
  const low = lowered(thresholds)
  const tagSome = async (texts: readonly string[]): Promise<(readonly NamedEntity[])[]> => {
    const encoded = texts.map((text) => encode(text, words))
    const scores = await session.score(encoded)
    return encoded.map((text, i) => {
      const sure = decode(text, scores[i]!, thresholds)
      return merged(sure, decode(text, scores[i]!, low)).map((entity) => scored(entity, thresholds))
    })
  }
  return {
    async tag(texts) {
      const out: (readonly NamedEntity[])[] = []
      let units = 0
      let from = 0
      for (let i = 0; i < texts.length; i++) {
        units += texts[i]!.length
        if (units < UNITS_AT_ONCE && i + 1 < texts.length) continue
        out.push(...(await tagSome(texts.slice(from, i + 1))))
        from = i + 1
        units = 0
      }
      return out
    },
    close: () => session.close(),
  }
}

/** Both lists in order, without what of the second touches the first. Linear: both are sorted and disjoint. */
function merged(sure: readonly ScoredEntity[], weak: readonly ScoredEntity[]): readonly ScoredEntity[] {
  const out: ScoredEntity[] = []
  let s = 0
  for (const entity of weak) {
    while (s < sure.length && sure[s]!.end <= entity.start) out.push(sure[s++]!)
    if (s === sure.length || sure[s]!.start >= entity.end) out.push(entity)
  }
  return [...out, ...sure.slice(s)]
}

/** Position of a type in `Thresholds`. */
const INDEX = { PERSON: 0, LOCATION: 1, ORGANIZATION: 2 } as const

/** Linear on both sides of the threshold, which becomes 0.5. */
function scored({ start, end, type, probability }: ScoredEntity, { begin }: Thresholds): NamedEntity {
  const threshold = begin[INDEX[type]]
  const score =
    probability < threshold
      ? (0.5 * probability) / threshold
      : 0.5 + (0.5 * (probability - threshold)) / (1 - threshold)
  return { start, end, type, score }
}

/** Thresholds at which the score is `LEAST_SCORE`. */
function lowered({ begin, goOn }: Thresholds): Thresholds {
  const [a, b, c] = begin.map((p) => p * 2 * LEAST_SCORE) as [number, number, number]
  const low = [a, b, c] as const
  return { begin: low, goOn: [Math.min(goOn[0], a), Math.min(goOn[1], b), Math.min(goOn[2], c)] }
}

async function open(
  given: { readonly model: Uint8Array; readonly manifest: TaggerManifest } | undefined,
): Promise<{ session: TaggerSession; manifest: TaggerManifest }> {
  try {
    const model = given?.model ?? (await readFile(packageFile(`${TAGGER_FOLDER}/model.onnx`)))
    const manifest =
      given?.manifest ??
      (JSON.parse(await readFile(packageFile(`${TAGGER_FOLDER}/model.json`), 'utf8')) as TaggerManifest)
    return { session: await TaggerSession.open(model, manifest.shape), manifest }
  } catch (cause) {
    throw new SluiceError({
      code: 'TAGGER_UNREADABLE',
      message: `the tagger in ${TAGGER_FOLDER} cannot be read`,
      next: 'install the package again; the files are part of it',
      exit: 5,
      cause,
    })
  }
}
