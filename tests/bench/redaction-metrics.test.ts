import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bootstrapInterval } from '../../bench/redaction/bootstrap.ts'
import type { Judged, TypedSpan } from '../../bench/redaction/labelled-text.ts'
import { charCounts, flagged, fullCover, score, spanCounts, spanScoresByType } from '../../bench/redaction/metrics.ts'

/** `[PERSON Lily Chen] called` → text and spans. */
function marked(line: string): { text: string; spans: TypedSpan[] } {
  let text = ''
  const spans: TypedSpan[] = []
  for (const part of line.split(/(\[[A-Z_]+ [^\]]*\])/)) {
    const match = /^\[([A-Z_]+) ([^\]]*)\]$/.exec(part)
    if (match !== null) spans.push({ start: text.length, end: text.length + match[2]!.length, type: match[1]! })
    text += match?.[2] ?? part
  }
  return { text, spans }
}

function judged(gold: string, predicted: string): Judged {
  const truth = marked(gold)
  const answer = marked(predicted)
  expect(answer.text).toBe(truth.text)
  return { text: truth.text, gold: truth.spans, predicted: answer.spans }
}

describe('characters', () => {
  test('count where any span covers them, white space apart', () => {
    // True: LilyChen (8). Predicted: Chen + called (10). Both: 4.
    const item = judged('[PERSON Lily Chen] called', 'Lily [LOCATION Chen called]')
    expect(charCounts([item])).toEqual([{ right: 4, predicted: 10, found: 4, gold: 8 }])
    // P = 0.4, R = 0.5, F2 = 5 · 0.2 / (1.6 + 0.5)
    expect(score(charCounts([item])).f2).toBeCloseTo(1 / 2.1, 12)
  })

  test('one span or two over a name are the same', () => {
    const one = judged('[PERSON Lily Chen] called', '[PERSON Lily Chen] called')
    const two = judged('[PERSON Lily Chen] called', '[PERSON Lily] [PERSON Chen] called')
    expect(charCounts([two])).toEqual(charCounts([one]))
  })
})

describe('spans at IoU 0.5', () => {
  const count = (gold: string, predicted: string): number[] => {
    const { right, predicted: n, found, gold: truth } = spanCounts([judged(gold, predicted)])[0]!
    return [right, n, found, truth]
  }

  test('exact, missed, false', () => {
    expect(count('[PERSON Lily Chen] called', '[PERSON Lily Chen] called')).toEqual([1, 1, 1, 1])
    expect(count('[PERSON Lily Chen] called', 'Lily Chen called')).toEqual([0, 0, 0, 1])
    expect(count('Reports arrived', '[PERSON Reports] arrived')).toEqual([0, 1, 0, 0])
  })

  test('half of the characters are enough, less are a miss and a false alarm', () => {
    expect(count('[PERSON Anna Bell] left', '[PERSON Anna] Bell left')).toEqual([0, 1, 0, 1])
    expect(count('[PERSON Annabel Li] left', '[PERSON Annabel] Li left')).toEqual([1, 1, 1, 1])
  })

  test('the type does not matter', () => {
    expect(count('in [LOCATION Washington] now', 'in [PERSON Washington] now')).toEqual([1, 1, 1, 1])
  })

  test('fragments of two types that together cover a value count as one', () => {
    expect(count('[ADDRESS 12 Harbour Walk Westport]', '[ADDRESS 12 Harbour Walk] [LOCATION Westport]')).toEqual([
      1, 1, 1, 1,
    ])
  })

  test('neighbours of one type are one span on both sides, over skip words and punctuation', () => {
    expect(count('[ORGANIZATION Bank] of [ORGANIZATION Harlow]', '[ORGANIZATION Bank of Harlow]')).toEqual([1, 1, 1, 1])
    expect(count('[LOCATION Reno], [LOCATION Nevada] again', '[LOCATION Reno, Nevada] again')).toEqual([1, 1, 1, 1])
    expect(count('[LOCATION Reno] was [LOCATION Nevada]', '[LOCATION Reno] was [LOCATION Nevada]')).toEqual([
      1, 1, 1, 1,
    ])
    expect(count('[LOCATION Reno] beats [LOCATION Nevada]', '[LOCATION Reno] beats [LOCATION Nevada]')).toEqual([
      2, 2, 2, 2,
    ])
  })

  test('skip words at the edges do not count', () => {
    expect(count('is [AGE 42] years old', 'is [AGE 42 years old]')).toEqual([1, 1, 1, 1])
    expect(count('is 42 years old', 'is 42 [AGE years old]')).toEqual([0, 0, 0, 0])
  })

  test('a prediction finds one true span at most', () => {
    // "Ana 7 Bo": IoU with Ana is 3/8, with Bo 2/8: neither reaches one half.
    expect(count('[PERSON Ana] [AGE 7] [TITLE Bo]', '[PERSON Ana 7 Bo]')).toEqual([0, 1, 0, 3])
    expect(count('[PERSON Anabella] [AGE 7]', '[PERSON Anabella 7]')).toEqual([1, 1, 1, 2])
  })

  test('by type, only the same type finds', () => {
    const items = [
      judged('[PERSON Ana] in [LOCATION Reno]', '[PERSON Ana] in [PERSON Reno]'),
      judged('[PERSON Bo] left', '[PERSON Bo] left'),
    ]
    const scores = spanScoresByType(items)
    expect([...scores.keys()]).toEqual(['LOCATION', 'PERSON'])
    expect(scores.get('LOCATION')).toMatchObject({ found: 0, gold: 1, predicted: 0, recall: 0 })
    // Ana and Reno stand on both sides of "in", a skip word: the predictions become one span, with IoU 3 of 11.
    expect(scores.get('PERSON')).toMatchObject({ found: 1, gold: 2, right: 1, predicted: 2 })
  })
})

