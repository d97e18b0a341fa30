import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { PackName } from '../../../../stages/redact/packs/pack-names.ts'
import { createRedactor, type RedactorConfig } from '../../../../stages/redact/redactor.ts'
import { packageFile } from '../../../../util/package-root.ts'

const folder = packageFile('examples/redact')
const MAIL =
  'Mrs. Lopez (age 93) called from (617) 555-0142 on March 14, 2024 about https://portal.example.org/u/77, MRN: 4821937.'

const WRITTEN: Readonly<Record<string, { readonly pack: PackName; readonly mail: RegExp }>> = {
  'hipaa.yaml': {
    pack: 'hipaa-safe-harbor',
    mail: /^<TITLE>\.? <PERSON> \(age 90\+\) called from <PHONE> on 2024 about <URL>, MRN: <MEDICAL_RECORD>\.$/,
  },
  'gdpr.yaml': {
    pack: 'gdpr',
    mail: /^Mrs\. <PERSON_[0-9a-f]{8}> \(age 90\+\) called from <PHONE> on March 14, 2024 about <URL_[0-9a-f]{8}>, MRN: <MEDICAL_RECORD_[0-9a-f]{8}>\.$/,
  },
}

test('every example is tried here', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(WRITTEN).sort())
})

test.each(Object.keys(WRITTEN))('%s opens a redactor and redacts a mail', async (file) => {
  const fields = parse(readFileSync(`${folder}/${file}`, 'utf8')) as RedactorConfig
  const { pack, mail } = WRITTEN[file]!
  expect(fields.pack).toBe(pack)
  const redactor = await createRedactor({
    ...fields,
    now: new Date('2026-11-28'),
    secret: () => Buffer.from('a key of thirty-two bytes, no more'),
  })
  expect(await redactor.redact(MAIL)).toMatch(mail)
  await redactor.close()
})
