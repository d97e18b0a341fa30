import { join } from 'node:path'
import type { Example } from './corpora.ts'
import { convabuse, hatemoji, jigsaw, readCsv } from './corpora.ts'
import { TOXICITY_HEADS } from './heads.ts'
import { auc, aucInterval } from './metrics.ts'

/** Scores a list of texts: the shipped model, or one in training. */
export type ScoreTexts = (texts: readonly string[]) => Promise<readonly Float32Array[]>

export interface Area {
  readonly auc: number
  readonly interval: readonly [number, number]
  readonly positives: number
  readonly negatives: number
}

export interface DevScores {
  readonly jigsaw: Readonly<Record<string, Area | null>>
  readonly jigsaw_mean_auc: number
  readonly wiki: Area
  readonly wiki_fuzzed: Area
  readonly hatemoji: Area
  readonly convabuse: Area
  readonly madlibs: Madlibs
}

export interface Madlibs {
  readonly overall: Area
  /** Share of non-toxic sentences at or above the shipped threshold. */
  readonly neutral_fpr: number
  readonly neutral_n: number
  readonly toxic_recall: number
  readonly groups: readonly GroupScores[]
}

/** Borkan et al. 2019: AUC within the group, and across: background positive/subgroup negative, and the reverse. */
export interface GroupScores {
  readonly group: string
  readonly n: number
  readonly subgroup_auc: number | null
  readonly bpsn_auc: number | null
  readonly bnsp_auc: number | null
  readonly neutral_fpr: number
}

/**
 * Scores the development files. None of their rows is trained on; rows whose text also stands in `seen` (the training
 * texts, and for the Wikipedia sets the Jigsaw development texts) are left out.
 */
export async function evaluateDev(
  folder: string,
  seen: ReadonlySet<string>,
  score: ScoreTexts,
  threshold: number,
): Promise<DevScores> {
  const file = (name: string): string => join(folder, `${name}.csv.gz`)
  const unseen = <T extends { readonly text: string }>(rows: readonly T[]): readonly T[] =>
    rows.filter((row) => !seen.has(textKey(row.text)))
  const jigsawRows = readCsv(file('jigsaw_6label')).map(jigsaw)
  const jigsawDev = unseen(jigsawRows)
  const jigsawScores = await score(jigsawDev.map((row) => row.text))
  const heads = TOXICITY_HEADS.map(
    (head, h) =>
      [
        head,
        area(
          column(jigsawScores, h),
          jigsawDev.map((row) => row.y[h]! > 0.5),
        ),
      ] as const,
  )
  const known = heads.flatMap(([, a]) => (a === null ? [] : [a.auc]))

  const jigsawTexts = new Set(jigsawRows.map((row) => textKey(row.text)))
  const wiki = async (name: string, keep: ReadonlySet<string>): Promise<Area> => {
    const rows = readCsv(file(name)).filter((row) => keep.has(row['rev_id']!))
    return binary(
      score,
      rows.map((row) => [row['comment']!, row['toxic'] === 'True']),
    )
  }
  // The fuzzed file holds the same comments with identity words swapped: left out by the plain text's id.
  const plain = readCsv(file('wiki_toxicity_nonfuzzed_testset'))
  const keep = new Set(
    plain
      .filter((row) => !seen.has(textKey(row['comment']!)) && !jigsawTexts.has(textKey(row['comment']!)))
      .map((row) => row['rev_id']!),
  )
  const soft = async (rows: readonly Example[]): Promise<Area> =>
    binary(
      score,
      unseen(rows).map((row) => [row.text, row.y[0]! >= 0.5]),
    )
  return {
    jigsaw: Object.fromEntries(heads),
    jigsaw_mean_auc: known.reduce((a, b) => a + b, 0) / known.length,
    wiki: await wiki('wiki_toxicity_nonfuzzed_testset', keep),
    wiki_fuzzed: await wiki('wiki_toxicity_fuzzed_testset', keep),
    hatemoji: await soft(readCsv(file('HatemojiBuild_validation')).map(hatemoji)),
    convabuse: await soft(convabuse(file('convabuse_valid'))),
    madlibs: await madlibs(readCsv(file('intersectional_madlibs')), score, threshold),
  }
}

/** Letters and digits only, lower case: the same comment in another file's spacing is the same comment. */
export function textKey(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

/** Words of the templates themselves; what is left of a sentence names the groups. */
const GROUP_WORDS: readonly string[] =
  `african,african american,american,asian,atheist,bisexual,black,blind,buddhist,canadian,catholic,chinese,christian,deaf,elderly,european,female,gay,heterosexual,hispanic,homosexual,indian,japanese,jewish,latina,latino,latinx,lesbian,lgbt,lgbtq,male,mexican,middle aged,middle eastern,millenial,muslim,nonbinary,old,older,paralyzed,protestant,queer,sikh,straight,taoist,teenage,trans,transgender,white,young,younger`.split(
    ',',
  )

async function madlibs(
  rows: readonly Readonly<Record<string, string>>[],
  score: ScoreTexts,
  threshold: number,
): Promise<Madlibs> {
  const texts = rows.map((row) => row['phrase']!)
  const scores = column(await score(texts), 0)
  const toxic = rows.map((row) => row['toxicity'] === 'toxic')
  const padded = texts.map((text) => ` ${text.toLowerCase()} `)
  const groups = GROUP_WORDS.flatMap((group): readonly GroupScores[] => {
    const inside = padded.map((text) => text.includes(` ${group} `))
    const n = inside.filter(Boolean).length
    if (n < 50) return []
    const pick = (keep: (i: number) => boolean): number | null => {
      const indices = scores.map((_, i) => i).filter(keep)
      return auc(
        indices.map((i) => scores[i]!),
        indices.map((i) => toxic[i]!),
      )
    }
    const neutral = scores.filter((_, i) => inside[i]! && !toxic[i]!)
    return [
      {
        group,
        n,
        subgroup_auc: pick((i) => inside[i]!),
        bpsn_auc: pick((i) => inside[i]! !== toxic[i]!),
        bnsp_auc: pick((i) => inside[i]! === toxic[i]!),
        neutral_fpr: neutral.filter((s) => s >= threshold).length / Math.max(1, neutral.length),
      },
    ]
  })
  const neutral = scores.filter((_, i) => !toxic[i])
  const attacks = scores.filter((_, i) => toxic[i])
  return {
    overall: area(scores, toxic)!,
    neutral_fpr: neutral.filter((s) => s >= threshold).length / neutral.length,
    neutral_n: neutral.length,
    toxic_recall: attacks.filter((s) => s >= threshold).length / attacks.length,
    groups,
  }
}

async function binary(score: ScoreTexts, rows: readonly (readonly [string, boolean])[]): Promise<Area> {
  const scores = await score(rows.map(([text]) => text))
  return area(
    column(scores, 0),
    rows.map(([, label]) => label),
  )!
}

function column(scores: readonly Float32Array[], head: number): readonly number[] {
  return scores.map((row) => row[head]!)
}

function area(scores: readonly number[], positive: readonly boolean[]): Area | null {
  const value = auc(scores, positive)
  if (value === null) return null
  const positives = positive.filter(Boolean).length
  const negatives = positive.length - positives
  return { auc: value, interval: aucInterval(value, positives, negatives), positives, negatives }
}
