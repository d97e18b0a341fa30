import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { openStore, type Store } from '../artifacts/store.ts'
import { readLogKey } from '../audit/keys.ts'
import { readLedger } from '../audit/ledger-reader.ts'
import { verifyLedger } from '../audit/verify.ts'
import { lastRun, loadRun } from '../pipelines/engine/history.ts'
import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { loadRegulation, loadRegulationFacts, shippedRegulations } from '../policies/engine/load-regulations.ts'
import { assessRun, type EvidenceSource, regulationText } from '../reports/regulations.ts'
import { sha256, sha256Json } from '../util/digest.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

interface Flags {
  readonly store: string
  readonly pack?: readonly string[]
  readonly facts?: string
  readonly json?: boolean
}

/** `sluice policy coverage`: what a run gives as evidence for the clauses of laws and standards. */
export function registerPolicyCoverage(policy: Command): void {
  policy
    .command('coverage')
    .description('tell for each clause of a law or standard which evidence a run gives, and what is left to people')
    .argument('[run]', 'id of the run (default: the last one)')
    .addOption(new Option('--pack <name...>', 'packs that ship, or paths (default: all that ship)'))
    .option('--facts <file>', 'declared facts: who we are, what applies')
    .addOption(storeOption())
    .option('--json', 'print the results as JSON')
    .action((run: string | undefined, flags: Flags) => {
      const record = run === undefined ? lastRun(flags.store) : loadRun(flags.store, run)
      if (record === undefined) {
        throw new SluiceError({
          code: 'RUN_UNKNOWN',
          message: 'this store has no run yet',
          next: 'run a pipeline first: sluice run FILE',
        })
      }
      const packs = (flags.pack ?? shippedRegulations()).map((name) => loadRegulation(name))
      const facts = flags.facts === undefined ? record.regulations?.facts : loadRegulationFacts(flags.facts, packs)
      const results = assessRun(record, packs, facts, storeEvidence(record, flags.store))
      process.stdout.write(
        flags.json === true
          ? `${JSON.stringify({ run: record.run, results }, null, 2)}\n`
          : results.map(regulationText).join('\n'),
      )
    })
}

/**
 * Looks for the bytes of every digest. Decisions and evaluations lie in the store; the log counts only while it is whole and
 * holds what the run's checkpoint signed.
 */
function storeEvidence(record: RunRecord, root: string): EvidenceSource {
  const store = openStore(root)
  const log = logOf(record, root)
  const known = new Set(log.map(({ digest }) => digest))
  return { log, resolves: (digest) => known.has(digest) || holds(store, digest) }
}

function holds(store: Store, digest: string): boolean {
  try {
    return sha256(store.get({ sha256: digest, sensitivity: 'redacted' })) === digest
  } catch {
    // Not there, or not what it was: either way it shows nothing. `sluice verify` tells which.
    return false
  }
}

function logOf(record: RunRecord, root: string): EvidenceSource['log'] {
  const dir = join(root, 'ledger')
  if (record.ledger === null || !existsSync(dir)) return []
  const key = readLogKey(join(root, 'keys'))
  if (!verifyLedger(dir, key, { earlier: [record.ledger.checkpoint] }).ok) return []
  const entries = [...readLedger(dir, key).entries()].filter(({ run }) => run === record.run)
  return [
    { type: 'checkpoint', digest: record.ledger.root },
    ...entries.map((entry) => ({ type: entry.type, digest: sha256Json(entry) })),
  ]
}
