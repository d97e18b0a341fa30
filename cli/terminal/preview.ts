import { count, integer, percent } from '../../reports/format.ts'
import type { RowPolicies } from '../../stages/finetune/prepare.ts'
import type { Preview, ShownRow, ShownToken } from '../../stages/finetune/preview.ts'
import type { Styles } from './colour.ts'

export interface PreviewFacts {
  readonly model: string
  readonly policies: RowPolicies
  readonly unreadable: readonly {
    readonly row: number
    readonly uri: string
    readonly code: string
    readonly detail: string
  }[]
  readonly preview: Preview
}

/** What became of a row, in words. */
const FATES: Readonly<Record<ShownRow['fate'], string>> = {
  kept: 'trained',
  truncated: 'trained, its end left out',
  split: 'trained, cut into several sequences',
  over_length: 'left out: too long',
  empty_turn: 'left out: a turn is empty',
  nothing_supervised: 'left out: nothing in it is trained',
  labels_cut: 'left out: all that is trained stands behind the cut',
}

/** Most unreadable rows that are told one by one. */
const TOLD = 5

/** Rows with what is trained of them, then the sums. Signs say the same as colours. */
export function previewText(
  { model, policies, unreadable, preview }: PreviewFacts,
  style: Styles,
  boundaries: boolean,
): string {
  const { counts, refused, padding } = preview
  const legend = `${style.good('⟦trained⟧')} ${style.dim('context')} ${style.accent('‹special token›')}`
  const rows = preview.rows.flatMap((row) => rowLines(row, style, boundaries))
  const lines = [`${legend}   ${model}`, '', ...rows]
  const fact = (name: string, value: string): void => {
    lines.push(`${name.padEnd(14)}${value}`)
  }
  const dropped = Object.entries(counts.dropped).filter(([, n]) => n > 0)
  fact(
    'rows',
    `${integer(counts.read)} read, ${integer(counts.kept)} trained as ${count(preview.sequences, 'sequence')}`,
  )
  for (const [reason, n] of dropped) fact('', `${integer(n)} ${FATES[reason as ShownRow['fate']]}`)
  if (preview.supervisedShare !== null) {
    fact(
      'tokens',
      `${integer(counts.tokens)}, of which ${integer(counts.supervised)} trained (${percent(preview.supervisedShare)})`,
    )
  }
  fact('over-length', `${integer(counts.overLength)} longer than ${policies.context} tokens (${policies.over_length})`)
  if (padding !== null) {
    fact(
      'padding',
      `${percent(padding.none)} of the places; packed into blocks ${percent(padding.blocks)} in ${count(padding.blockSequences, 'sequence')}`,
    )
  }
  if (counts.turnByTurn > 0)
    fact('template', `${count(counts.turnByTurn, 'row')} with a sequence for each answer, as it rewrites earlier ones`)
  if (preview.spelledSpecials > 0) {
    fact('note', `${count(preview.spelledSpecials, 'row')} with the name of a special token as text; it stays text`)
  }
  for (const { row, uri, detail, code } of unreadable.slice(0, TOLD)) {
    lines.push(style.warn(`! row ${row} of ${safe(uri)} cannot be read: ${code}: ${safe(detail)}`))
  }
  if (unreadable.length > TOLD)
    lines.push(style.warn(`! ${integer(unreadable.length - TOLD)} more rows cannot be read`))
  for (const { code, message, next } of refused.first) {
    lines.push(style.bad(`✗ ${code}: ${safe(message)}`), ...(next === undefined ? [] : [`  → ${next}`]))
  }
  if (refused.count > refused.first.length) {
    lines.push(style.bad(`✗ ${integer(refused.count - refused.first.length)} more rows would stop the training`))
  }
  if (counts.supervised === 0) {
    lines.push(style.bad('✗ no token would be trained'), '  → check the roles of the messages, and the policies above')
  }
  return `${lines.join('\n')}\n`
}

function rowLines(row: ShownRow, style: Styles, boundaries: boolean): readonly string[] {
  const trained = row.sequences.flat().filter((token) => token.trained).length
  const sizes = row.length === 0 ? '' : `: ${count(row.length, 'token')}, ${integer(trained)} trained`
  const head = `${style.bold(`row ${row.row} of ${safe(row.uri)}`)}${sizes} · ${FATES[row.fate]}`
  const bodies = row.sequences.flatMap((sequence, i) => [
    ...(row.sequences.length > 1 ? [style.dim(`  sequence ${i + 1}`)] : []),
    ...sequenceText(sequence, style, boundaries)
      .split('\n')
      .map((line) => `  ${line}`),
  ])
  return [head, ...bodies, '']
}

/** Runs of one kind in one style, line by line. */
function sequenceText(tokens: readonly ShownToken[], style: Styles, boundaries: boolean): string {
  let out = ''
  let run = ''
  let before: ShownToken = { text: '', special: false, trained: false }
  const flush = (): void => {
    const paint = before.special ? style.accent : before.trained ? style.good : style.dim
    out += run
      .split('\n')
      .map((part) => (part === '' ? '' : paint(part)))
      .join('\n')
    run = ''
  }
  for (const [i, token] of tokens.entries()) {
    if (token.special !== before.special || token.trained !== before.trained) flush()
    if (token.trained !== before.trained) out += style.good(token.trained ? '⟦' : '⟧')
    else if (boundaries && i > 0) run += '¦'
    run += token.special ? `‹${safe(token.text)}›` : safe(token.text)
    before = token
  }
  flush()
  return before.trained ? out + style.good('⟧') : out
}

/** Control characters and those that turn the direction of text are shown by their code points: data moves no cursor. */
function safe(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? character : `\\u{${character.codePointAt(0)!.toString(16).padStart(2, '0')}}`,
  )
}
