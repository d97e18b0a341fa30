import type { Sha256 } from '../../util/digest.ts'
import { sha256 } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'
import type { YamlDocument } from '../../util/yaml-document.ts'
import { loadYaml, problemsToError } from '../../util/yaml-document.ts'
import type { ShapeProblem } from './condition-shape.ts'
import { conditionShape } from './condition-shape.ts'
import type { PolicyFile, Rule, WaiverLimits } from './schema.ts'
import { POLICY_SCHEMA } from './schema.ts'

/** A policy file that satisfies its schema. */
export interface LoadedPolicy {
  readonly file: string
  readonly name: string
  readonly version: number
  readonly title: string
  /** SHA-256 of the canonical JSON of its content: comments and layout do not change it, a threshold does. */
  readonly digest: Sha256
  /** That canonical JSON. */
  readonly canonical: string
  readonly rules: readonly Rule[]
  readonly waivers?: WaiverLimits
  /** Finds line and column of any key. */
  readonly at: YamlDocument<unknown>['at']
}

/**
 * Reads policy files.
 *
 * @throws SluiceError `POLICY_SYNTAX`, `POLICY_UNKNOWN_KEY` (with the nearest known key), `POLICY_INVALID`, each with
 * file, line and column.
 */
export function loadPolicies(files: readonly string[]): readonly LoadedPolicy[] {
  return files.map(loadPolicy)
}

function loadPolicy(file: string): LoadedPolicy {
  const document = loadYaml(file, POLICY_SCHEMA, 'POLICY')
  const policy = document.value as unknown as PolicyFile
  const problems = policy.rules.flatMap((rule, i) => ruleShape(rule, i, policy.rules))
  if (problems.length > 0) {
    throw problemsToError(
      problems.map((problem) => ({ ...problem, at: document.at(problem.path) })),
      'POLICY',
    )
  }
  const canonical = canonicalJson(policy)
  return {
    file,
    name: policy.name,
    version: policy.version,
    title: policy.title,
    digest: sha256(canonical),
    canonical,
    rules: policy.rules,
    ...(policy.waivers === undefined ? {} : { waivers: policy.waivers }),
    at: document.at,
  }
}

function ruleShape(rule: Rule, index: number, rules: readonly Rule[]): readonly ShapeProblem[] {
  const path = ['rules', index]
  const found: ShapeProblem[] = []
  if (rules.findIndex((other) => other.id === rule.id) < index) {
    found.push({ code: 'INVALID', path: [...path, 'id'], message: `the rule id \`${rule.id}\` is used twice` })
  }
  if (rule.effective !== undefined && !isDay(rule.effective)) {
    found.push({ code: 'INVALID', path: [...path, 'effective'], message: '`effective` is not a day of the calendar' })
  }
  if (rule.when !== undefined) found.push(...conditionShape(rule.when, [...path, 'when']))
  return [...found, ...conditionShape(rule.require, [...path, 'require'])]
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00.000Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
