import { join } from 'node:path'
import type { Command } from 'commander'
import type { Store } from '../artifacts/store.ts'
import { readLogKey } from '../audit/keys.ts'
import { ancestryOf, modelsOf } from '../pipelines/lineage/ancestry.ts'
import { type History, readHistory } from '../pipelines/lineage/executions.ts'
import { recordKey } from '../pipelines/lineage/index-file.ts'
import { recordName } from '../pipelines/lineage/read-object.ts'
import { search, type Wanted } from '../pipelines/lineage/search.ts'
import { traceRecords } from '../pipelines/lineage/trace.ts'
import { SluiceError } from '../util/errors.ts'
import { ancestryText, traceText } from './lineage-text.ts'
import { storeOption } from './options.ts'
import { existingStore } from './reidentify-flags.ts'
import { readSubject, SUBJECT_ID, type SubjectFlags } from './subject-input.ts'

interface TraceFlags extends SubjectFlags {
  readonly store: string
  readonly json?: boolean
}

export function traceCommand(program: Command): void {
  program
    .command('trace')
    .description('tell which datasets, runs and models hold a record or a person, or what a model came from')
    .argument('[what]', 'id of a record, keyed id of a subject, digest of a model (12 digits or more), or id of a run')
    .addOption(storeOption())
    .option('--field <path>', 'member of meta that says who it is, for a subject by value: meta.customer.id')
    .option('--subject-file <file>', 'file with the value of that field (default: the standard input)')
    .option('--json', 'print as JSON')
    .action(async (what: string | undefined, flags: TraceFlags) => {
      process.exitCode = await trace(what, flags)
    })
}

async function trace(what: string | undefined, flags: TraceFlags): Promise<number> {
  const store = existingStore(flags.store)
  const history = readHistory(store, readLogKey(join(flags.store, 'keys')))
  if (what === undefined) {
    const subject = await readSubject(undefined, flags, store)
    const wanted = { subjects: [subject.subject, ...(subject.loose === undefined ? [] : [subject.loose])] }
    return tell(store, history, `subject ${subject.subject}`, wanted, flags)
  }
  const models = modelsFor(what, history)
  if (models.length > 0) {
    const all = models.map((model) => ancestryOf(store, history, model))
    process.stdout.write(
      flags.json === true ? `${JSON.stringify({ kind: 'model', models: all })}\n` : all.map(ancestryText).join('\n'),
    )
    return history.unread > 0 ? incomplete(history.unread) : 0
  }
  if (!SUBJECT_ID.test(what)) throw unknown()
  // A record's id and a subject's are both 64 digits; no text makes one into the other.
  const record: Wanted = { records: [recordKey(store, recordName(what))] }
  return tell(store, history, `record ${what}`, record, flags, () =>
    tell(store, history, `subject ${what}`, { subjects: [what] }, flags),
  )
}

function tell(
  store: Store,
  history: History,
  title: string,
  wanted: Wanted,
  flags: TraceFlags,
  orElse: () => number = () => {
    throw unknown()
  },
): number {
  const found = search(store, wanted)
  if (found.records.size === 0) return orElse()
  const trace = traceRecords(store, history, found)
  const [kind, id] = title.split(' ')
  process.stdout.write(flags.json === true ? `${JSON.stringify({ kind, id, ...trace })}\n` : traceText(title, trace))
  return trace.searched.unread > 0 ? incomplete(trace.searched.unread) : 0
}

/** What was not read was not searched: the answer must not pass for a whole one. */
function incomplete(unread: number): number {
  process.stderr.write(
    `TRACE_INCOMPLETE: ${unread} objects or records of the store could not be read\n  → run: sluice verify\n`,
  )
  return 4
}

/** Models that the text names: by digest, or all that a run made. */
function modelsFor(what: string, history: History): readonly string[] {
  const made = history.runs.find(({ run }) => run === what)
  if (made !== undefined) {
    const outputs = made.stages.flatMap((stage) => Object.values(stage.outputs))
    return [...new Set(outputs.filter(({ kind }) => kind === 'model').map(({ digest }) => digest))]
  }
  return /^[0-9a-f]{12,64}$/.test(what) ? modelsOf(history).filter((digest) => digest.startsWith(what)) : []
}

function unknown(): SluiceError {
  return new SluiceError({
    code: 'TRACE_UNKNOWN',
    message: 'this store has no such record, subject, model or run with a model',
    next: 'give the whole id of a record or subject, or --field with the value on the standard input; `sluice runs` lists runs',
  })
}
