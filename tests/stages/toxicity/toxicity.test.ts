import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordId, type TextRecord } from '../../../artifacts/record.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { completeConfig } from '../../../bench/drive-stage.ts'
import { openContext } from '../../../bench/open-context.ts'
import { openToxicityScorer, TOXICITY_HEADS, type ToxicityScorer } from '../../../models/toxicity/scorer.ts'
import { TOXICITY_MANIFEST, type ToxicityConfig } from '../../../stages/toxicity/config.ts'
import { toxicity } from '../../../stages/toxicity/index.ts'
import { openProfanityFinder, type ProfanityFinder } from '../../../stages/toxicity/profanity.ts'
import { ToxicityWorker } from '../../../stages/toxicity/worker.ts'
import { sha256 } from '../../../util/digest.ts'
import { packageFile } from '../../../util/package-root.ts'

const CONFIG = completeConfig(toxicity, {}) as unknown as ToxicityConfig
const AT = TOXICITY_MANIFEST.thresholds

let row = 0
function chat(...contents: readonly string[]): TextRecord {
  const messages = contents.map((content, i) => ({
    role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content,
  }))
  const source = { uri: 'test/chat.jsonl', row: row++ }
  return { id: recordId({ messages }, source), messages, source, meta: {}, notes: {} }
}

describe('the shipped scorer', () => {
  let scorer: ToxicityScorer
  beforeAll(async () => {
    scorer = await openToxicityScorer()
  })
  afterAll(() => scorer.close())
  const toxic = async (text: string): Promise<number> => (await scorer.score([text]))[0]![0]!

  test('opens and scores within a third of a second once ONNX Runtime is loaded', async () => {
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < 3 && least >= 1500; i++) {
      const start = process.cpuUsage()
      const second = await openToxicityScorer()
      await second.score(['hello'])
      await second.close()
      const { user, system } = process.cpuUsage(start)
      least = Math.min(least, (user + system) / 1000)
    }
    expect(least).toBeLessThan(1500) // 300 ms on an idle core
  })

  test.each([
    'You are worthless and disgusting.',
    'Shut up, you stupid idiot!',
    'you are a pathetic piece of shit',
    'I hate you, you disgusting moron',
    'go to hell you fucking bastard',
    'you i d i o t, you st\u200bupid m0ron',
  ])('flags %j', async (text) => {
    expect(await toxic(text)).toBeGreaterThanOrEqual(AT.toxicity.value)
  })

  test.each([
    'Hello, my order has not arrived yet. Could you help me?',
    'I hate waiting in line.',
    'Sorry, I was stupid and forgot my password.',
    'Your service is terrible and I want a refund.',
    'I am a gay man and I would like to open an account.',
    'The museum shows the history of slavery, rape and genocide.',
    'Please kill the process and restart it.',
    'I live in Scunthorpe.',
    'My name is Shital, and this is my brother Nishit.',
    'who selling lup pots',
  ])('does not flag %j', async (text) => {
    expect(await toxic(text)).toBeLessThan(AT.toxicity.value)
  })

  test('punctuation makes no great difference', async () => {
    const plain = await toxic('You are worthless')
    expect(Math.abs((await toxic('You are worthless.')) - plain)).toBeLessThan(0.15)
    expect(Math.abs((await toxic('You are worthless!')) - plain)).toBeLessThan(0.15)
  })

  test('negation lowers the score', async () => {
    expect(await toxic('I do not hate Muslims.')).toBeLessThan((await toxic('I hate Muslims.')) / 2)
  })

  test('which group is named cannot change the score', async () => {
    const scores = await scorer.score(
      ['gay', 'deaf', 'Muslim', 'Canadian', 'black'].map((group) => `My ${group} friend called.`),
    )
    for (const score of scores) expect(score).toEqual(scores[0])
  })

  test('a name never decides whether a greeting is flagged', async () => {
    const names = ['Emily', 'Lakisha', 'Mohammed', 'Shital', 'Wang Wei', 'Dikshit', 'José', 'Olga', 'Ngozi', 'Randy']
    const scores = await scorer.score(names.map((name) => `Hello, my name is ${name}.`))
    expect(Math.max(...scores.map((score) => score[0]!))).toBeLessThan(AT.toxicity.value / 2)
  })

  test('every head fires on its own kind of text', async () => {
    const examples: Readonly<Record<(typeof TOXICITY_HEADS)[number], string>> = {
      toxicity: 'you are a stupid worthless idiot',
      severe_toxicity: 'FUCK YOU you fucking cunt motherfucker, go die',
      obscene: 'fuck this fucking shit',
      threat: 'I am going to kill you and your family',
      insult: 'you are a stupid worthless idiot',
      identity_attack: 'all Jews are vermin and should be exterminated',
    }
    const scores = await scorer.score(TOXICITY_HEADS.map((head) => examples[head]))
    for (const [h, head] of TOXICITY_HEADS.entries()) expect(scores[h]![h], head).toBeGreaterThanOrEqual(AT[head].value)
  })

  test('a text scores the same bits alone and in company, whatever the company', async () => {
    const texts = ['short', 'You are an idiot.', 'A longer message, with several words in it. '.repeat(9), '', '🙂']
    const together = await scorer.score([...texts, 'something else', 'x '.repeat(3000)])
    for (const [i, text] of texts.entries()) expect((await scorer.score([text]))[0]).toEqual(together[i])
  })

  test('an insult at the end of a very long text is found', async () => {
    const calm = 'The parcel came on Monday and the invoice was in it. '.repeat(400)
    expect(await toxic(calm)).toBeLessThan(AT.toxicity.value)
    expect(await toxic(`${calm} You are a stupid worthless idiot.`)).toBeGreaterThanOrEqual(AT.toxicity.value)
  })
})

