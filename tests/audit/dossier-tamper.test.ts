import { generateKeyPairSync } from 'node:crypto'
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signerOf } from '../../audit/keys/signer.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { APPROVAL_NAMESPACE, WAIVER_NAMESPACE } from '../../audit/sshsig.ts'
import { archiveDossier } from '../../reports/dossier/build.ts'
import { sha256 } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'
import { buildWork, dossierWork, runWork } from '../support/dossier.ts'
import { addWaiver, approve, HAS_SSH, people, sshSign } from '../support/dossier-review.ts'
import { removeFolder } from '../support/sluice.ts'
import { type Attack, type Loose, pretty, startAttack, verdicts, withPayload } from '../support/tamper.ts'

/** A manipulation, and the codes that both verifiers must give: these and no others. */
type Case = readonly [name: string, codes: readonly string[], attack: (a: Attack) => unknown]

/** Two producers: one whose release nobody reviewed, and one with a waiver and two approvals. Each is the other's stranger. */
let plain: { readonly work: string; readonly dossier: string }
let reviewed: { readonly work: string; readonly dossier: string }
let count = 0
/** The file of the entry of a type in the dossier. */
const entryOf = (a: Attack, type: string): string =>
  JSON.parse(a.read('release.json').toString('utf8'))
    .entries.map((each: Loose) => each.file)
    .find((file: string) => a.read(file).includes(`"type":"${type}"`))
const policyOf = (a: Attack, name: string): string =>
  JSON.parse(a.read('release.json').toString('utf8')).files.find((file: Loose) =>
    file.path.startsWith(`policies/${name}@`),
  ).path

beforeAll(async () => {
  const work = dossierWork()
  const run = await runWork(work)
  // So that the checkpoint of the dossier is not that of the run.
  const later = { type: 'checkpoint.exported', run: 'log', subject: { to: 'file' } }
  openLedger(join(work, 'store/ledger'), openKeys(join(work, 'store/keys'))).append([later])
  plain = { work, dossier: (await buildWork(work, run, 'dossier')).folder }
  const other = dossierWork({ strict: HAS_SSH })
  if (HAS_SSH) {
    people(other, ['ana', 'ben', 'cleo', 'dan', 'eve'])
    addWaiver(other)
  }
  const record = await runWork(other)
  const built = await buildWork(other, record, 'dossier', HAS_SSH ? { review: approve(other, record) } : {})
  reviewed = { work: other, dossier: built.folder }
})
afterAll(() => {
  for (const { work } of [plain, reviewed]) removeFolder(work)
})

/** Changes a byte in the middle of a file. */
const flip = (a: Attack, path: string, at = 0.5): void => {
  const bytes = a.read(path)
  const place = Math.floor(bytes.length * at)
  bytes[place] = bytes[place] === 0x41 ? 0x42 : 0x41
  a.write(path, bytes)
}
const flips = (path: string, code: string): Case => [`a byte of ${path}`, [code], (a) => flip(a, path)]
const removes = (path: string, code: string): Case => [`${path} taken away`, [code], (a) => a.remove(path)]
const cuts = (path: string, code: string): Case => [
  `the end of ${path} cut off`,
  [code],
  (a) => truncateSync(join(a.folder, path), a.read(path).length - 1),
]
const listOnly = (...codes: readonly string[]): readonly string[] =>
  [...codes, 'RELEASE_NOT_LOGGED', 'RELEASE_SUBJECT'].sort()