test('full cover: every letter and digit, of whatever type; marks between them may stay', () => {
  const cover = fullCover([
    judged('call [PHONE 555-0100] now', 'call [PHONE 555]-[US_SSN 0100] now'),
    judged('call [PHONE 555-0199] now', 'call [PHONE 555-019]9 now'),
    judged('at [EMAIL a@b.co]', 'at [EMAIL a@b.co]'),
  ])
  expect([...cover].map(([type, { k, n }]) => [type, k, n])).toEqual([
    ['EMAIL', 1, 1],
    ['PHONE', 1, 2],
  ])
})

test('flagged: texts with a span', () => {
  const { k, n, interval } = flagged([judged('May came', '[PERSON May] came'), judged('all is well', 'all is well')])
  expect([k, n]).toEqual([1, 2])
  // Wilson 1927 for 1 of 2.
  expect([interval.lower.toFixed(3), interval.upper.toFixed(3)]).toEqual(['0.095', '0.905'])
})

test('the bootstrap interval holds the figure and is narrow where texts agree', () => {
  const same = Array.from({ length: 50 }, () => ({ right: 1, predicted: 1, found: 1, gold: 2 }))
  const { lower, upper } = bootstrapInterval(same, ({ recall }) => recall)
  expect([lower, upper]).toEqual([0.5, 0.5])
  const mixed = Array.from({ length: 50 }, (_, i) => ({ right: i % 2, predicted: 1, found: i % 2, gold: 1 }))
  const wide = bootstrapInterval(mixed, ({ recall }) => recall)
  expect(wide.lower).toBeGreaterThan(0.3)
  expect(wide.lower).toBeLessThan(0.45)
  expect(wide.upper).toBeGreaterThan(0.55)
})

test('scores of any spans stay within 0 and 1, and perfect answers score 1', () => {
  const spans = (length: number): fc.Arbitrary<TypedSpan[]> =>
    fc.array(
      fc
        .tuple(fc.nat(length), fc.nat(length), fc.constantFrom('A', 'B'))
        .map(([a, b, type]) => ({ start: Math.min(a, b), end: Math.max(a, b), type })),
      { maxLength: 5 },
    )
  fc.assert(
    fc.property(
      fc.string({ maxLength: 40 }).chain((text) => fc.tuple(fc.constant(text), spans(text.length), spans(text.length))),
      ([text, gold, predicted]) => {
        for (const counts of [charCounts, (items: readonly Judged[]) => spanCounts(items)]) {
          const { precision, recall, f2 } = score(counts([{ text, gold, predicted }]))
          for (const figure of [precision, recall, f2]) {
            expect(figure).toBeGreaterThanOrEqual(0)
            expect(figure).toBeLessThanOrEqual(1)
          }
          expect(score(counts([{ text, gold, predicted: gold }])).recall).toBe(1)
        }
      },
    ),
  )
})
