import { describe, expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { found, valuesOf } from './detect.ts'

const byDefault = createRuleDetector()

describe('streets with their unit are one span', () => {
  test.each([
    ['I live at ⟦4038 Maple Crossing Apt. 906⟧.', 'US'],
    ['send it to ⟦847 New Street, Flat 3⟧', 'UK'],
    ['⟦13 Hawthorn Manor Suite 12⟧, Hobart', 'AU'],
    ['ship to ⟦2333 Birch Spring Unit 5B⟧', 'CA'],
    ['Adresse: ⟦Lindenstraße 12b Whg. 4⟧', 'DE'],
    ['livrer au ⟦5 Boulevard Voltaire, 3e étage⟧', 'FR'],
    ['vivo en ⟦Calle Mayor 5, 2º B⟧', 'ES'],
    ['abito in ⟦Piazza Garibaldi 4, interno 9⟧', 'IT'],
    ['ik woon op ⟦Keizersgracht 100 2 hoog⟧', 'NL'],
    ['jag bor på ⟦Björkgränden 78 Lgh. 129⟧', 'SE'],
  ])('%s (%s)', (sentence) => {
    const text = sentence.replace(/[⟦⟧]/g, '')
    expect(valuesOf('ADDRESS', text)).toContain(/⟦(.*)⟧/.exec(sentence)![1])
  })
})

describe('what follows a street goes with it, by default types too: town, state and code', () => {
  test.each([
    '984 Cedar Road, Bathurst, NB E2A 1A1',
    '443 Lang Hill, Harrytown, VIC 3056',
    '577 Voie de la Pompe, 76553 La Rochelle',
    '5 Privet Drive, Little Whinging, GU1 1AA',
    '1815 Rua Pereira, Moraes do Sul, 64243-438',
  ])('%s', (value) => {
    const text = `my address is ${value}`
    const spans = byDefault.find(text)
    const left = [...text]
      .map((char, at) => (spans.some((span) => span.start <= at && at < span.end) ? ' ' : char))
      .join('')
    expect(left.replace(/[\s,]+/g, ' ').trim()).toBe('my address is')
  })
})

test.each([
  'after 5 days on the road',
  'I need 30 way switches',
  'room for 12 people in Paris',
  'step 4 of the new drive setup',
  'in 2019 Paris was full',
])('no address, no postal code: %s', (text) => {
  expect(found(text).filter((hit) => /^(?:ADDRESS|POSTAL_CODE):/.test(hit))).toEqual([])
})
