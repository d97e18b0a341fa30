import { basename, resolve } from 'node:path'
import type { Store } from '../../artifacts/store.ts'
import type { Ledger } from '../../audit/ledger.ts'
import type { Decision } from '../../policies/engine/decision.ts'
import type { WaiverEvidence } from '../../policies/engine/waiver.ts'
import {
  APPROVED,
  REQUESTED,
  readWaiverFolder,
  type WaiverFile,
  type WaiverFolder,
  waiverEvidence,
} from '../../policies/engine/waiver-files.ts'
import { nearest } from '../../util/nearest.ts'
import { problemsToError } from '../../util/yaml-document.ts'
import type { Pipeline } from './load.ts'
import type { RunRecord } from './run-record.ts'

/** Where the waivers of a pipeline lie, and who may sign them: both beside the pipeline file. */
export function waiverPlaces(pipeline: Pipeline): { readonly dir: string; readonly signers: string } {
  const { waivers, allowed_signers: signers } = pipeline.spec
  return {
    dir: resolve(pipeline.baseDir, waivers ?? 'waivers'),
    signers: resolve(pipeline.baseDir, signers ?? 'allowed_signers'),
  }
}

/** Reads the waivers of a pipeline. @throws SluiceError `WAIVER_INVALID`, `WAIVER_UNREADABLE`, `ALLOWED_SIGNERS_MALFORMED`. */
export function pipelineWaivers(pipeline: Pipeline): WaiverFolder {
  const { dir, signers } = waiverPlaces(pipeline)
  return readWaiverFolder(dir, signers)
}

/**
 * A waiver of this pipeline that names a rule or a gate which is not there waives nothing; that is a slip of the pen and
 * said before anything runs.
 *
 * @throws SluiceError `WAIVER_UNKNOWN_RULE`, `WAIVER_UNKNOWN_GATE`.
 */
export function checkWaivers(
  folder: WaiverFolder,
  pipeline: { readonly spec: { readonly name: string } },
  stages: readonly { readonly id: string; readonly gate: Gate }[],
  releaseGate: Gate,
): void {
  const rulesOf = (gates: readonly Gate[]) => gates.flat().flatMap((policy) => policy.rules.map((rule) => rule.id))
  const gates = new Map([...stages.map((stage) => [stage.id, stage.gate] as const), ['release', releaseGate] as const])
  const problems = folder.waivers.flatMap(({ file, waiver }) => {
    if (waiver.subject.pipeline !== pipeline.spec.name) return []
    const found: {
      readonly code: string
      readonly message: string
      readonly next?: string
      readonly at: { readonly file: string }
    }[] = []
    const { gate } = waiver.subject
    if (gate !== undefined && !gates.has(gate)) {
      found.push({
        code: 'UNKNOWN_GATE',
        message: `there is no gate \`${gate}\``,
        at: { file },
        ...hint(gate, [...gates.keys()]),
      })
      return found
    }
    const known = rulesOf(gate === undefined ? [...gates.values()] : [gates.get(gate)!])
    for (const rule of waiver.rules) {
      if (known.includes(rule)) continue
      const where = gate === undefined ? 'no gate of this pipeline has' : `the gate ${gate} does not have`
      found.push({ code: 'UNKNOWN_RULE', message: `${where} a rule \`${rule}\``, at: { file }, ...hint(rule, known) })
    }
    return found
  })
  if (problems.length > 0)
    throw problemsToError(
      problems.filter((one) => one.at.file === problems[0]!.at.file),
      'WAIVER',
    )
}

/** The policies of a gate, as far as their rules have names. */
type Gate = readonly { readonly rules: readonly { readonly id: string }[] }[]

function hint(word: string, known: readonly string[]): { readonly next?: string } {
  const guess = nearest(word, known)
  return guess === undefined ? {} : { next: `did you mean \`${guess}\`?` }
}

/** The waivers of one run: read once, used by all its gates, each use counted and logged. */
export interface RunWaivers {
  /** What a decision sees now. */
  evidence(): readonly WaiverEvidence[]
  /** Counts what a decision used. Returns the subjects of the `waiver.used` entries that must be logged with it. */
  used(decision: Decision): readonly Readonly<Record<string, string>>[]
  /** For the run record, so that a dossier can carry the documents. */
  record(): RunRecord['waivers']
}

/** Keeps the documents in the store, and counts earlier uses in the log. `now`: the moment all gates of the run decide for. */
export function openRunWaivers(folder: WaiverFolder, store: Store, ledger: Ledger, now: Date): RunWaivers {
  const uses = countUses(folder, ledger)
  return {
    evidence: () => folder.waivers.map((file) => waiverEvidence(file, folder.signers, now, uses.get(file.digest) ?? 0)),
    used(decision) {
      const waivers = new Map(
        decision.rules.flatMap((rule) => (rule.waiver === undefined ? [] : [[rule.waiver.digest, rule.waiver]])),
      )
      for (const digest of waivers.keys()) uses.set(digest, (uses.get(digest) ?? 0) + 1)
      return [...waivers.values()].map((waiver) => ({ waiver: waiver.id, digest: waiver.digest, gate: decision.gate }))
    },
    record: () => {
      if (folder.waivers.length === 0) return undefined
      return {
        documents: folder.waivers.map((file) => keep(store, file)),
        ...(folder.signersText === undefined
          ? {}
          : { allowedSigners: store.put(folder.signersText, 'redacted').sha256 }),
      }
    },
  }
}

function keep(store: Store, file: WaiverFile): NonNullable<RunRecord['waivers']>['documents'][number] {
  const put = (bytes: Buffer): string => store.put(bytes, 'redacted').sha256
  return {
    id: basename(file.file, '.json'),
    document: put(file.document),
    signatures: {
      ...(file.requested === undefined ? {} : { [REQUESTED]: put(file.requested) }),
      ...(file.approved === undefined ? {} : { [APPROVED]: put(file.approved) }),
    },
  }
}

function countUses(folder: WaiverFolder, ledger: Ledger): Map<string, number> {
  const uses = new Map<string, number>()
  // Only a limit needs the count, and the log may be long.
  if (!folder.waivers.some(({ waiver }) => waiver.max_uses !== undefined)) return uses
  for (const entry of ledger.entries()) {
    if (entry.type !== 'waiver.used') continue
    const digest = entry.subject['digest'] ?? ''
    uses.set(digest, (uses.get(digest) ?? 0) + 1)
  }
  return uses
}

/** The later of the clock and the last entry of the log. */
export function notBefore(clock: Date, ledger: Pick<Ledger, 'size' | 'entries'>): Date {
  for (const entry of ledger.size === 0 ? [] : ledger.entries(ledger.size - 1)) {
    if (Date.parse(entry.ts) > clock.getTime()) return new Date(entry.ts)
  }
  return clock
}
