import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'

/**
 * The labelled texts, each source's labels turned into a target and a weight per head. No two sources mean the same by
 * "toxic", so a head that a source says nothing about has weight 0, and labels known to be noisy weigh less.
 */
export interface Example {
  readonly text: string
  /** toxicity, severe_toxicity, obscene, threat, insult, identity_attack */
  readonly y: readonly number[]
  readonly weight: readonly number[]
  readonly source: string
}

type Row = Readonly<Record<string, string>>
type Six = readonly [number, number, number, number, number, number]

const NONE: Six = [0, 0, 0, 0, 0, 0]

/** Rows of a gzipped CSV file as string records. */
export function readCsv(path: string): readonly Row[] {
  return parse(gunzipSync(readFileSync(path)), { columns: true, relax_column_count: true, relax_quotes: true }) as Row[]
}

/** Every training source under `folder` (`toxicity/train`). */
export function trainingExamples(folder: string): readonly Example[] {
  const file = (name: string): readonly Row[] => readCsv(join(folder, `${name}.csv.gz`))
  return [
    ...file('jigsaw_6label').map(jigsaw),
    ...file('civil_comments_spans_aggregated').map(civil),
    ...file('davidson').map(davidson),
    ...file('stormfront_sentences').flatMap(stormfront),
    ...file('mlma_en').map(mlma),
    ...file('HatemojiBuild_train').map(hatemoji),
    ...convabuse(join(folder, 'convabuse_train.csv.gz')),
  ]
}

/** A row of the Jigsaw comments: all six labels are people's, and each counts double. */
export function jigsaw(row: Row): Example {
  const label = (name: string): number => Number(row[name])
  const y: Six = [
    label('toxic'),
    label('severe_toxic'),
    label('obscene'),
    label('threat'),
    label('insult'),
    label('identity_hate'),
  ]
  return { text: row['comment_text']!, y, weight: [2, 2, 2, 2, 2, 2], source: 'jigsaw' }
}

/** How many raters marked a span of each kind. The boxes are ambiguous and not read; severity was not asked. */
function civil(row: Row): Example {
  const raters = Number(row['n_raters'])
  const share = (name: string): number => Math.min(1, Number(row[name]) / raters)
  // A single mark of three to five raters is weak evidence, two thirds are strong.
  const soft = (name: string): number => Math.min(1, share(name) * 1.25)
  const marked = share('n_raters_marking_a_span')
  // All of these comments had once been called toxic, so a missing mark does not make one civil.
  const clear = marked >= 0.66 || marked <= 0.2 ? 0.1 : 0.05
  return {
    text: row['comment_text']!,
    y: [marked, 0, soft('n_profane_obscene'), soft('n_threat'), soft('n_insult'), soft('n_identity_attack')],
    weight: [clear, 0, 0.8, 0.8, 0.8, 0.8],
    source: 'civil',
  }
}

/**
 * 0 hate, 1 offensive, 2 neither. "Offensive" here is mostly a vocabulary (and flags African American English, Sap et
 * al. 2019), so it teaches little: low weight, and only where all raters agreed.
 */
function davidson(row: Row): Example {
  const common = { text: row['tweet']!, source: 'davidson' }
  const votes = Number(row['count'])
  switch (row['class']) {
    case '0':
      return { ...common, y: [1, 0, 0, 0, 0, Number(row['hate_speech']) / votes], weight: [0.3, 0, 0, 0, 0, 0.5] }
    case '1': {
      const agreed = Number(row['offensive_language']) === votes
      return { ...common, y: [0.75, 0, 0.8, 0, 0, 0], weight: agreed ? [0.1, 0, 0.1, 0, 0, 0.2] : NONE }
    }
    default:
      return { ...common, y: NONE, weight: [0.3, 0.3, 0.3, 0.3, 0.3, 0.5] }
  }
}

function stormfront(row: Row): readonly Example[] {
  const common = { text: row['text']!, source: 'stormfront' }
  if (row['label'] === 'hate') return [{ ...common, y: [1, 0, 0, 0, 0, 1], weight: [0.3, 0, 0, 0, 0, 0.7] }]
  // The sentence was judged for hate only, on a forum where much is unkind.
  if (row['label'] === 'noHate') return [{ ...common, y: [0.05, 0, 0, 0, 0, 0], weight: [0.2, 0, 0, 0, 0, 0.6] }]
  return [] // "relation" and "skip" were not judged on their own
}

/** Labels of several annotators joined by underscores; noisy, so light. */
function mlma(row: Row): Example {
  const said = new Set(row['sentiment']!.split('_'))
  const common = { text: row['tweet']!, source: 'mlma' }
  if (said.size === 1 && said.has('normal')) return { ...common, y: NONE, weight: [0.2, 0, 0.2, 0, 0.2, 0.3] }
  const normal = said.has('normal') ? 0.5 : 1
  const group = row['target'] !== 'other'
  return {
    ...common,
    y: [0.85 * normal, 0, 0, 0, 0, said.has('hateful') && group ? 0.8 * normal : 0.4 * normal],
    weight: [0.1, 0, 0, 0, 0, said.has('hateful') ? 0.25 : 0.05],
    source: 'mlma',
  }
}

/** A row of HatemojiBuild, labelled as hate or not and by its kind: a head of which that says nothing has weight 0. */
export function hatemoji(row: Row): Example {
  const hate = Number(row['label_gold'])
  const threat = row['type'] === 'threateninglanguage' ? hate : 0
  return {
    text: row['text']!,
    y: [hate, 0, 0, threat, 0, hate],
    weight: [1, 0, 0, 0.5, hate === 0 ? 0.3 : 0, 1],
    source: 'hatemoji',
  }
}

const ANNOTATORS = 8
/** Columns of one annotator; the header repeats an annotator's name by mistake, so they are read by position. */
const COLUMNS = { first: 7, each: 17, kinds: 5, explicit: 15 }

/** Each annotator ticked one severity: 1 not abusive, 0 unclear, -1 to -3 abusive; and kinds of abuse. */
export function convabuse(path: string): readonly Example[] {
  const rows = parse(gunzipSync(readFileSync(path)), { from_line: 2, relax_column_count: true }) as string[][]
  return rows.map((row) => {
    let raters = 0
    let abusive = 0
    let severe = 0
    let identity = 0
    let insult = 0
    for (let a = 0; a < ANNOTATORS; a++) {
      const cells = row.slice(COLUMNS.first + a * COLUMNS.each, COLUMNS.first + (a + 1) * COLUMNS.each).map(Number)
      const severity = cells.slice(0, COLUMNS.kinds).indexOf(1)
      if (severity < 0) continue
      raters += 1
      if (severity === 1) abusive += 0.4
      if (severity >= 2) abusive += 1
      if (severity === 4) severe += 1
      const [ableist, homophobic, intellectual, racist, sexist, , transphobic] = cells.slice(COLUMNS.kinds)
      if (severity >= 2 && [ableist, homophobic, racist, sexist, transphobic].includes(1)) identity += 1
      if (severity >= 2 && intellectual === 1) insult += 1
    }
    const share = (n: number): number => (raters === 0 ? 0 : n / raters)
    const known = raters === 0 ? 0 : 1
    return {
      text: row[5]!,
      y: [share(abusive), share(severe), 0, 0, share(insult), share(identity)],
      weight: [known, 0.3 * known, 0, 0, share(abusive) === 0 ? known : 0.5 * known, 0.7 * known],
      source: 'convabuse',
    }
  })
}
