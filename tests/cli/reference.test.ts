import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderReference } from '../../cli/reference.ts'
import { packageFile } from '../../util/package-root.ts'

it('docs/reference.md is what the code says (npm run reference writes it anew)', async () => {
  expect(readFileSync(packageFile('docs/reference.md'), 'utf8')).toBe(await renderReference())
})
