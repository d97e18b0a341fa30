import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyDossier } from '../../audit/dossier/verify-dossier.ts'
import { openBundleSigner } from '../../audit/keys/signer.ts'
import { openKeys } from '../../audit/keys.ts'
import { type Approval, parseApproval, requestDigest } from '../../audit/review/documents.ts'
import { buildDossier } from '../../reports/dossier/build.ts'
import { sha256 } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { DAY0, openReview, PEOPLE, type ReviewDesk, reviewWork, sshSignature } from '../support/review.ts'
import { removeFolder } from '../support/sluice.ts'

/**
 * Somebody who holds the keys of the store builds a dossier with approvals that the command would have refused: both
 * verifiers must find each by itself, one with its own SSH code and one through ssh-keygen.
 */
let dir: string
let r: ReviewDesk
beforeAll(async () => {
  // A line more for `eve` with dan's key: who submitted has a second name. `fay` may sign for a day only.
  dir = reviewWork(0.9, (line) =>
    [
      ...PEOPLE.filter((name) => name !== 'fay').map((name) => `${name} ${line(name)}`),
      `ana ${line('ana2')}`,
      `ben,dan ${line('fay')}`,
    ].join(''),
  )
  r = await openReview(dir)
  await r.ask()
  for (const reviewer of ['ana', 'cy']) r.give({ verdict: 'approve', reviewer })
  r.give({ verdict: 'reject', reviewer: 'ben', role: 'privacy' })
  good = parseApproval(r.review().verdicts[0]!.document)!
})
afterAll(() => removeFolder(dir))

let good: Approval
let serial = 0

interface Bad {
  readonly change?: (approval: Approval) => object
  readonly key?: string
  readonly namespace?: string
  readonly unlogged?: boolean
  readonly withdrawn?: boolean
}

/** Signs and logs an approval without asking whether it may be. */
function forge({ change = () => ({}), key = 'ana', namespace, unlogged, withdrawn }: Bad) {
  serial += 1
  const base = { ...good, nonce: serial.toString(16).padStart(32, '0') }
  const document = Buffer.from(canonicalJson({ ...base, ...change(base) }))
  const { ledger } = r.desk()
  const { run } = r.record
  const digest = sha256(document)
  if (unlogged !== true) ledger.append([{ type: 'review.approved', run, subject: {}, payload: digest }])
  if (withdrawn === true) ledger.append([{ type: 'review.withdrawn', run, subject: { document: digest } }])
  return { id: `a${serial}`, document, signature: sshSignature(dir, key, document, namespace) }
}

const withRequest = (change: object) => (approval: Approval) => {
  const request = { ...approval.request, ...change }
  return { request, release: requestDigest(request) }
}

async function build(name: string, approvals: readonly ReturnType<typeof forge>[]): Promise<string> {
  const store = join(dir, 'store')
  const { folder } = await buildDossier(r.record, {
    store,
    out: join(dir, name),
    keys: openKeys(join(store, 'keys')),
    signer: openBundleSigner(join(store, 'keys')),
    now: () => new Date(DAY0),
    review: { approvals, allowedSigners: readFileSync(join(dir, 'allowed_signers')), approved: true },
  })
  return folder
}

/** Codes by file, as each verifier has them. */
async function found(folder: string): Promise<readonly [ours: unknown, alone: unknown]> {
  const sorted = (list: readonly { readonly code: string; readonly file: string }[]) =>
    list.map(({ code, file }) => `${file.replace(/^approvals\/|\.json$/g, '')} ${code}`).sort()
  const main = join(PACKAGE_ROOT, 'dist/audit/standalone/sluice-verify.js')
  const { stdout } = spawnSync(process.execPath, [main, folder, '--json'])
  const alone = JSON.parse(stdout.toString()) as { findings?: []; problems?: [] }
  return [sorted((await verifyDossier(folder)).findings), sorted(alone.findings ?? alone.problems ?? [])]
}

const CASES: readonly (readonly [string, Bad, readonly string[]])[] = [
  ['in a role that the person does not have', { change: () => ({ role: 'model-risk' }) }, ['ROLE']],
  ['of who submitted', { change: () => ({ reviewer: 'dan' }), key: 'dan' }, ['ROLE', 'SELF']],
  ['with a key that is also that of who submitted', { change: () => ({ reviewer: 'ben' }), key: 'fay' }, ['SELF']],
  ['without the reading', { change: () => ({ opened: [] }) }, ['UNREAD']],
  ['before the request', { change: () => ({ created: '2026-11-01T00:00:00.000Z' }) }, ['TIME']],
  ['signed by another', { key: 'eve' }, ['SIGNER']],
  ['signed for something else', { namespace: 'git' }, ['SIGNATURE']],
  ['that no entry has', { unlogged: true }, ['NOT_LOGGED']],
  ['that was withdrawn', { withdrawn: true }, ['WITHDRAWN']],
  ['of a request that nobody made', { change: withRequest({ nonce: 'e'.repeat(32) }) }, ['NOT_REQUESTED']],
  ['of another run', { change: withRequest({ run: 'r9' }) }, ['NOT_REQUESTED', 'OTHER_RELEASE']],
  ['with other signers', { change: withRequest({ allowed_signers: sha256('x') }) }, ['NOT_REQUESTED', 'SIGNERS']],
  ['with another digest than its request', { change: () => ({ release: sha256('x') }) }, ['NOT_REQUESTED', 'REQUEST']],
  ['that is a rejection', { change: () => ({ verdict: 'reject' }) }, ['VERDICT']],
  ['with a member more', { change: () => ({ more: 1 }) }, ['MALFORMED']],
]

describe('a dossier that says it is approved', () => {
  it('is refused by both verifiers for each approval that does not hold, with its code', async () => {
    const forged = CASES.map(([, bad]) => forge(bad))
    const wanted = [
      ...CASES.flatMap(([, , codes], i) => codes.map((code) => `${forged[i]!.id} APPROVAL_${code}`)),
      'release APPROVAL_QUORUM',
    ]
    const [ours, alone] = await found(await build('bad', forged))
    // Two persons and keys come up again and again here; that is not what is asked.
    const rest = (list: unknown) =>
      (list as readonly string[]).filter((line) => !/APPROVAL_(TWICE|REUSED|OTHER_REQUEST)$/.test(line))
    expect(rest(ours)).toEqual(wanted.sort())
    expect(rest(alone)).toEqual(wanted.sort())
  })

  it('is refused for one person twice, a nonce twice, too few of a role, a rejection that stands', async () => {
    const nonce = 'd'.repeat(32)
    const twice = [forge({ change: () => ({ nonce }) }), forge({ change: () => ({ nonce }), key: 'ana2' })]
    const [first, second] = twice.map(({ id }) => id)
    const [ours, alone] = await found(await build('twice', twice))
    const wanted = [
      `${second} APPROVAL_REUSED`,
      `${second} APPROVAL_TWICE`,
      'release APPROVAL_QUORUM',
      'release APPROVAL_REJECTED',
    ]
    expect([first, ours]).toEqual([first, wanted])
    expect(alone).toEqual(wanted)
  })
})
