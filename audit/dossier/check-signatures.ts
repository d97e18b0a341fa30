import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { verifyBundle } from '../attestations/bundle.ts'
import { hintsOf } from '../attestations/bundle-hint.ts'
import type { Statement } from '../attestations/statement.ts'
import { decisionFile } from './check-decisions.ts'
import { listOf, objectOf, parseCanonical, textOf } from './documents.ts'
import { below, type Dossier, type DossierKeys, doc } from './dossier.ts'
import { RELEASE, SEALS } from './release-document.ts'
import type { RunDocument } from './run-document.ts'

/**
 * The statement of a bundle, or the end of the code that says why there is none. Stricter than the format: canonical JSON
 * and a newline, one key hint and nothing that is not signed, so that one signature has one file.
 */
export function openBundle(bytes: Buffer, pem: string, hint: string): Statement | 'MALFORMED' | 'OTHER_KEY' | 'BAD' {
  const bundle = objectOf(parseCanonical(bytes, '\n'))
  const material = objectOf(bundle['verificationMaterial'])
  const envelope = objectOf(bundle['dsseEnvelope'])
  const named = objectOf(material['publicKey'])['hint']
  const [signature] = listOf(envelope['signatures'])
  const whole =
    canonicalJson(material) === canonicalJson({ publicKey: { hint: named ?? null }, tlogEntries: [] }) &&
    textOf(envelope['payloadType']) === 'application/vnd.in-toto+json' &&
    objectOf(signature)['keyid'] === '' &&
    Object.keys(bundle).length === 3
  if (!whole || typeof named !== 'string') return 'MALFORMED'
  if (named !== hint) return 'OTHER_KEY'
  try {
    const statement = verifyBundle(bytes.toString('utf8'), pem)
    const payload = Buffer.from(textOf(envelope['payload']), 'base64')
    return parseCanonical(payload) === undefined ? 'MALFORMED' : statement
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return error.code === 'BUNDLE_SIGNATURE_BAD' ? 'BAD' : 'MALFORMED'
  }
}

/** `release.sigstore.json` is about this release and this model, and claims only what the files show. */
export function checkReleaseSignature(dossier: Dossier, keys: DossierKeys): void {
  const report = dossier.findings.in('release')
  const [path] = SEALS as readonly [string]
  if (!dossier.source.files.has(path)) {
    report('RELEASE_SIGNATURE_MISSING', path)
    return
  }
  const opened = openBundle(dossier.source.read(path), keys.bundlePem, hintsOf(keys.bundlePem)[0])
  if (typeof opened === 'string') {
    report(`RELEASE_SIGNATURE_${opened}`, path)
    return
  }
  const { candidate } = dossier.release
  const about = [sha256(dossier.releaseBytes), ...(candidate === undefined ? [] : [candidate.model])]
  if (canonicalJson(opened.subject.map(({ digest }) => digest.sha256)) !== canonicalJson(about)) {
    report('RELEASE_SUBJECT', path)
  }
  const shown = shownProperties(dossier)
  const claimed = listOf(opened.predicate['properties'])
  const beyond = shown !== undefined && claimed.some((each) => !shown.has(textOf(each)))
  if (opened.predicateType !== 'https://in-toto.io/attestation/svr/v0.2' || beyond) report('RELEASE_CLAIM', path)
}

/** What the files allow to be claimed; `undefined` where a decision cannot be read. A waived gate is not a passed one. */
function shownProperties(dossier: Dossier): ReadonlySet<string> | undefined {
  const shown = new Set<string>()
  const { decisions, candidate, state } = dossier.release
  for (const { gate } of decisions) {
    const bytes = doc(dossier, decisionFile(gate))
    const decision = bytes === undefined ? undefined : parseCanonical(bytes)
    if (decision === undefined) return undefined
    const outcome = textOf(objectOf(decision)['outcome'])
    if (outcome === 'pass' || outcome === 'warn') shown.add(propertyName(`gate ${gate}`))
  }
  if (candidate !== undefined) shown.add(propertyName('model signed'))
  if (state === 'approved') shown.add(propertyName('review approved'))
  return shown
}

function propertyName(words: string): string {
  return `SLUICE_${words.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`
}

/** The model is the one that the run made, file by file, and `model.sig` covers exactly its files. */
export function checkModel(dossier: Dossier, keys: DossierKeys, record: RunDocument | undefined): void {
  const report = dossier.findings.in('model')
  const { candidate } = dossier.release
  const there = below(dossier, 'model/')
  if (candidate === undefined) {
    for (const path of there) report('MODEL_FILES', path)
    return
  }
  const { files, model, sensitivity, stage } = candidate
  if (sha256(canonicalJson({ files, kind: 'model', sensitivity })) !== model) report('MODEL_MANIFEST', RELEASE)
  const key = (name: string, digest: string, bytes: number): string => `${name} ${digest} ${bytes}`
  const listed = there.map((path) => {
    const { sha256: digest, bytes } = dossier.listed.get(path)!
    return key(path.slice('model/'.length), digest, bytes)
  })
  const wanted = files.map(({ name, sha256: digest, bytes }) => key(name, digest, bytes))
  if (listed.sort().join('\n') !== wanted.sort().join('\n')) report('MODEL_FILES', RELEASE)
  if (record !== undefined) {
    const told = record.release?.candidate
    const outputs = Object.values(record.stages.find(({ id }) => id === stage)?.outputs ?? {})
    const made = outputs.some(({ digest }) => digest === model)
    if (told?.stage !== stage || told.model.digest !== model || !made) report('MODEL_OTHER', RELEASE)
  }
  checkModelSignature(dossier, keys)
}

function checkModelSignature(dossier: Dossier, keys: DossierKeys): void {
  const report = dossier.findings.in('model')
  const bytes = doc(dossier, 'model.sig')
  if (bytes === undefined) return
  // The format's own hint is over the PEM.
  const opened = openBundle(bytes, keys.bundlePem, hintsOf(keys.bundlePem)[1])
  if (typeof opened === 'string') {
    report(`MODEL_SIGNATURE_${opened}`, 'model.sig')
    return
  }
  const resources = listOf(opened.predicate['resources']).map(objectOf)
  const signed = resources.map(({ name, algorithm, digest }) => `${name} ${algorithm} ${digest}`).sort()
  const wanted = (dossier.release.candidate?.files ?? []).map(({ name, sha256: sha }) => `${name} sha256 ${sha}`).sort()
  const type = opened.predicateType === 'https://model_signing/signature/v1.0'
  if (!type || signed.join('\n') !== wanted.join('\n')) report('MODEL_SIGNATURE_FILES', 'model.sig')
  const whole = sha256(Buffer.from(resources.map(({ digest }) => textOf(digest)).join(''), 'hex'))
  if (opened.subject[0]?.digest.sha256 !== whole) report('MODEL_SIGNATURE_ROOT', 'model.sig')
}
