import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { RuleResult } from '../policies/engine/decision.ts'
import type { Json } from '../util/json.ts'
import { VERDICT_LABEL } from './rule-words.ts'
import { gateTitle } from './verdict.ts'

type Taken = RunRecord['decisions'][number]

/**
 * Gates as CycloneDX attestations (CDXA): what a gate judged as a standard with its rules as requirements, and an
 * attestation by the tool itself, which is no third party. A pass supports its requirement; `fail`, `error`,
 * `no_evidence` and `waived` stand against it with conformance 0, so that nobody takes what was not measured or was let
 * through for conformant. A rule that did not apply is a requirement without a map entry.
 */
export function policyDeclarations(record: RunRecord, target: string): { readonly [name: string]: Json } {
  if (record.decisions.length === 0) return {}
  const judged = record.decisions.flatMap((taken) =>
    taken.decision.rules.filter(({ verdict }) => verdict !== 'not_applicable').map((rule) => ({ taken, rule })),
  )
  return {
    definitions: { standards: record.decisions.map(standard) },
    declarations: {
      assessors: [{ 'bom-ref': 'assessor', thirdParty: false, organization: { name: record.pipeline.owner } }],
      attestations: record.decisions.map((taken) => ({
        summary: `${gateTitle(taken.gate)}: ${taken.decision.outcome}`,
        assessor: 'assessor',
        map: taken.decision.rules
          .filter(({ verdict }) => verdict !== 'not_applicable')
          .map((rule) => conformance(taken.gate, rule)),
      })),
      ...(judged.length === 0
        ? {}
        : {
            claims: judged.map(({ taken, rule }) => ({
              'bom-ref': ref('claim', taken.gate, rule),
              target,
              predicate: rule.title,
              reasoning: `${VERDICT_LABEL[rule.verdict]}. ${rule.explanation}`,
              [rule.verdict === 'pass' ? 'evidence' : 'counterEvidence']: [`evidence/${taken.gate}`],
            })),
          }),
      evidence: record.decisions.map(({ gate, digest, decision }) => ({
        'bom-ref': `evidence/${gate}`,
        description: `Decision ${digest} on the evidence ${decision.evidence}, waivers ${decision.waivers}`,
        created: decision.now,
      })),
    },
  }
}

function standard({ gate, decision }: Taken): Json {
  return {
    'bom-ref': `standard/${gate}`,
    name: decision.policies.map(({ name }) => name).join(', '),
    version: decision.policies.map(({ version, digest }) => `${version} (${digest.slice(0, 12)})`).join(', '),
    description: gateTitle(gate),
    requirements: decision.rules.map((rule) => ({
      'bom-ref': ref('rule', gate, rule),
      identifier: rule.id,
      title: rule.title,
      text: rule.because,
      ...(rule.refs.length === 0 ? {} : { descriptions: [...rule.refs] }),
    })),
  }
}

function conformance(gate: string, rule: RuleResult): Json {
  const claim = ref('claim', gate, rule)
  return {
    requirement: ref('rule', gate, rule),
    [rule.verdict === 'pass' ? 'claims' : 'counterClaims']: [claim],
    conformance: { score: rule.verdict === 'pass' ? 1 : 0, rationale: rule.explanation },
  }
}

function ref(kind: string, gate: string, { id }: RuleResult): string {
  return `${kind}/${gate}/${id}`
}
