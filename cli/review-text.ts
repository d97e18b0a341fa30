import type { ReviewState } from '../audit/review/decide-review.ts'
import type { Approval, ReviewRequest } from '../audit/review/documents.ts'
import { parseApproval } from '../audit/review/documents.ts'
import type { LoggedReview } from '../pipelines/review/review-log.ts'
import type { Decision } from '../policies/engine/decision.ts'

/** A review in words: what is asked, who has said what, what is missing. */
export function reviewText(review: LoggedReview, state: ReviewState, now: Date): string {
  const { request } = review
  const verdicts = review.verdicts.map(({ digest, document }) => verdictLine(digest, parseApproval(document), state))
  const comments = review.comments.map(({ by, created, text }) => `  ${created.slice(0, 16)}  ${by}: ${oneLine(text)}`)
  return [
    `review     ${request.id}: ${review.promoted === undefined ? stateWords(state) : 'promoted'}`,
    ...requestLines(request),
    `open until ${request.expires.slice(0, 16)}Z (${daysLeft(request, now)})`,
    ...state.roles.map(
      ({ role, quorum, counted }) =>
        `role       ${role}: ${counted.length} of ${quorum}${counted.length === 0 ? '' : ` (${counted.join(', ')})`}${waitingFor(request, role, counted, quorum)}`,
    ),
    ...(verdicts.length === 0 ? [] : ['verdicts', ...verdicts]),
    ...(comments.length === 0 ? [] : ['comments (nobody signs these)', ...comments]),
    ...state.reasons.filter(({ about }) => about === '').map(({ code, message }) => `because    ${code}: ${message}`),
    '',
  ].join('\n')
}

/** One line of the list. */
export function reviewLine(review: LoggedReview, state: ReviewState): string {
  const roles = state.roles.map(({ role, quorum, counted }) => `${role} ${counted.length}/${quorum}`).join(', ')
  const word = review.promoted === undefined ? state.state : 'promoted'
  return `${review.request.id}  ${word.padEnd(9)} ${review.request.pipeline.name}  ${roles}, until ${review.request.expires.slice(0, 10)}\n`
}

/** What a signature will say, in plain words, before it is made. */
export function signingText(approval: Approval): string {
  const { request, verdict, reviewer, role, opened } = approval
  const words = {
    approve: `You approve, as ${reviewer} (${role}), that this model is released:`,
    reject: `You reject, as ${reviewer} (${role}), the release of this model:`,
    withdraw: `You take back, as ${reviewer} (${role}), what you signed before (${approval.withdraws?.slice(0, 12)}…) about:`,
  }[verdict]
  return [
    words,
    ...requestLines(request).map((line) => `  ${line}`),
    ...(verdict === 'approve'
      ? [`  having opened: ${opened.map(({ path }) => path).join(', ') || 'nothing (nothing was required)'}`]
      : []),
    `  It counts until ${request.expires.slice(0, 16)}Z, once, and no longer if anything above changes.`,
    '',
  ].join('\n')
}

function requestLines(request: ReviewRequest): readonly string[] {
  const waived = request.decisions.filter(({ outcome }) => outcome === 'waived').map(({ gate }) => gate)
  const reading = request.requires.reading.map(({ name }) => name).join(', ')
  const barred = request.requires.separation.map(({ name, because }) => `${name} (${because})`).join(', ')
  return [
    `pipeline   ${request.pipeline.name}, run ${request.run}`,
    `model      ${request.candidate.digest} (stage ${request.candidate.stage})`,
    `gates      ${request.decisions.map(({ gate, outcome }) => `${gate}: ${outcome}`).join(', ')}`,
    ...(waived.length === 0
      ? []
      : [`waived     ${waived.join(', ')} by ${request.waivers.map(({ id }) => id).join(', ')}`]),
    `policies   ${request.policies.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
    ...(reading === '' ? [] : [`to read    ${reading}`]),
    `asked by   ${request.submitted_by}${barred === '' ? '' : `; may not approve: ${barred}`}`,
  ]
}

function stateWords({ state }: ReviewState): string {
  return {
    waiting: 'waiting for reviewers',
    approved: 'approved, ready to promote',
    rejected: 'rejected',
    expired: 'ended without a release',
    void: 'void: what it was about has changed',
  }[state]
}

function waitingFor(request: ReviewRequest, role: string, counted: readonly string[], quorum: number): string {
  if (counted.length >= quorum) return ''
  const barred = new Set(request.requires.separation.map(({ name }) => name))
  const names = request.requires.roles.find((each) => each.role === role)?.principals ?? []
  const open = names.filter((name) => !counted.includes(name) && !barred.has(name))
  return `, waiting for ${quorum - counted.length} of: ${open.join(', ')}`
}

const DONE = { approve: 'approved', reject: 'rejected', withdraw: 'withdrew' } as const

function verdictLine(digest: string, approval: Approval | undefined, state: ReviewState): string {
  const reason = state.reasons.find(({ about }) => about === digest)
  const said =
    approval === undefined
      ? 'cannot be read'
      : `${approval.created.slice(0, 16)}  ${approval.reviewer} ${DONE[approval.verdict]}${approval.withdraws === null ? '' : ` ${approval.withdraws.slice(0, 12)}`} as ${approval.role}`
  return `  ${digest.slice(0, 12)}  ${said}${reason === undefined ? '' : `; does not count: ${reason.message}`}`
}

function daysLeft(request: ReviewRequest, now: Date): string {
  const days = Math.floor((Date.parse(request.expires) - now.getTime()) / 86_400_000)
  return days < 0 ? 'ended' : days === 0 ? 'ends today' : `${days} ${days === 1 ? 'day' : 'days'} left`
}

/** A decision rule by rule, for a reader at a terminal. */
export function decisionText(decision: Decision): string {
  const rules = decision.rules.map(
    ({ id, verdict, title, explanation }) => `  ${verdict.padEnd(14)} ${id}: ${title}\n${' '.repeat(17)}${explanation}`,
  )
  const findings = (decision.findings ?? []).map(({ code, about, message }) => `  ${code} ${about}: ${message}`)
  return `${[`gate ${decision.gate}: ${decision.outcome}`, ...rules, ...findings].join('\n')}\n`
}

/** Comments are other people's text: no line and no control character of theirs reaches the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()
}
