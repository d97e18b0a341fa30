import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import { packageFile } from '../../util/package-root.ts'
import { loadYaml, problemsToError } from '../../util/yaml-document.ts'
import {
  REGULATION_FACTS_SCHEMA,
  REGULATION_SCHEMA,
  type RegulationFacts,
  type RegulationPack,
} from './regulation-schema.ts'

/** Names of the regulation packs that ship. */
export function shippedRegulations(): readonly string[] {
  return readdirSync(packageFile('policies/regulations'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()
}

/**
 * Reads a regulation pack: the name of one that ships, or a path (with a `/` or ending in `.yaml`).
 *
 * @throws SluiceError `REGULATION_UNKNOWN`, `REGULATION_SYNTAX`, `REGULATION_UNKNOWN_KEY`, `REGULATION_INVALID`, with its place.
 */
export function loadRegulation(ref: string, baseDir = process.cwd()): RegulationPack {
  const path = ref.includes('/') || ref.endsWith('.yaml')
  if (!path && !shippedRegulations().includes(ref)) {
    const guess = nearest(ref, shippedRegulations())
    throw new SluiceError({
      code: 'REGULATION_UNKNOWN',
      message: `no regulation pack \`${ref}\` ships`,
      next:
        guess === undefined
          ? `take one of ${shippedRegulations().join(', ')}, or a path`
          : `did you mean \`${guess}\`?`,
    })
  }
  const file = path ? resolve(baseDir, ref) : packageFile(`policies/regulations/${ref}.yaml`)
  const document = loadYaml(file, REGULATION_SCHEMA, 'REGULATION')
  const pack = document.value
  const problems = pack.clauses.flatMap((clause, i) => {
    const forms = (clause.evidence ?? []).flatMap((wanted, k) =>
      Object.keys(wanted).length === 1
        ? []
        : [{ path: ['evidence', k], message: 'needs exactly one of rule, metric, document, log' }],
    )
    const facts = (clause.applies_when ?? []).flatMap((fact, k) =>
      Object.hasOwn(pack.facts, fact)
        ? []
        : [{ path: ['applies_when', k], message: `the pack asks for no fact \`${fact}\`` }],
    )
    const twice = pack.clauses.findIndex(({ id }) => id === clause.id) < i
    const empty =
      (clause.evidence ?? []).length === 0 && clause.needs_human === undefined && clause.out_of_scope === undefined
    return [
      ...forms,
      ...facts,
      ...(twice ? [{ path: ['id'], message: `the clause \`${clause.id}\` is there twice` }] : []),
      ...(empty ? [{ path: ['id'], message: 'a clause without evidence needs `needs_human` or `out_of_scope`' }] : []),
    ].map(({ path, message }) => ({ code: 'INVALID', message, at: document.at(['clauses', i, ...path]) }))
  })
  if (problems.length > 0) throw problemsToError(problems, 'REGULATION')
  return pack
}

/**
 * Reads declared facts. One that none of the packs asks for is a slip: the fact that was meant would stay open.
 *
 * @throws SluiceError `REGULATION_FACTS_…`, with its place.
 */
export function loadRegulationFacts(file: string, packs: readonly RegulationPack[]): RegulationFacts {
  const document = loadYaml(file, REGULATION_FACTS_SCHEMA, 'REGULATION_FACTS')
  const known = [...packs, ...shippedRegulations().map((name) => loadRegulation(name))].flatMap(({ facts }) =>
    Object.keys(facts),
  )
  const problems = Object.keys(document.value.facts)
    .filter((fact) => !known.includes(fact))
    .map((fact) => {
      const guess = nearest(fact, known)
      return {
        code: 'UNKNOWN_FACT',
        message: `no pack asks for the fact \`${fact}\``,
        ...(guess === undefined ? {} : { next: `did you mean \`${guess}\`?` }),
        at: document.at(['facts', fact]),
      }
    })
  if (problems.length > 0) throw problemsToError(problems, 'REGULATION_FACTS')
  return document.value
}
