import type { Decision } from './decision.ts'
import type { PiiType } from './pii-type.ts'

/** Somebody who looks at texts: the rules, the tagger that ships, a model of the config. */
export interface Source {
  readonly name: string
  /** What it can find. On other types it has no say. */
  readonly types: ReadonlySet<PiiType>
}

/** What a source says of a place. */
export interface View {
  readonly source: string
  /** null: it looked for such a thing and found nothing. */
  readonly type: PiiType | null
  /** 0…1; what it had below its bar counts too. */
  readonly score: number
}

/** A place where sources disagree. Offsets in UTF-16 units of the text; nothing of the text itself. */
export interface Disagreement {
  readonly start: number
  readonly end: number
  /** `one_sided`: some found something and others nothing. `type`: they found different things. */
  readonly kind: 'one_sided' | 'type'
  readonly views: readonly View[]
  /** 0 where all who can say are sure of one thing, 1 where nobody can tell. */
  readonly uncertainty: number
}

/** Name of the source that stands for all recognizers, id rules and secrets. */
export const RULES = 'rules'

/** What people decided: there is nothing to review. */
const DECIDED: ReadonlySet<string> = new Set(['deny-list', 'field-policy'])

/**
 * Where the sources disagree about one text, from the trace of its candidates. A place is a run of candidates that overlap.
 * A source has a say on a place if it can find one of the types that others found there.
 *
 * @param sources the models by the names of their taggers, and `RULES`, if the rules have a say
 */
export function disagreements(decisions: readonly Decision[], sources: readonly Source[]): readonly Disagreement[] {
  const models = new Set(sources.map(({ name }) => name))
  return placesOf(decisions).flatMap((place) => {
    const found = place.filter(stands)
    if (found.length === 0) return []
    const types = new Set(found.map(({ type }) => type))
    const views = sources
      .filter((source) => [...types].some((type) => source.types.has(type)))
      .map((source) =>
        viewOf(
          source,
          place.filter(({ recognizer }) => (models.has(recognizer) ? recognizer : RULES) === source.name),
        ),
      )
    const said = new Set(views.flatMap(({ type }) => type ?? []))
    const silent = views.some(({ type }) => type === null)
    if (views.length < 2 || said.size === 0 || (said.size === 1 && !silent)) return []
    return [
      {
        start: Math.min(...found.map(({ start }) => start)),
        end: Math.max(...found.map(({ end }) => end)),
        kind: silent ? 'one_sided' : 'type',
        views,
        uncertainty: uncertaintyOf(views),
      },
    ]
  })
}

/** Whether a source stands by a candidate: it was found, or only another one over it kept it from being. */
function stands({ outcome }: Decision): boolean {
  return outcome === 'found' || outcome === 'overlapped'
}

function placesOf(decisions: readonly Decision[]): readonly (readonly Decision[])[] {
  const sorted = decisions
    .filter(({ outcome, recognizer }) => outcome !== 'allowed' && outcome !== 'placeholder' && !DECIDED.has(recognizer))
    .sort((a, b) => a.start - b.start || a.end - b.end)
  const places: Decision[][] = []
  let end = -1
  for (const decision of sorted) {
    if (decision.start >= end) places.push([])
    places.at(-1)!.push(decision)
    end = Math.max(end, decision.end)
  }
  return places
}

function viewOf({ name: source }: Source, mine: readonly Decision[]): View {
  const best = (from: readonly Decision[]): Decision | undefined =>
    from.reduce<Decision | undefined>((a, b) => (a === undefined || b.score > a.score ? b : a), undefined)
  const standing = best(mine.filter(stands))
  if (standing !== undefined) return { source, type: standing.type, score: standing.score }
  return { source, type: null, score: best(mine)?.score ?? 0 }
}

/**
 * Entropy in bits of the mean score, as if the sources voted; for different types the entropy of their shares of the
 * votes, whichever is larger. Both lie in 0…1 for two sources.
 */
function uncertaintyOf(views: readonly View[]): number {
  const mean = views.reduce((sum, { score }) => sum + score, 0) / views.length
  const votes = new Map<string, number>()
  for (const { type, score } of views) if (type !== null) votes.set(type, (votes.get(type) ?? 0) + score)
  const total = [...votes.values()].reduce((a, b) => a + b, 0)
  const between = [...votes.values()].reduce((sum, vote) => sum + bits(vote / total), 0)
  return Math.round(Math.min(1, Math.max(bits(mean) + bits(1 - mean), between)) * 1e4) / 1e4
}

function bits(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log2(p)
}

/** A disagreement in its file. */
export interface ReviewEntry extends Disagreement {
  /** Of the record, row or paragraph. */
  readonly id: string
  readonly path: string
  /** How often the same characters were disagreed on in the same way. */
  readonly seen: number
  /** uncertainty / √seen: what is uncertain and rare comes first; what recurs is shown once. */
  readonly rank: number
}

/** Most different places that are kept while a file is read; beyond it the least uncertain go. */
const MOST = 100_000

/** Collects disagreements over a file and ranks them. The texts of places are only kept as digests, in memory. */
export class ReviewQueue {
  readonly #places = new Map<string, { entry: Omit<ReviewEntry, 'seen' | 'rank'>; seen: number }>()
  readonly #most: number
  #total = 0
  #dropped = 0

  constructor(most = MOST) {
    this.#most = most
  }

  /** `digest`: of the characters of the place, folded. */
  add(id: string, path: string, found: Disagreement, digest: string): void {
    this.#total += 1
    const key = `${digest} ${found.views.map(({ source, type }) => `${source}=${type}`).join()}`
    const known = this.#places.get(key)
    if (known !== undefined) {
      known.seen += 1
      return
    }
    this.#places.set(key, { entry: { ...found, id, path }, seen: 1 })
    if (this.#places.size > this.#most * 2) this.#trim()
  }

  /** Places found so far, those that are counted with another one included. */
  get total(): number {
    return this.#total
  }

  /** Different places that were too many to keep. */
  get dropped(): number {
    return this.#dropped
  }

  /** The first `count` of the queue. */
  ranked(count: number): readonly ReviewEntry[] {
    return [...this.#places.values()]
      .map(({ entry, seen }) => ({
        ...entry,
        seen,
        rank: Math.round((1e4 * entry.uncertainty) / Math.sqrt(seen)) / 1e4,
      }))
      .sort(
        (a, b) =>
          b.rank - a.rank ||
          a.seen - b.seen ||
          (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) ||
          (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) ||
          a.start - b.start,
      )
      .slice(0, count)
  }

  #trim(): void {
    const kept = [...this.#places]
      .sort(([, a], [, b]) => b.entry.uncertainty - a.entry.uncertainty)
      .slice(0, this.#most)
    this.#dropped += this.#places.size - kept.length
    this.#places.clear()
    for (const [key, place] of kept) this.#places.set(key, place)
  }
}
