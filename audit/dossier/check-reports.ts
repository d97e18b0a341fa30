import { canonicalJson, type Json } from '../../util/json.ts'
import { listOf, objectOf, parseDocument, textOf } from './documents.ts'
import { type Dossier, doc } from './dossier.ts'
import type { RunDocument } from './run-document.ts'

/** What reports for machines say is what was decided and made. Reports for people are signed with the rest, not compared. */
export function checkReports(dossier: Dossier, record: RunDocument | undefined): void {
  if (record === undefined) return
  const report = dossier.findings.in('reports')
  const check = (path: string, code: string, holds: (bytes: Buffer) => boolean): void => {
    const bytes = doc(dossier, path)
    if (bytes !== undefined && !holds(bytes)) report(code, path)
  }
  check('report.sarif', 'SARIF_FIGURES', (bytes) => isSame(sarifVerdicts(parse(bytes)), verdicts(record, '/', [])))
  check('oscal-ar.json', 'OSCAL_FIGURES', (bytes) =>
    isSame(oscalVerdicts(parse(bytes)), verdicts(record, '.', ['not_applicable'])),
  )
  check('junit.xml', 'JUNIT_FIGURES', (bytes) => isSame(junitCounts(bytes.toString('utf8')), suiteCounts(record)))
  check('bom.cdx.json', 'BOM_MODEL', (bytes) => namesModel(parse(bytes), dossier))
  check('data-statement.json', 'DATA_STATEMENT_RUN', (bytes) => {
    const { run, pipeline } = objectOf(parse(bytes))
    return run === record.run && objectOf(pipeline)['digest'] === record.pipeline.digest
  })
  check('lineage.ndjson', 'LINEAGE_RUN', (bytes) => namesRun(bytes.toString('utf8'), record))
}

function parse(bytes: Buffer): Json | undefined {
  return parseDocument(bytes)
}

/** Rules and verdicts in order; OSCAL has no finding for what did not apply. */
function verdicts(record: RunDocument, between: string, without: readonly string[]): Json {
  return record.decisions.flatMap(({ gate, decision }) =>
    decision.rules
      .filter(({ verdict }) => !without.includes(verdict))
      .map(({ id, verdict }) => [`${gate}${between}${id}`, verdict]),
  )
}

function sarifVerdicts(value: Json | undefined): Json {
  const results = listOf(objectOf(listOf(objectOf(value)['runs'])[0])['results']).map(objectOf)
  return results.map(({ ruleId, properties }) => [ruleId ?? null, objectOf(properties)['verdict'] ?? null])
}

function oscalVerdicts(value: Json | undefined): Json {
  const results = listOf(objectOf(objectOf(value)['assessment-results'])['results']).map(objectOf)
  return results.flatMap(({ findings }) =>
    listOf(findings)
      .map(objectOf)
      .map(({ target, props }) => {
        const verdict = listOf(props)
          .map(objectOf)
          .find(({ name }) => name === 'verdict')
        return [objectOf(target)['target-id'] ?? null, verdict?.['value'] ?? null]
      }),
  )
}

/** Name, tests, failures, errors and skipped of each suite that is a gate. */
function junitCounts(xml: string): Json {
  const suite = /<testsuite name="gate ([^"]*)"[^>]* tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g
  return [...xml.matchAll(suite)].map((match) => match.slice(1))
}

function suiteCounts(record: RunDocument): Json {
  return record.decisions.map(({ gate, decision: { rules, counts } }) => {
    const of = (...names: readonly string[]): string =>
      String(names.reduce((sum, name) => sum + (counts[name] ?? Number.NaN), 0))
    return [gate, String(rules.length), of('fail'), of('error', 'no_evidence'), of('not_applicable', 'waived')]
  })
}

/** The model and each of its files stand in the bill of materials with their digests. */
function namesModel(value: Json | undefined, dossier: Dossier): boolean {
  const { candidate } = dossier.release
  const found = new Set<string>()
  const walk = (node: Json | undefined): void => {
    if (Array.isArray(node)) for (const each of node as readonly Json[]) walk(each)
    else if (typeof node === 'object' && node !== null) {
      const { content } = node as { readonly content?: Json }
      if (typeof content === 'string') found.add(content)
      for (const each of Object.values(node)) walk(each as Json)
    }
  }
  walk(value)
  const wanted = candidate === undefined ? [] : [candidate.model, ...candidate.files.map(({ sha256 }) => sha256)]
  return value !== undefined && wanted.every((digest) => found.has(digest))
}

/** Every line is a JSON object, and the run and everything that it made is named. */
function namesRun(text: string, record: RunDocument): boolean {
  const lines = text.trim().split('\n')
  const events = lines.every((line) => textOf(objectOf(parseDocument(Buffer.from(line)))['eventTime']) !== '')
  const made = record.stages.flatMap(({ outputs }) => Object.values(outputs).map(({ digest }) => digest))
  return events && [record.run, ...made].every((each) => text.includes(each))
}

function isSame(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
