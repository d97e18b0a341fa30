/** What the tagger tells apart: nothing, a person, a place, an organisation. The index is the class of the network. */
export const CLASSES = ['O', 'PERSON', 'LOCATION', 'ORGANIZATION'] as const
export type EntityType = Exclude<(typeof CLASSES)[number], 'O'>

export interface Entity {
  readonly start: number
  readonly end: number
  readonly type: EntityType
}

/** A labelled text: entities sorted and disjoint, offsets in UTF-16 code units. */
export interface Example {
  readonly text: string
  readonly entities: readonly Entity[]
  /** Whose labelling habits it follows. */
  readonly source: Source
  /** The document it comes from, where known: folds are cut between documents. */
  readonly document?: string
}

/** Sources with habits of their own; the first stands for none in particular. */
export const SOURCES = ['any', 'uner', 'wnut', 'broad', 'wikigold', 'crossner', 'synthetic', 'pseudo'] as const
export type Source = (typeof SOURCES)[number]
