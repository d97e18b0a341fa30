import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  nodeHash,
  readerOf,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../audit/merkle.ts'
import { appendLeaf, type Edge, edgeRoot } from '../../audit/tree-edge.ts'

/** MTH of RFC 6962 §2.1, written down as it stands there. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT
  if (leaves.length === 1) return leaves[0]!
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)))
}

const leavesOf = (n: number): Buffer[] => Array.from({ length: n }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)))
const ALL = leavesOf(600)

test('gives the roots that certificate transparency publishes for its eight test leaves', () => {
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map((hex) => leafHash(Buffer.from(hex, 'hex')))
  expect(treeRoot(0, readerOf([])).toString('hex')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  expect(treeRoot(1, readerOf(leaves)).toString('hex')).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  )
  expect(treeRoot(8, readerOf(leaves)).toString('hex')).toBe(
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  )
})

test('root and edge agree with the definition for every size to 300, and where tiles fill', () => {
  let edge: Edge = []
  for (let n = 0; n <= 600; n++) {
    if (n <= 300 || n === 511 || n === 512 || n === 513 || n === 600) {
      const wanted = mth(ALL.slice(0, n))
      expect(edgeRoot(edge).equals(wanted)).toBe(true)
      expect(treeRoot(n, readerOf(ALL)).equals(wanted)).toBe(true)
    }
    if (n < 600) edge = appendLeaf(edge, ALL[n]!).edge
  }
})

const treeAndLeaf = fc
  .integer({ min: 1, max: 300 })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }))

test('an inclusion proof holds for its leaf and for no other leaf, place, size or hash', () => {
  fc.assert(
    fc.property(treeAndLeaf, fc.nat(), ({ size, index }, pick) => {
      const root = mth(ALL.slice(0, size))
      const proof = inclusionProof(index, size, readerOf(ALL))
      expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)))
      expect(verifyInclusion(ALL[index]!, index, size, proof, root)).toBe(true)
      expect(verifyInclusion(ALL[(index + 1) % 600]!, index, size, proof, root)).toBe(false)
      expect(verifyInclusion(ALL[index]!, index, size, [...proof, root], root)).toBe(false)
      expect(verifyInclusion(ALL[index]!, -1, size, proof, root)).toBe(false)
      expect(verifyInclusion(ALL[index]!, size, size, proof, root)).toBe(false)
      if (size > 1) {
        expect(verifyInclusion(ALL[index]!, (index + 1) % size, size, proof, root)).toBe(false)
        expect(verifyInclusion(ALL[index]!, index, size, proof.slice(1), root)).toBe(false)
        expect(verifyInclusion(ALL[index]!, index, size, flip(proof, pick), root)).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

const twoTrees = fc
  .integer({ min: 1, max: 300 })
  .chain((size) => fc.record({ size: fc.constant(size), old: fc.integer({ min: 1, max: size }) }))

test('a consistency proof holds for the two trees it is about and for no others', () => {
  fc.assert(
    fc.property(twoTrees, fc.nat(), ({ size, old }, pick) => {
      const [oldRoot, root] = [mth(ALL.slice(0, old)), mth(ALL.slice(0, size))]
      const proof = consistencyProof(old, size, readerOf(ALL))
      expect(verifyConsistency(old, size, proof, oldRoot, root)).toBe(true)
      const rewritten = mth([leafHash(Buffer.from('another')), ...ALL.slice(1, old)])
      expect(verifyConsistency(old, size, proof, rewritten, root)).toBe(false)
      expect(verifyConsistency(old, size, [...proof, root], oldRoot, root)).toBe(false)
      expect(verifyConsistency(size + 1, size, proof, oldRoot, root)).toBe(false)
      expect(verifyConsistency(0, size, proof, oldRoot, root)).toBe(false)
      if (old < size) {
        expect(verifyConsistency(old, size, proof, oldRoot, oldRoot)).toBe(false)
        expect(verifyConsistency(old, size, proof.slice(1), oldRoot, root)).toBe(false)
        expect(verifyConsistency(old, size, flip(proof, pick), oldRoot, root)).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

test('a leaf cannot be passed off as a node', () => {
  const [a, b] = [ALL[0]!, ALL[1]!]
  expect(leafHash(Buffer.concat([a, b])).equals(nodeHash(a, b))).toBe(false)
})

test('there is no proof for what is not in the tree', () => {
  expect(() => inclusionProof(5, 5, readerOf(ALL))).toThrow(RangeError)
  expect(() => consistencyProof(0, 5, readerOf(ALL))).toThrow(RangeError)
  expect(() => consistencyProof(6, 5, readerOf(ALL))).toThrow(RangeError)
})

/** One bit of one hash changed. */
function flip(proof: readonly Uint8Array[], pick: number): Uint8Array[] {
  return proof.map((hash, i) => {
    if (i !== pick % proof.length) return hash
    const changed = Buffer.from(hash)
    changed[pick % 32]! ^= 1 << (pick % 8)
    return changed
  })
}
