import { beforeAll, describe, expect, test } from 'vitest'
import type { TextRecord } from '../../../../artifacts/record.ts'
import { Tally, type TallyJson } from '../../../../artifacts/tally.ts'
import type { RedactConfig } from '../../../../stages/redact/config.ts'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { redact } from '../../../../stages/redact/index.ts'
import { packOf } from '../../../../stages/redact/packs/packs.ts'
import type { OpenContext, Summary } from '../../../../stages/stage.ts'
import { clinicalNotes } from './clinical-notes.ts'

const NOTES = clinicalNotes(60, 20261128)

interface Run {
  readonly kept: readonly TextRecord[]
  readonly tally: TallyJson
  readonly summary: Summary
}

async function run(fields: Partial<RedactConfig>): Promise<Run> {
  const config = redactConfig(fields)
  const tally = new Tally()
  // The members that a shard stage of this kind uses; the engine's tests run it with a real store.
  const context = { seed: 3, baseDir: '.', tally, secret: () => Buffer.alloc(32, 5) } as unknown as OpenContext
  const worker = await redact.open(config, context)
  const { kept } = await worker.process(NOTES.map(({ record }) => record))
  await worker.close()
  return { kept, tally: tally.toJSON(), summary: redact.summarize!(tally, config) }
}

/** What of the planted values can still be read, as whole words. */
function readable(text: string, letter: string): readonly string[] {
  return NOTES.flatMap(({ planted }) => planted[letter]!).filter((value) => {
    const escaped = JSON.stringify(value)
      .slice(1, -1)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(text)
  })
}

describe('sixty made-up clinical notes with the pack of HIPAA Safe Harbor', () => {
  let result: Run
  beforeAll(async () => {
    // Every record is seeded, often: sixty notes are few.
    const seeding = { ...redactConfig().seeding, share: 1, values_per_record: 20 }
    result = await run({ pack: 'hipaa-safe-harbor', seeding })
  }, 120_000)

  test.each(Object.keys(NOTES[0]!.planted))(
    'no value of identifier %s can be read in text, meta, notes or tally',
    (letter) => {
      expect(readable(JSON.stringify(NOTES.map(({ record }) => record)), letter).length).toBeGreaterThan(0)
      const { kept, tally, summary } = result
      expect(readable(JSON.stringify(kept.map(({ text, meta, notes }) => ({ text, meta, notes }))), letter)).toEqual([])
      expect(readable(JSON.stringify([tally, summary]), letter)).toEqual([])
    },
  )

  test('dates keep their year, ages over 89 are one, ZIP codes keep three digits or none', () => {
    for (const [i, { year, zip }] of NOTES.entries()) {
      const text = result.kept[i]!.text!
      expect(text).toContain(`admitted on ${year} with`)
      expect(text).toContain('is a 90+-year-old woman')
      expect(text).toContain(` code: ${['036', '821', '893'].includes(zip.slice(0, 3)) ? '000' : zip.slice(0, 3)}\n`)
    }
  })

  test('what is no identifier stays', () => {
    for (const { text } of result.kept)
      expect(text).toContain('Blood pressure 128/76, aspirin 81 mg daily, follow-up in 6 weeks.')
  })

  test('the table has all eighteen, and each that has a form was found and tried', () => {
    const table = result.summary.tables!.find(({ name }) => name === 'identifiers')!
    expect(table.rows.map((row) => row['identifier']).join('')).toBe('ABCDEFGHIJKLMNOPQR')
    for (const row of table.rows) {
      const detectable = row['types'] !== '–'
      expect(row['status'], String(row['identifier'])).toBe(detectable ? 'measured' : 'not_detectable_in_text')
      if (detectable) expect(row['found'], String(row['identifier'])).toBeGreaterThanOrEqual(60)
    }
  })
})

describe('the same notes with the pack of the GDPR', () => {
  let result: Run
  beforeAll(async () => {
    result = await run({ pack: 'gdpr' })
  }, 120_000)

  test('names and numbers are pseudonyms, the same for the same value', () => {
    const output = JSON.stringify(result.kept.map(({ text, meta, notes }) => ({ text, meta, notes })))
    for (const letter of ['A', 'B', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'L', 'O'])
      expect(readable(output, letter)).toEqual([])
    for (const { text, meta } of result.kept) {
      const patient = /^Patient: (<PERSON_[0-9a-f]{8}>)$/m.exec(text!)![1]
      expect(meta['patient']).toBe(patient)
      const record = /^MRN: (<MEDICAL_RECORD_[0-9a-f]{8}>) /m.exec(text!)![1]
      expect(meta['mrn']).toBe(record)
    }
  })

  test('the special categories without a form are said not to be detectable', () => {
    const table = result.summary.tables!.find(({ name }) => name === 'identifiers')!
    const none = table.rows.filter((row) => row['status'] === 'not_detectable_in_text').map((row) => row['identifier'])
    expect(none).toEqual(
      packOf({ pack: 'gdpr' })!
        .identifiers.filter(({ types }) => types.length === 0)
        .map(({ key }) => key),
    )
  })
})
