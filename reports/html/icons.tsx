import type { StageState } from '../../pipelines/engine/run-record.ts'
import type { Verdict } from '../../policies/engine/decision.ts'

/** Shapes first, colour second: every state can be told apart in grey. Drawn on a 16 × 16 grid. */
export type Shape = 'check' | 'cross' | 'bang' | 'question' | 'dash' | 'wait' | 'skip' | 'cache' | 'flag'

const PATHS: Readonly<Record<Shape, string>> = {
  check: 'M4.2 8.4l2.6 2.6 5-5.6',
  cross: 'M5 5l6 6M11 5l-6 6',
  bang: 'M8 4.2v4.6M8 11.4v.4',
  question: 'M5.9 6.3a2.1 2.1 0 1 1 3.2 1.8c-.8.5-1.1.8-1.1 1.7M8 11.9v.2',
  dash: 'M5 8h6',
  wait: 'M8 4.6V8l2.3 1.6',
  skip: 'M5 5l3 3-3 3M9 5l3 3-3 3',
  cache: 'M4.8 6.4h6.4M4.8 9.6h6.4',
  flag: 'M5.4 12.2V4.2h5.6l-1.4 2.2 1.4 2.2H5.4',
}

export const VERDICT_SHAPES: Readonly<Record<Verdict, Shape>> = {
  pass: 'check',
  fail: 'cross',
  error: 'bang',
  no_evidence: 'question',
  not_applicable: 'dash',
  waived: 'flag',
}

export const STATE_SHAPES: Readonly<Record<StageState, Shape>> = {
  pending: 'dash',
  running: 'wait',
  cached: 'cache',
  done: 'check',
  gate_failed: 'cross',
  awaiting_review: 'wait',
  rejected: 'cross',
  errored: 'bang',
  skipped: 'skip',
}

export type Tone = 'good' | 'bad' | 'broken' | 'wait' | 'quiet' | 'warn'

export const STATE_TONES: Readonly<Record<StageState, Tone>> = {
  pending: 'quiet',
  running: 'wait',
  cached: 'good',
  done: 'good',
  gate_failed: 'bad',
  awaiting_review: 'wait',
  rejected: 'bad',
  errored: 'broken',
  skipped: 'quiet',
}

export function verdictTone(verdict: Verdict, blocks: boolean): Tone {
  if (verdict === 'pass') return 'good'
  if (verdict === 'not_applicable') return 'quiet'
  if (verdict === 'waived') return 'warn'
  return blocks ? (verdict === 'fail' ? 'bad' : 'broken') : 'warn'
}

/** A filled disc with a sign in it. Decoration: words always stand beside it. */
export function Icon({ shape, tone, size = 16 }: { shape: Shape; tone: Tone; size?: number }) {
  return (
    <svg class={`icon tone-${tone}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle class="disc" cx="8" cy="8" r="8" />
      <path class="sign" d={PATHS[shape]} />
    </svg>
  )
}

/** The same icon inside another SVG, at a place. */
export function PlacedIcon({
  shape,
  tone,
  x,
  y,
  size,
}: {
  shape: Shape
  tone: Tone
  x: number
  y: number
  size: number
}) {
  return (
    <g class={`icon tone-${tone}`} transform={`translate(${x} ${y}) scale(${size / 16})`}>
      <circle class="disc" cx="8" cy="8" r="8" />
      <path class="sign" d={PATHS[shape]} />
    </g>
  )
}