/** Somebody with an editor. */
const NAIVE: readonly Case[] = [
  flips('decisions/train.json', 'DECISION_CHANGED'),
  flips('evidence/lines.json', 'EVIDENCE_CHANGED'),
  flips('attestations/01-provenance-lines.sigstore.json', 'ATTESTATION_CHANGED'),
  flips('model/model.safetensors', 'MODEL_CHANGED'),
  flips('model.sig', 'MODEL_SIGNATURE_CHANGED'),
  flips('audit/checkpoint', 'CHECKPOINT_CHANGED'),
  flips('audit/entries/3.json', 'ENTRY_CHANGED'),
  flips('audit/entries/3.tlog-proof', 'PROOF_CHANGED'),
  flips('audit/leaves', 'LEAVES_CHANGED'),
  flips('audit/plan.json', 'PLAN_CHANGED'),
  flips('keys/ledger.pub', 'KEY_CHANGED'),
  flips('run.json', 'RUN_CHANGED'),
  flips('report.html', 'HTML_CHANGED'),
  flips('report.sarif', 'SARIF_CHANGED'),
  flips('junit.xml', 'JUNIT_CHANGED'),
  flips('oscal-ar.json', 'OSCAL_CHANGED'),
  flips('bom.cdx.json', 'BOM_CHANGED'),
  flips('lineage.ndjson', 'LINEAGE_CHANGED'),
  flips('croissant.json', 'CROISSANT_CHANGED'),
  flips('data-statement.json', 'DATA_STATEMENT_CHANGED'),
  flips('model-card.md', 'CARD_CHANGED'),
  flips('VERIFY.md', 'GUIDE_CHANGED'),
  cuts('decisions/release.json', 'DECISION_CHANGED'),
  cuts('audit/release.tlog-proof', 'RELEASE_PROOF_MALFORMED'),
  cuts('audit/release.consistency', 'LOG_FORKED'),
  cuts('release.sigstore.json', 'RELEASE_SIGNATURE_MALFORMED'),
  removes('attestations/02-provenance-train.sigstore.json', 'ATTESTATION_MISSING'),
  removes('audit/entries/4.json', 'ENTRY_MISSING'),
  removes('model/tokenizer.json', 'MODEL_MISSING'),
  removes('release.json', 'RELEASE_MISSING'),
  removes('release.sigstore.json', 'RELEASE_SIGNATURE_MISSING'),
  removes('audit/release.json-entry', 'RELEASE_SEAL_MISSING'),
  ['a byte of the policy file', ['POLICY_CHANGED'], (a) => flip(a, policyOf(a, 'loss'))],
  ['a byte of the release entry', ['RELEASE_ENTRY_MALFORMED'], (a) => flip(a, 'audit/release.json-entry', 0)],
  [
    'another time in the release entry',
    ['RELEASE_PROOF_WRONG'],
    (a) => a.edit('audit/release.json-entry', (e) => (e.ts = '2027-01-01T00:00:00.000Z')),
  ],
  [
    'a byte of the signature over the release',
    ['RELEASE_SIGNATURE_BAD'],
    (a) =>
      a.edit(
        'release.sigstore.json',
        (b) => {
          const sig = Buffer.from(b.dsseEnvelope.signatures[0].sig, 'base64')
          sig[20]! ^= 1
          b.dsseEnvelope.signatures[0].sig = sig.toString('base64')
        },
        (b) => `${canonicalJson(b)}\n`,
      ),
  ],
  [
    'the signature of the model in place of that of the release',
    ['RELEASE_SIGNATURE_OTHER_KEY'],
    (a) => a.write('release.sigstore.json', a.read('model.sig')),
  ],
  [
    'an attestation in place of the signature of the release',
    ['RELEASE_CLAIM', 'RELEASE_SUBJECT'],
    (a) => a.write('release.sigstore.json', a.read('attestations/01-provenance-lines.sigstore.json')),
  ],
  ['a file added to the model', ['MODEL_UNLISTED'], (a) => a.write('model/extra.bin', 'x')],
  [
    'a file of the model renamed',
    ['MODEL_MISSING', 'MODEL_UNLISTED'],
    (a) => renameSync(join(a.folder, 'model/config.json'), join(a.folder, 'model/config2.json')),
  ],
  ['a decision added', ['DECISION_UNLISTED'], (a) => a.write('decisions/extra.json', a.read('decisions/train.json'))],
  [
    'an attestation added',
    ['ATTESTATION_UNLISTED'],
    (a) =>
      copyFileSync(
        join(reviewed.dossier, 'attestations/01-provenance-lines.sigstore.json'),
        join(a.folder, 'attestations/99-x.sigstore.json'),
      ),
  ],
  ['a hidden file', ['PATH_UNSAFE'], (a) => a.write('.hidden', 'x')],
  ['a name with a line break', ['PATH_UNSAFE'], (a) => a.write('model/a\nb', 'x')],
  ['a name with a backslash', ['PATH_UNSAFE'], (a) => a.write('model/..\\x', 'x')],
  [
    'a link in place of a file',
    ['MODEL_MISSING', 'NOT_A_FILE'],
    (a) => {
      a.remove('model/config.json')
      symlinkSync('../run.json', join(a.folder, 'model/config.json'))
    },
  ],
  ['a link to a folder outside', ['NOT_A_FILE'], (a) => symlinkSync('/etc', join(a.folder, 'extra'))],
  [
    'two names that differ in case only',
    ['MODEL_UNLISTED', 'PATH_COLLISION'],
    (a) => a.write('model/Config.json', 'x'),
  ],
  [
    'a report of 65 MiB',
    ['FILE_TOO_LARGE', 'HTML_CHANGED'],
    (a) => truncateSync(join(a.folder, 'report.html'), 65 * 2 ** 20),
  ],
  [
    'two decisions swapped',
    ['DECISION_CHANGED'],
    (a) => {
      const [one, two] = [a.read('decisions/train.json'), a.read('decisions/lines.json')]
      a.write('decisions/train.json', two)
      a.write('decisions/lines.json', one)
    },
  ],
  ['release.json written with blanks', ['RELEASE_MALFORMED'], (a) => a.edit('release.json', () => undefined, pretty)],
  [
    'release.json with a byte order mark',
    ['RELEASE_MALFORMED'],
    (a) => a.write('release.json', Buffer.concat([Buffer.from('\ufeff'), a.read('release.json')])),
  ],
  [
    'release.json with a member named twice',
    ['RELEASE_MALFORMED'],
    (a) => a.write('release.json', a.read('release.json').toString().replace('{', '{"state":"approved",')),
  ],
  ['release.json with a member that it does not have', ['RELEASE_MALFORMED'], (a) => a.release((r) => (r.note = 'x'))],
  [
    'release.json nested a million deep',
    ['RELEASE_MALFORMED'],
    (a) => a.write('release.json', '['.repeat(1_000_000) + ']'.repeat(1_000_000)),
  ],
  ['release.json with a NUL', ['RELEASE_MALFORMED'], (a) => a.release((r) => (r.id = 'x\u0000'))],
  ['release.json that is empty', ['RELEASE_MALFORMED'], (a) => a.write('release.json', '')],
  [
    'release.json that is not UTF-8',
    ['RELEASE_MALFORMED'],
    (a) => a.write('release.json', Buffer.from([0x7b, 0xff, 0x7d])),
  ],
  [
    'a path in release.json that leads out',
    ['RELEASE_MALFORMED'],
    (a) => a.release((r) => r.files.unshift({ path: '../x', sha256: 'a'.repeat(64), bytes: 1 })),
  ],
  ['the same path twice in release.json', ['RELEASE_MALFORMED'], (a) => a.release((r) => r.files.push(r.files[0]))],
]

