import { sha256 } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { EvidenceMetric } from './evidence.ts'
import type { PolicyFile } from './schema.ts'
import type { WaiverEvidence } from './waiver.ts'

/** Everything that a decision was made from, as it was stored. */
export interface Replay {
  /** The decision, for what only it says: gate and subject, the moment, the engine, options that bypassed something. */
  readonly decision: Uint8Array
  readonly evidence: Uint8Array
  readonly waivers: Uint8Array
  /** In the order of the decision. */
  readonly policies: readonly Uint8Array[]
}

/**
 * Makes a decision again from its stored inputs and returns its canonical JSON: the same bytes, if it was made by this
 * version from these. The digests in it are computed anew.
 */
export function replayDecision(replay: Replay): string {
  const { gate, subject, now, engine, findings = [] } = parse<Decision>(replay.decision)
  return canonicalJson(
    decide({
      gate,
      ...subject,
      policies: replay.policies.map((bytes) => ({ ...parse<PolicyFile>(bytes), digest: sha256(bytes) })),
      evidence: { metrics: parse<readonly EvidenceMetric[]>(replay.evidence).map(spoken) },
      waivers: parse<readonly WaiverEvidence[]>(replay.waivers),
      bypasses: findings.filter(({ code }) => code === 'BYPASS').map(({ about }) => about),
      now: new Date(now),
      engine,
    }),
  )
}

/** Numbers that are not finite were written as words; see `canonicalEvidence`. */
function spoken(metric: EvidenceMetric): EvidenceMetric {
  const { interval } = metric
  return {
    ...metric,
    value: number(metric.value) as EvidenceMetric['value'],
    ...(metric.n === undefined ? {} : { n: number(metric.n) as number }),
    ...(interval === undefined
      ? {}
      : {
          interval: {
            ...interval,
            level: number(interval.level) as number,
            lower: number(interval.lower) as number,
            upper: number(interval.upper) as number,
          },
        }),
  }
}

function number(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('not_finite' in value)) return value
  return Number(value.not_finite)
}

function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as T
}
