import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type DossierReport, verifyDossier } from '../audit/dossier/verify-dossier.ts'
import { parseCertificates } from '../audit/timestamp/certificate.ts'
import { parseVerifierKey } from '../audit/verifier-key.ts'
import { replayDecision } from '../policies/engine/replay.ts'
import { SluiceError } from '../util/errors.ts'

export interface DossierFlags {
  readonly key?: readonly string[]
  readonly checkpoint?: readonly string[]
  readonly witness?: readonly string[]
  readonly tsaCa?: string
  readonly allowedSigners?: string
  readonly log?: string
  readonly replay?: boolean
  readonly json?: boolean
}

/** `sluice verify DOSSIER`. Returns the exit code: 0, or 4 where anything does not hold. */
export async function verifyDossierCommand(dossier: string, flags: DossierFlags): Promise<number> {
  const report = await verifyDossier(dossier, {
    keys: (flags.key ?? []).map(readKey),
    checkpoints: (flags.checkpoint ?? []).map((file) => read(file, 'give a file with a signed checkpoint')),
    witnesses: (flags.witness ?? []).map((file) =>
      parseVerifierKey(read(file, 'give the verifier key of a witness'), 'witness'),
    ),
    ...(flags.tsaCa === undefined
      ? {}
      : { authorities: parseCertificates(read(flags.tsaCa, 'give the certificate of the CA in PEM form')) }),
    ...(flags.allowedSigners === undefined
      ? {}
      : { allowedSigners: read(flags.allowedSigners, 'give the allowed_signers file that you know') }),
    ...(flags.log === undefined ? {} : { laterLog: flags.log }),
    ...(flags.replay === true ? { replay: replayDecision } : {}),
    now: new Date(),
  })
  if (flags.json === true) process.stdout.write(`${JSON.stringify(report)}\n`)
  else for (const line of render(report)) process.stdout.write(`${line}\n`)
  return report.ok ? 0 : 4
}

const MARKS = { ok: 'ok', failed: 'FAILED', 'not made': '-' } as const

function render(report: DossierReport): readonly string[] {
  const { release, findings, more, assurance, next } = report
  const head = release === null ? 'no release that can be read' : `${release.id}, ${release.state}, ${release.created}`
  const checks = report.checks.map(({ name, title, state }) => `${MARKS[state].padEnd(8)}${name.padEnd(14)}${title}`)
  const problems = findings.map(
    ({ code, message, file }) => `PROBLEM ${code}: ${message}${file === '' ? '' : ` (${file})`}`,
  )
  const count = findings.length + more
  return [
    `release ${head}`,
    ...checks,
    ...problems,
    ...(more > 0 ? [`        and ${more} more`] : []),
    assurance === null
      ? `FAILED  ${count} ${count === 1 ? 'problem' : 'problems'}: do not rely on this release`
      : `holds   ${report.files} files, ${report.entries} entries of the log; assurance: ${assurance}`,
    ...(next === null ? [] : [`  → ${next}`]),
  ]
}

function readKey(file: string): KeyObject {
  const text = read(file, 'give a public key: ledger.pub, bundle.pub')
  try {
    // A verifier key line is a key too.
    const pem = text.startsWith('-----BEGIN PUBLIC KEY-----') ? text : parseVerifierKey(text, 'log').publicKeyPem
    return createPublicKey(pem)
  } catch (cause) {
    throw new SluiceError({
      code: 'KEY_FILE_BROKEN',
      message: 'this is not a public key in PEM form, nor a verifier key of a log',
      next: 'give the ledger.pub and bundle.pub that the producer published',
      at: { file },
      cause,
    })
  }
}

function read(file: string, next: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SluiceError({ code: 'FILE_UNREADABLE', message: 'a file cannot be read', next, at: { file }, cause })
  }
}