/** Somebody who also makes the list in release.json fit, but has no key. */
const RELISTED: readonly Case[] = [
  [
    'a report changed',
    listOnly(),
    (a) => {
      flip(a, 'report.html')
      a.relist()
    },
  ],
  [
    'a decision changed',
    listOnly('DECISION_DIGEST', 'DECISION_NOT_LOGGED'),
    (a) => {
      a.edit('decisions/lines.json', (d) => (d.outcome = 'warn'))
      a.relist()
    },
  ],
  [
    'a figure in the run record changed',
    listOnly('RUN_NOT_LOGGED'),
    (a) => {
      a.edit('run.json', (r) => (r.stages[1].metrics[0].value = 0.1), pretty)
      a.relist()
    },
  ],
  [
    'a file of the model changed',
    listOnly('MODEL_FILES'),
    (a) => {
      flip(a, 'model/model.safetensors')
      a.relist()
    },
  ],
  [
    'an attestation taken away',
    listOnly('ATTESTATION_LIST'),
    (a) => {
      a.remove('attestations/02-provenance-train.sigstore.json')
      a.relist()
    },
  ],
  [
    'an entry of the log changed',
    listOnly('PROOF_WRONG', 'RUN_ENDS'),
    (a) => {
      a.edit(entryOf(a, 'run.planned'), (e) => (e.type = 'run.started'))
      a.relist()
    },
  ],
]

