import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Feature } from '../../../stages/redact/feature.ts'
import { lowerSameLength, Subject } from '../../../stages/redact/subject.ts'
import { hintBit, textScanner } from '../../../stages/redact/text-scan.ts'
import { CHUNK } from '../../../stages/redact/text-units.ts'
import { forEachEnd, wordAutomaton } from '../../../stages/redact/word-automaton.ts'

/** Texts of the characters that the passes tell apart, some longer than what is loaded at a time. */
const texts = fc
  .tuple(
    fc.string({
      unit: fc.constantFrom(...'aAbnéÉıİKſжЖ生😀0017 .:-/_@\n(\u00a0１－'),
    }),
    fc.constantFrom(0, 0, 0, CHUNK - 3, CHUNK - 1),
    fc.constantFrom(' ', '7', 'b'),
  )
  .map(([text, length, filler]) => filler.repeat(length) + text)

describe('the pass for hints', () => {
  const groups = [['ab', 'aba'], ['né', 'bné'], ['ж-7'], ['k'], ['生', '00'], ['(a']]

  test('finds a group exactly where the lower-cased text includes one of its hints', () => {
    const scanner = textScanner(groups, [])
    fc.assert(
      fc.property(texts, (text) => {
        const lower = lowerSameLength(text)
        const wanted = groups.reduce(
          (bits, hints, i) => (hints.some((hint) => lower.includes(hint)) ? bits | hintBit(i) : bits),
          0,
        )
        expect(scanner.scan(text).hints).toBe(wanted)
      }),
    )
  })
})

/** The definition of a word of an automaton. */
function isAt(text: string, word: string, at: number): boolean {
  if (!word.startsWith('^')) return text.startsWith(word, at)
  return text.startsWith(word.slice(1), at) && !/[a-z\d]/.test(text[at - 1] ?? '')
}

describe('the pass for words', () => {
  const heads = ['ab', 'b0', 'na', '00', '7 a', '生a']

  test('finds an anchored hint and a head exactly where nothing that belongs to their word stands before them', () => {
    const scanner = textScanner([['^ab', '^(a'], ['^7']], heads)
    fc.assert(
      fc.property(texts, (text) => {
        const { hints, heads: found } = scanner.scan(text)
        expect(hints).toBe((/(?<![a-z\d])(?:ab|\(a)/i.test(text) ? 1 : 0) | (/(?<![a-z\d])7/i.test(text) ? 2 : 0))
        const wanted = [...text.matchAll(/(?<!\w)(?:ab|b0|na|00|7 a|生a)/gi)]
        expect(found).toEqual(wanted.flatMap((match) => [match.index, heads.indexOf(match[0].toLowerCase())]))
      }),
    )
  })

  test('finds every word that ends in a part of a text', () => {
    const words = ['a', 'ab', 'bné', 'é', '生0', '00', 'b.a', 'a ', '^a', '^0 b', '^é', '^(a']
    const automaton = wordAutomaton(words)
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), (text, a, b) => {
        const [from, to] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [number, number]
        const part = lowerSameLength(text.slice(from, to))
        const found: string[] = []
        forEachEnd(automaton, text, from, to, (ended, end) => {
          for (const index of ended) found.push(`${end} ${words[index]}`)
        })
        const starts = Array.from({ length: part.length }, (_, i) => i)
        const wanted = words.flatMap((word) =>
          starts.filter((i) => isAt(part, word, i)).map((i) => `${from + i + word.replace('^', '').length} ${word}`),
        )
        expect(found.toSorted()).toEqual(wanted.toSorted())
      }),
    )
  })
})

describe('the pass for features', () => {
  test('cuts the digits of the mapped text as expressions do', () => {
    fc.assert(
      fc.property(texts, (original) => {
        const { text, digitRuns, mixedRuns, numberRuns, features } = new Subject(original)
        const runs = [...text.matchAll(/\d+/g)].flatMap((match) => [match.index, match.index + match[0].length])
        expect(digitRuns).toEqual(runs)
        for (let i = 0; i < mixedRuns.length; i += 2)
          expect(text.slice(mixedRuns[i]!, mixedRuns[i + 1]!)).toMatch(/^[A-Za-z]*\d[A-Za-z\d]*$/)
        const numbers = [...text.matchAll(/\d(?:[ \t()./-]{0,3}\d)+/g)]
          .map((match) => ({ start: match.index, end: match.index + match[0].length }))
          .filter(({ start, end }) => text.slice(start, end).replace(/\D/g, '').length >= 7)
        expect(numberRuns.map(({ start, end }) => ({ start, end }))).toEqual(numbers)
        const tokens = text.match(/[A-Za-z\d_-]+/g) ?? []
        const wanted: readonly (readonly [boolean, number])[] = [
          [/\d/.test(text), Feature.DIGIT],
          [/[A-Z]|[^\0-\u00bf]/.test(text), Feature.UPPER],
          [/[A-Za-z_]|[^\0-\u00bf]/.test(text), Feature.LETTER],
          [text.includes('@'), Feature.AT],
          [text.includes('//'), Feature.SLASHES],
          [text.includes('--'), Feature.DASHES],
          [text.includes(':'), Feature.COLON],
          [text.split(':').length > 2, Feature.COLONS],
          [text.split('.').length > 3, Feature.DOTS],
          [(text.match(/\d\.(?=\d)/g) ?? []).length > 1, Feature.DECIMALS],
          [numbers.length > 0, Feature.LONG_NUMBER],
          [tokens.some((token) => token.length >= 16 && /\d/.test(token)), Feature.LONG_TOKEN],
        ]
        for (const [holds, bit] of wanted) expect((features & bit) !== 0).toBe(holds)
      }),
    )
  })
})
