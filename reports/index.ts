import { join } from 'node:path'
import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { writeFileDurable } from '../util/durable.ts'

/** One format: a pure function from a run record to text. Modules load when a report is written. */
export interface Report {
  readonly name: string
  readonly file: string
  readonly summary: string
  load(): Promise<(record: RunRecord) => string>
}

/** Every report that a run writes. Adding a format is one file and one entry here. */
export const REPORTS: readonly Report[] = [
  {
    name: 'json',
    file: 'run.json',
    summary: 'the run record: everything the other reports are made from',
    load: async () => (await import('./run-json.ts')).renderRunJson,
  },
  {
    name: 'html',
    file: 'report.html',
    summary: 'one page for reviewers, complete in itself',
    load: async () => (await import('./html/render.tsx')).renderHtml,
  },
  {
    name: 'model-card',
    file: 'model-card.md',
    summary: 'Hugging Face model card of the candidate',
    load: async () => (await import('./model-card.ts')).renderModelCard,
  },
  {
    name: 'junit',
    file: 'junit.xml',
    summary: 'gates and rules as test suites and cases, for CI',
    load: async () => (await import('./junit.ts')).renderJUnit,
  },
  {
    name: 'sarif',
    file: 'report.sarif',
    summary: 'rules and results as SARIF 2.1.0, for code scanning',
    load: async () => (await import('./sarif.ts')).renderSarif,
  },
]

/**
 * Writes every report of a run into `dir`, durably. Returns the path of each by the report's name:
 * `{json, html, 'model-card', junit, sarif}`.
 */
export async function writeReports(record: RunRecord, dir: string): Promise<Readonly<Record<string, string>>> {
  const paths: Record<string, string> = {}
  for (const report of REPORTS) {
    const path = join(dir, report.file)
    writeFileDurable(path, (await report.load())(record))
    paths[report.name] = path
  }
  return paths
}
