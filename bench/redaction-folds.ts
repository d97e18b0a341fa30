import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Corpora, readCorpora } from '../models/tagger/corpora.ts'
import type { Example } from '../models/tagger/example.ts'
import { encodeModel } from '../models/tagger/export.ts'
import { FIT, fitTagger } from '../models/tagger/fit.ts'
import { namePool } from '../models/tagger/names.ts'
import { SHAPE } from '../models/tagger/network.ts'
import { openNameTagger, TAGGER_FOLDER, type TaggerManifest } from '../models/tagger/tagger.ts'
import { cleanTexts, documentsOf } from '../models/tagger/texts.ts'
import { detectorOptions, redactConfig } from '../stages/redact/configured.ts'
import { createDetector } from '../stages/redact/detector.ts'
import { TAGGED_TYPES } from '../stages/redact/pii-type.ts'
import { refined } from '../stages/redact/refined-tagger.ts'
import { packageFile } from '../util/package-root.ts'
import { random } from '../util/random.ts'
import type { Bench } from './bench.ts'
import { dataFolder } from './redaction/data-sets.ts'
import { judge, type LabelledText, type TypedSpan } from './redaction/labelled-text.ts'
import { charCounts, flagged, score } from './redaction/metrics.ts'

const FOLDS = 5

/**
 * Names in real text by the whole detector, on sentences that neither training nor any word list saw: five taggers, each
 * trained without a fifth of UNER's documents, each asked for that fifth. About ten minutes. Models of an earlier run are
 * taken from `SLUICE_FOLDS` where it names a folder.
 */
export const bench: Bench = {
  name: 'redaction-folds',
  summary: 'persons in UNER-EWT dev by the whole detector, five folds by document, none seen in training',
  async run() {
    const folder = dataFolder()
    if (folder === undefined) throw new Error('SLUICE_DATA has no pii/train')
    const corpora = readCorpora(join(folder, 'pii/train'))
    const foldOf = folds(corpora)
    const manifest = JSON.parse(readFileSync(packageFile(`${TAGGER_FOLDER}/model.json`), 'utf8')) as TaggerManifest
    const texts: LabelledText[] = []
    const found: (readonly TypedSpan[])[] = []
    for (let fold = 0; fold < FOLDS; fold++) {
      const unseen = corpora.uner.filter((example) => foldOf(example) === fold)
      const model = await foldModel(fold, corpora, (example) => foldOf(example) !== fold, folder)
      const tagger = await openNameTagger({ model, manifest })
      const detector = createDetector({
        ...detectorOptions(redactConfig()),
        taggers: [refined({ name: 'tagger', types: TAGGED_TYPES, ...tagger })],
      })
      found.push(...(await detector.findAll(unseen.map(({ text }) => ({ text })))))
      texts.push(...unseen.map((example, i) => labelled(example, `${fold}/${i}`)))
      await detector.close()
    }
    const items = judge(texts, found, (type) => type === 'PERSON')
    const { precision, recall, f2 } = score(charCounts(items))
    const clean = flagged(items.filter((item) => item.gold.length === 0))
    return {
      figures: {
        name_char_f2: f2,
        name_char_p: precision,
        name_char_r: recall,
        clean_flagged: clean.rate,
        sentences: texts.length,
        names: items.reduce((sum, { gold }) => sum + gold.length, 0),
        clean_sentences: clean.n,
      },
      floors: { name_char_f2: 0.82 },
      ceilings: { clean_flagged: 0.02 },
    }
  },
}

/** As `models/tagger/train.ts` parts them. */
function folds({ uner }: Corpora): (example: Example) => number {
  const documents = random(FIT.seed, 'tagger', 'folds').shuffle(documentsOf(uner))
  const byDocument = new Map(documents.map((document, i) => [document, i % FOLDS]))
  return ({ document }) => byDocument.get(document ?? '')!
}

async function foldModel(
  fold: number,
  corpora: Corpora,
  isSeen: (example: Example) => boolean,
  folder: string,
): Promise<Uint8Array> {
  const kept = process.env['SLUICE_FOLDS']
  const file = kept === undefined ? undefined : join(kept, `fold-${fold}.onnx`)
  if (file !== undefined && existsSync(file)) return readFileSync(file)
  const uner = corpora.uner.filter(isSeen)
  const texts = { ...corpora, uner, clean: cleanTexts(join(folder, 'corpora')) }
  const log = (line: string): void => void process.stderr.write(`fold ${fold + 1}: ${line}\n`)
  const parameters = await fitTagger(FIT, { texts, pool: namePool(FIT.seed), part: 'even', log })
  const model = encodeModel(SHAPE, parameters, {}, 'uner')
  if (file !== undefined) {
    mkdirSync(kept!, { recursive: true })
    writeFileSync(file, model)
  }
  return model
}

function labelled({ text, entities }: Example, id: string): LabelledText {
  const spans = entities
    .filter(({ type }) => type === 'PERSON')
    .map(({ start, end }): TypedSpan => ({ start, end, type: 'PERSON' }))
  return { id, text, spans }
}
