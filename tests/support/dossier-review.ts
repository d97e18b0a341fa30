import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../artifacts/store.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { APPROVAL_NAMESPACE, WAIVER_NAMESPACE } from '../../audit/sshsig.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import type { ReviewFiles } from '../../reports/dossier/build.ts'
import { sha256 } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'

export const HAS_SSH = spawnSync('ssh-keygen', ['-?']).error === undefined

/** Makes Ed25519 keys of people in `<dir>/people`, and the file that says that they may sign. */
export function people(dir: string, names: readonly string[]): void {
  mkdirSync(join(dir, 'people'))
  const lines = names.map((name) => {
    const file = join(dir, 'people', name)
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
    if (made.status !== 0) throw new Error(`${made.stderr}`)
    const [type, key] = readFileSync(`${file}.pub`, 'utf8').split(' ')
    return `${name} namespaces="sluice-approval,sluice-waiver" ${type} ${key}`
  })
  writeFileSync(join(dir, 'allowed_signers'), `${lines.join('\n')}\n`)
}

export function sshSign(dir: string, name: string, namespace: string, message: string | Uint8Array): Buffer {
  const file = join(dir, 'people', 'message')
  writeFileSync(file, message)
  const made = spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', join(dir, 'people', name), '-n', namespace, file])
  if (made.status !== 0) throw new Error(`${made.stderr}`)
  const signature = readFileSync(`${file}.sig`)
  spawnSync('rm', [`${file}.sig`])
  return signature
}

/** A waiver of the rule `even-strict`, asked for by one and allowed by another, beside the pipeline. */
export function addWaiver(dir: string): void {
  const waiver = canonicalJson({
    apiVersion: 'sluice/v1',
    kind: 'Waiver',
    id: 'W-1',
    type: 'waiver',
    rules: ['even-strict'],
    subject: { pipeline: 'dossier', gate: 'lines' },
    reason: 'odd rows come with the next delivery',
    ticket: 'T-1',
    compensating_control: 'a person reads every row',
    requested_by: 'cleo',
    approved_by: 'dan',
    not_before: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
    expires: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
  })
  mkdirSync(join(dir, 'waivers'))
  writeFileSync(join(dir, 'waivers/W-1.json'), waiver)
  writeFileSync(join(dir, 'waivers/W-1.json.requested.sig'), sshSign(dir, 'cleo', WAIVER_NAMESPACE, waiver))
  writeFileSync(join(dir, 'waivers/W-1.json.approved.sig'), sshSign(dir, 'dan', WAIVER_NAMESPACE, waiver))
}

/** Two approvals of a run, as reviewers sign them, logged as a review logs them. */
export function approve(dir: string, record: RunRecord): ReviewFiles {
  const store = openStore(join(dir, 'store'))
  const ledger = openLedger(join(dir, 'store/ledger'), openKeys(join(dir, 'store/keys')))
  const allowedSigners = readFileSync(join(dir, 'allowed_signers'))
  const policies = new Map(
    record.decisions.flatMap(({ decision }) => decision.policies.map((each) => [each.digest, each])),
  )
  const now = new Date()
  const request = {
    v: 1,
    kind: 'ReviewRequest',
    id: 'R-1',
    run: record.run,
    pipeline: { name: record.pipeline.name, digest: record.pipeline.digest },
    candidate: { stage: 'train', digest: record.release?.candidate?.model.digest },
    policies: [...policies.values()].map(({ name, version, digest }) => ({ name, version, digest })),
    decisions: record.decisions.map(({ gate, digest, decision: { outcome } }) => ({ gate, outcome, digest })),
    waivers: (record.waivers?.documents ?? []).map(({ id, document }) => ({ id, digest: document })),
    checkpoint: ledger.checkpoint(),
    created: now.toISOString(),
    expires: new Date(now.getTime() + 86_400_000).toISOString(),
    nonce: 'a1b2c3d4'.repeat(4),
    allowed_signers: sha256(allowedSigners),
    requires: { roles: wantedRoles(record), separation: [{ name: 'cleo', because: 'submitted' }], reading: [] },
    submitted_by: 'cleo',
  }
  const digest = store.putJson(request, 'redacted').sha256
  ledger.append([{ type: 'review.requested', run: record.run, subject: { request: digest }, payload: digest }])
  const approvals = ['ana', 'ben'].map((reviewer) => {
    const document = canonicalJson({
      v: 1,
      kind: 'Approval',
      verdict: 'approve',
      reviewer,
      role: 'reviewer',
      release: digest,
      request,
      nonce: sha256(reviewer).slice(0, 32),
      created: now.toISOString(),
      opened: [],
      comment: null,
      withdraws: null,
    })
    const payload = store.put(document, 'redacted').sha256
    ledger.append([{ type: 'review.approved', run: record.run, subject: { request: digest }, payload }])
    const signature = sshSign(dir, reviewer, APPROVAL_NAMESPACE, document)
    return { id: reviewer, document: Buffer.from(document), signature }
  })
  return { approvals, allowedSigners, approved: true }
}

function wantedRoles(record: RunRecord): unknown {
  const { roles, quorum } = record.release as { readonly roles?: unknown; readonly quorum?: number }
  return roles ?? [{ role: 'reviewer', principals: ['ana', 'ben'], quorum }]
}