/** Somebody with every key of the producer, but the log as it is. */
const INSIDE: readonly Case[] = [
  [
    'a decision changed',
    ['DECISION_DIGEST', 'DECISION_NOT_LOGGED'],
    (a) => a.edit('decisions/lines.json', (d) => (d.outcome = 'warn')),
  ],
  [
    'a decision changed, and its digest',
    ['DECISION_NOT_LOGGED'],
    (a) => {
      a.edit('decisions/lines.json', (d) => (d.outcome = 'warn'))
      a.release((r) => (r.decisions[0].digest = sha256(a.read('decisions/lines.json'))))
    },
  ],
  [
    'a decision in the place of another',
    ['DECISION_SWAPPED'],
    (a) => {
      a.write('decisions/train.json', a.read('decisions/lines.json'))
      a.release((r) => (r.decisions[1].digest = r.decisions[0].digest))
    },
  ],
  [
    'a decision written with blanks',
    ['DECISION_DIGEST', 'DECISION_MALFORMED'],
    (a) => a.edit('decisions/train.json', () => undefined, pretty),
  ],
  [
    'a policy of the same name with another limit',
    ['DECISION_POLICY'],
    (a) => a.edit(policyOf(a, 'loss'), (p) => (p.rules[0].require.at_most = 9)),
  ],
  [
    'a policy that nobody used',
    ['POLICY_UNUSED'],
    (a) => a.write('policies/lax@000000000000.json', a.read(policyOf(a, 'loss'))),
  ],
  ['policies left out of release.json', ['RELEASE_POLICIES'], (a) => a.release((r) => r.policies.pop())],
  ['evidence changed', ['DECISION_EVIDENCE'], (a) => a.edit('evidence/train.json', (e) => (e[0].n = 99))],
  [
    'evidence of a gate that is not there',
    ['EVIDENCE_UNKNOWN'],
    (a) => a.write('evidence/extra.json', a.read('evidence/train.json')),
  ],
  [
    'a decision of a gate that is not there',
    ['DECISION_UNKNOWN'],
    (a) => a.write('decisions/extra.json', a.read('decisions/train.json')),
  ],
  [
    'a decision left out',
    ['DECISION_OMITTED', 'EVIDENCE_UNKNOWN', 'POLICY_UNUSED', 'RELEASE_POLICIES'],
    (a) => {
      a.remove('decisions/train.json')
      a.release((r) => r.decisions.splice(1, 1))
    },
  ],
  [
    'a figure in the run record changed',
    ['RUN_NOT_LOGGED'],
    (a) => a.edit('run.json', (r) => (r.stages[1].metrics[0].value = 0.1), pretty),
  ],
  ['the run record in another spelling', ['RUN_MALFORMED'], (a) => a.edit('run.json', () => undefined)],
  [
    'an attestation in another spelling',
    ['ATTESTATION_MALFORMED'],
    (a) => a.edit('attestations/01-provenance-lines.sigstore.json', () => undefined, pretty),
  ],
  [
    'an attestation of another producer',
    ['ATTESTATION_OTHER_KEY'],
    (a) =>
      a.write(
        'attestations/01-provenance-lines.sigstore.json',
        readFileSync(join(reviewed.dossier, 'attestations/01-provenance-lines.sigstore.json')),
      ),
  ],
  [
    'an attestation signed by another key under our name',
    ['ATTESTATION_BAD'],
    async (a) => {
      const path = 'attestations/01-provenance-lines.sigstore.json'
      const other = signerOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
      await a.resign(path, () => undefined, other)
      a.edit(
        path,
        (b) => (b.verificationMaterial.publicKey.hint = a.signer.keyId),
        (b) => `${canonicalJson(b)}\n`,
      )
    },
  ],
  [
    'an attestation about something else',
    ['ATTESTATION_SUBJECT'],
    (a) =>
      a.resign('attestations/01-provenance-lines.sigstore.json', (s) => (s.subject[0].digest.sha256 = 'a'.repeat(64))),
  ],
  [
    'a provenance with another configuration',
    ['ATTESTATION_CLAIM'],
    (a) =>
      a.resign(
        'attestations/02-provenance-train.sigstore.json',
        (s) => (s.predicate.buildDefinition.externalParameters.config.width = 9),
      ),
  ],
  [
    'a test result that passed more',
    ['ATTESTATION_CLAIM'],
    (a) =>
      a.resign('attestations/03-test-result-lines.sigstore.json', (s) => s.predicate.passedTests.push('even-strict')),
  ],
  [
    'an attestation of another type than listed',
    ['ATTESTATION_TYPE'],
    (a) => a.release((r) => (r.attestations[0].predicateType = r.attestations[3].predicateType)),
  ],
  [
    'a provenance taken away',
    ['STAGE_NO_PROVENANCE'],
    (a) => {
      a.remove('attestations/02-provenance-train.sigstore.json')
      a.release((r) => r.attestations.splice(1, 1))
    },
  ],
  [
    'the statement of a decision taken away',
    ['DECISION_NO_ATTESTATION'],
    (a) => {
      a.remove('attestations/04-gate-decision-lines.sigstore.json')
      a.release((r) => r.attestations.splice(3, 1))
    },
  ],
  [
    'a file of the model changed',
    ['BOM_MODEL', 'MODEL_MANIFEST', 'MODEL_SIGNATURE_FILES'],
    (a) => {
      flip(a, 'model/model.safetensors')
      a.release((r) => (r.candidate.files[1].sha256 = sha256(a.read('model/model.safetensors'))))
    },
  ],
  [
    'another model with a manifest of its own',
    ['BOM_MODEL', 'DECISION_SUBJECT', 'MODEL_OTHER', 'MODEL_SIGNATURE_FILES'],
    (a) => {
      flip(a, 'model/model.safetensors')
      a.release(({ candidate }) => {
        candidate.files[1].sha256 = sha256(a.read('model/model.safetensors'))
        candidate.model = sha256(canonicalJson({ files: candidate.files, kind: 'model', sensitivity: 'redacted' }))
      })
    },
  ],
  ['a file added to the model', ['MODEL_FILES'], (a) => a.write('model/extra.bin', 'x')],
  [
    'model.sig over other bytes',
    ['MODEL_SIGNATURE_ROOT'],
    async (a) => {
      const hint = JSON.parse(a.read('model.sig').toString()).verificationMaterial.publicKey.hint
      await a.resign('model.sig', (s) => (s.subject[0].digest.sha256 = 'a'.repeat(64)))
      await resignWithHint(a, 'model.sig', hint)
    },
  ],
  [
    'an entry left out',
    ['ENTRY_GAP'],
    (a) => {
      const file = entryOf(a, 'stage.planned')
      a.remove(file)
      a.remove(file.replace('.json', '.tlog-proof'))
      a.release((r) => (r.entries = r.entries.filter((each: Loose) => each.file !== file)))
    },
  ],
  [
    'the proof of another entry',
    ['PROOF_OTHER_ENTRY'],
    (a) => a.write('audit/entries/3.tlog-proof', a.read('audit/entries/4.tlog-proof')),
  ],
  [
    'the proof of another entry under this number',
    ['PROOF_WRONG'],
    (a) =>
      a.write(
        'audit/entries/3.tlog-proof',
        a.read('audit/entries/4.tlog-proof').toString().replace('index 4', 'index 3'),
      ),
  ],
  [
    'a proof of an older state',
    ['PROOF_STALE'],
    (a) =>
      a.write(
        'audit/entries/3.tlog-proof',
        a
          .read('audit/entries/3.tlog-proof')
          .toString()
          .replace(/\n\n[\s\S]*/, `\n\n${JSON.parse(a.read('run.json').toString()).ledger.checkpoint}`),
      ),
  ],
  ['a proof taken away', ['PROOF_MISSING'], (a) => a.remove('audit/entries/3.tlog-proof')],
  ['an entry changed', ['PROOF_WRONG'], (a) => a.edit('audit/entries/1.json', (e) => (e.subject.key = 'a'.repeat(64)))],
  ['an entry that is none', ['ENTRY_MALFORMED', 'PROOF_WRONG'], (a) => a.write('audit/entries/1.json', '{}')],
  [
    'an older checkpoint',
    ['LEAVES_WRONG', 'LOG_FORKED', 'PROOF_STALE'],
    (a) => a.write('audit/checkpoint', JSON.parse(a.read('run.json').toString()).ledger.checkpoint),
  ],
  [
    'the checkpoint of another log',
    ['CHECKPOINT_OTHER_KEY'],
    (a) => {
      const other = a.folder.startsWith(plain.work) ? reviewed : plain
      a.write('audit/checkpoint', readFileSync(join(other.dossier, 'audit/checkpoint')))
    },
  ],
  [
    'a checkpoint whose size was raised',
    ['CHECKPOINT_SIGNATURE'],
    (a) =>
      a.write(
        'audit/checkpoint',
        a
          .read('audit/checkpoint')
          .toString()
          .replace(/\n(\d+)\n/, '\n9$1\n'),
      ),
  ],
  ['a checkpoint that is none', ['CHECKPOINT_MALFORMED'], (a) => a.write('audit/checkpoint', 'x')],
  ['leaf hashes changed', ['LEAVES_WRONG'], (a) => flip(a, 'audit/leaves')],
  ['another plan', ['PLAN_NOT_LOGGED'], (a) => a.edit('audit/plan.json', (p) => p.stages.pop())],
  ['a key that is none', ['KEY_MALFORMED'], (a) => a.write('keys/bundle.pub', 'x')],
  [
    'the verifier key of another log',
    ['KEY_VERIFIER'],
    (a) => a.write('keys/ledger.vkey', readFileSync(join(reviewed.dossier, 'keys/ledger.vkey'))),
  ],
  [
    'a verdict in SARIF',
    ['SARIF_FIGURES'],
    (a) => a.edit('report.sarif', (s) => (s.runs[0].results[1].properties.verdict = 'waived')),
  ],
  [
    'SARIF with a member named twice',
    ['SARIF_FIGURES'],
    (a) => a.write('report.sarif', a.read('report.sarif').toString().replace('{', '{"version":"2.1.0",')),
  ],
  [
    'a verdict in OSCAL',
    ['OSCAL_FIGURES'],
    (a) => a.edit('oscal-ar.json', (o) => o['assessment-results'].results[0].findings.pop()),
  ],
  [
    'a count in JUnit',
    ['JUNIT_FIGURES'],
    (a) => a.write('junit.xml', a.read('junit.xml').toString().replace('skipped="1"', 'skipped="0"')),
  ],
  [
    'a digest in the bill of materials',
    ['BOM_MODEL'],
    (a) => a.edit('bom.cdx.json', (b) => (b.metadata.component.hashes[0].content = 'a'.repeat(64))),
  ],
  [
    'lineage of another run',
    ['LINEAGE_RUN'],
    (a) => a.write('lineage.ndjson', readFileSync(join(reviewed.dossier, 'lineage.ndjson'))),
  ],
  [
    'the data statement of another run',
    ['DATA_STATEMENT_RUN'],
    (a) => a.write('data-statement.json', readFileSync(join(reviewed.dossier, 'data-statement.json'))),
  ],
  ['VERIFY.md left out', ['GUIDE_MISSING'], (a) => a.remove('VERIFY.md')],
  ['the state raised from blocked', ['RELEASE_STATE'], (a) => a.release((r) => (r.state = 'blocked'))],
  [
    'a release from before its run',
    ['RELEASE_TIME'],
    (a) => a.release((r) => (r.created = '2020-01-01T00:00:00.000Z')),
  ],
]

