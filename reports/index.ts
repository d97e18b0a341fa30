import { join } from 'node:path'
import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { writeFileDurable } from '../util/durable.ts'
import { type ArtifactFiles, artifactFiles } from './artifact-files.ts'

/**
 * One format: a pure function from a run record, and what the store lists of its artifacts, to text; nothing where the
 * run has nothing that the format describes. Modules load when a report is written.
 */
export interface Report {
  readonly name: string
  readonly file: string
  readonly summary: string
  load(): Promise<(record: RunRecord, files: ArtifactFiles) => string | undefined>
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
  {
    name: 'summary',
    file: 'summary.md',
    summary: 'job summary in Markdown, for GitHub and GitLab',
    load: async () => (await import('./github.ts')).renderGithubSummary,
  },
  {
    name: 'oscal',
    file: 'oscal-ar.json',
    summary: 'gates as OSCAL 1.2.1 assessment results, for compliance tools',
    load: async () => (await import('./oscal.ts')).renderOscal,
  },
  {
    name: 'cyclonedx',
    file: 'bom.cdx.json',
    summary: 'CycloneDX 1.6 ML-BOM: model, base, data, stages, policies',
    load: async () => {
      const { renderCycloneDx } = await import('./cyclonedx.ts')
      return (record, files) => renderCycloneDx(record, { files })
    },
  },
  {
    name: 'openlineage',
    file: 'lineage.ndjson',
    summary: 'OpenLineage events of the run, its stages and gates',
    load: async () => (await import('./openlineage.ts')).renderOpenLineage,
  },
  {
    name: 'croissant',
    file: 'croissant.json',
    summary: 'Croissant 1.1 with RAI 1.0: the data that the model was made from',
    load: async () => (await import('./croissant.ts')).renderCroissant,
  },
  {
    name: 'data-statement',
    file: 'data-statement.json',
    summary: 'data statement: sources, licences, rows out by reason, redaction, bias, splits, limits',
    load: async () => (await import('./data-statement.ts')).renderDataStatement,
  },
]

/**
 * Writes every report of a run into `dir`, durably. Returns the path of each by the report's name:
 * `{json, html, 'model-card', …}`; a format that has nothing to describe (no dataset was made) is left out.
 *
 * @param storeRoot the run's store: formats that list files (CycloneDX, Croissant) read its manifests. Without it they
 * name artifacts by their manifest alone
 * @throws SluiceError, after everything is written, where a manifest in the store is not what its digest says
 */
export async function writeReports(
  record: RunRecord,
  dir: string,
  storeRoot?: string,
): Promise<Readonly<Record<string, string>>> {
  const { files, broken } = filesOf(record, storeRoot)
  const paths: Record<string, string> = {}
  for (const report of REPORTS) {
    const text = (await report.load())(record, files)
    if (text === undefined) continue
    const path = join(dir, report.file)
    writeFileDurable(path, text)
    paths[report.name] = path
  }
  // A run that found a broken store must still leave its reports; that the store is broken is said after them.
  if (broken !== undefined) throw broken.cause
  return paths
}

function filesOf(
  record: RunRecord,
  storeRoot: string | undefined,
): { readonly files: ArtifactFiles; readonly broken?: { readonly cause: unknown } } {
  if (storeRoot === undefined) return { files: new Map() }
  try {
    return { files: artifactFiles(record, storeRoot) }
  } catch (cause) {
    return { files: new Map(), broken: { cause } }
  }
}
