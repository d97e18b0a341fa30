import { type CountryCode, getCountries, getExampleNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { valuesOf } from './detect.ts'

const NUMBERS = getCountries().flatMap((region) => {
  const number = getExampleNumber(region, examples)
  return number === undefined ? [] : [{ region, number }]
})

/** Regions of which a form of the example number is not found whole. */
function missed(
  find: (region: CountryCode, form: string) => boolean,
  form: (number: (typeof NUMBERS)[number]['number']) => string,
) {
  return NUMBERS.filter(({ region, number }) => !find(region, form(number))).map(
    ({ region, number }) => `${region} ${form(number)}`,
  )
}

test('libphonenumber’s example of every region is found whole where it has its plus sign, all types on, no region set up', () => {
  expect(NUMBERS.length).toBeGreaterThan(240)
  const whole = (text: (form: string) => string) => (_: CountryCode, form: string) =>
    valuesOf('PHONE', text(form)).join('|') === form
  for (const text of [
    (form: string) => `ring ${form} today`,
    (form: string) => `| ${form} | open |`,
    (form: string) => form,
  ]) {
    expect(missed(whole(text), (number) => number.formatInternational())).toEqual([])
    expect(missed(whole(text), (number) => number.number)).toEqual([])
  }
})

test('… and in its national form where the text speaks of a phone and the region is set up', () => {
  const left = missed(
    (region, form) => {
      const text = `my phone number is ${form}, call any time`
      const spans = createRuleDetector({ regions: [region] }).find(text)
      return spans.some((span) => span.type === 'PHONE' && text.slice(span.start, span.end) === form)
    },
    (number) => number.formatNational(),
  )
  // Of small territories, four to six digits: shorter than anything that is looked at without a plus sign.
  expect(left.filter((entry) => entry.replace(/\D/g, '').length > 6)).toEqual([])
  expect(left.length / NUMBERS.length).toBeLessThan(0.06)
})