/** Attacks on what people signed: with an editor, then with every key of the producer. */
const REVIEW_NAIVE: readonly Case[] = [
  flips('waivers/W-1.json', 'WAIVER_CHANGED'),
  flips('waivers/W-1.json.approved.sig', 'WAIVER_CHANGED'),
  flips('approvals/ana.json', 'APPROVAL_CHANGED'),
  flips('approvals/ben.json.sig', 'APPROVAL_CHANGED'),
  flips('approvals/allowed_signers', 'APPROVAL_CHANGED'),
  removes('approvals/ben.json', 'APPROVAL_MISSING'),
  [
    'a claim that a waived gate passed',
    ['RELEASE_CLAIM'],
    (a) => a.resign('release.sigstore.json', (said) => said.predicate.properties.push('SLUICE_GATE_LINES')),
  ],
]
const REVIEW_INSIDE: readonly Case[] = [
  [
    'a waiver taken away',
    ['ATTESTATION_CLAIM', 'WAIVER_ABSENT'],
    (a) => ['', '.requested.sig', '.approved.sig'].map((end) => a.remove(`waivers/W-1.json${end}`)),
  ],
  [
    'the date of a waiver',
    ['ATTESTATION_CLAIM', 'WAIVER_ABSENT', 'WAIVER_UNKNOWN'],
    (a) => a.edit('waivers/W-1.json', (w) => (w.expires = '2099-01-01')),
  ],
  [
    'a waiver attested for a rule that it did not waive',
    ['ATTESTATION_CLAIM'],
    (a) => a.resign(attested(a, 'waiver-W-1'), (s) => (s.predicate.applied[0].rule = 'even-share')),
  ],
  [
    'a waiver attested for longer than it holds',
    ['ATTESTATION_CLAIM'],
    (a) => a.resign(attested(a, 'waiver-W-1'), (s) => (s.predicate.expires = '2099-01-01')),
  ],
  [
    'an approval attested in another role',
    ['ATTESTATION_CLAIM'],
    (a) => a.resign(attested(a, 'approval-'), (s) => (s.predicate.role = 'privacy')),
  ],
  ...(
    [
      ['of another key', (s) => (s.predicate.key = `SHA256:${'k'.repeat(43)}`)],
      ['on another log', (s) => (s.predicate.checkpoint.size += 1)],
      ['for another root', (s) => (s.predicate.checkpoint.root = 'b'.repeat(64))],
      ['for other decisions', (s) => s.predicate.decisions.pop()],
      ['of another candidate', (s) => (s.predicate.candidate.sha256 = 'b'.repeat(64))],
      ['of another request', (s) => (s.predicate.request.sha256 = 'b'.repeat(64))],
      ['as a rejection', (s) => (s.predicate.verdict = 'reject')],
      ['for longer than it holds', (s) => (s.predicate.expires = '2099-01-01T00:00:00.000Z')],
      ['with a member that is not there', (s) => (s.predicate.note = 'x')],
    ] as readonly (readonly [string, (s: Loose) => unknown])[]
  ).map(
    ([how, change]): Case => [
      `an approval attested ${how}`,
      ['ATTESTATION_CLAIM'],
      (a) => a.resign(attested(a, 'approval-'), change),
    ],
  ),
  [
    'an approval attested of something that is not the model',
    ['ATTESTATION_CLAIM'],
    (a) => {
      const stage = JSON.parse(a.read('run.json').toString('utf8')).stages[0]
      return a.resign(attested(a, 'approval-'), (s) => (s.subject[0].digest.sha256 = stage.evaluation.digest))
    },
  ],
  [
    'an approval attested with another signature',
    ['ATTESTATION_CLAIM'],
    (a) => a.resign(attested(a, 'approval-'), (s) => (s.predicate.signature.sha256 = 'b'.repeat(64))),
  ],
  ['a waiver without its second signature', ['WAIVER_UNSIGNED'], (a) => a.remove('waivers/W-1.json.approved.sig')],
  [
    'a waiver signed by somebody else',
    ['WAIVER_SIGNER'],
    (a) =>
      a.write(
        'waivers/W-1.json.approved.sig',
        sshSign(reviewed.work, 'eve', WAIVER_NAMESPACE, a.read('waivers/W-1.json')),
      ),
  ],
  [
    'a waiver with a signature made for something else',
    ['WAIVER_SIGNATURE'],
    (a) => a.write('waivers/W-1.json.approved.sig', sshSign(reviewed.work, 'dan', 'git', a.read('waivers/W-1.json'))),
  ],
  [
    'another waiver that nobody saw',
    ['WAIVER_UNKNOWN'],
    (a) => a.write('waivers/W-2.json', a.read('waivers/W-1.json').toString().replace('W-1', 'W-2')),
  ],
  [
    'the waivers that a decision saw',
    ['DECISION_WAIVERS', 'WAIVER_UNKNOWN'],
    (a) => ['lines', 'train', 'release'].map((gate) => a.write(`evidence/${gate}.waivers.json`, '[]')),
  ],
  [
    'an approval taken away',
    ['ATTESTATION_CLAIM', 'APPROVAL_QUORUM'],
    (a) => ['', '.sig'].map((end) => a.remove(`approvals/ben.json${end}`)),
  ],
  [
    'an approval without its signature',
    ['ATTESTATION_CLAIM', 'APPROVAL_QUORUM', 'APPROVAL_UNSIGNED'],
    (a) => a.remove('approvals/ben.json.sig'),
  ],
  [
    'one approval used twice',
    ['ATTESTATION_CLAIM', 'APPROVAL_QUORUM', 'APPROVAL_REUSED', 'APPROVAL_TWICE'],
    (a) => ['', '.sig'].map((end) => a.write(`approvals/ben.json${end}`, a.read(`approvals/ana.json${end}`))),
  ],
  [
    'an approval signed by somebody else',
    ['ATTESTATION_CLAIM', 'APPROVAL_QUORUM', 'APPROVAL_SIGNER'],
    (a) =>
      a.write(
        'approvals/ben.json.sig',
        sshSign(reviewed.work, 'eve', APPROVAL_NAMESPACE, a.read('approvals/ben.json')),
      ),
  ],
  [
    'an approval with a signature made for something else',
    ['ATTESTATION_CLAIM', 'APPROVAL_QUORUM', 'APPROVAL_SIGNATURE'],
    (a) => a.write('approvals/ben.json.sig', sshSign(reviewed.work, 'ben', 'git', a.read('approvals/ben.json'))),
  ],
  [
    'an approval for another model',
    [
      'ATTESTATION_CLAIM',
      'APPROVAL_NOT_LOGGED',
      'APPROVAL_NOT_REQUESTED',
      'APPROVAL_OTHER_RELEASE',
      'APPROVAL_OTHER_REQUEST',
      'APPROVAL_QUORUM',
    ],
    (a) => reapprove(a, 'ben', (d) => (d.request.candidate.digest = 'a'.repeat(64))),
  ],
  [
    'an approval that had ended',
    [
      'ATTESTATION_CLAIM',
      'APPROVAL_EXPIRED',
      'APPROVAL_NOT_LOGGED',
      'APPROVAL_NOT_REQUESTED',
      'APPROVAL_OTHER_REQUEST',
      'APPROVAL_QUORUM',
      'APPROVAL_TIME',
    ],
    (a) => reapprove(a, 'ben', (d) => (d.request.expires = '2020-01-01T00:00:00.000Z')),
  ],
  [
    'an approval given on another log',
    [
      'ATTESTATION_CLAIM',
      'APPROVAL_CHECKPOINT',
      'APPROVAL_NOT_LOGGED',
      'APPROVAL_NOT_REQUESTED',
      'APPROVAL_OTHER_REQUEST',
      'APPROVAL_QUORUM',
    ],
    (a) =>
      reapprove(
        a,
        'ben',
        (d) => (d.request.checkpoint = readFileSync(join(plain.dossier, 'audit/checkpoint'), 'utf8')),
      ),
  ],
  [
    'an approval that nobody logged',
    ['ATTESTATION_CLAIM', 'APPROVAL_NOT_LOGGED', 'APPROVAL_QUORUM'],
    (a) => reapprove(a, 'ben', (d) => (d.comment = 'x')),
  ],
  [
    'a rejection counted as an approval',
    ['ATTESTATION_CLAIM', 'APPROVAL_QUORUM', 'APPROVAL_VERDICT'],
    (a) => reapprove(a, 'ben', (d) => (d.verdict = 'reject')),
  ],
  [
    'an approval whose request is another than it names',
    ['ATTESTATION_CLAIM', 'APPROVAL_NOT_LOGGED', 'APPROVAL_QUORUM', 'APPROVAL_REQUEST', 'APPROVAL_SIGNATURE'],
    (a) => a.edit('approvals/ben.json', (d) => (d.request.nonce = 'x')),
  ],
  [
    'an approval that is none',
    ['ATTESTATION_CLAIM', 'APPROVAL_MALFORMED', 'APPROVAL_QUORUM'],
    (a) => a.write('approvals/ben.json', '{}'),
  ],
]

