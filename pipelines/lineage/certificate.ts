import type { ForgottenSubject } from '../../artifacts/forgotten.ts'
import type { Tombstone } from '../../artifacts/tombstone.ts'
import { erasure } from '../../audit/attestations/predicates/erasure.ts'
import { type Statement, statement } from '../../audit/attestations/statement.ts'
import { VERSION } from '../../util/package-root.ts'
import type { QuotingDocuments } from './residue.ts'
import type { Trace } from './trace.ts'

/** Short words for what an erasure in a store never reaches. */
const BEYOND = ['source_files', 'backups_of_the_store', 'exports_and_dossiers_outside', 'weights_of_models'] as const

/**
 * What an erasure did and what it could not do, as an in-toto statement about the keyed id. Digests and counts; no data.
 *
 * @param trace as found after the erasure: erased objects only
 * @param documents tombstones of reports that quoted the subject
 */
export function erasureStatement(made: {
  readonly subject: ForgottenSubject
  readonly options: { readonly reason: string; readonly ticket?: string; readonly now: () => Date }
  readonly trace: Trace
  readonly documents: readonly Tombstone[]
  readonly scrubbed: QuotingDocuments
}): Statement {
  const { subject, options, trace, documents, scrubbed } = made
  const rows = trace.objects
    .filter(({ erased }) => erased)
    .map(({ digest, sensitivity, kind, matches, rows: of }) => ({
      sha256: digest,
      sensitivity,
      kind,
      rows: matches,
      of,
    }))
  const quoting = documents.map(({ object, sensitivity, kind }) => ({
    sha256: object,
    sensitivity,
    kind,
    rows: 0,
    of: 0,
  }))
  return statement(
    [{ name: 'data-subject', digest: { sha256: subject.subject } }],
    erasure({
      when: options.now().toISOString(),
      engine: `sluice ${VERSION}`,
      field: subject.field,
      reason: options.reason,
      ...(options.ticket === undefined ? {} : { ticket: options.ticket }),
      records: trace.records,
      erased: [...rows, ...quoting].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
      scrubbed: { actions: scrubbed.actions.length, runs: scrubbed.runs.map(({ run }) => run) },
      models: trace.models.map(({ digest, runs, releases }) => ({
        sha256: digest,
        runs: [...new Set(runs.map(({ run }) => run))],
        releases: releases.map(({ run, state, log }) => ({ run, state, log: [...log] })),
        to_do: 'retrain_or_audit_again' as const,
      })),
      searched: trace.searched,
      left: [...scrubbed.elsewhere],
      unparsed_rows: subject.loose === undefined ? 'not_searched' : 'searched_by_word',
      beyond: [...BEYOND],
    }),
  )
}
