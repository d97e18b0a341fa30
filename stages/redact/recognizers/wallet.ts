import { Feature } from '../feature.ts'
import type { PiiType } from '../pii-type.ts'
import type { Recognizer } from '../recognizer.ts'
import type { Subject } from '../subject.ts'
import { base58Check, base58Decode, isMoneroAddress, RIPPLE } from '../wallets/base58.ts'
import { bech32Decode, isWitnessProgram } from '../wallets/bech32.ts'
import { isChecksummed } from '../wallets/ethereum.ts'

/** Human-readable parts of chains that use Bech32 (SLIP-173 and the chains' own documents). */
const SEGWIT = new Set(['bc', 'tb', 'bcrt', 'ltc', 'tltc', 'vtc', 'dgb', 'btg', 'mona', 'grs', 'via', 'sys'])
const PLAIN_BECH32 = new Set(
  'addr|addr_test|stake|cosmos|osmo|juno|akash|terra|kava|inj|celestia|dydx|sei|secret|thor|bnb|band|one|zil|erd|atom|axelar|stars|persistence|cro|iaa'.split(
    '|',
  ),
)
const TOKEN =
  /(?<![A-Za-z0-9_])(?:0[xX][0-9a-fA-F]{40}|(?:addr_test1|bitcoincash:)[a-z0-9]{40,120}|[A-Za-z0-9]{25,120})(?![A-Za-z0-9_])/g
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/
const SOLANA = /\bsol(?:ana)?\b|phantom|solflare|\bspl\b/
const WALLET =
  /wallet|crypto|\beth|ether|\berc-?20|metamask|polygon|\bbsc\b|\bbnb\b|usdt|usdc|token|contract|address|send|deposit|withdraw|adresse|cartera|portefeuille/
const HASH = /sha-?1|hash|digest|commit|checksum|tree|blob|etag|salt|nonce|0x[0-9a-f]+,? $/

/**
 * Addresses of wallets, by their checksums: Base58Check (Bitcoin, Litecoin, Dogecoin, Dash, Zcash, Tron and others of 20-byte
 * hashes), the XRP ledger's, Bech32 and Bech32m, Ethereum's EIP-55, Monero's. Solana has no checksum and needs a word
 * for it. Private keys in wallet import format and extended private keys are secrets.
 */
export const wallet: Recognizer = {
  name: 'wallet',
  types: ['CRYPTO', 'SECRET'],
  needs: Feature.LONG_TOKEN,
  priority: 7,
  find(subject, emit) {
    TOKEN.lastIndex = 0
    for (let match = TOKEN.exec(subject.text); match !== null; match = TOKEN.exec(subject.text)) {
      const start = match.index
      const end = start + match[0].length
      const verdict = judge(match[0], subject, start)
      if (verdict !== undefined) emit({ start, end, ...verdict })
    }
  },
}

interface Verdict {
  readonly type: PiiType
  readonly score: number
  readonly rule: string
  readonly why: string
}

function judge(token: string, subject: Subject, start: number): Verdict | undefined {
  if (/^0x/i.test(token)) return token.length === 42 ? ethereum(token.slice(2), subject, start) : undefined
  if (token.includes(':'))
    return /^bitcoincash:[qp][a-z0-9]{41}$/.test(token) ? crypto('bitcoin-cash', 0.95, 'prefix') : undefined
  // Without 0 and l, a Bech32 string is one of base 58 as well.
  const found = token.length <= 115 && BASE58.test(token) ? base58(token, subject, start) : undefined
  if (found !== undefined) return found
  const one = token.lastIndexOf('1')
  if (one < 2 || one > 12) return undefined
  const prefix = token.slice(0, one).toLowerCase()
  const segwit = SEGWIT.has(prefix)
  if (!segwit && !PLAIN_BECH32.has(prefix)) return undefined
  const decoded = bech32Decode(token)
  if (decoded === undefined || (segwit && !isWitnessProgram(decoded))) return undefined
  return crypto('bech32', 0.99, 'checksum')
}

function base58(token: string, subject: Subject, start: number): Verdict | undefined {
  const { length } = token
  if (length <= 36) {
    // One or two bytes of version and a hash of 20.
    const payload = base58Check(token)?.length
    if (payload === 21 || payload === 22) return crypto('base58check', 0.99, 'checksum')
  }
  if (token.startsWith('r') && length <= 35 && base58Check(token, RIPPLE)?.length === 21)
    return crypto('xrp', 0.99, 'checksum')
  if (length >= 51 && length <= 52 && /^[5KLc9]/.test(token)) {
    const key = base58Check(token)
    if (key !== undefined && key.length >= 33 && key.length <= 34)
      return { type: 'SECRET', score: 0.99, rule: 'wif', why: 'checksum' }
  }
  if (length >= 107 && length <= 112 && /^[xyzt]p(?:rv|ub)/.test(token) && base58Check(token)?.length === 78)
    return token.startsWith('prv', 1)
      ? { type: 'SECRET', score: 0.99, rule: 'extended-key', why: 'checksum' }
      : crypto('extended-key', 0.99, 'checksum')
  if ((length === 95 || length === 106) && /^[48]/.test(token) && isMoneroAddress(token))
    return crypto('monero', 0.99, 'checksum')
  if (length >= 43 && length <= 44 && SOLANA.test(subject.before(start, 64)) && base58Decode(token)?.length === 32)
    return crypto('solana', 0.8, 'named')
  return undefined
}

function ethereum(hex: string, subject: Subject, start: number): Verdict | undefined {
  if (/^(.)\1+$/.test(hex)) return undefined
  const before = subject.before(start, 48)
  const named = WALLET.test(before)
  const mixed = /[a-f]/.test(hex) && /[A-F]/.test(hex)
  if (mixed && isChecksummed(hex)) return crypto('ethereum', 0.98, 'checksum')
  if (mixed) return named ? crypto('ethereum', 0.6, 'checksum wrong, named') : undefined
  if (HASH.test(before) && !named) return undefined
  return named ? crypto('ethereum', 0.9, 'named') : crypto('ethereum', 0.6, 'shape')
}

function crypto(rule: string, score: number, why: string): Verdict {
  return { type: 'CRYPTO', score, rule, why }
}