/** Attacks of `INSIDE` that also break what an approval binds, and what is found besides. */
const BOUND: readonly (readonly [name: string, besides: readonly string[]])[] = [
  ['a decision changed, and its digest', ['APPROVAL_OTHER_RELEASE', 'APPROVAL_QUORUM']],
  ['a decision in the place of another', ['APPROVAL_OTHER_RELEASE', 'APPROVAL_QUORUM']],
  ['policies left out of release.json', ['APPROVAL_OTHER_RELEASE', 'APPROVAL_QUORUM']],
  ['a decision left out', ['APPROVAL_OTHER_RELEASE', 'APPROVAL_QUORUM']],
  ['another model with a manifest of its own', ['APPROVAL_OTHER_RELEASE', 'APPROVAL_QUORUM']],
  ['the checkpoint of another log', ['APPROVAL_CHECKPOINT', 'APPROVAL_QUORUM']],
  ['a checkpoint whose size was raised', ['APPROVAL_CHECKPOINT', 'APPROVAL_QUORUM']],
  ['a checkpoint that is none', ['APPROVAL_CHECKPOINT', 'APPROVAL_QUORUM']],
  ['leaf hashes changed', ['APPROVAL_CHECKPOINT', 'APPROVAL_QUORUM']],
]
const REVIEW_BOUND: readonly Case[] = BOUND.map(([name, besides]) => {
  const [, codes, attack] = INSIDE.find(([inside]) => inside === name)!
  return [name, [...codes, ...besides], attack]
})

