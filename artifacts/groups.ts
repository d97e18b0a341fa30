/**
 * Counts of groups and, within each, of the values of some fields: what k-anonymity and l-diversity are computed from.
 * Keys are hex digests, so the smallest keys are a random sample of the groups. Merging is associative and commutative
 * exactly: a group that is among the smallest of a union is among the smallest of every part in which it occurs, so the
 * counts of the groups that stay are exact.
 */
export interface GroupsJson {
  /** By key, ascending. */
  readonly groups: Readonly<Record<string, GroupJson>>
  /** True where groups were left out: those that stay are the ones with the smallest keys. */
  readonly truncated: boolean
}

export interface GroupJson {
  readonly n: number
  /** By field. Left out where no member has a value. */
  readonly values?: Readonly<Record<string, GroupValuesJson>>
}

export interface GroupValuesJson {
  /** Members that have a value. */
  readonly n: number
  /** Members by digest of their value, the smallest digests where there are too many. */
  readonly counts: Readonly<Record<string, number>>
  readonly truncated: boolean
}

export const MAX_GROUPS = 8192
export const MAX_GROUP_VALUES = 32

interface Values {
  n: number
  counts: Map<string, number>
  truncated: boolean
}

interface Group {
  n: number
  readonly values: Map<string, Values>
}

export class Groups {
  #groups = new Map<string, Group>()
  #truncated = false

  /** One member of the group `key`, with the digests of its fields' values. */
  add(key: string, values: Readonly<Record<string, string>>): void {
    const group = this.#group(key)
    group.n += 1
    for (const [field, value] of Object.entries(values)) {
      const known = valuesOf(group, field)
      known.n += 1
      known.counts.set(value, (known.counts.get(value) ?? 0) + 1)
      if (known.counts.size > MAX_GROUP_VALUES * 2) trimValues(known)
    }
    if (this.#groups.size > MAX_GROUPS * 2) this.#trim()
  }

  merge(other: GroupsJson): void {
    if (other.truncated) this.#truncated = true
    for (const [key, theirs] of Object.entries(other.groups)) {
      const group = this.#group(key)
      group.n += theirs.n
      for (const [field, more] of Object.entries(theirs.values ?? {})) {
        const known = valuesOf(group, field)
        known.n += more.n
        for (const [value, n] of Object.entries(more.counts))
          known.counts.set(value, (known.counts.get(value) ?? 0) + n)
        if (more.truncated) known.truncated = true
        if (known.counts.size > MAX_GROUP_VALUES * 2) trimValues(known)
      }
      if (this.#groups.size > MAX_GROUPS * 2) this.#trim()
    }
  }

  toJSON(): GroupsJson {
    this.#trim()
    return {
      groups: Object.fromEntries(
        sorted(this.#groups).map(([key, { n, values }]) => [
          key,
          values.size === 0
            ? { n }
            : { n, values: Object.fromEntries(sorted(values).map(([field, known]) => [field, valuesJson(known)])) },
        ]),
      ),
      truncated: this.#truncated,
    }
  }

  #group(key: string): Group {
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { n: 0, values: new Map() }
      this.#groups.set(key, group)
    }
    return group
  }

  #trim(): void {
    if (this.#groups.size <= MAX_GROUPS) return
    this.#groups = new Map(sorted(this.#groups).slice(0, MAX_GROUPS))
    this.#truncated = true
  }
}

function valuesOf(group: Group, field: string): Values {
  let values = group.values.get(field)
  if (values === undefined) {
    values = { n: 0, counts: new Map(), truncated: false }
    group.values.set(field, values)
  }
  return values
}

function trimValues(values: Values): void {
  if (values.counts.size <= MAX_GROUP_VALUES) return
  values.counts = new Map(sorted(values.counts).slice(0, MAX_GROUP_VALUES))
  values.truncated = true
}

function valuesJson(values: Values): GroupValuesJson {
  trimValues(values)
  return { n: values.n, counts: Object.fromEntries(sorted(values.counts)), truncated: values.truncated }
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}
