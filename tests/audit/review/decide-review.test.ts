import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideReview, type SignedVerdict } from '../../../audit/review/decide-review.ts'
import { type Approval, parseApproval, type ReviewRequest, requestDigest } from '../../../audit/review/documents.ts'
import { sha256 } from '../../../util/digest.ts'
import { canonicalJson } from '../../../util/json.ts'
import { sshKey } from '../../support/ssh-key.ts'

/** `ana` has two keys; `bea` is another name for `ben`'s key; `old` ends on the 5th; `git` may only sign commits. */
const SIGNERS = Buffer.from(
  [
    `ana ${sshKey('ana').line}`,
    `ana ${sshKey('ana2').line}`,
    `ben,bea ${sshKey('ben').line}`,
    `bea ${sshKey('bea').line}`,
    `cy ${sshKey('cy').line}`,
    `dan ${sshKey('dan').line}`,
    `dan2,dan ${sshKey('dan2').line}`,
    `old valid-before="20261205Z" ${sshKey('old').line}`,
    `git namespaces="git" ${sshKey('git').line}`,
    '',
  ].join('\n'),
)
const FILE = { path: 'report.html', sha256: sha256('report') }
const REQUEST: ReviewRequest = {
  v: 1,
  kind: 'ReviewRequest',
  id: 'r1.abc',
  run: 'r1',
  pipeline: { name: 'desk', digest: sha256('pipeline') },
  candidate: { stage: 'train', digest: sha256('model') },
  decisions: [{ gate: 'release', outcome: 'pass', digest: sha256('decision') }],
  policies: [{ name: 'p', version: 1, digest: sha256('policy') }],
  waivers: [],
  checkpoint: 'log\n7\nroot\n\nsignature\n',
  allowed_signers: sha256(SIGNERS),
  requires: {
    roles: [
      { role: 'privacy', principals: ['ana', 'ben', 'bea', 'dan', 'dan2', 'old', 'git'], quorum: 1 },
      { role: 'model-risk', principals: ['ana', 'cy', 'ben'], quorum: 1 },
    ],
    reading: [{ name: 'report', files: [FILE] }],
    separation: [{ name: 'dan', because: 'submitted' }],
  },
  submitted_by: 'dan',
  created: '2026-12-01T00:00:00.000Z',
  expires: '2026-12-15T00:00:00.000Z',
  nonce: '0'.repeat(32),
}
const NOW = new Date('2026-12-10T00:00:00.000Z')

let serial = 0
function approval(change: Partial<Approval> = {}): Approval {
  serial += 1
  const request = change.request ?? REQUEST
  return {
    v: 1,
    kind: 'Approval',
    verdict: 'approve',
    reviewer: 'ana',
    role: 'privacy',
    release: requestDigest(request),
    request,
    opened: [FILE],
    comment: null,
    withdraws: null,
    created: '2026-12-03T00:00:00.000Z',
    nonce: serial.toString(16).padStart(32, '0'),
    ...change,
  }
}
function signed(change: Partial<Approval> = {}, key = change.reviewer ?? 'ana', namespace?: string): SignedVerdict {
  const document = Buffer.from(canonicalJson(approval(change)))
  return { document, signature: sshKey(key).sign(document, namespace) }
}
const decide = (verdicts: readonly SignedVerdict[], now = NOW, signers: Uint8Array = SIGNERS) =>
  decideReview(REQUEST, verdicts, now, signers)
const cy = signed({ reviewer: 'cy', role: 'model-risk' })
const ana = signed()
const digest = ({ document }: SignedVerdict): string => sha256(document)

