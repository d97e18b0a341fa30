import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { typesOf } from '../../../../stages/redact/options.ts'
import { PACK_NAMES } from '../../../../stages/redact/packs/pack-names.ts'
import { packOf } from '../../../../stages/redact/packs/packs.ts'
import { withPack } from '../../../../stages/redact/packs/with-pack.ts'

describe.each(PACK_NAMES)('%s', (name) => {
  const pack = packOf({ pack: name })!

  test('its fields stand where the config has none of its own', () => {
    const { types, min_score, operators, seeding, ...rest } = withPack(redactConfig({ pack: name }))
    expect({ types, min_score, operators, seeding }).toEqual(pack.fields)
    const { types: _t, min_score: _m, operators: _o, seeding: _s, ...plain } = redactConfig({ pack: name })
    expect(rest).toEqual(plain)
  })

  test('explicit fields win', () => {
    const config = withPack(
      redactConfig({
        pack: name,
        operators: { PERSON: { operator: 'redact' } },
        min_score: { PERSON: 0.3 },
        seeding: { share: 0.4, types: ['-PERSON'], values_per_record: 2, per_type_max: 9 },
      }),
    )
    expect(config.operators).toEqual({ ...pack.fields.operators, PERSON: { operator: 'redact' } })
    expect(config.min_score).toEqual({ ...pack.fields.min_score, PERSON: 0.3 })
    expect(config.seeding).toMatchObject({ share: 0.4, values_per_record: 2, per_type_max: 9 })
    expect(typesOf(config.seeding.types)).toEqual(
      typesOf(pack.fields.seeding.types).filter((type) => type !== 'PERSON'),
    )
  })

  test('types of the config are added, and only `-` takes one out', () => {
    const added = withPack(redactConfig({ pack: name, types: ['TITLE', '-PERSON'] }))
    expect(new Set(typesOf(added.types))).toEqual(
      new Set(['TITLE', ...pack.fields.types.filter((type) => type !== 'PERSON')]),
    )
  })
})

test('without a pack nothing changes', () => {
  const config = redactConfig({ types: ['EMAIL'] })
  expect(withPack(config)).toBe(config)
})

test('doing it twice is doing it once', () => {
  const selector = fc.constantFrom('EMAIL', '-EMAIL', 'default', 'all', '-national', 'TITLE')
  fc.assert(
    fc.property(
      fc.constantFrom(...PACK_NAMES),
      fc.array(selector, { maxLength: 4 }),
      fc.array(selector, { maxLength: 4 }),
      fc.constantFrom(0, 0.1, 0.2, 1),
      (pack, types, seeds, share) => {
        const seeding = { share, types: seeds, values_per_record: 4, per_type_max: 400 }
        const once = withPack(redactConfig({ pack, types, seeding }))
        expect(withPack(once)).toEqual(once)
      },
    ),
  )
})
