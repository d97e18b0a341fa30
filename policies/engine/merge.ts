import type { KeyPath, YamlDocument } from '../../util/yaml-document.ts'
import { problemsToError } from '../../util/yaml-document.ts'
import { compareRules, compareWaiverLimits, type PolicyChange } from './compare.ts'
import type { Rule, WaiverLimits } from './schema.ts'

/** A rule and the file that it stands in, so that an error about it finds its place. */
export interface PlacedRule {
  readonly rule: Rule
  readonly at: YamlDocument<unknown>['at']
  /** Its index in that file. */
  readonly index: number
}

/** What the merge needs of a policy: its rules with their places, and its limits on waivers. */
export interface Layer {
  readonly name: string
  readonly rules: readonly PlacedRule[]
  readonly waivers?: WaiverLimits
  /** Place of the key `waivers` in its file. */
  readonly at: YamlDocument<unknown>['at']
}

/**
 * One policy from several, in order: each may add rules, and may restate a rule of one before it only to make it stricter.
 * Nothing is taken away. What would be weaker, or cannot be told, is an error: a rule is loosened by a waiver, with a
 * name and an end, and not by a file that comes later.
 *
 * @throws SluiceError `POLICY_LOOSENS` with the place in the later file and what became weaker.
 */
export function mergeLayers(layers: readonly Layer[]): {
  readonly rules: readonly PlacedRule[]
  readonly waivers?: WaiverLimits
} {
  const merged = new Map<string, PlacedRule>()
  const owners = new Map<string, string>()
  let waivers: WaiverLimits | undefined
  for (const layer of layers) {
    const loosened: Loosened[] = []
    for (const placed of layer.rules) {
      const { id } = placed.rule
      const before = merged.get(id)
      if (before !== undefined) {
        for (const change of compareRules(before.rule, placed.rule)) {
          if (change.direction !== 'stricter')
            loosened.push({ change, layer, path: ['rules', placed.index], owner: owners.get(id)!, id })
        }
      } else owners.set(id, layer.name)
      merged.set(id, placed)
    }
    // A layer that says nothing about waivers keeps what was said before it.
    if (layer.waivers !== undefined) {
      for (const change of waivers === undefined ? [] : compareWaiverLimits(waivers, layer.waivers)) {
        if (change.direction !== 'stricter')
          loosened.push({ change, layer, path: ['waivers'], owner: 'an extended policy', id: 'waivers' })
      }
      waivers = layer.waivers
    }
    if (loosened.length > 0) throw loosens(loosened)
  }
  return { rules: [...merged.values()], ...(waivers === undefined ? {} : { waivers }) }
}

interface Loosened {
  readonly change: Omit<PolicyChange, 'rule'>
  readonly layer: Layer
  readonly path: KeyPath
  readonly owner: string
  readonly id: string
}

function loosens(loosened: readonly Loosened[]) {
  return problemsToError(
    loosened.map(({ change, layer, path, owner, id }) => ({
      code: 'LOOSENS',
      message: `\`${id}\` of ${owner} may only be made stricter: ${change.what}${change.direction === 'other' ? ' (whether that is stricter cannot be told)' : ''}`,
      next: 'keep the rule as it is and give a waiver, or add a rule of your own',
      at: layer.at(path),
    })),
    'POLICY',
  )
}