/** Reviewers signed a checkpoint of the true log: who writes another cannot keep their approvals. */
const rewritten = (...codes: readonly string[]): readonly string[] => [
  ...codes,
  'APPROVAL_CHECKPOINT',
  'APPROVAL_QUORUM',
]
/** Somebody with every key who writes the whole log anew. */
const FORGED: readonly Case[] = [
  [
    'a run record that passed although it was blocked',
    rewritten('RUN_OUTCOME'),
    async (a) => {
      a.edit('run.json', (r) => (r.exit = 1), pretty)
      await a.relog((entries) => withPayload(entries, 'run.finished', loggedRun(a)))
    },
  ],
  [
    'a stage without an end',
    rewritten('STAGE_NO_END'),
    (a) =>
      a.relog((entries) => entries.filter((e) => !(e.type === 'stage.completed' && e.subject['stage'] === 'train'))),
  ],
  [
    'a stage with two ends',
    rewritten('STAGE_TWO_ENDS'),
    (a) =>
      a.relog((entries) =>
        entries.flatMap((e) => (e.type === 'stage.completed' && e.subject['stage'] === 'train' ? [e, e] : [e])),
      ),
  ],
  [
    'outputs that were not logged',
    rewritten('STAGE_OUTPUTS'),
    (a) =>
      a.relog((entries) =>
        entries.map((e) =>
          e.type === 'stage.completed' ? { ...e, subject: { ...e.subject, key: 'a'.repeat(64) } } : e,
        ),
      ),
  ],
  [
    'a decision that was logged twice',
    rewritten('DECISION_NOT_LOGGED'),
    (a) =>
      a.relog((entries) =>
        entries.flatMap((e) => (e.type === 'gate.decided' && e.subject['gate'] === 'train' ? [e, e] : [e])),
      ),
  ],
  [
    'a run that ended twice',
    ['RUN_ENDS'],
    (a) => a.relog((entries) => entries.flatMap((e) => (e.type === 'run.finished' ? [e, e] : [e]))),
  ],
  [
    'a stage that was skipped and says that it was done',
    rewritten('STAGE_STATE'),
    (a) =>
      a.relog((entries) =>
        entries.map((e) =>
          e.type === 'stage.completed' && e.subject['stage'] === 'train' ? { ...e, type: 'stage.skipped' } : e,
        ),
      ),
  ],
  [
    'a metric changed in the run record alone',
    rewritten('EVIDENCE_METRICS'),
    async (a) => {
      a.edit('run.json', (r) => (r.stages[1].metrics[0].value = 0.1), pretty)
      await a.relog((entries) => withPayload(entries, 'run.finished', loggedRun(a)))
    },
  ],
  [
    'a cached stage that nobody computed',
    rewritten('STAGE_NO_ORIGIN'),
    async (a) => {
      a.edit('run.json', (r) => (r.stages[1].state = 'cached'), pretty)
      await a.relog((entries) =>
        withPayload(entries, 'run.finished', loggedRun(a)).map((e) =>
          e.type === 'stage.completed' && e.subject['stage'] === 'train' ? { ...e, type: 'stage.cached' } : e,
        ),
      )
    },
  ],
]

/** `run.finished` logs the record without its `ledger`. */
function loggedRun(a: Attack): Buffer {
  const { ledger: _, ...rest } = JSON.parse(a.read('run.json').toString())
  return Buffer.from(canonicalJson(rest))
}

function reapprove(a: Attack, who: string, change: (document: Loose) => void): void {
  const path = `approvals/${who}.json`
  a.edit(path, (d) => {
    change(d)
    d.release = sha256(canonicalJson(d.request))
  })
  a.write(`${path}.sig`, sshSign(reviewed.work, who, APPROVAL_NAMESPACE, a.read(path)))
}

/** The first attestation whose name begins so. */
function attested(a: Attack, name: string): string {
  const file = readdirSync(join(a.folder, 'attestations')).find((each) => each.slice(3).startsWith(name))
  if (file === undefined) throw new Error(`no attestation ${name}`)
  return `attestations/${file}`
}