describe('a review is decided by', () => {
  it('a quorum of each role, each person once', () => {
    expect(decide([])).toEqual({
      state: 'waiting',
      roles: [
        { role: 'privacy', quorum: 1, counted: [] },
        { role: 'model-risk', quorum: 1, counted: [] },
      ],
      counted: [],
      reasons: [],
    })
    expect(decide([ana]).state).toBe('waiting')
    expect(decide([ana, cy])).toEqual({
      state: 'approved',
      roles: [
        { role: 'privacy', quorum: 1, counted: ['ana'] },
        { role: 'model-risk', quorum: 1, counted: ['cy'] },
      ],
      counted: [digest(ana), digest(cy)].sort(),
      reasons: [],
    })
  })

  const other: ReviewRequest = { ...REQUEST, nonce: '1'.repeat(32) }
  const table: readonly (readonly [string, SignedVerdict, string])[] = [
    ['of another request', signed({ request: other }), 'APPROVAL_OTHER_REQUEST'],
    [
      'whose request was edited',
      signed({ request: { ...REQUEST, expires: '2027-12-15T00:00:00.000Z' } }),
      'APPROVAL_OTHER_REQUEST',
    ],
    ['signed for git', signed({}, 'ana', 'git'), 'APPROVAL_NAMESPACE'],
    ['changed after it was signed', { ...ana, document: signed({ reviewer: 'ana' }).document }, 'APPROVAL_SIGNATURE'],
    ['with no signature', { ...ana, signature: Buffer.from('') }, 'APPROVAL_SIGNATURE'],
    ['in the name of another', signed({ reviewer: 'ben' }, 'ana'), 'APPROVAL_SIGNER_OTHER_KEY'],
    ['of somebody unknown', signed({ reviewer: 'zoe' }, 'ana'), 'APPROVAL_SIGNER_UNKNOWN'],
    ['with a key for other things', signed({ reviewer: 'git' }), 'APPROVAL_SIGNER_NAMESPACE'],
    ['with a key that has ended since', signed({ reviewer: 'old' }), 'APPROVAL_SIGNER_TOO_LATE'],
    ['in a role that they do not have', signed({ reviewer: 'cy' }), 'APPROVAL_ROLE'],
    ['in a role that nobody has', signed({ role: 'boss' }), 'APPROVAL_ROLE'],
    ['of who submitted it', signed({ reviewer: 'dan' }), 'APPROVAL_SELF'],
    ['of who submitted it, under another name with a shared key', signed({ reviewer: 'dan2' }), 'APPROVAL_SELF'],
    ['without the required reading', signed({ opened: [] }), 'APPROVAL_UNREAD'],
    ['that opened another report', signed({ opened: [{ ...FILE, sha256: sha256('x') }] }), 'APPROVAL_UNREAD'],
    ['before the request', signed({ created: '2026-11-30T00:00:00.000Z' }), 'APPROVAL_TIME'],
    ['after the end', signed({ created: '2026-12-15T00:00:00.001Z' }), 'APPROVAL_TIME'],
    ['that is no document', { ...ana, document: Buffer.from('{}') }, 'APPROVAL_MALFORMED'],
    ['with a member more', pretty({ ...approval(), more: 1 }), 'APPROVAL_MALFORMED'],
    ['with another digest than that of its request', signed({ release: sha256('x') }), 'APPROVAL_MALFORMED'],
    [
      'withdrawing what nobody signed',
      signed({ verdict: 'withdraw', withdraws: sha256('x') }),
      'WITHDRAWAL_OF_NOTHING',
    ],
  ]
  it.each(table)('and not by an approval %s', (_, verdict, code) => {
    const { state, roles, reasons } = decide([cy, verdict])
    expect([state, roles[0]!.counted, reasons.map((each) => [each.code, each.about])]).toEqual([
      'waiting',
      [],
      [[code, digest(verdict)]],
    ])
  })

  it('not by the same person twice: a second key, a second role, a second name with a shared key', () => {
    const two = { ...REQUEST, requires: { ...REQUEST.requires, roles: [{ ...REQUEST.requires.roles[0]!, quorum: 2 }] } }
    const by = (change: Partial<Approval>, key?: string) => signed({ request: two, ...change }, key)
    const state = (...verdicts: readonly SignedVerdict[]) => decideReview(two, verdicts, NOW, SIGNERS)
    expect(state(by({}), by({}, 'ana2'))).toMatchObject({ state: 'waiting', reasons: [{ code: 'APPROVAL_TWICE' }] })
    expect(state(by({ reviewer: 'ben' }), by({ reviewer: 'bea' }))).toMatchObject({
      state: 'waiting',
      reasons: [{ code: 'APPROVAL_TWICE' }],
    })
    expect(state(by({}), by({ reviewer: 'ben' })).state).toBe('approved')
    // In both roles `ana` stands for one only, whichever is needed.
    const both = [signed(), signed({ role: 'model-risk' })]
    expect(decide(both).state).toBe('waiting')
    expect(decide([...both, cy]).roles.map(({ counted }) => counted)).toEqual([['ana'], ['cy']])
    expect(decide([...both, signed({ reviewer: 'ben' })]).roles.map(({ counted }) => counted)).toEqual([
      ['ben'],
      ['ana'],
    ])
  })

  it('a rejection, until the same reviewer withdraws it', () => {
    const no = signed({ verdict: 'reject', reviewer: 'ben', role: 'model-risk', opened: [] })
    expect(decide([ana, cy, no])).toMatchObject({ state: 'rejected', reasons: [{ code: 'REVIEW_REJECTED' }] })
    const back = (reviewer: string, role: string) =>
      signed({ verdict: 'withdraw', reviewer, role, withdraws: digest(no) })
    expect(decide([ana, cy, no, back('cy', 'model-risk')]).state).toBe('rejected')
    expect(decide([ana, cy, no, back('ben', 'model-risk')]).state).toBe('approved')
    // Its key has ended since: it still stands.
    expect(decide([ana, cy, signed({ verdict: 'reject', reviewer: 'old' })]).state).toBe('rejected')
  })

  it('no approval that was withdrawn, also when it is sent again', () => {
    const back = signed({ verdict: 'withdraw', withdraws: digest(ana) })
    expect(decide([ana, cy, back, ana])).toMatchObject({ state: 'waiting', reasons: [{ code: 'APPROVAL_WITHDRAWN' }] })
    expect(decide([ana, cy, back, signed()]).state).toBe('approved')
  })

  it('an open request with the signers that it pinned', () => {
    expect(decide([ana, cy], new Date('2026-12-15T00:00:00.000Z')).state).toBe('approved')
    expect(decide([ana, cy], new Date('2026-12-15T00:00:00.001Z')).state).toBe('expired')
    expect(decide([ana, cy], new Date(Number.NaN)).state).not.toBe('approved')
    const more = Buffer.concat([SIGNERS, Buffer.from(`eve ${sshKey('eve').line}\n`)])
    expect(decide([ana, cy], NOW, more)).toMatchObject({ state: 'void', reasons: [{ code: 'REVIEW_SIGNERS_CHANGED' }] })
  })

  it('a nonce once: the first document with it counts', () => {
    const nonce = 'f'.repeat(32)
    const [first, second] = [signed({ nonce }), signed({ nonce, role: 'model-risk' })]
    expect(decide([first, second, cy]).reasons.map(({ code }) => code)).toEqual(['APPROVAL_NONCE_REUSED'])
  })
})

