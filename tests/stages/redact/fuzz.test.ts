import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EUROPE } from '../../../bench/redaction/ids-europe.ts'
import { WORLD } from '../../../bench/redaction/ids-world.ts'
import { SLOTS, slotContext } from '../../../bench/redaction/slots.ts'
import type { Span } from '../../../stages/redact/detector.ts'
import { createRedactor, type Redactor } from '../../../stages/redact/redactor.ts'
import { random } from '../../../util/random.ts'

/** Inputs of the run; `SLUICE_FUZZ=100000` is what the claim is about (ten minutes on a core of its own). */
const INPUTS = Number(process.env['SLUICE_FUZZ'] ?? 3000)
const SEED = Number(process.env['SLUICE_FUZZ_SEED'] ?? 1)
/** A text may take this long whatever its length, and this much for each code unit: ten to a hundred times the usual. */
const FIXED_MS = 60
const MICROSECONDS_PER_UNIT = 60

let redactor: Redactor
beforeAll(async () => {
  redactor = await createRedactor({ types: ['all'] })
  // The first text loads word lists.
  await redactor.find('Dear Lily Chen, your number is 212-555-0100 and you live in Reno.')
})
afterAll(() => redactor.close())

/** Words that tell the recognizers what stands beside them. */
const CONTEXT = [
  ...[...EUROPE, ...WORLD].flatMap(({ names }) => names),
  ...'name first_name surname dear hello hi mr mrs dr prof regards signed from to cc attn aka née born dob age aged'.split(
    ' ',
  ),
  ...'phone tel fax mobile call text whatsapp email e-mail mail street address zip postcode city lives in at near'.split(
    ' ',
  ),
  ...'card visa credit cvv iban bic swift account routing sort code passport licence license visa ssn itin ein'.split(
    ' ',
  ),
  ...'password passwd pwd secret token api_key apikey key bearer authorization basic auth pin otp login user username'.split(
    ' ',
  ),
  ...'ip mac imei imsi vin plate mrn npi dea member plan policy customer order ticket invoice no. number # id'.split(
    ' ',
  ),
  ...'geboren Straße Telefon Herr Frau né rue téléphone Monsieur nacido calle teléfono via telefono straat 電話 姓名 имя'.split(
    ' ',
  ),
]
/** Beginnings of keys, tokens, addresses and marks that some recognizer waits for. */
const PREFIXES = [
  ...[
    'AKIA',
    'ASIA',
    'ghp_',
    'github_pat_',
    'glpat-',
    'xoxb-',
    'xoxp-',
    'sk_live_',
    'rk_test_',
    'SG.',
    'AIza',
    'ya29.',
    'npm_',
  ],
  ...[
    'pypi-',
    'dop_v1_',
    'shpat_',
    'hf_',
    'sk-',
    'sk-ant-',
    'eyJ',
    'eyJhbGciOi',
    'Bearer ',
    'Basic ',
    '-----BEGIN ',
    '-----END ',
  ],
  ...[
    'PRIVATE KEY-----',
    'http://',
    'https://',
    'www.',
    'ftp://',
    'postgres://',
    'user:pw@',
    'mailto:',
    'tel:',
    '0x',
    '1A',
    'bc1q',
  ],
  ...[
    '@',
    '%40',
    ' at ',
    ' dot ',
    '(at)',
    '[dot]',
    '.com',
    '@gmail',
    '+1',
    '+49',
    '(0)',
    'ext.',
    '::',
    'fe80::',
    '2001:',
    '127.',
  ],
  ...[
    '<EMAIL>',
    '<PERSON_0a1b2c3d>',
    '<',
    '>',
    '••••',
    '•',
    '<US_',
    '_H_',
    '```',
    '|',
    '| --- |',
    '> ',
    '>> ',
    '# ',
    '* ',
  ],
]
const MARKS = [
  ...' \t\n\r.,;:!?-–—_/\\\'"`´’()[]{}<>@#$%^&*+=|~§°•',
  '\u0000',
  '\u0007',
  '\u001b[31m',
  '\u00a0',
  '\u200b',
  '\u200d',
  '\u202e',
  '\ufeff',
  '\u2028',
]
const CHARS = [
  'a',
  'A',
  'ß',
  'İ',
  'é',
  'e\u0301',
  'Ж',
  '中',
  'ｱ',
  'Ａ',
  '１',
  '٣',
  '०',
  'ﬁ',
  '😀',
  '👩‍👩‍👧',
  '\ud800',
  '\udc00',
  '\ud83d',
  '0',
  '9',
]

/** Values as people write them: whole, and cut somewhere. */
const VALUES = Object.keys(SLOTS).flatMap((slot, i) =>
  Array.from({ length: 4 }, (_, n) => SLOTS[slot]!(slotContext(random(7, slot, i, n), 'en'), 1).text),
)

const piece = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom(...VALUES) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...VALUES), fc.nat(30), fc.nat(30))
      .map(([value, a, b]) => value.slice(a % (value.length + 1)).slice(0, b)),
  },
  { weight: 4, arbitrary: fc.constantFrom(...CONTEXT) },
  { weight: 3, arbitrary: fc.constantFrom(...PREFIXES) },
  { weight: 5, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 2, arbitrary: fc.constantFrom(...CHARS) },
  { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
)
const sentence = fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(''))
const spaced = fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(' '))
/** The same over and over: where quadratic work shows. */
const repeated = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.integer({ min: 2, max: 400 }), piece)
  .map(([parts, times, end]) => (parts.join('').repeat(times) + end).slice(0, 6000))
