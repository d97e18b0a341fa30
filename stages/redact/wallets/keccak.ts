/** Rotation of each lane, in the order of ρ and π (FIPS 202 §3.2.2, §3.2.3). */
const ROTATIONS: readonly number[] = [
  1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
]
/** Where the lanes go, in the same order. */
const LANES: readonly number[] = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1]
const ROUNDS = 24
/** Bytes absorbed by one permutation of Keccak-256: (1600 − 2·256) / 8. */
const RATE = 136

/** ι: round constants from the linear feedback shift register x⁸+x⁶+x⁵+x⁴+1 (FIPS 202 §3.2.5), low and high words. */
const CONSTANTS: readonly (readonly [low: number, high: number])[] = (() => {
  let register = 1
  return Array.from({ length: ROUNDS }, () => {
    let low = 0
    let high = 0
    for (let j = 0; j < 7; j++) {
      if (register & 1) {
        const bit = (1 << j) - 1
        if (bit < 32) low |= 1 << bit
        else high |= 1 << (bit - 32)
      }
      register = register & 0x80 ? ((register << 1) ^ 0x71) & 0xff : register << 1
    }
    return [low, high] as const
  })
})()

/**
 * Keccak-256 with the padding of the Keccak submission (0x01), which Ethereum and Monero use; not SHA3-256 of FIPS 202,
 * whose padding is 0x06. 64-bit lanes are two 32-bit words each: BigInt would be thirty times slower.
 */
export function keccak256(input: Uint8Array): Uint8Array {
  const blocks = Math.floor(input.length / RATE) + 1
  const padded = new Uint8Array(blocks * RATE)
  padded.set(input)
  padded[input.length] = padded[input.length]! | 0x01
  padded[padded.length - 1] = padded[padded.length - 1]! | 0x80
  // Words 2i and 2i+1 are the low and the high half of lane i.
  const state = new Int32Array(50)
  const words = new DataView(padded.buffer)
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < RATE / 4; i++) state[i] = state[i]! ^ words.getInt32(block * RATE + i * 4, true)
    permute(state)
  }
  const out = new DataView(new ArrayBuffer(32))
  for (let i = 0; i < 8; i++) out.setInt32(i * 4, state[i]!, true)
  return new Uint8Array(out.buffer)
}

function permute(s: Int32Array): void {
  const c = new Int32Array(10)
  for (let round = 0; round < ROUNDS; round++) {
    // θ
    for (let i = 0; i < 10; i++) c[i] = s[i]! ^ s[i + 10]! ^ s[i + 20]! ^ s[i + 30]! ^ s[i + 40]!
    for (let x = 0; x < 5; x++) {
      const left = 2 * ((x + 4) % 5)
      const right = 2 * ((x + 1) % 5)
      const low = c[left]! ^ ((c[right]! << 1) | (c[right + 1]! >>> 31))
      const high = c[left + 1]! ^ ((c[right + 1]! << 1) | (c[right]! >>> 31))
      for (let lane = x; lane < 25; lane += 5) {
        s[2 * lane] = s[2 * lane]! ^ low
        s[2 * lane + 1] = s[2 * lane + 1]! ^ high
      }
    }
    // ρ and π
    let low = s[2]!
    let high = s[3]!
    for (let i = 0; i < 24; i++) {
      const to = 2 * LANES[i]!
      const by = ROTATIONS[i]! & 31
      const [a, b] = ROTATIONS[i]! < 32 ? [low, high] : [high, low]
      low = s[to]!
      high = s[to + 1]!
      s[to] = by === 0 ? a : (a << by) | (b >>> (32 - by))
      s[to + 1] = by === 0 ? b : (b << by) | (a >>> (32 - by))
    }
    // χ
    for (let row = 0; row < 50; row += 10) {
      for (let i = 0; i < 10; i++) c[i] = s[row + i]!
      for (let i = 0; i < 10; i++) s[row + i] = c[i]! ^ (~c[(i + 2) % 10]! & c[(i + 4) % 10]!)
    }
    // ι
    s[0] = s[0]! ^ CONSTANTS[round]![0]
    s[1] = s[1]! ^ CONSTANTS[round]![1]
  }
}