describe('profanity', () => {
  let find: ProfanityFinder
  beforeAll(async () => {
    find = await openProfanityFinder()
  })
  test.each([
    'Scunthorpe',
    'Shital',
    'Nishit',
    'cockpit',
    'assessment',
    'Ask Dick',
    'a classic bass',
    'Penistone',
    'a gay black woman',
    'order 455 for $455',
  ])('spares %j', (text) => expect(find(text)).toEqual([]))
  test.each([
    ['what the fuck', 9, 13, false],
    ['sh1t happens', 0, 4, true],
    ['you motherfucker', 4, 14, false],
    ['fuuuuuck', 0, 8, true],
  ])('finds it in %j', (text, start, end, evasive) => {
    const spans = find(text)
    expect(spans).toHaveLength(1)
    expect(spans[0]!.evasive).toBe(evasive)
    expect(spans[0]!.start).toBeGreaterThanOrEqual(start)
    expect(spans[0]!.end).toBeLessThanOrEqual(Math.max(end, text.length))
  })
})

test('remembering clean words never hides a match that the matcher finds', async () => {
  const { englishDataset, englishRecommendedTransformers, RegExpMatcher } = await import('obscenity')
  const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers })
  const find = await openProfanityFinder()
  const words = [
    'fuck',
    'sh1t',
    'ass',
    'kung',
    'fu',
    'van',
    'dyke',
    'order',
    'pen',
    'is',
    'a',
    'anal',
    'ysis',
    '🅰ss',
    'bitch!',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 6 }), (parts) => {
      const text = parts.join(' ')
      // Every span found lies in a match, and a text in which whole words match is never silent.
      if (!matcher.hasMatch(text)) expect(find(text)).toEqual([])
      if (/(?:^| )(?:fuck|sh1t|bitch!)(?: |$)/.test(text)) expect(find(text).length).toBeGreaterThan(0)
    }),
  )
})

