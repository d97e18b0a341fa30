import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBundleSigner } from '../../audit/keys/signer.ts'
import { openKeys } from '../../audit/keys.ts'
import type { SignedVerdict } from '../../audit/review/decide-review.ts'
import { APPROVAL_NAMESPACE } from '../../audit/sshsig.ts'
import { loadRun } from '../../pipelines/engine/history.ts'
import { runPipeline } from '../../pipelines/engine/run.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { type Desk, openDesk } from '../../pipelines/review/desk.ts'
import { openReading } from '../../pipelines/review/opened.ts'
import { findReview, type LoggedReview, loggedReviews } from '../../pipelines/review/review-log.ts'
import { takeVerdict, type VerdictInput, verdictDocument } from '../../pipelines/review/verdict.ts'
import { type Promoted, promote } from '../../reports/dossier/promote.ts'
import { requestReview } from '../../reports/dossier/request-review.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { workFolder } from './sluice.ts'

const POLICY = (id: string, require: string) => `apiVersion: sluice/v1
kind: Policy
name: ${id}
version: 1
title: A policy of a test
rules:
  - id: ${id}
    title: Few rows are even
    severity: block
    require: ${require}
    remediation: give odd rows
    because: a test of reviews
`
const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: desk
purpose: tests
owner: tests
seed: 1
stages:
  lines: { uses: ./lines.mjs, with: { rows: 23, per_task: 5 }, gate: even.yaml }
  train: { uses: ./train.mjs, needs: [lines] }
release:
  candidate: train
  gate: loss.yaml
  expires_days: 14
  required_reading: [report, decisions]
  authors: [fay]
  reviewers:
    - { role: privacy, principals: [ana, ben], quorum: 1 }
    - { role: model-risk, principals: [ben, cy], quorum: 1 }
`

/** Names with a key each; `ana` has a second one, and `dan` submits. */
export const PEOPLE = ['ana', 'ben', 'cy', 'dan', 'eve', 'fay'] as const

/** A folder with a pipeline that ends in a candidate (if `limit` lets it), and keys made by ssh-keygen. */
export function reviewWork(limit = 0.9, signers: (line: (name: string) => string) => string = plainSigners): string {
  const dir = workFolder('review', {
    'p.yaml': PIPELINE,
    'even.yaml': POLICY('even-share', `{ metric: even_share, at_most: ${limit} }`),
    'loss.yaml': POLICY('loss', '{ metric: train.loss, at_most: 2 }'),
  })
  for (const name of ['lines.mjs', 'train.mjs']) {
    cpSync(join(PACKAGE_ROOT, 'tests/support/stages', name), join(dir, name))
  }
  mkdirSync(join(dir, 'keys'))
  for (const name of [...PEOPLE, 'ana2']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, 'keys', name)])
  }
  const line = (name: string) => readFileSync(join(dir, 'keys', `${name}.pub`), 'utf8')
  writeFileSync(join(dir, 'allowed_signers'), signers(line))
  return dir
}

export function plainSigners(line: (name: string) => string): string {
  return `${PEOPLE.map((name) => `${name} ${line(name)}`).join('')}ana ${line('ana2')}`
}

export function sshSignature(dir: string, key: string, document: Uint8Array, namespace = APPROVAL_NAMESPACE): Buffer {
  return execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', join(dir, 'keys', key)], {
    input: document,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

/** A review as people do it, with the time as a parameter. */
export interface ReviewDesk {
  readonly dir: string
  readonly record: RunRecord
  desk(now?: string): Desk
  ask(by?: string, now?: string): Promise<LoggedReview>
  review(named?: string): LoggedReview
  /** Opens all, signs, and takes in. */
  give(input: VerdictInput, options?: { readonly key?: string; readonly now?: string; readonly read?: boolean }): string
  signed(input: VerdictInput, options?: { readonly key?: string; readonly now?: string }): SignedVerdict
  promote(now?: string, out?: string): Promise<Promoted>
}

export const DAY0 = '2026-12-01T09:00:00.000Z'

export async function openReview(dir: string, now = DAY0): Promise<ReviewDesk> {
  const store = join(dir, 'store')
  const clock = (time: string) => () => new Date(time)
  const { run } = await runPipeline(join(dir, 'p.yaml'), { store, jobs: 1, now: clock(now) })
  return deskOf(dir, loadRun(store, run))
}

export function deskOf(dir: string, record: RunRecord): ReviewDesk {
  const store = join(dir, 'store')
  const keys = openKeys(join(store, 'keys'))
  const desk = (now = DAY0) => openDesk(store, keys, () => new Date(now))
  const review = (named?: string) => {
    const at = desk()
    return findReview(loggedReviews(at.ledger, at.store), named)
  }
  const read = (reviewer: string) => {
    const { request } = review()
    for (const { name } of request.requires.reading) openReading(store, request, name, reviewer)
  }
  const signed: ReviewDesk['signed'] = (input, { key = input.reviewer, now = DAY0 } = {}) => {
    const document = verdictDocument(store, review(), input, desk(now).now())
    return { document, signature: sshSignature(dir, key, document) }
  }
  return {
    dir,
    record,
    desk,
    review,
    ask: (by = 'dan', now = DAY0) => requestReview(desk(now), record, by),
    signed,
    give(input, options = {}) {
      if (options.read !== false) read(input.reviewer)
      takeVerdict(desk(options.now), review(), signed(input, options))
      return review().verdicts.at(-1)!.digest
    },
    promote: (now = DAY0, out = join(dir, 'release')) =>
      promote({ desk: desk(now), named: undefined, out, signer: openBundleSigner(join(store, 'keys')) }),
  }
}
