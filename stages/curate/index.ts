import type { Problem, WholeStage } from '../stage.ts'
import { CurateConfig } from './config.ts'
import { metrics } from './metrics.ts'

/**
 * Chooses the records to train on: thresholds on scores, quality rules, languages, exact and near-duplicates; splits
 * by near-duplicate cluster; plants canaries. See docs/curation.md.
 */
export const curate: WholeStage<typeof CurateConfig> = {
  kind: 'whole',
  name: 'curate',
  version: 1,
  summary:
    'Drops what should not be trained on, removes duplicates, splits into train, valid and test, plants canaries.',
  config: CurateConfig,
  takes: { data: { kind: 'dataset', description: 'Records, scored by the stages before.' } },
  gives: {
    train: { kind: 'dataset', description: 'Records to train on, with the canaries.' },
    valid: { kind: 'dataset', description: 'Records to watch training with.' },
    test: { kind: 'dataset', description: 'Records held out for evaluation.' },
    canaries: { kind: 'evaluation', description: 'The plan of the planted secrets.' },
  },
  metrics,
  check,
  passes: {
    scan: async (config, context) => (await import('./scan.ts')).openScan(config, context),
    apply: async (_, context) => (await import('./apply.ts')).openApply(context),
  },
  run: async (config, inputs, context) => (await import('./run.ts')).runCurate(config, inputs, context),
}

function check(config: CurateConfig): readonly Problem[] {
  const problems: Problem[] = []
  config.drop_when.forEach((rule, index) => {
    if ((rule.at_least === undefined) === (rule.at_most === undefined))
      problems.push({
        code: 'CURATE_THRESHOLD',
        message: `the threshold on \`${rule.score}\` must have exactly one of \`at_least\` and \`at_most\``,
        path: ['drop_when', index],
      })
  })
  if (config.split.valid + config.split.test >= 1)
    problems.push({ code: 'CURATE_SPLIT', message: 'valid and test leave nothing for train', path: ['split'] })
  const { bands, rows, exact, near } = config.duplicates
  if (bands * rows > MAX_PERMUTATIONS)
    problems.push({
      code: 'CURATE_BANDS',
      message: `bands × rows is ${bands * rows}, more than ${MAX_PERMUTATIONS}`,
      next: 'use fewer bands or rows: 20 × 6 finds 98 % of the pairs at 0.75',
      path: ['duplicates', 'bands'],
    })
  if (exact === 'keep' && near === 'drop')
    problems.push({
      code: 'CURATE_DUPLICATES',
      message: 'near-duplicates cannot be dropped while exact duplicates are kept: an exact one is also a near one',
      path: ['duplicates', 'exact'],
    })
  const { alphabet } = config.canaries
  if (new Set(alphabet).size !== alphabet.length)
    problems.push({
      code: 'CURATE_ALPHABET',
      message: 'a character stands twice in the alphabet of the canaries: secrets would not be drawn evenly',
      path: ['canaries', 'alphabet'],
    })
  return problems
}

const MAX_PERMUTATIONS = 512
