import type { Entity, Example } from './example.ts'

/** Character-level agreement on one type, and the share of texts without it in which something is marked. */
export interface Agreement {
  readonly precision: number
  readonly recall: number
  readonly f2: number
  readonly texts: number
  /** Entities of the type in the gold labels. */
  readonly entities: number
  readonly clean: number
  readonly cleanFlagged: number
}

/** Compares found entities with the labels, character by character, for one type. */
export function agreement(
  examples: readonly Example[],
  found: readonly (readonly Pick<Entity, 'start' | 'end' | 'type'>[])[],
  type: Entity['type'],
): Agreement {
  let hit = 0
  let marked = 0
  let gold = 0
  let entities = 0
  let clean = 0
  let cleanFlagged = 0
  examples.forEach(({ text, entities: labels }, i) => {
    const cover = new Uint8Array(text.length)
    const wanted = labels.filter((entity) => entity.type === type)
    for (const { start, end } of wanted) cover.fill(1, start, end)
    entities += wanted.length
    const mine = found[i]!.filter((entity) => entity.type === type)
    if (wanted.length === 0) {
      clean += 1
      if (mine.length > 0) cleanFlagged += 1
    }
    for (const { start, end } of mine) for (let c = start; c < end; c++) cover[c]! |= 2
    for (const c of cover) {
      if (c === 3) hit += 1
      if (c >= 2) marked += 1
      if ((c & 1) === 1) gold += 1
    }
  })
  const precision = marked === 0 ? 0 : hit / marked
  const recall = gold === 0 ? 0 : hit / gold
  const f2 = precision + recall === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall)
  return { precision, recall, f2, texts: examples.length, entities, clean, cleanFlagged }
}
