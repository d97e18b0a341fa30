import { readdirSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { publishedSchemas } from '../../cli/schema.ts'
import { packageFile } from '../../util/package-root.ts'

let schemas: ReadonlyMap<string, string>
beforeAll(async () => {
  schemas = await publishedSchemas()
})

test('the files under schemas/ are those that `sluice schema` prints (else: npm run reference)', () => {
  const stored = Object.fromEntries(
    readdirSync(packageFile('schemas')).map((file) => [file, readFileSync(packageFile(`schemas/${file}`), 'utf8')]),
  )
  expect(stored).toEqual(Object.fromEntries([...schemas].map(([name, text]) => [`${name}.schema.json`, text])))
})

describe('a published schema', () => {
  const check = (name: string): ValidateFunction =>
    new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(schemas.get(name)!))

  test.each([
    ['pipelines', 'pipeline'],
    ['policies', 'policy'],
    ['policies/tests', 'policy-test'],
    ['policies/regulations', 'regulation'],
  ])('accepts every file that ships in %s/', (folder, name) => {
    const validate = check(name)
    for (const file of readdirSync(packageFile(folder)).filter((each) => /^[a-z0-9-]+(\.test)?\.yaml$/.test(each)))
      expect([file, validate(parse(readFileSync(packageFile(`${folder}/${file}`), 'utf8'))), validate.errors]).toEqual([
        file,
        true,
        null,
      ])
  })

  test.each<readonly [string, (pipeline: Record<string, Record<string, Record<string, unknown>>>) => void]>([
    ['an unknown key', (pipeline) => (pipeline['ownr'] = {})],
    ['a setting that the stage does not have', (pipeline) => (pipeline['stages']!['finetune']!['with'] = { epoch: 1 })],
    ['a setting of another type', (pipeline) => (pipeline['stages']!['finetune']!['with'] = { epochs: 'two' })],
    ['a stage without `uses`', (pipeline) => delete pipeline['stages']!['finetune']!['uses']],
  ])('refuses %s in a pipeline', (_, spoil) => {
    const pipeline = parse(readFileSync(packageFile('pipelines/support-assistant.yaml'), 'utf8'))
    spoil(pipeline)
    expect(check('pipeline')(pipeline)).toBe(false)
  })

  test('refuses a policy rule without a remedy and a waiver without a ticket', () => {
    const policy = parse(readFileSync(packageFile('policies/privacy.yaml'), 'utf8'))
    delete policy.rules[0].remediation
    expect(check('policy')(policy)).toBe(false)
    expect(check('waiver')({ apiVersion: 'sluice/v1', kind: 'Waiver', id: 'x' })).toBe(false)
  })
})