function pretty(value: unknown): SignedVerdict {
  const document = Buffer.from(canonicalJson(value))
  return { document, signature: sshKey('ana').sign(document) }
}

/** Verdicts of all kinds, good ones and bad ones; made once, since each costs a signature. */
const reject = signed({ verdict: 'reject', reviewer: 'ben' })
const GOOD = [
  signed(),
  signed({}, 'ana2'),
  signed({ role: 'model-risk' }),
  signed({ reviewer: 'ben' }),
  signed({ reviewer: 'ben', role: 'model-risk' }),
  signed({ reviewer: 'bea' }),
  cy,
]
const BAD = [
  signed({ opened: [] }),
  signed({ reviewer: 'dan' }),
  signed({ reviewer: 'dan2' }),
  signed({ reviewer: 'cy' }),
  signed({ reviewer: 'cy', role: 'model-risk' }, 'ana'),
  signed({ created: '2027-01-01T00:00:00.000Z' }),
  signed({}, 'ana', 'file'),
  { ...cy, signature: ana.signature },
]
const OTHER = [
  reject,
  signed({ verdict: 'withdraw', reviewer: 'ben', withdraws: digest(reject) }),
  signed({ verdict: 'withdraw', withdraws: digest(GOOD[0]!) }),
]

describe('whatever comes in', () => {
  const RUNS = { numRuns: Number(process.env['SLUICE_REVIEW_RUNS'] ?? 25) }
  const some = fc.subarray([...GOOD, ...BAD, ...OTHER])

  it('the order and repetition of verdicts change nothing', () => {
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (given, keys) => {
        const shuffled = [...given, ...given.slice(0, 2)]
          .map((verdict) => [keys.next().value as number, verdict] as const)
          .sort(([a], [b]) => a - b)
          .map(([, verdict]) => verdict)
        expect(decide(shuffled)).toEqual(decide(given))
      }),
      RUNS,
    )
  })

  it('an invalid approval never approves, and a valid one never takes an approval away', () => {
    fc.assert(
      fc.property(some, fc.constantFrom(...BAD), fc.constantFrom(...GOOD), (given, bad, good) => {
        const before = decide(given)
        expect(decide([...given, bad])).toMatchObject({
          state: before.state,
          roles: before.roles,
          counted: before.counted,
        })
        if (before.state === 'approved') expect(decide([...given, good]).state).toBe('approved')
      }),
      RUNS,
    )
  })

  it('a document with one byte changed never counts', () => {
    fc.assert(
      fc.property(fc.nat(ana.document.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const document = Buffer.from(ana.document)
        document[at] = document[at]! ^ flip
        expect(decide([{ ...ana, document }, cy]).state).toBe('waiting')
      }),
      RUNS,
    )
  })

  it('what is read is what is written', () => {
    const read = parseApproval(ana.document)!
    expect(canonicalJson(read)).toBe(Buffer.from(ana.document).toString())
    for (const end of [0, 1, 100, ana.document.length - 1]) {
      expect(parseApproval(ana.document.subarray(0, end))).toBeUndefined()
    }
  })
})
