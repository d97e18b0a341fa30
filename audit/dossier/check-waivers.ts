import { canonicalJson, type Json } from '../../util/json.ts'
import type { AllowedSigner } from '../allowed-signers.ts'
import { WAIVER_NAMESPACE } from '../sshsig.ts'
import { checkSignature, readSigners } from './check-signer.ts'
import { type JsonObject, listOf, objectOf, parseCanonical, textOf } from './documents.ts'
import { below, type Dossier, doc } from './dossier.ts'

/** Every waiver that a decision saw is here as it saw it, and the signatures that counted hold; no other is here. */
export function checkWaivers(dossier: Dossier): void {
  const report = dossier.findings.in('review')
  const documents = below(dossier, 'waivers/').filter((path) => path.endsWith('.json'))
  const judged = new Map<string, JsonObject>()
  let now = dossier.release.created
  for (const { gate } of dossier.release.decisions) {
    const decision = objectOf(canonicalOf(dossier, `decisions/${gate}.json`))
    for (const each of listOf(canonicalOf(dossier, `evidence/${gate}.waivers.json`)).map(objectOf)) {
      judged.set(textOf(each['digest']), each)
      now = textOf(decision['now']) || now
    }
  }
  for (const path of documents) {
    if (!judged.has(dossier.listed.get(path)!.sha256)) report('WAIVER_UNKNOWN', path)
  }
  const text = doc(dossier, 'waivers/allowed_signers')?.toString('utf8')
  const signers = text === undefined ? undefined : readSigners(text)
  for (const [digest, seen] of judged) {
    const path = documents.find((each) => dossier.listed.get(each)?.sha256 === digest)
    const waiver = objectOf(seen['waiver'])
    if (path === undefined) report('WAIVER_ABSENT', textOf(waiver['id']))
    else checkWaiver(dossier, path, seen, signers, new Date(now))
  }
}

function canonicalOf(dossier: Dossier, path: string): Json | undefined {
  const bytes = doc(dossier, path)
  return bytes === undefined ? undefined : parseCanonical(bytes)
}

function checkWaiver(
  dossier: Dossier,
  path: string,
  seen: JsonObject,
  signers: readonly AllowedSigner[] | undefined,
  at: Date,
): void {
  const report = dossier.findings.in('review')
  const bytes = doc(dossier, path)
  if (bytes === undefined) return
  const waiver = objectOf(seen['waiver'])
  if (canonicalJson(waiver) !== bytes.toString('utf8')) report('WAIVER_OTHER', path)
  for (const [end, member] of [
    ['requested', 'requested_by'],
    ['approved', 'approved_by'],
  ] as const) {
    if (objectOf(seen[end])['state'] !== 'valid') continue
    const sig = `${path}.${end}.sig`
    if (!dossier.listed.has(sig)) report('WAIVER_UNSIGNED', sig)
    const armored = doc(dossier, sig)?.toString('utf8')
    if (armored === undefined || signers === undefined) continue
    const who = { principal: textOf(waiver[member]), namespace: WAIVER_NAMESPACE, at }
    const checked = checkSignature(armored, bytes, signers, who)
    if (checked.problem !== undefined) report(`WAIVER_${checked.problem}`, sig)
  }
}
