import type { ForgottenSubject } from '../../artifacts/forgotten.ts'
import type { Tombstone } from '../../artifacts/tombstone.ts'
import { VERSION } from '../../util/package-root.ts'
import type { QuotingDocuments } from './residue.ts'
import type { Trace } from './trace.ts'

/** What an erasure did and what it could not do, as an in-toto statement. Keyed ids, digests, counts; no data. */
export interface ErasureStatement {
  readonly _type: 'https://in-toto.io/Statement/v1'
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicateType: 'https://sluice.local/attestation/erasure/v1'
  readonly predicate: {
    readonly v: 1
    readonly when: string
    readonly engine: string
    /** Keyed id and the field that it is about. */
    readonly subject: string
    readonly field: string
    readonly reason: string
    readonly ticket: string | null
    /** Distinct records. */
    readonly records: number
    readonly erased: readonly {
      readonly sha256: string
      readonly sensitivity: string
      readonly kind: string
      /** Rows of the subject, and of everybody in it; documents have none. */
      readonly rows: number
      readonly of: number
    }[]
    /** Action records removed, and runs whose record lost quotes. */
    readonly scrubbed: { readonly actions: number; readonly runs: readonly string[] }
    /** Models that learnt from the subject: erasing data does not take it out of their weights. */
    readonly models: readonly {
      readonly sha256: string
      readonly runs: readonly string[]
      readonly releases: readonly { readonly run: string; readonly state: string }[]
      readonly to_do: 'retrain_or_audit_again'
    }[]
    /** What was searched afterwards, and what could not be. */
    readonly searched: { readonly objects: number; readonly unread: number; readonly shredded: number }
    /** Files of the store that quote the subject and were left: signed dossiers, exports, what was set aside. */
    readonly left: readonly string[]
    /** Rows that could not be parsed were searched by words, or not at all where only the keyed id was given. */
    readonly unparsed_rows: 'searched_by_word' | 'not_searched'
    /** Outside of the store: nobody but the company can see to these. */
    readonly beyond: readonly string[]
  }
}

/** Short words for what an erasure in a store never reaches. */
const BEYOND = ['source_files', 'backups_of_the_store', 'exports_and_dossiers_outside', 'weights_of_models'] as const

export function erasureStatement(made: {
  readonly subject: ForgottenSubject
  readonly options: { readonly reason: string; readonly ticket?: string; readonly now: () => Date }
  readonly trace: Trace
  readonly documents: readonly Tombstone[]
  readonly scrubbed: QuotingDocuments
}): ErasureStatement {
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
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'data-subject', digest: { sha256: subject.subject } }],
    predicateType: 'https://sluice.local/attestation/erasure/v1',
    predicate: {
      v: 1,
      when: options.now().toISOString(),
      engine: `sluice ${VERSION}`,
      subject: subject.subject,
      field: subject.field,
      reason: options.reason,
      ticket: options.ticket ?? null,
      records: trace.records,
      erased: [...rows, ...quoting].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
      scrubbed: { actions: scrubbed.actions.length, runs: scrubbed.runs.map(({ run }) => run) },
      models: trace.models.map(({ digest, runs, releases }) => ({
        sha256: digest,
        runs: runs.map(({ run }) => run),
        releases: releases.map(({ run, state }) => ({ run, state })),
        to_do: 'retrain_or_audit_again',
      })),
      searched: trace.searched,
      left: scrubbed.elsewhere,
      unparsed_rows: subject.loose === undefined ? 'not_searched' : 'searched_by_word',
      beyond: BEYOND,
    },
  }
}
