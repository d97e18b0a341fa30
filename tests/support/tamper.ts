import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signStatement } from '../../audit/attestations/bundle.ts'
import { statement } from '../../audit/attestations/statement.ts'
import type { ReleaseDocument } from '../../audit/dossier/release-document.ts'
import { verifyDossier } from '../../audit/dossier/verify-dossier.ts'
import type { StoredEntry } from '../../audit/entry.ts'
import { openBundleSigner, type Signer } from '../../audit/keys/signer.ts'
import { type Keys, openKeys } from '../../audit/keys.ts'
import { type Ledger, openLedger } from '../../audit/ledger.ts'
import { main } from '../../audit/standalone/sluice-verify.ts'
import { leavesOf } from '../../reports/dossier/log-evidence.ts'
import { sealDossier, writeEntries } from '../../reports/dossier/seal.ts'
import { sha256, sha256FileSync } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents that a test breaks on purpose
export type Loose = any

/** A copy of a dossier that an attacker works on, and what he has. */
export interface Attack {
  readonly folder: string
  /** Keys of the producer: what the worst attacker has. */
  readonly keys: Keys
  readonly signer: Signer
  read(path: string): Buffer
  write(path: string, data: string | Uint8Array): void
  remove(path: string): void
  /** Reads a JSON document, lets it be changed, and writes it back in canonical form. */
  edit(path: string, change: (value: Loose) => void, spell?: (value: Loose) => string): void
  /** Changes `release.json` but its list of files. */
  release(change: (release: Loose) => void): void
  /** Makes the list in `release.json` fit the files again: all that an attacker without keys can do. */
  relist(): void
  /** The same, signed and logged with the keys of the producer. */
  reseal(): Promise<void>
  /** Signs an attestation anew, its predicate changed. */
  resign(path: string, change: (statement: Loose) => void, signer?: Signer): Promise<void>
  /** Writes the whole log anew with the producer's key; then seals. `entries` are those that the dossier has. */
  relog(change: (entries: readonly StoredEntry[]) => readonly StoredEntry[]): Promise<void>
}

export const pretty = (value: Loose): string => `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`

/** @param work folder with the `store` of the producer. */
export function startAttack(work: string, dossier: string, id: number): Attack {
  const folder = join(work, `attack-${id}`)
  cpSync(dossier, folder, { recursive: true })
  const keys = openKeys(join(work, 'store/keys'))
  const signer = openBundleSigner(join(work, 'store/keys'))
  const path = (name: string): string => join(folder, name)
  const read = (name: string): Buffer => readFileSync(path(name))
  const draft = (): Loose => {
    const { files: _, ...rest } = JSON.parse(read('release.json').toString('utf8')) as ReleaseDocument
    const attestations = rest.attestations.flatMap((each) => {
      try {
        return [{ ...each, sha256: sha256FileSync(path(each.file)).sha256 }]
      } catch {
        return []
      }
    })
    return { ...rest, attestations }
  }
  // Another log than the store's: the attacks of one test must not see those of another.
  const copyOfLog = (): Ledger => {
    const dir = mkdtempSync(join(work, 'log-'))
    cpSync(join(work, 'store/ledger'), dir, { recursive: true })
    return openLedger(dir, keys)
  }
  const seal = (ledger: Ledger, since: number): Promise<unknown> =>
    sealDossier(folder, draft(), { signer, ledger, since, keep: () => undefined })
  const since = Number(read('audit/checkpoint').toString('utf8').split('\n')[1])
  const attack: Attack = {
    folder,
    keys,
    signer,
    read,
    write: (name, data) => writeFileSync(path(name), data),
    remove: (name) => rmSync(path(name)),
    edit(name, change, spell = canonicalJson) {
      const value = JSON.parse(read(name).toString('utf8'))
      change(value)
      writeFileSync(path(name), spell(value))
    },
    release: (change) => attack.edit('release.json', change),
    relist() {
      attack.release((release) => {
        release.files = release.files.flatMap((file: Loose) => {
          try {
            return [{ path: file.path, ...sha256FileSync(path(file.path)) }]
          } catch {
            return []
          }
        })
        for (const each of release.attestations)
          each.sha256 = release.files.find((file: Loose) => file.path === each.file)?.sha256 ?? each.sha256
      })
    },
    reseal: async () => void (await seal(copyOfLog(), since)),
    async resign(name, change, by = signer) {
      const bundle = JSON.parse(read(name).toString('utf8'))
      const said = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8'))
      change(said)
      writeFileSync(path(name), await signStatement(statement(said.subject, said), by))
    },
    async relog(change) {
      const size = JSON.parse(read('audit/release.json-entry').toString('utf8')).seq as number
      const all = [...copyOfLog().entries(0, size)]
      let time = Date.parse(all[0]!.ts)
      const ledger = openLedger(mkdtempSync(join(work, 'forged-')), keys, { now: () => new Date(time) })
      for (const { v: _v, seq: _s, ts, prev: _p, ...entry } of change(all)) {
        time = Date.parse(ts)
        ledger.append([entry])
      }
      rmSync(path('audit/entries'), { recursive: true })
      const entries = writeEntries(folder, ledger, [...ledger.entries()])
      writeFileSync(path('audit/leaves'), leavesOf(ledger)!)
      attack.release((release) => {
        release.entries = entries
      })
      time = Date.now()
      await seal(ledger, ledger.size)
    },
  }
  return attack
}

/** Payload of an entry after its document was changed. */
export function withPayload(entries: readonly StoredEntry[], type: string, bytes: Uint8Array): readonly StoredEntry[] {
  return entries.map((entry) => (entry.type === type ? { ...entry, payload: sha256(bytes) } : entry))
}

export interface Verdicts {
  readonly ours: readonly string[]
  readonly standalone: readonly string[]
  readonly assurance: string | null
}

/** Codes that both verifiers find, each once, sorted. */
export async function verdicts(dossier: string, keys: readonly string[] = []): Promise<Verdicts> {
  const { createPublicKey } = await import('node:crypto')
  const report = await verifyDossier(dossier, { keys: keys.map((file) => createPublicKey(readFileSync(file))) })
  const other = await standalone([dossier, '--json', ...keys.flatMap((file) => ['--key', file])])
  const unique = (codes: readonly { readonly code: string }[]): readonly string[] =>
    [...new Set(codes.map(({ code }) => code))].sort()
  return { ours: unique(report.findings), standalone: unique(other.problems), assurance: report.assurance }
}

/** What `sluice-verify` prints with `--json`. */
export async function standalone(argv: readonly string[]): Promise<Loose> {
  const { log } = console
  let text = ''
  console.log = (line: string) => {
    text += line
  }
  try {
    main([...argv])
  } finally {
    console.log = log
  }
  return JSON.parse(text)
}