const nested = fc
  .tuple(fc.integer({ min: 1, max: 800 }), fc.constantFrom('()', '[]', '{}', '<>', '""', '“”', '\\"'), piece)
  .map(([depth, pair, inside]) => pair[0]!.repeat(depth) + inside + pair.slice(1).repeat(depth))
const json = fc.json({ maxDepth: 4 })
const text = fc.oneof(
  { weight: 5, arbitrary: sentence },
  { weight: 4, arbitrary: spaced },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
)

test(
  `${INPUTS.toLocaleString('en')} texts: no crash, valid spans, all else untouched, the same output again, no slow case`,
  async () => {
    let slowest = { perUnit: 0, length: 0 }
    let changed = 0
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { spans, perUnit } = await timed(value)
        if (value.length >= 1000 && perUnit > slowest.perUnit) slowest = { perUnit, length: value.length }
        const out = await redactor.redact(value)
        if (out !== value) changed += 1
        const { written, settled } = await spliced(value, spans)
        expect(out).toBe(written)
        // Settled: nothing is found in it, so redacting it again is no change.
        if (!settled) expect(await redactor.redact(out)).toBe(out)
      }),
      { numRuns: INPUTS, seed: SEED },
    )
    report('texts', slowest)
    // A generator that makes nothing to find would test nothing.
    expect(changed).toBeGreaterThan(INPUTS / 4)
  },
  60_000 + INPUTS * 60,
)

// Redaction looks at its own output a fixed number of times. A value glued to copies of itself may come to light one copy a
// look, so these need not be done after one redaction; each takes something away, and none is slow.
test(
  `${(INPUTS / 10).toLocaleString('en')} texts that repeat themselves: the same, and redacting comes to an end`,
  async () => {
    let slowest = { perUnit: 0, length: 0 }
    await fc.assert(
      fc.asyncProperty(repeated, async (value) => {
        const { spans, perUnit } = await timed(value)
        if (value.length >= 1000 && perUnit > slowest.perUnit) slowest = { perUnit, length: value.length }
        let before = await redactor.redact(value)
        expect(before).toBe((await spliced(value, spans)).written)
        for (let round = 0; ; round++) {
          const after = await redactor.redact(before)
          if (after === before) break
          if (round === 100) throw new Error(`${value.length} units are not settled after ${round} redactions`)
          before = after
        }
      }),
      { numRuns: Math.ceil(INPUTS / 10), seed: SEED },
    )
    report('texts that repeat themselves', slowest)
  },
  60_000 + INPUTS * 60,
)

/** Looks of one redaction, as `record-redactor.ts` has them. */
const LOOKS = 5

/**
 * What redaction must write: the text with each span turned to `<TYPE>` and every other unit as it is, again and again until
 * nothing is found (`settled`) or it has looked often enough. Checks the spans of every look.
 */
async function spliced(
  value: string,
  first: readonly Span[],
): Promise<{ readonly written: string; readonly settled: boolean }> {
  let written = value
  let spans = first
  for (let look = 1; ; look++) {
    checkSpans(written, spans)
    if (spans.length === 0) return { written, settled: true }
    let at = 0
    let next = ''
    for (const { start, end, type } of spans) {
      next += `${written.slice(at, start)}<${type}>`
      at = end
    }
    written = next + written.slice(at)
    if (look === LOOKS) return { written, settled: false }
    spans = await redactor.find(written)
  }
}

/** For the record, no limit. */
function report(what: string, { perUnit, length }: { readonly perUnit: number; readonly length: number }): void {
  if (process.env['SLUICE_FUZZ'] !== undefined)
    console.info(`slowest of the long ${what}: ${perUnit.toFixed(1)} µs a unit at ${length} units`)
}

/**
 * What is found, and microseconds of processor time a code unit: others use the machine too, so a clock on the wall would
 * measure them. Fails only when it is too slow four times in a row: a collection of garbage may fall into one.
 */
async function timed(value: string): Promise<{ readonly spans: readonly Span[]; readonly perUnit: number }> {
  const limit = FIXED_MS + (value.length * MICROSECONDS_PER_UNIT) / 1000
  for (let attempt = 1; ; attempt++) {
    const before = process.cpuUsage()
    const spans = await redactor.find(value)
    const { user, system } = process.cpuUsage(before)
    const took = (user + system) / 1000
    if (took <= limit) return { spans, perUnit: (took * 1000) / Math.max(1, value.length) }
    if (attempt === 4) throw new Error(`${value.length} units took ${took.toFixed(0)} ms, limit ${limit.toFixed(0)} ms`)
  }
}

function checkSpans(value: string, spans: readonly Span[]): void {
  let last = 0
  for (const { start, end, score, type } of spans) {
    const place = `${type} ${start}–${end} of ${value.length}`
    if (!(Number.isInteger(start) && Number.isInteger(end))) throw new Error(`no whole numbers: ${place}`)
    if (start < last || end <= start || end > value.length) throw new Error(`out of order or range: ${place}`)
    if (!(score > 0 && score <= 1)) throw new Error(`score ${score}: ${place}`)
    for (const at of [start, end]) if (splitsPair(value, at)) throw new Error(`half a character: ${place}`)
    last = end
  }
}

function splitsPair(value: string, at: number): boolean {
  return /[\udc00-\udfff]/.test(value[at] ?? '') && /[\ud800-\udbff]/.test(value[at - 1] ?? '')
}
