import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { PACKAGE_ROOT, packageFile } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { modelCard } from './card.ts'
import type { Example } from './corpora.ts'
import { trainingExamples } from './corpora.ts'
import { encodeModel, roundedParameters } from './export.ts'
import { Featuriser } from './features.ts'
import { calibrate, FIT, fitModel, heldOut, logits } from './fit.ts'
import { TOXICITY_HEADS } from './heads.ts'
import { measure } from './measure.ts'
import { SHAPE } from './network.ts'
import { templateExamples } from './templates.ts'
import { longWindowsOf } from './windows.ts'

/**
 * Trains the shipped model and writes `models/weights/toxicity/{model.onnx,model.json,card.md}`:
 *
 *     npm run build && node dist/models/toxicity/train.js
 *
 * One thread, fixed seed, the same bytes on the same machine. Texts come from `SLUICE_DATA` (default ../shared/data).
 * `--measure` keeps the model and writes thresholds and scores again.
 */
const HELD_OUT = 0.06
const TEMPLATES = 10_000

async function main(): Promise<void> {
  const started = Date.now()
  const log = (line: string): void =>
    console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`)
  const data = resolve(process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data'))
  const folder = packageFile('models/weights/toxicity')
  const labelled = trainingExamples(join(data, 'toxicity/train'))
  const held = labelled.filter((example) => heldOut(example.text, HELD_OUT))
  const model = process.argv.includes('--measure')
    ? readFileSync(join(folder, 'model.onnx'))
    : train(labelled, held, data, log)
  const manifest = await measure(model, labelled, held, data)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model)
  const rounded = (_: string, x: unknown): unknown => (typeof x === 'number' ? Number(x.toFixed(5)) : x)
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(manifest, rounded, 2)}\n`)
  writeFileSync(join(folder, 'card.md'), modelCard(manifest))
  const { dev } = manifest
  log(`jigsaw, held out: ${JSON.stringify(manifest.held_out['jigsaw'], rounded)}`)
  log(
    `wiki ${dev.wiki.auc.toFixed(4)}, fuzzed ${dev.wiki_fuzzed.auc.toFixed(4)}, hatemoji ${dev.hatemoji.auc.toFixed(4)}`,
  )
  log(`convabuse ${dev.convabuse.auc.toFixed(4)}, madlibs ${dev.madlibs.overall.auc.toFixed(4)}`)
  log(`neutral mentions flagged ${dev.madlibs.neutral_fpr.toFixed(4)}, attacks ${dev.madlibs.toxic_recall.toFixed(4)}`)
  log(`thresholds ${TOXICITY_HEADS.map((head) => manifest.thresholds[head].value).join(' ')}; ${model.length} bytes`)
}

function train(
  labelled: readonly Example[],
  held: readonly Example[],
  data: string,
  log: (line: string) => void,
): Uint8Array {
  const examples = [
    ...labelled.filter((example) => !heldOut(example.text, HELD_OUT)),
    ...templateExamples(TEMPLATES, random(FIT.seed, 'toxicity', 'templates')),
    ...everyday(data),
  ]
  log(`${examples.length} texts to learn from, ${held.length} held out`)
  const parameters = roundedParameters(SHAPE, fitModel(SHAPE, examples, { ...FIT, log }))
  const featuriser = new Featuriser(SHAPE)
  const calibration = calibrate(
    held.map((example) => ({
      example,
      logits: logits(SHAPE, parameters, longWindowsOf(example.text, featuriser)),
    })),
  )
  return encodeModel(SHAPE, parameters, calibration, {
    heads: TOXICITY_HEADS.join(','),
    licence: 'CC-BY-SA-4.0',
  })
}

/** Everyday requests to companies: no head should fire. */
function everyday(data: string): readonly Example[] {
  const rng = random(FIT.seed, 'toxicity', 'everyday')
  const neutral = (text: string): Example => ({
    text,
    y: TOXICITY_HEADS.map(() => 0),
    weight: TOXICITY_HEADS.map(() => 0.5),
    source: 'everyday',
  })
  const banking = readFileSync(join(data, 'corpora/banking77/train.csv'), 'utf8').split('\n').slice(1)
  const dialogues = join(data, 'corpora/taskmaster4.jsonl.gz')
  const turns = gunzipSync(readFileSync(dialogues))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { messages: { content: string }[] }).messages.map((m) => m.content))
  return [
    ...rng
      .shuffle(banking)
      .slice(0, 3000)
      .map((line) => line.replace(/,[a-z_?A-Z]+\s*$/, '')),
    ...rng.shuffle(turns).slice(0, 3000),
  ].map(neutral)
}

await main()
