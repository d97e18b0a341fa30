import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalEvidence } from '../policies/engine/canonical-evidence.ts'
import { canonicalWaivers } from '../policies/engine/decide.ts'
import type { Decision } from '../policies/engine/decision.ts'
import type { Evidence } from '../policies/engine/evidence.ts'
import type { LoadedPolicy } from '../policies/engine/load.ts'
import { replayDecision } from '../policies/engine/replay.ts'
import type { WaiverEvidence } from '../policies/engine/waiver.ts'
import { type GateResult, renderGate } from '../reports/gate.ts'
import { sha256 } from '../util/digest.ts'
import { ensureDir, writeFileDurable } from '../util/durable.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { canonicalJson } from '../util/json.ts'

/** A decision with all that it was made from. */
export interface GateFiles {
  readonly result: GateResult
  readonly policies: readonly LoadedPolicy[]
  readonly evidence: Evidence
  readonly waivers: readonly WaiverEvidence[]
  /** The file of the tool. It may hold prompts and answers, so it is named by its digest and not copied. */
  readonly metrics: { readonly format: string; readonly digest: string }
}

/**
 * Writes `evidence.json`, `waivers.json`, `policies/NAME.DIGEST.json`, `metrics.json` (format and digest of what was read), the
 * reports `summary.md`, `report.sarif`, `junit.xml`, and `decision.json` last, so that a folder with a decision is whole.
 */
export function writeGate(dir: string, { result, policies, evidence, waivers, metrics }: GateFiles): void {
  ensureDir(join(dir, 'policies'))
  const write = (name: string, text: string | Uint8Array): void => writeFileDurable(join(dir, name), text)
  for (const policy of policies) write(`policies/${policy.name}.${policy.digest.slice(0, 12)}.json`, policy.canonical)
  write('evidence.json', canonicalEvidence(evidence))
  write('waivers.json', canonicalWaivers(waivers))
  write('metrics.json', canonicalJson(metrics))
  write('summary.md', renderGate('summary', result))
  write('report.sarif', renderGate('sarif', result))
  write('junit.xml', renderGate('junit', result))
  write('decision.json', canonicalJson(result.decision))
}

/**
 * Makes the decision of a folder again, from what lies beside it. What the signatures of waivers were worth is taken from
 * there: a replay shows that the decision follows from its inputs, not that the inputs are true.
 *
 * @throws SluiceError `GATE_UNREADABLE`; `GATE_REPLAY_DIFFERS` (exit 4) where any of it was changed, or another version decides
 * otherwise
 */
export function replayGate(dir: string): GateResult {
  const bytes = read(join(dir, 'decision.json'))
  const decision = parse(join(dir, 'decision.json'), bytes)
  const byDigest = new Map(
    list(join(dir, 'policies')).map((name) => {
      const policy = read(join(dir, 'policies', name))
      return [sha256(policy) as string, policy] as const
    }),
  )
  const policies = decision.policies.map(({ name, digest }) => {
    const policy = byDigest.get(digest)
    if (policy === undefined) throw differs(dir, `the policy \`${name}\` is not the one that decided`)
    return policy
  })
  let again: string
  try {
    again = replayDecision({
      decision: bytes,
      evidence: read(join(dir, 'evidence.json')),
      waivers: read(join(dir, 'waivers.json')),
      policies,
    })
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw differs(dir, 'what lies in it cannot be judged', cause)
  }
  if (again !== bytes.toString('utf8')) throw differs(dir, 'the same inputs give another decision')
  return { decision, digest: sha256(bytes), sluice: decision.engine.replace(/^sluice /, '') }
}

function differs(file: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'GATE_REPLAY_DIFFERS',
    message: `this decision cannot be made again: ${why}`,
    next: 'something in the folder was changed, or another version of Sluice made it',
    at: { file },
    exit: 4,
    cause,
  })
}

function parse(file: string, bytes: Buffer): Decision {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Decision
    if (Array.isArray(value.policies) && typeof value.subject.pipeline === 'string') return value
  } catch (cause) {
    throw unreadable(file, cause)
  }
  throw unreadable(file, undefined)
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function list(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.json'))
  } catch (cause) {
    throw unreadable(dir, cause)
  }
}

function unreadable(file: string, cause: unknown): SluiceError {
  return new SluiceError({
    code: 'GATE_UNREADABLE',
    message: `this is no folder of \`sluice gate --out\` (${toSluiceError(cause, 'reading a file').code})`,
    next: 'name the folder that --out wrote',
    at: { file },
    cause,
  })
}
