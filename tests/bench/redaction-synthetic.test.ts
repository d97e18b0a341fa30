import { describe, expect, test } from 'vitest'
import { iso7064Mod11x10, luhnDigit, mod97, verhoeffDigit } from '../../bench/redaction/check-digits.ts'
import { cleanTexts } from '../../bench/redaction/clean.ts'
import { fillTemplate, halfOf, syntheticTexts, TEMPLATES } from '../../bench/redaction/synthetic.ts'
import { isPiiType } from '../../stages/redact/pii-type.ts'

describe('the templates', () => {
  test('are more than 150, no two alike, and fall into two halves of about the same size', () => {
    expect(TEMPLATES.length).toBeGreaterThanOrEqual(150)
    expect(new Set(TEMPLATES.map(({ text }) => text)).size).toBe(TEMPLATES.length)
    expect(new Set(TEMPLATES.map(({ id }) => id)).size).toBe(TEMPLATES.length)
    const split = TEMPLATES.filter(({ group }) => group.devOnly !== true)
    const dev = split.filter((template) => halfOf(template) === 'dev').length
    expect(dev / split.length).toBeGreaterThan(0.42)
    expect(dev / split.length).toBeLessThan(0.58)
    expect(TEMPLATES.filter(({ group }) => group.devOnly === true).map(halfOf)).not.toContain('held-out')
  })

  test('each can be filled, and its spans are sorted, disjoint, not empty, of a type that exists', () => {
    for (const template of TEMPLATES) {
      const { text, spans } = fillTemplate(template, 'test')
      expect(text).not.toMatch(/\{[a-z_]+\d?\}/)
      expect(spans.length).toBeGreaterThan(0)
      let last = 0
      for (const { start, end, type } of spans) {
        expect([template.id, start >= last && end > start && end <= text.length]).toEqual([template.id, true])
        expect(isPiiType(type)).toBe(true)
        last = end
      }
    }
  })

  test('a half never has a text of the other, and the same seed gives the same texts', () => {
    const [dev, heldOut] = [syntheticTexts('dev', 300), syntheticTexts('held-out', 300)]
    const ids = new Set(dev.map(({ id }) => id))
    expect(heldOut.filter(({ id }) => ids.has(id))).toEqual([])
    expect(syntheticTexts('dev', 300)).toEqual(dev)
    expect(syntheticTexts('dev', 300, 2)).not.toEqual(dev)
  })

  test('both halves hold every common type at least ten times in 1,500 texts, dev with its own templates in 3,000', () => {
    const common =
      'PERSON TITLE ORGANIZATION ADDRESS LOCATION POSTAL_CODE PHONE EMAIL CREDIT_CARD IBAN US_SSN DATE AGE NRP URL IP_ADDRESS US_DRIVER_LICENSE PASSPORT DATE_OF_BIRTH SECRET MAC_ADDRESS HANDLE LICENSE_PLATE MEDICAL_RECORD'
    for (const half of ['dev', 'held-out'] as const) {
      const counts = new Map<string, number>()
      for (const { spans } of syntheticTexts(half, half === 'dev' ? 3000 : 1500))
        for (const { type } of spans) counts.set(type, (counts.get(type) ?? 0) + 1)
      expect([half, common.split(' ').filter((type) => (counts.get(type) ?? 0) < 10)]).toEqual([half, []])
    }
  })
})

test('clean texts are at least a hundred templates, all without spans', () => {
  const texts = [...cleanTexts('dev', 250), ...cleanTexts('held-out', 250)]
  expect(new Set(texts.map(({ id }) => id)).size).toBeGreaterThanOrEqual(100)
  expect(texts.filter(({ text, spans }) => spans.length > 0 || /\{[a-z_]+\d?\}/.test(text))).toEqual([])
})

test('check digits of published examples', () => {
  expect(luhnDigit('7992739871')).toBe('3')
  expect(verhoeffDigit('236')).toBe('3')
  // ISO/IEC 7064, hybrid system MOD 11,10: 0794 has the check digit 5.
  expect(iso7064Mod11x10('0794')).toBe('5')
  // GB82 WEST 1234 5698 7654 32, the registry's example.
  expect(mod97('WEST12345698765432GB82')).toBe(1)
})
