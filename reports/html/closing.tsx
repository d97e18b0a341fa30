import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { byteSize, duration, humanise, integer, moment, plain } from '../format.ts'
import { GLOSSARY } from './glossary.ts'
import { ScrollTable } from './parts.tsx'

/** The sections after the evidence: limits, sources, how to check and repeat the run, words. */

export function Limits({ record }: { record: RunRecord }) {
  const stated = record.stages.filter((stage) => stage.limits.length > 0)
  if (stated.length === 0) return <p class="intro">No stage stated a limit, because none that measures ran.</p>
  return (
    <div class="card">
      {stated.map((stage, i) => (
        <>
          <h3 style={i === 0 ? '' : 'margin-top:1.4rem'}>{humanise(stage.id)}</h3>
          <ul class="limits">
            {stage.limits.map((limit) => (
              <li>{limit}</li>
            ))}
          </ul>
        </>
      ))}
    </div>
  )
}

export function Sources({ record }: { record: RunRecord }) {
  return (
    <div class="card">
      {record.sources.length === 0 ? (
        <p>The pipeline declares no source.</p>
      ) : (
        <ScrollTable label="Data sources">
          <caption class="sr">Data sources</caption>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Licence</th>
              <th scope="col">Lawful basis</th>
              <th scope="col">Purpose</th>
              <th scope="col">Personal data expected</th>
            </tr>
          </thead>
          <tbody>
            {record.sources.map((source) => (
              <tr>
                <th scope="row">
                  {source.id}
                  <div class="soft small break">{source.uri}</div>
                </th>
                <td>{source.licence ?? 'not stated'}</td>
                <td>{source.lawful_basis === undefined ? 'not stated' : humanise(source.lawful_basis)}</td>
                <td>{source.purpose ?? 'not stated'}</td>
                <td>{source.contains === undefined ? 'not stated' : plain(source.contains)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </div>
  )
}

export function Accounts({ record }: { record: RunRecord }) {
  const counted = record.stages.flatMap((stage) => (stage.rows === null ? [] : [{ id: stage.id, rows: stage.rows }]))
  if (counted.length === 0) return null
  return (
    <ScrollTable label="Rows of every stage">
      <caption>
        <div class="cap">
          Rows of every stage
          <span class="soft">. Rows in and added equal rows kept, dropped, quarantined and joined</span>
        </div>
      </caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          {['In', 'Added', 'Kept', 'Dropped', 'Quarantined', 'Joined'].map((title) => (
            <th scope="col" class="num">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {counted.map(({ id, rows }) => (
          <tr>
            <th scope="row">{id}</th>
            {[rows.in, rows.added, rows.kept, rows.dropped, rows.quarantined, rows.joined].map((n) => (
              <td class={n === 0 ? 'num soft' : 'num'}>{integer(n)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
}

export function Reproduce({ record }: { record: RunRecord }) {
  const { environment, ledger } = record
  const bypasses = Object.entries(record.options)
  return (
    <div class="card">
      <h3>Check it, repeat it</h3>
      <code class="command">sluice verify</code>
      <p class="soft small">Recomputes the log, every signed record and every stored object from the bytes.</p>
      <code class="command">{`sluice run ${record.pipeline.file}`}</code>
      <p class="soft small">
        The same inputs, settings and seed give the same digests, whatever the number of workers.
      </p>
      <dl class="facts">
        {fact('Run', record.run)}
        {fact('Started', moment(record.started), `took ${duration(record.seconds)}`)}
        {fact('Seed', String(record.pipeline.seed))}
        {fact('Sluice', environment.sluice, `Node ${environment.node}`)}
        {fact(
          'Machine',
          environment.cpu,
          `${environment.platform}, ${integer(environment.cores)} cores, ${integer(environment.jobs)} workers`,
        )}
        {fact(
          'Options',
          bypasses.length === 0 ? 'none' : bypasses.map(([name, value]) => `${name} ${plain(value)}`).join(', '),
          'that changed what ran',
        )}
      </dl>
      <ScrollTable label="Digests">
        <caption>
          <div class="cap">Digests (SHA-256)</div>
        </caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Digest</th>
          </tr>
        </thead>
        <tbody>
          {digests(record).map(([what, digest]) => (
            <tr>
              <th scope="row">{what}</th>
              <td class="mono break">{digest}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {ledger === null ? (
        <p class="todo tone-bad">
          This run has no log checkpoint: nothing proves that its record was not changed later.
        </p>
      ) : (
        <>
          <h4>{`Signed checkpoint of the log, ${integer(ledger.size)} entries`}</h4>
          <pre class="command note">{ledger.checkpoint.trimEnd()}</pre>
        </>
      )}
    </div>
  )
}

/** The run in formats that programs read. Links are relative: they hold where the page lies beside its files. */
export function Files({ record }: { record: RunRecord }) {
  // Croissant describes datasets; a run that made none has no such file.
  const made = record.stages.some(({ outputs }) => Object.values(outputs).some(({ kind }) => kind === 'dataset'))
  return (
    <ul class="limits">
      {FILES.filter(([file]) => made || file !== 'croissant.json').map(([file, what]) => (
        <li>
          <a href={file}>{file}</a>
          {`: ${what}`}
        </li>
      ))}
    </ul>
  )
}

/** The files that lie beside the report. */
const FILES: readonly (readonly [file: string, what: string])[] = [
  ['run.json', 'the run record, from which everything here is made'],
  ['model-card.md', 'what the model is for, its figures and limits'],
  ['data-statement.json', 'sources, licences, rows out by reason, redaction, splits'],
  ['bom.cdx.json', 'CycloneDX: model, base, data, stages and policies as parts'],
  ['oscal-ar.json', 'OSCAL: each rule as an observation, findings and risks'],
  ['lineage.ndjson', 'OpenLineage: who read and made what, by digest'],
  ['croissant.json', 'Croissant: the data, with what is known of its risks'],
  ['report.sarif', 'SARIF: rules and results for code scanning'],
  ['junit.xml', 'JUnit: gates and rules for CI'],
]

export function Glossary() {
  return (
    <dl class="terms">
      {GLOSSARY.map(([term, meaning]) => (
        <div>
          <dt>{term}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}

function fact(label: string, value: string, note?: string) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="break">
        {value}
        {note === undefined ? null : <small>{note}</small>}
      </dd>
    </div>
  )
}

function digests(record: RunRecord): readonly (readonly [string, string])[] {
  const candidate = record.release?.candidate
  return [
    ['Pipeline file', record.pipeline.digest],
    ...(candidate === undefined
      ? []
      : [
          [
            `Candidate model (from ${candidate.stage}, ${byteSize(candidate.model.bytes)})`,
            candidate.model.digest,
          ] as const,
        ]),
    ...record.stages.flatMap((stage) => [
      ...(stage.key === null ? [] : [[`${stage.id}: key`, stage.key] as const]),
      ...Object.entries(stage.outputs).map(
        ([port, ref]) =>
          [`${stage.id}: ${port}${ref.rows === undefined ? '' : ` (${integer(ref.rows)} rows)`}`, ref.digest] as const,
      ),
    ]),
    ...record.decisions.map(
      ({ gate, digest }) => [`Decision of the gate of ${gate === 'release' ? 'the release' : gate}`, digest] as const,
    ),
    ...(record.ledger === null ? [] : [['Root of the log', record.ledger.root] as const]),
  ]
}
