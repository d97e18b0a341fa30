import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import { count, decimal, duration, humanise } from '../format.ts'
import { STATE_WORDS } from '../verdict.ts'
import { Categories, Reasons, Splits } from './counts.tsx'
import { groupMetrics, policyLimit } from './evidence.ts'
import { Icon, STATE_SHAPES, STATE_TONES } from './icons.tsx'
import { DataTable, FactList, FamilyTable, slug } from './parts.tsx'
import { isTextTable, Samples, stageSamples, TextTable } from './samples.tsx'
import { Curves, Histograms } from './stage-charts.tsx'

/**
 * One stage: what it did, what it measured. Driven by the generic shapes of evidence, so that a stage that nobody has
 * heard of reads as well as those that ship; a few known shapes (canaries, splits) get a chart of their own.
 */
export function StageSection({ record, stage }: { record: RunRecord; stage: StageRecord }) {
  const { singles, families } = groupMetrics(stage)
  const samples = stageSamples(stage)
  const folded = (name: string): boolean => stage.tables.length > 0 && SHOWN_OTHERWISE[stage.uses]?.test(name) === true
  const tables = stage.tables.filter(
    (table) => table.rows.length > 0 && !(table.name === 'dropped' && Object.keys(stage.dropped).length > 0),
  )
  const tone = STATE_TONES[stage.state]
  return (
    <article class="card" id={`stage-${slug(stage.id)}`}>
      <h3>
        <Icon shape={STATE_SHAPES[stage.state]} tone={tone} size={20} />
        {humanise(stage.id)}
        <span class="where">
          {STATE_WORDS[stage.state]}
          {stage.seconds > 0 ? ` in ${duration(stage.seconds)}` : ''}
        </span>
      </h3>
      <p class="intro">{stage.summary}</p>
      {stage.because === null ? null : <p class="intro">{`Why it is set up this way: ${stage.because}`}</p>}
      {stage.error === null ? null : (
        <div class="todo tone-broken">
          <b>{stage.error.code}</b>
          {`: ${stage.error.message}.`}
          {stage.error.next === undefined ? null : <div>{`What to do: ${stage.error.next}.`}</div>}
        </div>
      )}
      {stage.state === 'skipped' ? (
        <p class="intro">{`It did not run: ${stage.reason ?? 'no reason recorded'}.`}</p>
      ) : null}
      <FactList stage={stage} metrics={singles} />
      <Splits stage={stage} />
      <Reasons title="Rows dropped, by reason" reasons={stage.dropped} rows={stage.rows?.in} />
      <Reasons title="Rows quarantined, by error" reasons={stage.quarantined} rows={stage.rows?.in} />
      <Families record={record} stage={stage} families={families.filter(([name]) => !folded(name))} />
      <Histograms record={record} stage={stage} />
      <Curves stage={stage} />
      {stage.tables.length === 0 ? <Categories stage={stage} /> : null}
      {tables.map((table) =>
        isTextTable(table) ? null : table.rows.length > 60 ? (
          <LongTable title={table.title} rows={table.rows.length}>
            <DataTable table={table} />
          </LongTable>
        ) : (
          <DataTable table={table} />
        ),
      )}
      {tables.filter(isTextTable).map((table) => (
        <TextTable table={table} />
      ))}
      {stage.uses === 'toxicity' && samples.length > 0 ? (
        <details class="more-data">
          <summary>Samples that the scorer flagged. They may offend</summary>
          <SampleGroups samples={samples} />
        </details>
      ) : (
        <SampleGroups samples={samples} />
      )}
      {families.some(([name]) => folded(name)) ? (
        <details class="more-data">
          <summary>More figures with their intervals</summary>
          <Families record={record} stage={stage} families={families.filter(([name]) => folded(name))} />
        </details>
      ) : null}
      <details class="more-data">
        <summary>Settings and figures of this run</summary>
        <dl class="facts">
          <div>
            <dt>Stage</dt>
            <dd>
              {stage.uses}
              <small>{`version ${stage.version}`}</small>
            </dd>
          </div>
          {Object.entries(stage.timings).map(([name, value]) => (
            <div>
              <dt>{humanise(name)}</dt>
              <dd>{decimal(value)}</dd>
            </div>
          ))}
        </dl>
        <pre class="command plain">{JSON.stringify(stage.config, null, 2)}</pre>
      </details>
    </article>
  )
}

/**
 * Families of metrics that a stage's own tables or charts already show; the page would say everything twice. They stay
 * within reach, folded.
 */
const SHOWN_OTHERWISE: Readonly<Record<string, RegExp>> = {
  redact: /^(?:spans|seeded_partial)$/,
  toxicity: /^toxic_message_share$/,
  bias: /^(?:mention_share|toxic_given_mention|negative_log_odds)$/,
  curate: /^(?:dropped|split_rows|language_share)$/,
  finetune: /^dropped_rows$/,
  monitor: /./,
}

function SampleGroups({ samples }: { samples: ReturnType<typeof stageSamples> }) {
  return (
    <>
      {samples.map(([name, values]) => (
        <Samples name={name} values={values} />
      ))}
    </>
  )
}

function Families({
  record,
  stage,
  families,
}: {
  record: RunRecord
  stage: StageRecord
  families: ReturnType<typeof groupMetrics>['families']
}) {
  return (
    <>
      {families.map(([name, metrics]) => (
        <FamilyTable stage={stage} name={name} metrics={metrics} limit={policyLimit(record, stage, name)} />
      ))}
    </>
  )
}

function LongTable({ title, rows, children }: { title: string; rows: number; children: unknown }) {
  return (
    <details class="more-data">
      <summary>{`${title}: ${count(rows, 'row')}`}</summary>
      {children as never}
    </details>
  )
}
