import type { RunRecord } from '../engine/run-record.ts'

/** Something that a reviewer may be asked to read, and the files of the dossier that it is. */
export interface Reading {
  readonly name: string
  readonly summary: string
  /** Only where a stage of this kind has a gate. */
  readonly uses?: string
  /** Paths in the dossier. */
  files(record: RunRecord): readonly string[]
}

const gates = (record: RunRecord): readonly string[] => record.decisions.map(({ gate }) => gate)
const decided = (record: RunRecord, uses: string): readonly string[] => {
  const ids = record.stages.filter((stage) => stage.uses === uses).map(({ id }) => id)
  return gates(record)
    .filter((gate) => ids.includes(gate))
    .flatMap((gate) => [`decisions/${gate}.json`, `evidence/${gate}.json`])
}
const one = (name: string, path: string, summary: string): Reading => ({ name, summary, files: () => [path] })

/** Everything that can be required, by the name that a pipeline file has for it. */
export const READINGS: readonly Reading[] = [
  one('report', 'report.html', 'the report: one page with everything'),
  one('summary', 'summary.md', 'the short report'),
  {
    name: 'decisions',
    summary: 'what each gate decided, rule by rule',
    files: (record) => gates(record).map((gate) => `decisions/${gate}.json`),
  },
  {
    name: 'evidence',
    summary: 'every figure that the gates judged',
    files: (record) => gates(record).map((gate) => `evidence/${gate}.json`),
  },
  {
    name: 'policies',
    summary: 'the policies of all gates',
    files: (record) => [
      ...new Set(
        record.decisions.flatMap(({ decision }) =>
          decision.policies.map(({ name, digest }) => `policies/${name}@${digest.slice(0, 12)}.json`),
        ),
      ),
    ],
  },
  {
    name: 'waivers',
    summary: 'the waivers that lay beside the pipeline',
    files: (record) => (record.waivers?.documents ?? []).map(({ id }) => `waivers/${id}.json`),
  },
  {
    name: 'redaction',
    summary: 'what the gate of redaction judged and decided',
    uses: 'redact',
    files: (record) => decided(record, 'redact'),
  },
  {
    name: 'evaluation',
    summary: 'what the gate of the evaluation judged and decided',
    uses: 'evaluate',
    files: (record) => decided(record, 'evaluate'),
  },
  one('model-card', 'model-card.md', 'the model card'),
  one('data-statement', 'data-statement.json', 'the data statement'),
  one('bom', 'bom.cdx.json', 'the bill of materials (CycloneDX)'),
  one('oscal', 'oscal-ar.json', 'the assessment results (OSCAL)'),
  one('sarif', 'report.sarif', 'rules and results (SARIF)'),
  one('junit', 'junit.xml', 'gates and rules (JUnit)'),
  one('lineage', 'lineage.ndjson', 'the lineage events (OpenLineage)'),
  one('croissant', 'croissant.json', 'the data sets (Croissant)'),
]
