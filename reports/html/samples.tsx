import type { Child } from 'hono/jsx'
import type { Table } from '../../artifacts/evaluation.ts'
import type { StageRecord } from '../../pipelines/engine/run-record.ts'
import type { Json } from '../../util/json.ts'
import { humanise, plain } from '../format.ts'

/**
 * Samples of text. Stages put only redacted text into tallies and tables (`Tally.sample` demands it), so what stands
 * here is redacted by construction; this page only marks where something was replaced.
 */
export function Samples({ name, values }: { name: string; values: readonly Json[] }) {
  const shown = values.slice(0, MOST)
  return (
    <>
      <h4>{humanise(name)}</h4>
      {shown.map((value) => (
        <Sample value={value} />
      ))}
      <Rest of={values.length} shown={shown.length} />
    </>
  )
}

/** A table of texts (a question and its answer, say) reads better as turns than as columns. */
export function TextTable({ table }: { table: Table }) {
  const shown = table.rows.slice(0, MOST)
  return (
    <>
      <h4>{table.title}</h4>
      {shown.map((row) => (
        <div class="sample">
          {table.columns.map((column) => (
            <Turn who={column.title} said={plain(row[column.key])} />
          ))}
        </div>
      ))}
      <Rest of={table.rows.length} shown={shown.length} />
    </>
  )
}

/** True for tables whose cells are running text. */
export function isTextTable(table: Table): boolean {
  return (
    table.rows.length > 0 &&
    table.columns.length <= 3 &&
    table.rows.some((row) => table.columns.some(({ key }) => typeof row[key] === 'string' && row[key].length > 60))
  )
}

/** Samples of a stage's tally, none where there are none. */
export function stageSamples(stage: StageRecord): readonly (readonly [string, readonly Json[]])[] {
  return Object.entries(stage.tally?.samples ?? {}).map(
    ([name, samples]) => [name, samples.map((sample) => sample.value)] as const,
  )
}

const MOST = 4

function Rest({ of, shown }: { of: number; shown: number }) {
  return of > shown ? (
    <p class="soft small">{`${shown} of ${of} samples are shown; run.json has all of them.`}</p>
  ) : null
}

function Sample({ value }: { value: Json }) {
  return (
    <div class="sample">
      {turns(value).map(({ who, said }) => (
        <Turn who={who} said={said} />
      ))}
    </div>
  )
}

function turns(value: Json): readonly { readonly who: string; readonly said: string }[] {
  if (typeof value !== 'object' || value === null) return [{ who: 'text', said: plain(value) }]
  if (Array.isArray(value)) return value.flatMap((item) => turns(item as Json))
  const member = value as { readonly [key: string]: Json }
  if (Array.isArray(member['messages'])) return turns(member['messages'] as Json)
  if (typeof member['role'] === 'string' && typeof member['content'] === 'string')
    return [{ who: member['role'], said: member['content'] }]
  if (typeof member['text'] === 'string') {
    const score = typeof member['score'] === 'number' ? ` (${plain(member['score'])})` : ''
    return [{ who: `${plain(member['role'] ?? member['where'] ?? 'text')}${score}`, said: member['text'] }]
  }
  return Object.entries(member).map(([who, said]) => ({ who: humanise(who), said: plain(said) }))
}

function Turn({ who, said }: { who: string; said: string }) {
  return (
    <div class="turn">
      <span class="who">{who}</span>
      <span class="said">{marked(said)}</span>
    </div>
  )
}

// `<EMAIL>`, `<PERSON_7f3a91c2>` and masks with their kept end, as the stage redact writes them.
const PLACEHOLDER = /(<[A-Z][A-Z_]{2,24}(?:_[0-9a-f]{8,16})?>|•{2,}[\p{L}\p{N}]{0,4})/u

function marked(text: string): readonly Child[] {
  return text.split(PLACEHOLDER).map((part, i) => (i % 2 === 1 ? <mark>{part}</mark> : part))
}
