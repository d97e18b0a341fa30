import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import { duration, integer } from '../format.ts'
import { STATE_WORDS } from '../verdict.ts'
import { type DagSize, layoutDag } from './dag-layout.ts'
import { PlacedIcon, type Shape, STATE_SHAPES, STATE_TONES, type Tone } from './icons.tsx'

/** The pipeline as a picture, twice: left to right for wide pages and paper, top to bottom for narrow ones. */
export function PipelinePicture({ record }: { record: RunRecord }) {
  const description = describePipeline(record)
  return (
    <figure class="picture">
      <Drawing record={record} className="long" size={LONG} description={description} />
      <Drawing record={record} className="tall" size={TALL} description={description} />
    </figure>
  )
}

const LONG: DagSize = { width: 114, height: 92, layerGap: 24, nodeGap: 44, direction: 'right' }
const TALL: DagSize = { width: 158, height: 92, layerGap: 46, nodeGap: 14, direction: 'down' }
const RELEASE = '→release'

/** The picture in words, for those who cannot see it. */
export function describePipeline(record: RunRecord): string {
  const parts = record.stages.map((stage) => {
    const after = stage.needs.length === 0 ? '' : ` after ${stage.needs.join(' and ')}`
    const rows = stage.rows === null ? '' : `, ${integer(stage.rows.kept)} rows kept`
    return `${stage.id}${after}: ${STATE_WORDS[stage.state]}${rows}`
  })
  return `Pipeline of ${record.stages.length} stages. ${parts.join('; ')}.`
}

function Drawing({
  record,
  className,
  size,
  description,
}: {
  record: RunRecord
  className: string
  size: DagSize
  description: string
}) {
  const leaves = record.stages.filter((stage) => !record.stages.some((other) => other.needs.includes(stage.id)))
  const nodes = [
    ...record.stages,
    ...(record.release === null ? [] : [{ id: RELEASE, needs: leaves.map(({ id }) => id) }]),
  ]
  const layout = layoutDag(nodes, size)
  const gateRoom = 24
  const byId = new Map(record.stages.map((stage) => [stage.id, stage]))
  const inactive = (id: string): boolean => isOff(byId.get(id))
  const marker = `tip-${className}`
  return (
    <svg
      class={`dag ${className}`}
      viewBox={`-2 -2 ${layout.width + 4} ${layout.height + gateRoom + 6}`}
      width={layout.width + 4}
      height={layout.height + gateRoom + 6}
      role="img"
      aria-label={description}
    >
      <defs>
        <marker
          id={marker}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path class="tip" d="M0 .8L7.4 4 0 7.2z" />
        </marker>
      </defs>
      {layout.edges.map(({ from, to, path }) => (
        <path
          class={
            inactive(to) || inactive(from) || (to === RELEASE && record.outcome !== 'passed') ? 'edge off' : 'edge'
          }
          d={path}
          marker-end={`url(#${marker})`}
        />
      ))}
      {layout.nodes.map(({ id, x, y }) => {
        const stage = byId.get(id)
        return stage === undefined ? (
          <ReleaseNode record={record} x={x} y={y} size={size} />
        ) : (
          <StageNode record={record} stage={stage} x={x} y={y} size={size} />
        )
      })}
    </svg>
  )
}

function isOff(stage: StageRecord | undefined): boolean {
  return stage?.state === 'skipped' || stage?.state === 'pending'
}

interface Placed {
  readonly record: RunRecord
  readonly x: number
  readonly y: number
  readonly size: DagSize
}

function StageNode({ record, stage, x, y, size }: Placed & { stage: StageRecord }) {
  const tone = STATE_TONES[stage.state]
  const wide = size.width
  return (
    <g class={`tone-${tone}${isOff(stage) ? ' off' : ''}`} transform={`translate(${x} ${y})`}>
      <title>{`${stage.id}: ${STATE_WORDS[stage.state]}`}</title>
      <rect class="box" width={wide} height={size.height} rx="9" />
      <PlacedIcon shape={STATE_SHAPES[stage.state]} tone={tone} x={10} y={10} size={15} />
      <text class="nm" x="31" y="22">
        {clip(stage.id, (wide - 38) / 7.4)}
      </text>
      <text class="st" x="11" y="42">
        {clip(
          isOff(stage) || stage.seconds === 0
            ? STATE_WORDS[stage.state]
            : `${STATE_WORDS[stage.state]}, ${duration(stage.seconds)}`,
          (wide - 20) / 5.6,
        )}
      </text>
      <Rows stage={stage} width={wide} height={size.height} />
      <GatePill record={record} stage={stage} width={wide} y={size.height - 3} />
    </g>
  )
}

