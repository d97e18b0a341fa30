import type { Sha256 } from '../../util/digest.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import type { KeyPath, YamlDocument } from '../../util/yaml-document.ts'
import { parseYaml, problemsToError } from '../../util/yaml-document.ts'
import type { ShapeProblem } from './condition-shape.ts'
import { conditionShape } from './condition-shape.ts'
import { checkPolicyLock, type PolicyLock } from './lock.ts'
import { type Layer, mergeLayers, type PlacedRule } from './merge.ts'
import { type PolicySource, readPolicyRef } from './refs.ts'
import type { PolicyFile, Rule, WaiverLimits } from './schema.ts'
import { POLICY_SCHEMA } from './schema.ts'

/** A policy file that satisfies its schema, with all that it extends. */
export interface LoadedPolicy {
  readonly file: string
  readonly name: string
  readonly version: number
  readonly title: string
  /**
   * SHA-256 of the canonical JSON of its content, after `extends`: comments and layout do not change it, a threshold
   * does, also one of a policy that it extends.
   */
  readonly digest: Sha256
  /** That canonical JSON. */
  readonly canonical: string
  readonly rules: readonly Rule[]
  readonly waivers?: WaiverLimits
  /** References of the policies that it extends, directly or not, the first one first. */
  readonly extends?: readonly string[]
  /** Finds line and column of any key. */
  readonly at: YamlDocument<unknown>['at']
}

export interface LoadPoliciesOptions {
  /** Folder that references are relative to. Default: the current one. */
  readonly baseDir?: string
  /** Every policy must be what this says. */
  readonly lock?: PolicyLock
}

/**
 * Reads policies by reference (`readPolicyRef` says which forms there are), each with what it extends.
 *
 * @throws SluiceError `POLICY_SYNTAX`, `POLICY_UNKNOWN_KEY` (with the nearest known key), `POLICY_INVALID`, `POLICY_LOOSENS`,
 * each with file, line and column; `POLICY_EXTENDS_ITSELF`; `POLICY_NOT_LOCKED` and `POLICY_LOCK_MISMATCH` (exit 4).
 */
export function loadPolicies(refs: readonly string[], options: LoadPoliciesOptions = {}): readonly LoadedPolicy[] {
  const baseDir = options.baseDir ?? process.cwd()
  return refs.map((ref) => {
    const policy = loadPolicy(ref, baseDir)
    if (options.lock !== undefined) checkPolicyLock(options.lock, ref, baseDir, policy)
    return policy
  })
}

function loadPolicy(ref: string, baseDir: string): LoadedPolicy {
  const source = readPolicyRef(ref, baseDir)
  const own = readOne(source)
  const extended: string[] = []
  const layers = [...parentLayers(own, source, [source.identity], extended), layerOf(own)]
  const { rules, waivers } = mergeLayers(layers)
  const policy = own.value as unknown as PolicyFile
  const { extends: _, ...kept } = policy
  const resolved = {
    ...kept,
    rules: rules.map(({ rule }) => rule),
    ...(waivers === undefined ? {} : { waivers }),
  }
  const canonical = canonicalJson(resolved)
  return {
    file: source.file,
    name: policy.name,
    version: policy.version,
    title: policy.title,
    digest: sha256(canonical),
    canonical,
    rules: resolved.rules,
    ...(waivers === undefined ? {} : { waivers }),
    ...(extended.length === 0 ? {} : { extends: extended }),
    at: (path) => placeIn(path, rules, own),
  }
}

/** Layers of everything that a policy extends, each parent's own parents before it. */
function parentLayers(
  document: YamlDocument<unknown>,
  source: PolicySource,
  path: readonly string[],
  extended: string[],
): readonly Layer[] {
  const refs = (document.value as PolicyFile).extends ?? []
  return refs.flatMap((ref, i) => {
    if (source.folder === undefined && !/^(sluice|npm|git):/.test(ref)) {
      throw new SluiceError({
        code: 'POLICY_REF_INVALID',
        message: 'a policy in a commit of git cannot extend a path',
        next: 'write `git:FOLDER@COMMIT#path.yaml` there too',
        at: document.at(['extends', i]),
      })
    }
    const parent = readPolicyRef(ref, source.folder ?? process.cwd())
    if (path.includes(parent.identity)) {
      throw new SluiceError({
        code: 'POLICY_EXTENDS_ITSELF',
        message: `\`${ref}\` extends this policy in turn`,
        next: 'take one of the two `extends` out',
        at: document.at(['extends', i]),
      })
    }
    const own = readOne(parent)
    const layers = [...parentLayers(own, parent, [...path, parent.identity], extended), layerOf(own)]
    extended.push(ref)
    return layers
  })
}

function readOne(source: PolicySource): YamlDocument<unknown> {
  const document = parseYaml(source.file, source.text, POLICY_SCHEMA, 'POLICY')
  const policy = document.value as unknown as PolicyFile
  const problems = [
    ...(policy.rules.length === 0 && (policy.extends ?? []).length === 0
      ? [{ code: 'INVALID' as const, path: ['rules'], message: '`rules` must not be empty where nothing is extended' }]
      : []),
    ...policy.rules.flatMap((rule, i) => ruleShape(rule, i, policy.rules)),
  ]
  if (problems.length === 0) return document
  throw problemsToError(
    problems.map((problem) => ({ ...problem, at: document.at(problem.path) })),
    'POLICY',
  )
}

function layerOf(document: YamlDocument<unknown>): Layer {
  const policy = document.value as PolicyFile
  return {
    name: policy.name,
    rules: policy.rules.map((rule, index) => ({ rule, index, at: document.at })),
    ...(policy.waivers === undefined ? {} : { waivers: policy.waivers }),
    at: document.at,
  }
}

/** `rules.3` of the merged policy may be `rules.0` of another file. */
function placeIn(path: KeyPath, rules: readonly PlacedRule[], own: YamlDocument<unknown>) {
  const [first, index, ...rest] = path
  const placed = first === 'rules' && typeof index === 'number' ? rules[index] : undefined
  return placed === undefined ? own.at(path) : placed.at(['rules', placed.index, ...rest])
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
