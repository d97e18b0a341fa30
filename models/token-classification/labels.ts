/** What a label says of a word's place in an entity. `inside` is also the whole of a scheme without prefixes. */
export type Place = 'outside' | 'begin' | 'inside' | 'end' | 'single'

export interface Label {
  readonly name: string
  readonly place: Place
  /** Name without prefix; '' for outside. */
  readonly entity: string
}

export interface LabelSet {
  readonly labels: readonly Label[]
  /** Entities in the order of their first label. */
  readonly entities: readonly string[]
  /** `io`: plain names or `I-` alone. `bio`: a `B-` begins. `bioes`: ends and single words have labels too (or `L-`, `U-`). */
  readonly scheme: 'io' | 'bio' | 'bioes'
}

const PREFIXED = /^([BIESLU])[-_](.+)$/
const PLACES: Readonly<Record<string, Place>> = {
  B: 'begin',
  I: 'inside',
  E: 'end',
  L: 'end',
  S: 'single',
  U: 'single',
}

/**
 * Reads a model's labels: BIO, IO, BIOES or BILOU, with `-` or `_`, in any order, or plain names. Prefixes count only if
 * every label but `O` has one, or for `B` and `I`: `E_MAIL` among plain names is a name.
 */
export function readLabels(names: readonly string[]): LabelSet {
  const inside = names.filter((name) => !isOutside(name))
  const all = inside.every((name) => PREFIXED.test(name))
  const labels = names.map((name): Label => {
    if (isOutside(name)) return { name, place: 'outside', entity: '' }
    const match = PREFIXED.exec(name)
    if (match === null || !(all || match[1] === 'B' || match[1] === 'I')) return { name, place: 'inside', entity: name }
    return { name, place: PLACES[match[1]!]!, entity: match[2]! }
  })
  const places = new Set(labels.map(({ place }) => place))
  return {
    labels,
    entities: [...new Set(labels.filter(({ place }) => place !== 'outside').map(({ entity }) => entity))],
    scheme: places.has('end') || places.has('single') ? 'bioes' : places.has('begin') ? 'bio' : 'io',
  }
}

function isOutside(name: string): boolean {
  return name === 'O' || name === 'o' || name.toUpperCase() === 'OUTSIDE'
}
