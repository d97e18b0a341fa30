/** Width of text on a terminal, in cells: wide East Asian characters take two, combining ones none. */
export function cells(text: string): number {
  let width = 0
  for (const { segment } of SEGMENTER.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** Cuts text to at most `room` cells, with an ellipsis where something is missing. Never splits a character. */
export function truncate(text: string, room: number): string {
  if (cells(text) <= room) return text
  if (room <= 0) return ''
  let out = ''
  let width = 0
  for (const { segment } of SEGMENTER.segment(text)) {
    const next = WIDE.test(segment) ? 2 : 1
    if (width + next > room - 1) break
    out += segment
    width += next
  }
  return `${out}…`
}

/** Fills up with spaces to `room` cells; cuts what is longer. */
export function pad(text: string, room: number): string {
  const cut = truncate(text, room)
  return cut + ' '.repeat(Math.max(0, room - cells(cut)))
}

/**
 * Breaks text at spaces into lines of at most `room` cells; later lines start with `indent`. A longer word stays whole
 * on a line of its own, so that paths and commands can be copied.
 */
export function wrap(text: string, room: number, indent: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const candidate = line === '' ? word : `${line} ${word}`
    if (line !== '' && cells(candidate) > room) {
      lines.push(line)
      line = indent + word
    } else line = candidate
  }
  return [...lines, line]
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' })
// Unicode East Asian Wide and Fullwidth blocks, and emoji shown as pictures.
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation})/u
