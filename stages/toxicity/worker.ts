import type { TextRecord } from '../../artifacts/record.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { TOXICITY_HEADS } from '../../models/toxicity/heads.ts'
import type { ToxicityScorer } from '../../models/toxicity/scorer.ts'
import type { Json } from '../../util/json.ts'
import type { BatchResult, OpenContext, ShardWorker } from '../stage.ts'
import type { ToxicityConfig } from './config.ts'
import type { Utterance } from './messages.ts'
import { utterances } from './messages.ts'
import type { ProfaneSpan, ProfanityFinder } from './profanity.ts'

/** Edges of the score histograms: fixed, so that shards and runs can be merged and compared. */
export const SCORE_EDGES: readonly number[] = Array.from({ length: 21 }, (_, i) => i / 20)

interface Scored {
  readonly utterance: Utterance
  readonly scores: Float32Array
  readonly spans: readonly ProfaneSpan[]
}

const EXCERPT = 160

/** Scores one shard. */
export class ToxicityWorker implements ShardWorker {
  readonly #config: ToxicityConfig
  readonly #tally: Tally
  readonly #keepSamples: boolean
  readonly #scorer: ToxicityScorer
  readonly #find: ProfanityFinder

  constructor(
    config: ToxicityConfig,
    context: Pick<OpenContext, 'tally' | 'sensitivity'>,
    scorer: ToxicityScorer,
    find: ProfanityFinder,
  ) {
    this.#config = config
    this.#tally = context.tally
    this.#keepSamples = config.samples && context.sensitivity === 'redacted'
    this.#scorer = scorer
    this.#find = find
  }

  async process(batch: readonly TextRecord[]): Promise<BatchResult> {
    const parts = batch.map((record) => utterances(record, this.#config.tool_arguments))
    const texts = parts.flatMap((part) => part.map((utterance) => utterance.text))
    const scores = await this.#scorer.score(texts)
    let next = 0
    const kept: TextRecord[] = []
    const quarantined: BatchResult['quarantined'][number][] = []
    batch.forEach((record, i) => {
      const scored = parts[i]!.map(
        (utterance): Scored => ({ utterance, scores: scores[next++]!, spans: this.#find(utterance.text) }),
      )
      this.#tally.count('records')
      // Fail closed: a record without six sound scores never travels on as if it were clean.
      if (scored.length === 0 || !scored.every((part) => isSound(part.scores))) {
        const reason = scored.length === 0 ? 'no text to score' : 'the model gave no sound score'
        quarantined.push({ code: 'TOXICITY_NOT_SCORED', detail: reason, source: record.source, record })
        return
      }
      kept.push({ ...record, notes: { ...record.notes, toxicity: this.#note(record, scored) } })
    })
    return { kept, dropped: [], quarantined }
  }

  close(): Promise<void> {
    return this.#scorer.close()
  }

  #note(record: TextRecord, parts: readonly Scored[]): Json {
    const tally = this.#tally
    tally.count('scored')
    const best: Record<string, number> = {}
    let worst = parts[0]!
    TOXICITY_HEADS.forEach((head, h) => {
      let top = parts[0]!
      for (const part of parts) {
        if (part.scores[h]! > top.scores[h]!) top = part
        if (rounded(part.scores[h]!) >= this.#config.thresholds[head]) {
          tally.count(`flagged_messages{${head},${part.utterance.role}}`)
        }
      }
      if (h === 0) worst = top
      const score = rounded(top.scores[h]!)
      best[head] = score
      tally.histogram(`scores{${head}}`, SCORE_EDGES, score)
      if (score < this.#config.thresholds[head]) return
      tally.count(`flagged{${head}}`)
      if (this.#keepSamples) {
        const { role, text } = top.utterance
        tally.sample(`flagged{${head}}`, record.id, { id: record.id, role, score, text: excerpt(text) })
      }
    })
    for (const part of parts) tally.count(`messages{${part.utterance.role}}`)
    const places = parts.flatMap(({ utterance, spans }) => spans.map((span) => [utterance.index, span.start, span.end]))
    const evasive = parts.reduce((sum, { spans }) => sum + spans.filter((span) => span.evasive).length, 0)
    if (places.length > 0) tally.count('profane')
    if (evasive > 0) tally.count('evasive')
    return { scores: best, role: worst.utterance.role, spans: places.length, evasive, places }
  }
}

function isSound(scores: Float32Array | undefined): boolean {
  return scores?.length === TOXICITY_HEADS.length && scores.every((score) => score >= 0 && score <= 1)
}

/** Four decimals: what is written, counted and compared is the same number. */
function rounded(score: number): number {
  return Number(score.toFixed(4))
}

function excerpt(text: string): string {
  const points = [...text.slice(0, EXCERPT * 2)]
  return points.length <= EXCERPT && text.length <= EXCERPT * 2 ? text : `${points.slice(0, EXCERPT).join('')} …`
}
