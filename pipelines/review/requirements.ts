import { existsSync, readFileSync } from 'node:fs'
import { type AllowedSigner, findAllowedSigner, parseAllowedSigners } from '../../audit/allowed-signers.ts'
import type { ReviewRole } from '../../audit/review/documents.ts'
import { assignRoles, personsOf } from '../../audit/review/persons.ts'
import { APPROVAL_NAMESPACE } from '../../audit/sshsig.ts'
import { nearest } from '../../util/nearest.ts'
import type { KeyPath } from '../../util/yaml-document.ts'
import type { PipelineFile } from '../engine/schema.ts'
import { READINGS } from './reading.ts'

type ReleaseSpec = NonNullable<PipelineFile['release']>

/** The role of those who are listed by name only. */
const PLAIN_ROLE = 'reviewer'

/** The roles that a pipeline asks for: those it names, or one for the plain list of names. */
export function rolesOf(release: ReleaseSpec): readonly ReviewRole[] {
  const reviewers = release.reviewers ?? []
  const names = reviewers.filter((each): each is string => typeof each === 'string')
  const roles = reviewers.filter((each) => typeof each !== 'string')
  const plain = names.length > 0 || roles.length === 0
  return [...(plain ? [{ role: PLAIN_ROLE, principals: names, quorum: release.quorum }] : []), ...roles]
}

/** What the run record says of the review. `roles` only where the pipeline names roles, as in records of old. */
export function reviewOf(release: ReleaseSpec): {
  readonly reviewers: readonly string[]
  readonly quorum: number
  readonly roles?: readonly ReviewRole[]
} {
  const roles = rolesOf(release)
  const named = (release.reviewers ?? []).some((each) => typeof each !== 'string')
  return {
    reviewers: [...new Set(roles.flatMap(({ principals }) => principals))],
    quorum: roles.reduce((sum, { quorum }) => sum + quorum, 0),
    ...(named ? { roles } : {}),
  }
}

/** Names of `allowed_signers` that may sign approvals with one key at least, at some time. Patterns are no names. */
export function approversIn(signers: readonly AllowedSigner[]): readonly string[] {
  const names = signers.flatMap(({ principals }) => principals).filter((name) => !/[*?!]/.test(name))
  return [...new Set(names)].sort().filter((name) => maySign(name, signers))
}

function maySign(principal: string, signers: readonly AllowedSigner[]): boolean {
  return signers.some((signer) => {
    const { validAfter: _a, validBefore: _b, ...line } = signer
    const asked = { principal, publicKey: signer.publicKey, namespace: APPROVAL_NAMESPACE, at: new Date(0) }
    return findAllowedSigner([line], asked).ok
  })
}

type Report = (path: KeyPath, code: string, message: string, next?: string) => void

/**
 * What of a review can be seen to fail before anything runs: a name that no key stands for, a quorum that no choice of
 * persons can meet, a required reading that no dossier has. Without `allowed_signers` a list of names is let pass (a
 * request for review will ask for the file), roles are not.
 */
