import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BITCOIN,
  base58Check,
  base58Decode,
  isMoneroAddress,
  RIPPLE,
} from '../../../../stages/redact/wallets/base58.ts'
import { bech32Decode, isWitnessProgram } from '../../../../stages/redact/wallets/bech32.ts'
import { isChecksummed } from '../../../../stages/redact/wallets/ethereum.ts'
import { keccak256 } from '../../../../stages/redact/wallets/keccak.ts'

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')

test('Keccak-256: the published digests of short messages, and one of several blocks', () => {
  const digest = (text: string) => hex(keccak256(Buffer.from(text)))
  expect(digest('')).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
  expect(digest('abc')).toBe('4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45')
  expect(digest('The quick brown fox jumps over the lazy dog')).toBe(
    '4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15',
  )
  // The selector of transfer(address,uint256) is known to every Ethereum client.
  expect(digest('transfer(address,uint256)')?.slice(0, 8)).toBe('a9059cbb')
  // A message that ends at the edge of a block gets a block of padding.
  expect(new Set([135, 136, 137, 272].map((n) => digest('a'.repeat(n)))).size).toBe(4)
})

test('EIP-55: the test cases of the proposal, and every change of case', () => {
  const all = ['52908400098527886E0F7030069857D2E4169EE7', '8617E340B3D01FA5F11F306F4090FD50E238070D']
  const lower = ['de709f2102306220921060314715629080e2fb77', '27b1fdb04752bbc536007a920d24acb045561c26']
  const mixed = [
    '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    'fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    'dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    'D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ]
  for (const address of [...all, ...lower, ...mixed]) expect(isChecksummed(address)).toBe(true)
  for (const address of mixed) {
    for (let i = 0; i < address.length; i++) {
      const char = address[i]!
      const other = char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()
      if (other !== char) expect(isChecksummed(address.slice(0, i) + other + address.slice(i + 1))).toBe(false)
    }
  }
})

describe('Base58Check', () => {
  test('known addresses and keys', () => {
    // The address of Bitcoin's first block, and the worked example of the Bitcoin wiki.
    expect(hex(base58Check('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'))).toBe('0062e907b15cbf27d5425399ebf6f0fb50ebb88f18')
    expect(hex(base58Check('16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM'))).toBe('00010966776006953d5567439e5e39f86a0d273bee')
    expect(hex(base58Check('5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ'))).toBe(
      '800c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d',
    )
    expect(base58Check('3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy')?.length).toBe(21)
    expect(base58Check('rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', RIPPLE)?.length).toBe(21)
    expect(base58Check('rrrrrrrrrrrrrrrrrrrrrhoLvTp', RIPPLE)?.length).toBe(21)
  })

  test('every single wrong character', () => {
    const address = '16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM'
    for (let i = 0; i < address.length; i++) {
      const wrong = BITCOIN[(BITCOIN.indexOf(address[i]!) + 7) % 58]!
      expect(base58Check(address.slice(0, i) + wrong + address.slice(i + 1))).toBeUndefined()
    }
    expect(base58Check('0OIl')).toBeUndefined()
  })

  test('decoding is the inverse of writing a number in base 58', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let number = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)
        let text = ''
        for (; number > 0n; number /= 58n) text = BITCOIN[Number(number % 58n)]! + text
        for (let i = 0; i < bytes.length && bytes[i] === 0; i++) text = `1${text}`
        expect(base58Decode(text)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  test('Monero: the address of the project’s own fund, and one character less or other', () => {
    const address = '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'
    expect(isMoneroAddress(address)).toBe(true)
    expect(isMoneroAddress(address.slice(0, -1))).toBe(false)
    expect(isMoneroAddress(`${address.slice(0, 40)}Z${address.slice(41)}`)).toBe(false)
  })
})

describe('Bech32 and Bech32m', () => {
  test('valid strings of BIP 173 and BIP 350', () => {
    const variant = (text: string) => bech32Decode(text)?.variant
    for (const text of [
      'A12UEL5L',
      'a12uel5l',
      'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
      'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
      `11${'q'.repeat(82)}c8247j`,
      'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
      '?1ezyfcl',
    ])
      expect([text, variant(text)]).toEqual([text, 'bech32'])
    for (const text of [
      'A1LQFN3A',
      'a1lqfn3a',
      'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
      'split1checkupstagehandshakeupstreamerranterredcaperredlc445v',
      '?1v759aa',
    ])
      expect([text, variant(text)]).toEqual([text, 'bech32m'])
  })

  test('invalid strings of BIP 173', () => {
    for (const text of ['pzry9x0s0muk', '1pzry9x0s0muk', 'x1b4n0q5v', 'li1dgmt3', 'A1G7SGD8', '10a06t8', '1qzzfhee'])
      expect([text, bech32Decode(text)]).toEqual([text, undefined])
  })

  test('witness programs: version and checksum must agree, and lengths', () => {
    const valid = (text: string) => {
      const decoded = bech32Decode(text)
      return decoded !== undefined && isWitnessProgram(decoded)
    }
    for (const text of [
      'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
      'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
      'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
      'BC1SW50QGDZ25J',
      'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    ])
      expect([text, valid(text)]).toEqual([text, true])
    for (const text of [
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
      'bc1pw5dgrnzv',
      'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
      'bc1gmk9yu',
    ])
      expect([text, valid(text)]).toEqual([text, false])
  })

  test('every single wrong character', () => {
    const text = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
    for (let i = 3; i < text.length; i++) {
      const wrong = text[i] === 'q' ? 'p' : 'q'
      expect(bech32Decode(text.slice(0, i) + wrong + text.slice(i + 1))).toBeUndefined()
    }
  })
})
