import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../../artifacts/store.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { sha256FileSync } from '../../util/digest.ts'
import { ensureDir } from '../../util/durable.ts'
import { writeReports } from '../index.ts'
import { writeInto } from './seal.ts'

/**
 * Writes what reviewers read, byte for byte as the dossier will have it: the reports, decisions, evidence, policies and
 * waivers of a run. Returns the digest of each file by its path.
 */
export async function fillReadingRoom(
  record: RunRecord,
  store: Store,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  rmSync(folder, { recursive: true, force: true })
  ensureDir(folder)
  await writeReports(record, folder, store.root)
  const put = (path: string, digest: string): void =>
    writeInto(folder, path, store.get({ sha256: digest, sensitivity: 'redacted' }))
  for (const { gate, digest, decision } of record.decisions) {
    put(`decisions/${gate}.json`, digest)
    put(`evidence/${gate}.json`, decision.evidence)
    for (const policy of decision.policies) {
      put(`policies/${policy.name}@${policy.digest.slice(0, 12)}.json`, policy.digest)
    }
  }
  for (const { id, document } of record.waivers?.documents ?? []) put(`waivers/${id}.json`, document)
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [file.slice(folder.length + 1), sha256FileSync(file).sha256]
    }),
  )
}
