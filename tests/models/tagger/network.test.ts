import { describe, expect, test } from 'vitest'
import { openSession } from '../../../models/graph/session.ts'
import { decode } from '../../../models/tagger/decode.ts'
import { encode } from '../../../models/tagger/encode.ts'
import type { Example } from '../../../models/tagger/example.ts'
import { encodeModel } from '../../../models/tagger/export.ts'
import { WordTypes } from '../../../models/tagger/features.ts'
import { lessonOf } from '../../../models/tagger/lessons.ts'
import { agreement } from '../../../models/tagger/metrics.ts'
import { namePool } from '../../../models/tagger/names.ts'
import {
  denseShapes,
  initialParameters,
  type Parameters,
  type TaggerShape,
  TRAINING_FLAGS,
} from '../../../models/tagger/network.ts'
import { TaggerSession } from '../../../models/tagger/session.ts'
import { syntheticExamples } from '../../../models/tagger/synthetic.ts'
import { Trainer, trainingGraph } from '../../../models/tagger/trainer.ts'
import { random } from '../../../util/random.ts'

const SMALL: TaggerShape = { rowDims: 16, wordDims: 12, hidden: 16, reach: 2, dilations: [1] }
const OPTIONS = {
  rate: 4e-3,
  tableRate: 20,
  dropout: 0.1,
  wordDropout: 0.2,
  featureDropout: 0,
  anySource: 0.5,
  decay: 0,
}
const words = new WordTypes()

async function learn(examples: readonly Example[], epochs: number): Promise<Parameters> {
  const parameters = initialParameters(SMALL, 3)
  const trainer = await Trainer.open(SMALL, parameters, OPTIONS)
  const rng = random(4, 'test')
  for (let epoch = 0; epoch < epochs; epoch++) {
    const lessons = rng.shuffle(examples).map((example) => lessonOf(example, words))
    for (let i = 0; i < lessons.length; i += 40) await trainer.step(lessons.slice(i, i + 40), 1 - epoch / epochs, rng)
  }
  trainer.clearUntouched()
  await trainer.close()
  return parameters
}

describe('the network', () => {
  test('its gradients are those of finite differences', async () => {
    const session = await openSession(trainingGraph(SMALL), 1)
    const rng = random(1, 'gradients')
    const places = 9
    const draw = (shape: readonly number[]) => ({
      type: 'float32' as const,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal() * 0.5),
      shape,
    })
    const feeds = {
      sums: draw([4, SMALL.rowDims]),
      at: { type: 'int32' as const, data: Int32Array.of(0, 0, 1, 2, 3, 2, 1, 0, 0), shape: [places] },
      flags: draw([places, TRAINING_FLAGS]),
      mask: { type: 'float32' as const, data: Float32Array.of(0, 0, 1, 1, 1, 1, 1, 0, 0), shape: [places, 1] },
      targets: {
        type: 'float32' as const,
        data: Float32Array.from({ length: places * 4 }, (_, i) => (i % 5 === 0 ? 1 : i % 7 === 0 ? 0.25 : 0)),
        shape: [places, 4],
      },
      keep_input: draw([places, SMALL.wordDims]),
      keep_hidden: draw([places, SMALL.hidden]),
      ...Object.fromEntries(Object.entries(denseShapes(SMALL)).map(([name, shape]) => [name, draw(shape)])),
    }
    const base = await session.run(feeds)
    const loss = async (): Promise<number> => ((await session.run(feeds))['loss']!.data as Float32Array)[0]!
    for (const name of ['sums', ...Object.keys(denseShapes(SMALL))]) {
      const { data } = feeds[name as keyof typeof feeds]
      const gradient = base[`d_${name}`]!.data as Float32Array
      for (let probe = 0; probe < 6; probe++) {
        const i = rng.integer(data.length)
        const old = data[i] as number
        const step = 4e-3
        data[i] = old + step
        const up = await loss()
        data[i] = old - step
        const down = await loss()
        data[i] = old
        expect([name, i, (up - down) / (2 * step)]).toEqual([name, i, expect.closeTo(gradient[i]!, 1)])
      }
    }
    await session.close()
  })

  test('learns from templates what stands around names, and the file of it finds new names in new templates', async () => {
    const train = syntheticExamples(700, namePool(5, 40), random(1, 'train'), 'even')
    const unseen = syntheticExamples(300, namePool(6, 40), random(2, 'unseen'), 'odd')
    const model = encodeModel(SMALL, await learn(train, 4), {})
    const session = await TaggerSession.open(model, SMALL)
    const encoded = unseen.map(({ text }) => encode(text, words))
    const scores = await session.score(encoded)
    const found = encoded.map((text, i) => decode(text, scores[i]!, { begin: [0.5, 0.5, 0.5], goOn: [0.3, 0.3, 0.3] }))
    await session.close()
    const { f2, entities } = agreement(unseen, found, 'PERSON')
    expect(entities).toBeGreaterThan(150)
    expect(f2).toBeGreaterThan(0.7)
  })

  test('the same texts and seed give the same bytes', async () => {
    const train = syntheticExamples(80, namePool(5, 20), random(1, 'train'))
    const [a, b] = [await learn(train, 1), await learn(train, 1)]
    expect(Buffer.from(encodeModel(SMALL, a, {})).equals(Buffer.from(encodeModel(SMALL, b, {})))).toBe(true)
  })
})