export function checkReview(
  release: ReleaseSpec,
  stages: readonly string[],
  signersFile: string,
  report: Report,
): void {
  checkReading(release, stages, report)
  const reviewers = release.reviewers ?? []
  const mixed = new Set(reviewers.map((each) => typeof each)).size > 1
  if (mixed) {
    report(
      ['release', 'reviewers'],
      'INVALID',
      'reviewers are either names or roles, not both',
      'write each as { role, principals, quorum }',
    )
    return
  }
  const roles = rolesOf(release)
  const named = typeof reviewers[0] === 'object'
  const at = (role: number, ...more: readonly (string | number)[]): KeyPath =>
    named ? ['release', 'reviewers', role, ...more] : ['release', 'reviewers']
  const double = roles.findIndex(({ role }, i) => roles.findIndex((each) => each.role === role) !== i)
  if (double >= 0) report(at(double, 'role'), 'INVALID', `the role \`${roles[double]!.role}\` is there twice`)
  if (!existsSync(signersFile)) {
    if (named)
      report(
        ['release', 'reviewers'],
        'NO_SIGNERS',
        'there is no allowed_signers file, so nobody could approve',
        'put one beside the pipeline: NAME namespaces="sluice-approval" ssh-ed25519 AAAA… (docs/review.md)',
      )
    return
  }
  // A file that cannot be read is reported with its line by whoever reads the waivers.
  if (release.reviewers === undefined) return
  const signers = parseAllowedSigners(readFileSync(signersFile, 'utf8'), signersFile)
  const known = approversIn(signers)
  roles.forEach(({ principals }, i) => {
    principals.forEach((name, j) => {
      if (maySign(name, signers)) return
      const guess = nearest(name, known)
      report(
        at(i, 'principals', j),
        'UNKNOWN_PRINCIPAL',
        `\`${name}\` has no key in allowed_signers that may sign approvals`,
        guess === undefined ? 'add a line for it with namespaces="sluice-approval"' : `did you mean \`${guess}\`?`,
      )
    })
  })
  checkQuorum(release, roles, signers, at, report)
}

function checkQuorum(
  release: ReleaseSpec,
  roles: readonly ReviewRole[],
  signers: readonly AllowedSigner[],
  at: (role: number, ...more: readonly (string | number)[]) => KeyPath,
  report: Report,
): void {
  const authors = release.separation ? (release.authors ?? []) : []
  unreachable(roles, authors, signers).forEach(({ role, quorum, persons }) => {
    report(
      at(
        roles.findIndex((each) => each.role === role),
        'quorum',
      ),
      'QUORUM_UNREACHABLE',
      quorumWords(role, quorum, persons),
      QUORUM_NEXT,
    )
  })
}

export const QUORUM_NEXT =
  'who submits it and the authors do not count, a person counts once whatever their roles, and names that share a key are one person'

export function quorumWords(role: string, quorum: number, persons: number): string {
  return `the role \`${role}\` needs ${quorum}, and ${persons} different ${persons === 1 ? 'person' : 'persons'} could approve`
}

/** Roles whose quorum no choice of persons meets, with how many could. */
export function unreachable(
  roles: readonly ReviewRole[],
  barred: readonly string[],
  signers: readonly AllowedSigner[],
): readonly { readonly role: string; readonly quorum: number; readonly persons: number }[] {
  const person = personsOf([...roles.flatMap(({ principals }) => principals), ...barred], signers)
  const out = new Set(barred.map((name) => person.get(name)))
  const may = new Map<string, Set<string>>()
  for (const { role, principals } of roles) {
    for (const name of principals) {
      const who = person.get(name)!
      if (!out.has(who)) may.set(who, (may.get(who) ?? new Set()).add(role))
    }
  }
  const filled = [...assignRoles(roles, may).values()]
  return roles
    .map(({ role, quorum }) => ({ role, quorum, persons: filled.filter((each) => each === role).length }))
    .filter(({ quorum, persons }) => persons < quorum)
}

function checkReading(release: ReleaseSpec, stages: readonly string[], report: Report): void {
  ;(release.required_reading ?? []).forEach((name, i) => {
    const reading = READINGS.find((each) => each.name === name)
    const at = ['release', 'required_reading', i]
    if (reading === undefined) {
      const names = READINGS.map((each) => each.name)
      const guess = nearest(name, names)
      const next = guess === undefined ? `there are: ${names.join(', ')}` : `did you mean \`${guess}\`?`
      report(at, 'UNKNOWN_READING', `there is no \`${name}\` in a dossier`, next)
    } else if (reading.uses !== undefined && !stages.includes(reading.uses)) {
      report(
        at,
        'UNKNOWN_READING',
        `no stage with a gate uses \`${reading.uses}\`, so there is no \`${name}\` to read`,
        'give such a stage a gate, or take this out',
      )
    }
  })
}
