import { expect, test } from 'vitest'
import { checkConfig } from '../../../../stages/redact/check.ts'
import type { RedactConfig } from '../../../../stages/redact/config.ts'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { loosenings } from '../../../../stages/redact/packs/check-pack.ts'
import { PACK_NAMES } from '../../../../stages/redact/packs/pack-names.ts'
import { packOf } from '../../../../stages/redact/packs/packs.ts'
import { withPack } from '../../../../stages/redact/packs/with-pack.ts'
import { createRedactor } from '../../../../stages/redact/redactor.ts'
import type { PlanContext } from '../../../../stages/stage.ts'

const context: PlanContext = {
  storeRoot: '.sluice',
  baseDir: '.',
  sources: [],
  purpose: '',
  now: new Date('2026-11-28T12:00:00Z'),
  secretId: () => '',
}
const SEEDING = redactConfig().seeding

function hipaa(fields: Partial<RedactConfig>): RedactConfig {
  return redactConfig({ pack: 'hipaa-safe-harbor', ...fields })
}

test.each(PACK_NAMES)('%s alone has no problem', (pack) => {
  expect(checkConfig(redactConfig({ pack }), context)).toEqual([])
})

const LOOSER: readonly (readonly [string, Partial<RedactConfig>, readonly (string | number)[]])[] = [
  ['types.URL', { types: ['-URL'] }, ['types', 0]],
  ['types.national', { types: ['HANDLE', '-national'] }, ['types', 1]],
  ['seeding.types.PERSON', { seeding: { ...SEEDING, types: ['-PERSON'] } }, ['seeding', 'types', 0]],
  ['seeding', { seeding: { ...SEEDING, share: 0 } }, ['seeding', 'share']],
  ['countries', { countries: ['US'] }, ['countries']],
  ['names', { names: false }, ['names']],
  ['tagger', { tagger: false }, ['tagger']],
  ['same_record_names', { same_record_names: false }, ['same_record_names']],
  ['min_score.PERSON', { min_score: { PERSON: 0.51 } }, ['min_score', 'PERSON']],
  ['min_score.default', { min_score: { default: 0.6 } }, ['min_score', 'default']],
  // The pack asks for 0.4 here, so that the default of the stage is looser already.
  ['min_score.DEVICE_ID', { min_score: { DEVICE_ID: 0.5 } }, ['min_score', 'DEVICE_ID']],
  ['operators.DATE', { operators: { DATE: { operator: 'keep' } } }, ['operators', 'DATE']],
  ['operators.PERSON', { operators: { PERSON: { operator: 'pseudonym' } } }, ['operators', 'PERSON']],
  ['operators.PHONE', { operators: { PHONE: { operator: 'mask', keep_last: 4 } } }, ['operators', 'PHONE']],
  ['operators.default', { operators: { default: { operator: 'keep' } } }, ['operators', 'default']],
  ['fields.meta.ward', { fields: { 'meta.ward': { keep: true, because: 'no patient' } } }, ['fields', 'meta.ward']],
]

test.each(LOOSER)('%s loosens the pack unless an exception names it', (what, fields, path) => {
  const config = hipaa(fields)
  expect(checkConfig(config, context)).toEqual([
    {
      code: 'REDACT_PACK_LOOSENED',
      message: expect.stringContaining('loosens the pack hipaa-safe-harbor'),
      next: `take it out, or add \`{ what: ${what}, owner: …, reason: …, expires: … }\` to pack_exceptions`,
      path,
    },
  ])
  const exception = { what, owner: 'privacy office', reason: 'agreed', expires: '2026-11-28' }
  expect(checkConfig({ ...config, pack_exceptions: [exception] }, context)).toEqual([])
  const pack = packOf(config)!
  const names = (looser: ReturnType<typeof loosenings>): readonly string[] => looser.map((found) => found.what)
  expect(names(loosenings(withPack(config), pack))).toEqual(names(loosenings(config, pack)))
})

const TIGHTER: readonly Partial<RedactConfig>[] = [
  { types: ['TITLE', 'NRP'] },
  { types: ['-URL', 'URL'] },
  { types: ['-TITLE'] },
  { types: ['EMAIL'] },
  { min_score: { default: 0.3, PERSON: 0.5 } },
  { min_score: { TITLE: 0.9 } },
  { operators: { default: { operator: 'redact' }, PERSON: { operator: 'mask' } } },
  { operators: { TITLE: { operator: 'keep' } } },
  { operators: { DATE_OF_BIRTH: { operator: 'bucket', reference_date: '2026-11-28' } } },
  { fields: { 'meta.patient': { as: 'PERSON', because: 'always a name' } } },
  { seeding: { ...SEEDING, share: 0.01 } },
]

test.each(TIGHTER.map((fields) => [JSON.stringify(fields), fields] as const))('%s does not', (_, fields) => {
  expect(checkConfig(hipaa(fields), context)).toEqual([])
})

test('what loosens one pack need not loosen the other', () => {
  const operators: RedactConfig['operators'] = { PERSON: { operator: 'pseudonym' } }
  expect(checkConfig(redactConfig({ pack: 'gdpr', operators }), context)).toEqual([])
  expect(
    checkConfig(redactConfig({ pack: 'gdpr', operators: { PERSON: { operator: 'keep' } } }), context),
  ).toMatchObject([{ code: 'REDACT_PACK_LOOSENED', path: ['operators', 'PERSON'] }])
})

test('an exception ends, and one that excepts nothing is refused; so are statements', () => {
  const entry = { what: 'types.URL', owner: 'privacy office', reason: 'agreed', expires: '2026-11-27' }
  expect(checkConfig(hipaa({ types: ['-URL'], pack_exceptions: [entry] }), context)).toEqual([
    {
      code: 'REDACT_PACK_EXPIRED',
      message: 'an entry of pack_exceptions ended on 2026-11-27',
      next: 'its owner (privacy office) renews `expires` or takes the entry out',
      path: ['pack_exceptions', 0, 'expires'],
    },
  ])
  expect(checkConfig(hipaa({ pack_exceptions: [{ ...entry, expires: '2027-01-01' }] }), context)).toEqual([
    {
      code: 'REDACT_PACK_UNUSED',
      message: '`types.URL` names nothing that loosens the pack',
      next: 'take the entry out',
      path: ['pack_exceptions', 0, 'what'],
    },
  ])
  const statement = { what: 'S', owner: 'privacy office', statement: 'none', expires: '2026-13-45' }
  expect(checkConfig(hipaa({ pack_statements: [statement] }), context)).toMatchObject([
    { code: 'REDACT_PACK_UNUSED', next: 'take the entry out, or name one of: P, Q, R, actual-knowledge' },
    { code: 'REDACT_PACK_EXPIRED', path: ['pack_statements', 0, 'expires'] },
  ])
  expect(checkConfig(redactConfig({ pack_exceptions: [{ ...entry, expires: '2027-01-01' }] }), context)).toMatchObject([
    { code: 'REDACT_PACK_UNUSED', message: 'pack_exceptions without a pack' },
  ])
})

test('a program that opens a redactor is refused in the same way', async () => {
  await expect(
    createRedactor({ pack: 'hipaa-safe-harbor', types: ['-EMAIL'], now: context.now }),
  ).rejects.toMatchObject({ code: 'REDACT_PACK_LOOSENED' })
})
