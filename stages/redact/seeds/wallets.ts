import { createHash } from 'node:crypto'
import type { Random } from '../../../util/random.ts'
import { keccak256 } from '../wallets/keccak.ts'
import { BARE, carryOrField, HEX, letters } from './carriers.ts'
import type { Seed } from './seed.ts'

const BITCOIN = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const RIPPLE = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz'
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

function bytes(rng: Random, n: number): readonly number[] {
  return Array.from({ length: n }, () => rng.integer(256))
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest()
}

/** Version, hash and the first four bytes of its double SHA-256, written in base 58. */
function base58Check(payload: readonly number[], alphabet = BITCOIN): string {
  const body = Uint8Array.from(payload)
  const all = [...payload, ...sha256(sha256(body)).subarray(0, 4)]
  let number = all.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  let out = ''
  for (; number > 0n; number /= 58n) out = alphabet[Number(number % 58n)]! + out
  const zeros = all.findIndex((byte) => byte !== 0)
  return alphabet[0]!.repeat(zeros < 0 ? all.length : zeros) + out
}

/** A witness program of version 0 (BIP 173) or 1 (BIP 350). */
function segwit(prefix: string, version: 0 | 1, program: readonly number[]): string {
  const bits = program.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = (bits.match(/.{1,5}/g) ?? []).map((group) => Number.parseInt(group.padEnd(5, '0'), 2))
  const high = [...prefix].map((char) => char.charCodeAt(0) >> 5)
  const low = [...prefix].map((char) => char.charCodeAt(0) & 31)
  const data = [version, ...groups]
  let rest = 1n
  for (const value of [...high, 0, ...low, ...data, 0, 0, 0, 0, 0, 0]) {
    const top = rest >> 25n
    rest = ((rest & 0x1ffffffn) << 5n) ^ BigInt(value)
    for (const [i, generator] of [0x3b6a57b2n, 0x26508e6dn, 0x1ea119fan, 0x3d4233ddn, 0x2a1462b3n].entries())
      if ((top >> BigInt(i)) & 1n) rest ^= generator
  }
  rest ^= version === 0 ? 1n : 0x2bc830a3n
  const check = [25n, 20n, 15n, 10n, 5n, 0n].map((shift) => Number((rest >> shift) & 31n))
  return `${prefix}1${[...data, ...check].map((value) => BECH32[value]).join('')}`
}

function ethereum(rng: Random): string {
  const hex = letters(rng, 40, HEX)
  const form = rng.integer(3)
  if (form === 0) return `0x${hex}`
  if (form === 1) return `0x${hex.toUpperCase()}`
  const hash = Buffer.from(keccak256(Buffer.from(hex))).toString('hex')
  return `0x${[...hex].map((char, i) => (hash.charCodeAt(i) > 55 ? char.toUpperCase() : char)).join('')}`
}

const KINDS: readonly ((rng: Random) => string)[] = [
  (rng) => base58Check([0x00, ...bytes(rng, 20)]),
  (rng) => base58Check([0x05, ...bytes(rng, 20)]),
  (rng) => base58Check([0x30, ...bytes(rng, 20)]), // Litecoin
  (rng) => base58Check([0x1e, ...bytes(rng, 20)]), // Dogecoin
  (rng) => base58Check([0x41, ...bytes(rng, 20)]), // Tron
  (rng) => base58Check([0x4c, ...bytes(rng, 20)]), // Dash
  (rng) => base58Check([0x1c, 0xb8, ...bytes(rng, 20)]), // Zcash
  (rng) => base58Check([0x00, ...bytes(rng, 20)], RIPPLE),
  (rng) => segwit('bc', 0, bytes(rng, 20)),
  (rng) => segwit('bc', 0, bytes(rng, 32)),
  (rng) => segwit('bc', 1, bytes(rng, 32)),
  (rng) => segwit('ltc', 0, bytes(rng, 20)),
  ethereum,
  ethereum,
]

export function walletSeed(rng: Random): Seed {
  const value = rng.pick(KINDS)(rng)
  return carryOrField(
    rng,
    value,
    rng.next() < 0.5
      ? [
          'send the coins to {} please',
          'my wallet {} is empty',
          'BTC: {}',
          'deposit address {}',
          'withdraw to {}.',
          '\n| wallet | {} |\n',
        ]
      : BARE,
    ['wallet', 'wallet_address', 'payout_address', 'note'],
  )
}
