import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TokenClass, tokenize } from '../../../models/tagger/tokens.ts'

const NAMES = Object.fromEntries(Object.entries(TokenClass).map(([name, kind]) => [kind, name]))

/** Tokens with their classes; those of plain words are left out. */
function cut(text: string): readonly string[] {
  const { count, start, end, kind } = tokenize(text)
  return Array.from({ length: count }, (_, i) => {
    const token = text.slice(start[i], end[i])
    return kind[i] === TokenClass.WORD ? token : `${NAMES[kind[i]!]}:${JSON.stringify(token)}`
  })
}

describe('tokens', () => {
  test('words keep their apostrophes, but for a possessive', () => {
    expect(cut("O'Neill's, don't D’Angelo’s 'tis rock'n'roll")).toEqual([
      "O'Neill",
      "'s",
      'MARK:","',
      "don't",
      'D’Angelo',
      '’s',
      'MARK:"\'"',
      'tis',
      "rock'n'roll",
    ])
  })

  test('initials keep their full stops', () => {
    expect(cut('J. R. Smith of the U.S. and J.R.R. Byron. B')).toEqual([
      'J.',
      'R.',
      'Smith',
      'of',
      'the',
      'U.S.',
      'and',
      'J.R.R.',
      'Byron',
      'MARK:"."',
      'B',
    ])
  })

  test('addresses, handles, tags, numbers and line ends are one token each', () => {
    expect(
      cut('mail lily.chen@example.org or https://a.example/b?c=d.\n@lily #Sale2024 3rd B2B 1,000\n\nwww.example.org'),
    ).toEqual([
      'mail',
      'ADDRESS:"lily.chen@example.org"',
      'or',
      'ADDRESS:"https://a.example/b?c=d."',
      'LINE:"\\n"',
      'HANDLE:"@lily"',
      'TAG:"#Sale2024"',
      'NUMBER:"3rd"',
      'NUMBER:"B2B"',
      'NUMBER:"1"',
      'MARK:","',
      'NUMBER:"000"',
      'PARAGRAPH:"\\n\\n"',
      'ADDRESS:"www.example.org"',
    ])
  })

  test('what looks like the start of an address and is none is read as words', () => {
    expect(cut('Traci Warner@ENRON a.b@c 5 @ 6')).toEqual([
      'Traci',
      'Warner',
      'HANDLE:"@ENRON"',
      'a',
      'MARK:"."',
      'b',
      'HANDLE:"@c"',
      'NUMBER:"5"',
      'MARK:"@"',
      'NUMBER:"6"',
    ])
  })

  test('offsets rise, stay inside the text, and leave out white space alone', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            'a',
            'É',
            "'",
            '’',
            's',
            '.',
            '@',
            ':',
            '/',
            ' ',
            '\n',
            '7',
            '-',
            '_',
            '😀',
            '中',
            'www.',
            'http://',
          ),
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (value) => {
        const { count, start, end } = tokenize(value)
        let at = 0
        for (let i = 0; i < count; i++) {
          if (start[i]! < at || end[i]! <= start[i]! || value.slice(at, start[i]).trim() !== '') return false
          at = end[i]!
        }
        return at <= value.length && value.slice(at).trim() === ''
      }),
      { numRuns: 500 },
    )
  })

  test.each(['a', 'a.', 'a@', 'a@b', "'", "a'", '@a', 'A.', ' \n', 'http:', '中', 'a_'])(
    '%j again and again takes linear time',
    (piece) => {
      const time = (length: number): number => {
        const text = piece.repeat(length / piece.length)
        const from = process.cpuUsage().user
        tokenize(text)
        return (process.cpuUsage().user - from) / 1000
      }
      time(200_000)
      const best = (length: number): number => Math.min(time(length), time(length), time(length), time(length))
      // Eight times the length; quadratic time would be 64 times as much. Others use the machine too: the best try counts.
      let growth = Number.POSITIVE_INFINITY
      for (let attempt = 0; attempt < 4 && growth >= 40; attempt++)
        growth = Math.min(growth, best(1_600_000) / Math.max(best(200_000), 2))
      expect(growth).toBeLessThan(40)
    },
  )
})