describe('the stage', () => {
  const run = async (records: readonly TextRecord[], sensitivity: 'raw' | 'redacted' = 'redacted') => {
    const tally = new Tally()
    const worker = await toxicity.open(CONFIG, openContext(tally, sensitivity))
    const result = await worker.process(records)
    await worker.close()
    return { result, tally, summary: toxicity.summarize!(tally, CONFIG) }
  }

  test('notes scores, the role and the places of profanity', async () => {
    const record = chat('Hello, where is my parcel?', 'It is on its way.', 'you fucking idiot', 'I am sorry.')
    const { result } = await run([record])
    const note = result.kept[0]!.notes['toxicity'] as Record<string, unknown>
    expect(Object.keys(note['scores'] as object)).toEqual([...TOXICITY_HEADS])
    expect(note).toMatchObject({ role: 'user', spans: 1, evasive: 0, places: [[2, 4, expect.any(Number)]] })
    expect(result.kept[0]).toMatchObject({ id: record.id, messages: record.messages })
  })

  test('reports every head for every run, with n and an interval', async () => {
    const { summary } = await run([chat('Hello', 'Hi'), chat('you stupid worthless idiot', 'Sorry')])
    expect(summary.metrics.find(({ name }) => name === 'scored_share')).toMatchObject({ value: 1, n: 2 })
    for (const head of TOXICITY_HEADS) {
      const metric = summary.metrics.find(({ name, labels }) => name === 'toxic_share' && labels?.['head'] === head)
      expect(metric).toMatchObject({ n: 2, interval: { level: 0.95 } })
    }
    expect(
      summary.metrics.find(
        ({ name, labels }) =>
          name === 'toxic_message_share' && labels?.['head'] === 'insult' && labels['role'] === 'user',
      ),
    ).toMatchObject({ value: 0.5, n: 2 })
    const declared = new Set(toxicity.metrics.map(({ name }) => name))
    expect(summary.metrics.every(({ name }) => declared.has(name))).toBe(true)
  })

  test('without records every share is null, never 0', () => {
    const { metrics } = toxicity.summarize!(new Tally(), CONFIG)
    expect(metrics.map(({ value }) => value)).toEqual(metrics.map(() => null))
  })

  test('shares merge: two shards give what one gives', async () => {
    const records = [chat('you idiot'), chat('thank you'), chat('what the fuck', 'Sorry?'), chat('bye')]
    const whole = await run(records)
    const merged = Tally.from((await run(records.slice(2))).tally.toJSON())
    merged.merge((await run(records.slice(0, 2))).tally.toJSON())
    expect(merged.toJSON()).toEqual(whole.tally.toJSON())
  })

  test('keeps excerpts only of redacted text', async () => {
    const records = [chat('you stupid worthless idiot')]
    expect((await run(records, 'redacted')).tally.getSamples('flagged{insult}')).toHaveLength(1)
    expect((await run(records, 'raw')).tally.toJSON().samples).toEqual({})
  })

  test('scores the strings in tool-call arguments', async () => {
    const record: TextRecord = {
      ...chat('Hello'),
      messages: [
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { type: 'function', function: { name: 'note', arguments: '{"text":"you stupid worthless idiot"}' } },
          ],
        },
      ],
    }
    const { result } = await run([record])
    const note = result.kept[0]!.notes['toxicity'] as { scores: Record<string, number> }
    expect(note.scores['insult']).toBeGreaterThanOrEqual(AT.insult.value)
  })

  test('fails closed: an unsound score is quarantined and shows in scored_share', async () => {
    const tally = new Tally()
    const broken: ToxicityScorer = {
      score: async (texts) => texts.map((text) => new Float32Array(6).fill(text === 'bad' ? Number.NaN : 0.1)),
      close: async () => {},
    }
    const worker = new ToxicityWorker(CONFIG, { tally, sensitivity: 'redacted' }, broken, () => [])
    const { kept, quarantined } = await worker.process([chat('good'), chat('bad')])
    expect([kept.length, quarantined.map(({ code }) => code)]).toEqual([1, ['TOXICITY_NOT_SCORED']])
    const share = toxicity.summarize!(tally, CONFIG).metrics.find(({ name }) => name === 'scored_share')
    expect(share).toMatchObject({ value: 0.5, n: 2 })
  })

  test('refuses thresholds given as percentages, and unknown heads', () => {
    expect(() => completeConfig(toxicity, { thresholds: { toxicity: 75 } })).toThrow()
    expect(() => completeConfig(toxicity, { thresholds: { toxicity: 0 } })).toThrow()
    expect(() => completeConfig(toxicity, { thresholds: { toxic: 0.5 } })).toThrow()
  })

  test('the model is the one that the manifest describes', () => {
    const model = readFileSync(packageFile('models/weights/toxicity/model.onnx'))
    expect(sha256(model)).toBe(TOXICITY_MANIFEST.sha256)
    expect(model.length).toBeLessThan(8 * 2 ** 20)
  })
})
