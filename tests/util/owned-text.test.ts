import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ownedText } from '../../util/owned-text.ts'
import { compiledModule } from '../../util/package-root.ts'

test('an owned text is the same text, broken surrogates included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\udc00', '😀'), (text, end) => {
      expect(ownedText(text + end)).toBe(text + end)
    }),
  )
})

test('an owned text lets go of the text it was cut from', () => {
  const script = `
    const { ownedText } = await import(${JSON.stringify(compiledModule('util/owned-text.js').href)})
    const kept = []
    const held = (keep) => {
      kept.length = 0
      for (let i = 0; i < 200; i++) kept.push(keep((String(i) + ' ').repeat(100000).slice(1000, 1020)))
      gc()
      return process.memoryUsage().heapUsed / 2 ** 20
    }
    const owned = held(ownedText)
    console.log(JSON.stringify({ slices: held((text) => text) - owned, kept: kept.length }))`
  const out = JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], { encoding: 'utf8' }),
  )
  // Two hundred texts of 200 to 400 kB each.
  expect(out.kept).toBe(200)
  expect(out.slices).toBeGreaterThan(30)
})