async function resignWithHint(a: Attack, path: string, hint: string): Promise<void> {
  a.edit(
    path,
    (b) => (b.verificationMaterial.publicKey.hint = hint),
    (b) => `${canonicalJson(b)}\n`,
  )
}

async function expectCodes(folder: string, codes: readonly string[], keys: readonly string[] = []): Promise<void> {
  const wanted = [...codes].sort()
  const { ours, standalone, assurance } = await verdicts(folder, keys)
  expect({ ours, standalone, assurance }).toEqual({ ours: wanted, standalone: wanted, assurance: null })
}

const keysOf = (work: string): readonly string[] =>
  ['ledger.pub', 'bundle.pub'].map((name) => join(work, 'store/keys', name))

async function expectFound(
  base: { readonly work: string; readonly dossier: string },
  codes: readonly string[],
  tamper: (a: Attack) => unknown,
  reseal = false,
): Promise<void> {
  const attack = startAttack(base.work, base.dossier, count++)
  await tamper(attack)
  if (reseal) await attack.reseal()
  await expectCodes(attack.folder, codes)
  rmSync(attack.folder, { recursive: true })
}

describe('a dossier', () => {
  it('that nobody touched holds for both verifiers', async () => {
    for (const { work, dossier } of [plain, reviewed]) {
      expect(await verdicts(dossier)).toEqual({ ours: [], standalone: [], assurance: 'self-attested' })
      expect(await verdicts(dossier, keysOf(work))).toEqual({ ours: [], standalone: [], assurance: 'signed' })
    }
  })

  it('of another producer is found by whoever knows the keys', async () => {
    await expectCodes(reviewed.dossier, ['KEY_NOT_TRUSTED'], keysOf(plain.work))
  })

  it.each(NAIVE)('with %s: %j', (_, codes, tamper) => expectFound(plain, codes, tamper))

  it.each(RELISTED)('with the list made to fit, %s: %j', (_, codes, tamper) => expectFound(plain, codes, tamper))

  it.each(INSIDE)('signed and logged anew, %s: %j', (_, codes, tamper) => expectFound(plain, codes, tamper, true))
})

describe.skipIf(!HAS_SSH)('a reviewed dossier', () => {
  it.each(REVIEW_NAIVE)('with %s: %j', (_, codes, tamper) => expectFound(reviewed, codes, tamper))

  it.each([...REVIEW_INSIDE, ...REVIEW_BOUND])('signed and logged anew, %s: %j', (_, codes, tamper) =>
    expectFound(reviewed, codes, tamper, true),
  )

  it.each(FORGED)('with the whole log written anew, %s: %j', (_, codes, tamper) => expectFound(reviewed, codes, tamper))
})

describe('an archive', () => {
  const pack = (change: (tar: Buffer) => Buffer): string => {
    const target = join(plain.work, `archive-${count++}.tar`)
    archiveDossier(plain.dossier, target, 'release')
    writeFileSync(target, change(readFileSync(target)))
    return target
  }
  /** Gives the first member another name, with the checksum that belongs to it. */
  const renamed = (tar: Buffer, name: string, type = '0'): Buffer => {
    tar.fill(0, 0, 100)
    tar.write(name, 0, 'latin1')
    tar.write(type, 156, 'latin1')
    const sum = tar.subarray(0, 512).reduce((total, byte, i) => total + (i < 148 || i >= 156 ? byte : 32), 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    return tar
  }

  it('is the same bytes every time, and holds', async () => {
    const [one, two] = [pack((tar) => tar), pack((tar) => tar)]
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true)
    expect(await verdicts(one)).toEqual({ ours: [], standalone: [], assurance: 'self-attested' })
  })

  it.each<readonly [string, readonly string[], (tar: Buffer) => Buffer]>([
    ['a path that leads out', ['GUIDE_MISSING', 'PATH_UNSAFE'], (tar) => renamed(tar, 'release/../../x')],
    ['an absolute path', ['RELEASE_MISSING', 'PATH_UNSAFE'], (tar) => renamed(tar, '/etc/x')],
    ['the same path twice', ['GUIDE_MISSING', 'PATH_COLLISION'], (tar) => renamed(tar, 'release/run.json')],
    ['a link', ['TAR_MALFORMED'], (tar) => renamed(tar, 'release/VERIFY.md', '2')],
    [
      'a wrong checksum',
      ['TAR_MALFORMED'],
      (tar) => {
        tar.write('X', 0)
        return tar
      },
    ],
    ['bytes after its end', ['TAR_MALFORMED'], (tar) => Buffer.concat([tar, Buffer.alloc(512)])],
    ['its end cut off', ['TAR_MALFORMED'], (tar) => tar.subarray(0, tar.length - 512)],
    [
      'a changed byte in a file',
      ['GUIDE_CHANGED'],
      (tar) => {
        tar.write('X', 600)
        return tar
      },
    ],
  ])('with %s: %j', async (_, codes, change) => {
    await expectCodes(pack(change), codes)
  })
})

it('the corpus has at least 60 manipulations and as many codes as kinds of them', () => {
  const all = [...NAIVE, ...RELISTED, ...INSIDE, ...REVIEW_NAIVE, ...REVIEW_INSIDE, ...FORGED]
  expect(all.length).toBeGreaterThanOrEqual(120)
  expect(new Set(all.flatMap(([, codes]) => codes)).size).toBeGreaterThanOrEqual(90)
})
