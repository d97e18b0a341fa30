import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { sha256 } from '../../util/digest.ts'
import { PACKAGE_ROOT, packageFile } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { modelCard } from './card.ts'
import { type Corpora, readCorpora } from './corpora.ts'
import type { Thresholds } from './decode.ts'
import { CLASSES, type Example } from './example.ts'
import { encodeModel } from './export.ts'
import { FIT, type FitInputs, fitTagger } from './fit.ts'
import type { Folds, ManifestScores, TaggerCardManifest } from './manifest.ts'
import { agreementAt, chooseThresholds, type Scored, scored, scoreExamples } from './measure.ts'
import { namePool } from './names.ts'
import { SHAPE } from './network.ts'
import type { Scores } from './session.ts'
import { syntheticExamples } from './synthetic.ts'
import { TAGGER_FOLDER } from './tagger.ts'
import { bankingQueries, cleanTexts, documentsOf } from './texts.ts'

/**
 * Trains the shipped tagger and writes `models/weights/tagger/{model.onnx,model.json,card.md}`:
 *
 *     npm run build && node dist/models/tagger/train.js [--folds]
 *
 * Fixed seed, the same bytes on the same machine. Texts come from `SLUICE_DATA` (default ../shared/data). `--folds` first
 * trains five models, each without a fifth of UNER's documents, and one without any of them: thresholds and scores come
 * from what these say of texts that they have not seen. Without it those in `model.json` stay.
 */
const FOLDS = 5
/** Models that are trained at once. */
const AT_ONCE = 3

/** Whose labelling habits the shipped model has: mails, reviews and answers are nearest to what is redacted. */
const SPOKEN_AS = 'uner'

const DATA = resolve(process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data'))

interface Measured {
  readonly thresholds: Thresholds
  readonly folds: Folds
}

async function main(): Promise<void> {
  const started = Date.now()
  const log = (line: string): void =>
    console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`)
  const folder = packageFile(TAGGER_FOLDER)
  const corpora = readCorpora(join(DATA, 'pii/train'))
  const measured = process.argv.includes('--folds') ? await measureFolds(corpora, log) : known(folder)
  const parameters = await fitTagger(FIT, inputs(corpora, corpora.uner, 'all', log))
  const metadata = { classes: CLASSES.join(), licence: 'CC-BY-SA-4.0' }
  const model = encodeModel(SHAPE, parameters, metadata, SPOKEN_AS)
  const manifest: TaggerCardManifest = {
    name: 'tagger',
    sha256: sha256(model),
    bytes: model.length,
    shape: SHAPE,
    fit: FIT,
    ...measured,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model)
  const rounded = (_: string, x: unknown): unknown => (typeof x === 'number' ? Number(x.toFixed(5)) : x)
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(manifest, rounded, 2)}\n`)
  writeFileSync(join(folder, 'card.md'), modelCard(manifest))
  log(`${model.length} bytes`)
}

function inputs(
  corpora: Corpora,
  uner: readonly Example[],
  part: FitInputs['part'],
  log: (line: string) => void,
): FitInputs {
  const clean = cleanTexts(join(DATA, 'corpora'))
  return { texts: { ...corpora, uner, clean }, pool: namePool(FIT.seed), part, log }
}

function known(folder: string): Measured {
  const { thresholds, folds } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as TaggerCardManifest
  return { thresholds, folds }
}

/** The fold of each document of UNER. */
function foldsOf({ uner }: Corpora): (example: Example) => number {
  const documents = random(FIT.seed, 'tagger', 'folds').shuffle(documentsOf(uner))
  const folds = new Map(documents.map((document, i) => [document, i % FOLDS]))
  return ({ document }) => folds.get(document ?? '')!
}

/** The texts that a fold's model has not seen; those of `FOLDS` itself are for the model without UNER. */
function unseenBy(fold: number, corpora: Corpora): Readonly<Record<string, readonly Example[]>> {
  const foldOf = foldsOf(corpora)
  if (fold < FOLDS) return { uner: corpora.uner.filter((example) => foldOf(example) === fold) }
  const { uner, wnutDev, broadDev } = corpora
  return {
    uner,
    wnutDev,
    broadDev,
    templates: syntheticExamples(2000, namePool(FIT.seed + 1, 150), random(FIT.seed, 'tagger', 'unseen'), 'odd'),
    banking: bankingQueries(join(DATA, 'corpora'), 'test').map(
      (text): Example => ({ text, entities: [], source: 'any' }),
    ),
  }
}

type ScoresByName = Readonly<Record<string, readonly Scores[]>>

/** Trains one fold's model and scores what it has not seen. In a thread of its own. */
async function scoreFold(fold: number): Promise<ScoresByName> {
  const corpora = readCorpora(join(DATA, 'pii/train'))
  const foldOf = foldsOf(corpora)
  const seen = fold < FOLDS ? corpora.uner.filter((example) => foldOf(example) !== fold) : []
  const log = (line: string): void => console.log(`        fold ${fold + 1}, ${line}`)
  const parameters = await fitTagger(FIT, inputs(corpora, seen, 'even', log))
  const out: Record<string, readonly Scores[]> = {}
  for (const [name, examples] of Object.entries(unseenBy(fold, corpora)))
    out[name] = await scoreExamples(parameters, examples, seen.length > 0 ? SPOKEN_AS : 'any')
  return out
}

function inThread(fold: number): Promise<ScoresByName> {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { fold } })
    worker.once('message', done)
    worker.once('error', failed)
  })
}

async function measureFolds(corpora: Corpora, log: (line: string) => void): Promise<Measured> {
  const results: ScoresByName[] = []
  const waiting = Array.from({ length: FOLDS + 1 }, (_, fold) => fold).reverse()
  const work = async (): Promise<void> => {
    for (let fold = waiting.pop(); fold !== undefined; fold = waiting.pop()) results[fold] = await inThread(fold)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const textsOf = (fold: number, name: string): readonly Scored[] =>
    scored(unseenBy(fold, corpora)[name]!, results[fold]![name]!)
  const unseen = Array.from({ length: FOLDS }, (_, fold) => textsOf(fold, 'uner')).flat()
  const thresholds = chooseThresholds(unseen)
  const at = (texts: readonly Scored[]): ManifestScores => ({
    person: agreementAt(texts, thresholds, 'PERSON'),
    location: agreementAt(texts, thresholds, 'LOCATION'),
    organization: agreementAt(texts, thresholds, 'ORGANIZATION'),
  })
  const folds: Folds = {
    uner_folds: at(unseen),
    uner_without: at(textsOf(FOLDS, 'uner')),
    wnut_dev: at(textsOf(FOLDS, 'wnutDev')),
    broad_dev: at(textsOf(FOLDS, 'broadDev')),
    templates: at(textsOf(FOLDS, 'templates')),
    banking: at(textsOf(FOLDS, 'banking')),
  }
  for (const [name, { person }] of Object.entries(folds) as [string, ManifestScores][]) {
    const share = (person.cleanFlagged / Math.max(1, person.clean)).toFixed(4)
    const { precision: p, recall: r, f2 } = person
    log(`${name}: P ${p.toFixed(3)} R ${r.toFixed(3)} F2 ${f2.toFixed(3)} clean ${share}`)
  }
  log(`thresholds ${thresholds.begin.join(' ')}`)
  return { thresholds, folds }
}

if (isMainThread) await main()
else parentPort!.postMessage(await scoreFold((workerData as { fold: number }).fold))
