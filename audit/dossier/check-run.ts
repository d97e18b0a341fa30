import { sha256 } from '../../util/digest.ts'
import { canonicalJson, type Json } from '../../util/json.ts'
import type { StoredEntry } from '../entry.ts'
import { listOf, objectOf, parseCanonical, parseDocument } from './documents.ts'
import { type Dossier, type DossierLog, doc, ownEntries } from './dossier.ts'
import type { RunDocument, RunStage } from './run-document.ts'

const RUN = 'run.json'

/**
 * The run record is the one whose digest the log has, nothing between the run's plan and its end was left out, and every
 * planned stage ended exactly once, as the record says. Returns the record where it can be relied on.
 */
export function checkRun(dossier: Dossier, log: DossierLog): RunDocument | undefined {
  const report = dossier.findings.in('run')
  if (!log.whole) return undefined
  const [planned, ...plans] = ownEntries(dossier, log, 'run.planned')
  const [finished, ...ends] = ownEntries(dossier, log, 'run.finished')
  if (planned === undefined || finished === undefined || plans.length + ends.length > 0) {
    report('RUN_ENDS', '')
    return undefined
  }
  for (let seq = planned.seq; seq < finished.seq; seq++) {
    if (!log.entries.has(seq)) report('ENTRY_GAP', `audit/entries/${seq}.json`)
  }
  const record = readRecord(dossier, finished)
  if (record === undefined) return undefined
  const { pipeline } = dossier.release
  const sameRun = record.run === dossier.release.run
  if (!sameRun || record.pipeline.name !== pipeline.name || record.pipeline.digest !== pipeline.digest) {
    report('RUN_OTHER', RUN)
  }
  checkOutcome(dossier, record, finished)
  checkPlan(dossier, record, planned)
  for (const stage of record.stages) {
    const problem = stageProblem(stage, dossier, log)
    if (problem !== undefined) report(problem, stage.id)
  }
  return record
}

/** `run.json` in its one spelling (canonical order, two blanks), if it is what was logged. */
function readRecord(dossier: Dossier, finished: StoredEntry): RunDocument | undefined {
  const report = dossier.findings.in('run')
  const bytes = doc(dossier, RUN)
  if (bytes === undefined) return undefined
  const value = objectOf(parseDocument(bytes))
  const spelled = `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`
  if (spelled !== bytes.toString('utf8')) {
    report('RUN_MALFORMED', RUN)
    return undefined
  }
  const { ledger: _, ...logged } = value
  if (sha256(canonicalJson(logged)) === finished.payload) return value as unknown as RunDocument
  report('RUN_NOT_LOGGED', RUN)
  return undefined
}

/** Outcome and exit code follow from the decisions and errors, as `outcomeOf` of the engine has it. */
function checkOutcome(dossier: Dossier, record: RunDocument, finished: StoredEntry): void {
  const { candidate, state } = dossier.release
  const failed = record.error !== null || record.stages.some(({ error }) => error !== null)
  const blocked = record.decisions.some(({ decision }) => decision.outcome === 'block')
  const outcome = failed ? 'errored' : blocked ? 'blocked' : 'passed'
  const said = canonicalJson(finished.subject) === canonicalJson({ exit: String(record.exit), outcome })
  if (record.outcome !== outcome || !said || (record.exit === 0) !== (outcome === 'passed')) {
    dossier.findings.in('run')('RUN_OUTCOME', RUN)
  }
  const ready = outcome === 'passed' && record.release?.state === 'awaiting_review'
  if ((!ready && state !== 'blocked') || (state === 'blocked') !== (candidate === undefined)) {
    dossier.findings.in('run')('RELEASE_STATE', 'release.json')
  }
}

function checkPlan(dossier: Dossier, record: RunDocument, planned: StoredEntry): void {
  const report = dossier.findings.in('run')
  const bytes = doc(dossier, 'audit/plan.json')
  if (bytes === undefined) return
  if (sha256(bytes) !== planned.payload) {
    report('PLAN_NOT_LOGGED', 'audit/plan.json')
    return
  }
  const ids = listOf(objectOf(parseCanonical(bytes))['stages']).map((stage) => objectOf(stage)['id'] ?? null)
  if (canonicalJson(ids) !== canonicalJson(record.stages.map(({ id }) => id))) report('RUN_STAGES', RUN)
}

/** State of a stage → types of the entry that ends it. A gate is decided after that entry, and may fail or break. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  done: ['stage.completed'],
  cached: ['stage.cached'],
  skipped: ['stage.skipped'],
  gate_failed: ['stage.completed', 'stage.cached'],
  errored: ['stage.errored', 'stage.completed', 'stage.cached'],
}

function stageProblem(stage: RunStage, dossier: Dossier, log: DossierLog): string | undefined {
  const ends = ['stage.completed', 'stage.cached', 'stage.skipped', 'stage.errored']
    .flatMap((type) => ownEntries(dossier, log, type))
    .filter(({ subject }) => subject['stage'] === stage.id)
  const [end] = ends
  if (end === undefined) return 'STAGE_NO_END'
  if (ends.length > 1) return 'STAGE_TWO_ENDS'
  if (ENDS[stage.state]?.includes(end.type) !== true) return 'STAGE_STATE'
  if (stage.evaluation === null) return undefined
  const outputs = Object.entries(stage.outputs).map(([port, { digest }]) => [`output.${port}`, digest])
  const made = { evaluation: stage.evaluation.digest, key: stage.key, ...Object.fromEntries(outputs) }
  if (withoutStage(end) !== canonicalJson(made)) return 'STAGE_OUTPUTS'
  // A cached stage was computed by another run, whose entry says the same.
  const computed = [...log.entries.values()].some(
    (entry) => entry.type === 'stage.completed' && withoutStage(entry) === canonicalJson(made),
  )
  return computed ? undefined : 'STAGE_NO_ORIGIN'
}

function withoutStage(entry: StoredEntry): string {
  const { stage: _, ...rest } = entry.subject
  return canonicalJson(rest as unknown as Json)
}
