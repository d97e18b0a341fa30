import { expect, test } from 'vitest'
import { patternHeads } from '../../../stages/redact/pattern-heads.ts'

test.each([
  ['mrn|medical record', 4, ['mrn', 'medi']],
  ['m\\.r\\.n|a/c', 3, ['m.r', 'a/c']],
  ['(?:device )?serial', 4, ['devi', 'seri']],
  ['num[ée]ro', 4, ['numé', 'nume']],
  [
    '(?:health|dental)[ -]?plan',
    20,
    ['health plan', 'health-plan', 'healthplan', 'dental plan', 'dental-plan', 'dentalplan'],
  ],
  ['patient(?=\\s?#)|(?<!x)chart', 8, ['patient', 'chart']],
  ['plaka\\p{L}{0,4} no', 8, ['plaka']],
  ['ab*c|xa{2}y', 3, ['ab', 'ac', 'xa']],
  ['(?:de )?(?:client|conto)', 3, ['de ', 'cli', 'con']],
  ['[a-z]x|foo', 3, ['']],
  ['a.c|ab', 3, ['a']],
])('the heads of %s', (source, length, heads) => {
  expect([...patternHeads(source, length)].sort()).toEqual([...heads].sort())
})
