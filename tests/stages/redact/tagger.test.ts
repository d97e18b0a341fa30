import { readFileSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { openNameTagger, TAGGER_FOLDER } from '../../../models/tagger/tagger.ts'
import { openTagger } from '../../../stages/redact/tagger.ts'
import { sha256 } from '../../../util/digest.ts'
import { packageFile } from '../../../util/package-root.ts'

const tagger = await openTagger()
afterAll(() => tagger.close())

async function found(text: string): Promise<readonly string[]> {
  const [spans] = await tagger.tag([text])
  return spans!.filter(({ score }) => score >= 0.5).map(({ start, end, type }) => `${type} ${text.slice(start, end)}`)
}

describe('the shipped tagger', () => {
  test('its file is the one that the manifest names, and small', () => {
    const model = readFileSync(packageFile(`${TAGGER_FOLDER}/model.onnx`))
    const manifest = JSON.parse(readFileSync(packageFile(`${TAGGER_FOLDER}/model.json`), 'utf8'))
    expect([manifest.sha256, manifest.bytes]).toEqual([
      sha256(model),
      statSync(packageFile(`${TAGGER_FOLDER}/model.onnx`)).size,
    ])
    expect(model.length).toBeLessThan(10_000_000)
  })

  test.each([
    ['Hi Thandiwe, thanks for your message.', ['PERSON Thandiwe']],
    ['Please send it to Krzysztof Wojciechowski, he is in the office.', ['PERSON Krzysztof Wojciechowski']],
    ['The parcel broke.\n\nRegards\nAnneliese Hofstetter', ['PERSON Anneliese Hofstetter']],
    ['my name is babajide okonkwo and i need help', ['PERSON babajide okonkwo']],
    ['We flew from Lisbon to Denver last week.', ['LOCATION Lisbon', 'LOCATION Denver']],
  ])('%j', async (text, expected) => {
    expect(await found(text)).toEqual(expected)
  })

  test.each([
    'The tracking link does not work. Please help.',
    'Delivered on Monday, 3 May.',
    '2025-03-11T12:44:09Z ERROR [worker-3] PaymentGateway: Connection refused',
    'Go to Settings > Account > Security and press Save.',
    'PLEASE HELP, NOTHING WORKS SINCE THE LAST UPDATE!',
    'Order LF-392041 is still open.',
  ])('nothing in %j', async (text) => {
    expect(await found(text)).toEqual([])
  })

  const piece = fc.constantFrom(
    'Lily Chen',
    'i am lily',
    'Ada B. Byron,',
    'Turin',
    'the',
    'order',
    '.',
    '\n',
    'Regards',
    'Dr. Okafor',
    'Monday',
    '"',
    'müller',
    '😀',
    'x'.repeat(300),
  )
  const text = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(' '))

  test('spans are sorted, disjoint and inside the text, and do not depend on the other texts of a batch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), async (texts) => {
        const together = await tagger.tag(texts)
        for (const [i, spans] of together.entries()) {
          let at = 0
          for (const { start, end, score } of spans) {
            expect(start >= at && end > start && end <= texts[i]!.length && score > 0 && score <= 1).toBe(true)
            at = end
          }
          expect((await tagger.tag([texts[i]!]))[0]).toEqual(spans)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('a long text is read to its end, and what is far away changes nothing', async () => {
    const filler = 'The Box was Open and one Part was Missing.\n'.repeat(2000)
    const name = 'I spoke to Thandiwe Mokoena about it.'
    const [alone] = await tagger.tag([`${filler.slice(-860)}${name}\n`])
    const [long] = await tagger.tag([`${filler}${name}\n${filler}`])
    const last = (spans: typeof alone, offset: number) =>
      spans!
        .filter(({ start }) => start >= offset && start < offset + name.length)
        .map((span) => [span.type, span.start - offset, span.end - offset, span.score])
    expect(last(long, filler.length)).toEqual(last(alone, 860))
    expect(last(alone, 860)).toEqual([['PERSON', 11, 27, expect.any(Number)]])
  })

  test('a damaged model is refused with a code', async () => {
    const manifest = JSON.parse(readFileSync(packageFile(`${TAGGER_FOLDER}/model.json`), 'utf8'))
    await expect(openNameTagger({ model: new Uint8Array(100), manifest })).rejects.toMatchObject({
      code: 'TAGGER_UNREADABLE',
    })
  })
})
