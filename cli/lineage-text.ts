import type { Ancestry } from '../pipelines/lineage/ancestry.ts'
import type { ExecutionUse } from '../pipelines/lineage/executions.ts'
import type { Trace } from '../pipelines/lineage/trace.ts'

/** Where records are, as a tree: stages in the order in which data flows, then models, then what is left in the store. */
export function traceText(title: string, trace: Trace): string {
  const out = [`${title}: ${amount(trace.records, 'record')}`]
  for (const stage of trace.stages) {
    const inside = [
      ...stage.datasets.map(({ port, digest, rows }) => `${port}  ${short(digest)}  ${amount(rows, 'row')}`),
      ...(stage.dropped === 0 ? [] : [`dropped  ${amount(stage.dropped, 'row')}`]),
      ...(stage.quarantined === 0 ? [] : [`quarantined  ${amount(stage.quarantined, 'row')}`]),
      ...(stage.datasets.length > 0 || stage.dropped + stage.quarantined > 0 ? [] : ['read what holds them']),
    ]
    out.push(...branch(`${stageName(stage.uses, stage.runs)}${inRuns(stage.runs)}`, inside))
  }
  for (const model of trace.models) {
    out.push(
      ...branch(`model ${short(model.digest)}${inRuns(model.runs)}`, [
        ...model.datasets.map((digest) => `trained on ${short(digest)}`),
        ...model.bases.map((digest) => `built on model ${short(digest)}`),
        ...model.releases.map(releaseLine),
      ]),
    )
  }
  const left = trace.objects.filter(({ erased }) => !erased).length
  const erased = trace.objects.length - left
  out.push(
    `objects  ${left} in the store${erased === 0 ? '' : `, ${erased} erased`}${trace.unplaced === 0 ? '' : `; ${trace.unplaced} of them belong to no finished stage`}`,
  )
  return `${[...out, ...limits(trace.searched)].join('\n')}\n`
}

/** The way back from a model. */
export function ancestryText(ancestry: Ancestry): string {
  const out = [`model ${ancestry.model}${inRuns(ancestry.runs)}`]
  out.push(...ancestry.releases.map(releaseLine))
  for (const { id, licence, lawful_basis: basis } of ancestry.sources)
    out.push(`source ${id}  licence ${licence ?? 'not declared'}  lawful basis ${basis ?? 'not declared'}`)
  for (const stage of ancestry.stages) {
    const outputs = stage.outputs.map(
      ({ port, kind, digest, rows }) =>
        `${port}  ${kind} ${short(digest)}${rows === undefined ? '' : `  ${amount(rows, 'row')}`}`,
    )
    out.push(...branch(stage.stage === undefined ? stage.uses : named(stage.stage, stage.uses), outputs))
  }
  for (const base of ancestry.bases) out.push(`built on model ${base}`)
  if (ancestry.foreignBase !== undefined) out.push(`built on a model that was not made here: ${ancestry.foreignBase}`)
  return `${out.join('\n')}\n`
}

function releaseLine({ run, state, log }: Ancestry['releases'][number]): string {
  return `release of ${run}: ${state}${log.length === 0 ? '' : `; the log says ${log.join(', ')}`}`
}

function limits({ objects, unread, shredded }: Trace['searched']): readonly string[] {
  return [
    `searched ${objects} objects`,
    ...(shredded === 0 ? [] : [`         ${shredded} sealed ones cannot be opened by anybody: their key is gone`]),
    ...(unread === 0 ? [] : [`INCOMPLETE: ${unread} objects or records could not be read; run sluice verify`]),
  ]
}

function branch(head: string, inside: readonly string[]): readonly string[] {
  return [`├─ ${head}`, ...inside.map((line, i) => `│  ${i === inside.length - 1 ? '└─' : '├─'} ${line}`)]
}

function stageName(uses: string, runs: readonly ExecutionUse[]): string {
  const ids = [...new Set(runs.map(({ stage }) => stage))]
  return ids.length === 0 ? uses : named(ids.join(', '), uses)
}

function named(stage: string, uses: string): string {
  return stage === uses ? stage : `${stage} (${uses})`
}

function inRuns(runs: readonly ExecutionUse[]): string {
  const ids = [...new Set(runs.map(({ run }) => run))]
  if (ids.length === 0) return '  in no finished run'
  const more = ids.length > 3 ? ` and ${ids.length - 3} more` : ''
  return `  in ${ids.slice(-3).join(', ')}${more}`
}

export function amount(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function short(digest: string): string {
  return `${digest.slice(0, 12)}…`
}
