import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord, type Subject } from '../subject.ts'
import { type IdSpec, MISTYPED_SCORE } from './id-spec.ts'

/** Most groups that one number is written in ("AB 12 34 56 C" has five). */
const MAX_GROUPS = 8
/** Letter groups that may open a number, before its first digit. */
const MAX_LEADING = 2
const MAX_LEADING_LETTERS = 5

const OTHER = 0
const DIGIT = 1
const LETTER = 2
const CLASS = new Uint8Array(128)
for (let code = 48; code <= 57; code++) CLASS[code] = DIGIT
for (let code = 65; code <= 90; code++) CLASS[code] = CLASS[code + 32] = LETTER

function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 128 ? CLASS[code]! : OTHER
}

/** Space, hyphen, dot, slash, plus: what stands between the groups of a number. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 47 || code === 43
}

/**
 * All numbers of authorities in one pass. From each group of letters and digits that has a digit (and up to two short
 * groups of letters before it) the next groups are put together, and each run whose shape some spec has is shown to it.
 * Linear: a group starts at most three runs of at most eight groups, and runs longer than any shape end early.
 */
export function findIds(specs: readonly IdSpec[]): Recognizer {
  const byShape = new Map<string, IdSpec[]>()
  const prefixes = new Set<string>()
  for (const spec of specs) {
    for (const shape of spec.shapes.flatMap(expand)) {
      const list = byShape.get(shape)
      if (list === undefined) byShape.set(shape, [spec])
      else if (!list.includes(spec)) list.push(spec)
      for (let length = 1; length <= shape.length; length++) prefixes.add(shape.slice(0, length))
    }
  }
  return {
    name: 'structured-id',
    types: [...new Set(specs.map(({ type }) => type))],
    needs: Feature.DIGIT,
    priority: 3,
    find(subject, emit) {
      const { text } = subject
      for (let at = 0; at < text.length; at++) {
        if (classAt(text, at) !== DIGIT) continue
        let start = at
        while (start > 0 && classAt(text, start - 1) !== OTHER) start -= 1
        let end = at + 1
        while (end < text.length && classAt(text, end) !== OTHER) end += 1
        at = end
        if (end - start > 24) continue
        for (let leading = 0; leading <= MAX_LEADING; leading++) {
          if (opens(text, start)) fromGroup(subject, start, end, leading)
          const before = letterGroupBefore(text, start)
          if (before < 0) break
          start = before
        }
      }

      function fromGroup(subject: Subject, start: number, firstEnd: number, leading: number): void {
        let compact = ''
        let shape = ''
        let from = start
        for (let group = 0; group < MAX_GROUPS + leading; group++) {
          let to = from
          while (to < text.length && classAt(text, to) !== OTHER) to += 1
          if (to === from || to - from > 24) return
          for (let i = from; i < to; i++) shape += classAt(text, i) === DIGIT ? '9' : 'A'
          if (!prefixes.has(shape)) return
          compact += text.slice(from, to)
          const found = to >= firstEnd ? byShape.get(shape) : undefined
          if (found !== undefined && closes(text, to)) {
            for (const spec of found) offer(subject, spec, start, to, compact.toUpperCase())
          }
          if (!isSeparator(text.charCodeAt(to))) return
          from = to + 1
        }
      }

      function offer(subject: Subject, spec: IdSpec, start: number, end: number, compact: string): void {
        if (spec.written !== undefined && !spec.written.test(text.slice(start, end))) return
        const verdict = spec.valid?.(compact) ?? true
        if (verdict === false) {
          if (subject.tracing) emit({ start, end, type: spec.type, score: 0, rule: spec.name, why: 'check digits' })
          return
        }
        const told =
          subject.hint === spec.type ||
          (spec.context !== undefined &&
            (spec.context.test(subject.before(start, 64)) || spec.context.test(subject.after(end, 24))))
        const score = verdict === 'mistyped' ? (told ? MISTYPED_SCORE : 0) : told ? spec.contextScore : spec.score
        if (score === 0 && !subject.tracing) return
        const why = `${verdict === 'mistyped' ? 'check digits wrong' : spec.valid === undefined ? 'shape' : 'check passed'}${told ? ', named' : ''}`
        emit({ start, end, type: spec.type, score, rule: spec.name, why })
      }
    },
  }
}

/** A number does not start inside a longer one: no word before it, and no `12.`, `a-`, `/`, `@`, `\` in front. */
function opens(text: string, start: number): boolean {
  if (isWord(text, start - 1)) return false
  const code = text.charCodeAt(start - 1)
  if (code === 47 || code === 64 || code === 92) return false
  return !(code === 45 || code === 46 || code === 44 || code === 43) || !isWord(text, start - 2)
}

function closes(text: string, end: number): boolean {
  if (isWord(text, end)) return false
  const code = text.charCodeAt(end)
  if (code === 64 || code === 92) return false
  return !(code === 45 || code === 46 || code === 44 || code === 47) || !isWord(text, end + 1)
}

/** Start of a short group of letters that stands one separator before `start`; −1 where there is none. */
function letterGroupBefore(text: string, start: number): number {
  if (start < 2 || !isSeparator(text.charCodeAt(start - 1))) return -1
  let at = start - 1
  while (at > 0 && classAt(text, at - 1) === LETTER && start - at <= MAX_LEADING_LETTERS + 1) at -= 1
  const length = start - 1 - at
  return length === 0 || length > MAX_LEADING_LETTERS || isWord(text, at - 1) ? -1 : at
}

/** `A?9` → `A99`, `AA9`. */
function expand(shape: string): readonly string[] {
  const at = shape.indexOf('?')
  if (at < 0) return [shape]
  return ['9', 'A'].flatMap((char) => expand(shape.slice(0, at) + char + shape.slice(at + 1)))
}
