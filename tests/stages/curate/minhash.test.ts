import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMinHasher, estimateJaccard, meetingProbability } from '../../../stages/curate/minhash.ts'
import { createShingler, jaccard } from '../../../stages/curate/shingles.ts'
import { UnionFind } from '../../../stages/curate/union-find.ts'
import { random } from '../../../util/random.ts'

describe('MinHash', () => {
  it('meets with the probability of the S-curve', () => {
    const pairs = 400
    for (const shape of [
      { bands: 20, rows: 6 },
      { bands: 14, rows: 8 },
    ]) {
      const hasher = createMinHasher(shape)
      for (const similarity of [0.4, 0.6, 0.75, 0.9]) {
        let met = 0
        let total = 0
        let bias = 0
        for (let pair = 0; pair < pairs; pair++) {
          const [a, b] = pairOfSets(200, similarity, pair)
          const [x, y] = [signatureOf(hasher, shape.bands, a), signatureOf(hasher, shape.bands, b)]
          if (x.bands.some((hash, i) => hash === y.bands[i])) met += 1
          bias += estimateJaccard(x.signature, y.signature, hasher.permutations) - jaccard(a, b)
          total += jaccard(a, b)
        }
        const expected = meetingProbability(total / pairs, shape)
        // Four standard errors of a share of 400, plus the spread of the sets' own similarity.
        const slack = 4 * Math.sqrt((expected * (1 - expected)) / pairs) + 0.02
        expect(Math.abs(met / pairs - expected), `${shape.bands}×${shape.rows} at ${similarity}`).toBeLessThan(slack)
        expect(Math.abs(bias / pairs)).toBeLessThan(0.01)
      }
    }
  })

  it('is the same for a set in any order and with repeats', () => {
    const hasher = createMinHasher({ bands: 4, rows: 3 })
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1 }), (set) => {
        const again = [...set, ...set].reverse()
        expect(signatureOf(hasher, 4, Uint32Array.from(again))).toEqual(signatureOf(hasher, 4, Uint32Array.from(set)))
      }),
    )
  })
})

describe('shingles', () => {
  const words = createShingler({ unit: 'word', size: 3, maskNumbers: true })
  const of = (text: string): string => [...words.shingles([text])].join()

  it('do not see case, punctuation, white space, numbers and pseudonyms', () => {
    expect(of('My  order #12-34: is LATE!!')).toBe(of('my order 99 77 is late'))
    expect(of('from <PERSON_0a1b2c3d> to <EMAIL>')).toBe(of('from <PERSON_99999999> to <EMAIL>'))
    expect(of('Ｆｕｌｌ width café x')).toBe(of('full width café x'))
    expect(of('my order is late')).not.toBe(of('my order is early'))
  })

  it('keep numbers apart where they are not masked', () => {
    const exact = createShingler({ unit: 'word', size: 2, maskNumbers: false })
    expect([...exact.shingles(['call 12 now'])]).not.toEqual([...exact.shingles(['call 13 now'])])
  })

  it('count as many as there are windows, one for a shorter text, none for no words', () => {
    expect(words.shingles(['one two three four five']).length).toBe(3)
    expect(words.shingles(['one', 'two']).length).toBe(1)
    expect(words.shingles(['…', ' ', '']).length).toBe(0)
    expect(words.shingles(['注文が届きません']).length).toBe(6)
    expect(createShingler({ unit: 'character', size: 4, maskNumbers: true }).shingles(['ab 123']).length).toBe(2)
  })

  it('join parts with a space: where the text is cut does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 30 }),
        fc.nat(29),
        (list, at) => {
          const parts = [list.slice(0, at).join(' '), list.slice(at).join(' ')]
          expect([...words.shingles(parts)]).toEqual([...words.shingles([list.join(' ')])])
        },
      ),
    )
  })
})

describe('UnionFind', () => {
  it('agrees with sets merged one by one, and its roots are the smallest members', () => {
    const pairs = fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 60 })
    fc.assert(
      fc.property(pairs, (joins) => {
        const sets = new UnionFind(30)
        let label = Array.from({ length: 30 }, (_, i) => i)
        for (const [a, b] of joins) {
          const [x, y] = [label[a]!, label[b]!]
          expect(sets.union(a, b)).toBe(x !== y)
          label = label.map((l) => (l === Math.max(x, y) ? Math.min(x, y) : l))
        }
        expect(label.map((_, i) => sets.find(i))).toEqual(label)
        const copy = new UnionFind(sets)
        copy.union(0, 29)
        expect(sets.find(29)).toBe(label[29])
      }),
    )
  })
})

/** Two sets of about `size` with the given Jaccard similarity. */
function pairOfSets(size: number, similarity: number, seed: number): readonly [Uint32Array, Uint32Array] {
  const generator = random(seed, 'pair', similarity)
  const item = (): number => generator.integer(0x1_0000_0000)
  // |A ∩ B| / |A ∪ B| = s with |A| = |B| = n gives an intersection of 2ns / (1 + s).
  const common = Math.round((2 * size * similarity) / (1 + similarity))
  const shared = Array.from({ length: common }, item)
  const own = (): readonly number[] => Array.from({ length: size - common }, item)
  return [Uint32Array.from([...shared, ...own()]), Uint32Array.from([...own(), ...shared])]
}

function signatureOf(hasher: ReturnType<typeof createMinHasher>, bands: number, set: Uint32Array) {
  const out = { bands: new Uint32Array(bands), signature: new Uint8Array(hasher.permutations) }
  hasher.write(set, out.bands, 0, out.signature, 0)
  return out
}