/** What came out, as a number and as a bar: kept, dropped, quarantined, joined into other rows. */
function Rows({ stage, width, height }: { stage: StageRecord; width: number; height: number }) {
  const { rows } = stage
  if (rows === null) {
    const model = Object.values(stage.outputs).some((output) => output.kind === 'model')
    const report = Object.values(stage.outputs).some((output) => output.kind === 'evaluation')
    const words = model ? 'gives a model' : report ? 'gives evidence' : ''
    return (
      <text class="rw" x="11" y={height - 26}>
        {words}
      </text>
    )
  }
  const total = Math.max(1, rows.kept + rows.dropped + rows.quarantined)
  const room = width - 22
  const kept = (room * rows.kept) / total
  const least = (n: number): number => (n === 0 ? 0 : Math.max(2, (room * n) / total))
  const [dropped, quarantined] = [least(rows.dropped), least(rows.quarantined)]
  const front = Math.max(2, Math.min(kept, room - dropped - quarantined))
  const lost = rows.dropped + rows.quarantined
  return (
    <>
      <text class="rw" x="11" y={height - 26}>
        {lost === 0 ? `${integer(rows.kept)} rows` : integer(rows.kept)}
      </text>
      {lost === 0 ? null : (
        <text class="out" x={width - 11} y={height - 26}>
          {`−${integer(lost)}`}
        </text>
      )}
      <g class="flow" transform={`translate(11 ${height - 19})`}>
        <rect class="k" width={r(front)} height="4" rx="1" />
        <rect class="d" x={r(front)} width={r(dropped)} height="4" />
        <rect class="q" x={r(front + dropped)} width={r(quarantined)} height="4" />
      </g>
    </>
  )
}

function GatePill({ record, stage, width, y }: { record: RunRecord; stage: StageRecord; width: number; y: number }) {
  if (stage.gate === null) return null
  const found = record.decisions.find(({ gate }) => gate === stage.id)
  const outcome = found?.decision.outcome
  const tone: Tone =
    outcome === undefined ? 'quiet' : outcome === 'block' ? 'bad' : outcome === 'pass' ? 'good' : 'warn'
  const shape: Shape =
    outcome === undefined ? 'dash' : outcome === 'block' ? 'cross' : outcome === 'pass' ? 'check' : 'bang'
  const text = clip(gateName(stage.gate), (width - 44) / 6.2)
  const w = Math.min(width - 8, 34 + text.length * 6.2)
  return (
    <g class={`gate tone-${tone}`} transform={`translate(${r((width - w) / 2)} ${y})`}>
      <rect width={r(w)} height="22" rx="11" />
      <PlacedIcon shape={shape} tone={tone} x={6} y={4} size={14} />
      <text x="25" y="15">
        {text}
      </text>
    </g>
  )
}

function ReleaseNode({ record, x, y, size }: Placed) {
  const release = record.release
  const state = release?.state ?? 'incomplete'
  const look = {
    awaiting_review: ['wait', 'wait', 'awaiting review'],
    blocked: ['bad', 'cross', 'blocked'],
    incomplete: ['quiet', 'dash', 'not reached'],
  } as const
  const [tone, shape, words] = look[state]
  return (
    <g class={`end tone-${tone}`} transform={`translate(${x} ${y})`}>
      <rect class="box" width={size.width} height={size.height} rx={size.height / 2.4} />
      <PlacedIcon shape={shape} tone={tone} x={18} y={size.height / 2 - 24} size={15} />
      <text class="nm" x="39" y={size.height / 2 - 12}>
        release
      </text>
      <text class="st" x="20" y={size.height / 2 + 8}>
        {words}
      </text>
      <text class="st" x="20" y={size.height / 2 + 24}>
        {release === null
          ? ''
          : `quorum ${release.quorum}${release.reviewers.length === 0 ? '' : ` of ${release.reviewers.length}`}`}
      </text>
    </g>
  )
}

/** `policies/privacy.yaml` and `privacy` are both called `privacy`. */
export function gateName(gate: string): string {
  return gate.replace(/^.*\//, '').replace(/\.ya?ml$/, '')
}

function clip(text: string, room: number): string {
  const most = Math.floor(room)
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}

function r(x: number): number {
  return Math.round(x * 10) / 10
}
