import type { LedgerEntry } from '../entry.ts'
import type { Ledger } from '../ledger.ts'
import type { KeyUse } from './key-file.ts'

/** Why a key must no longer be used. `compromised`: someone else may have had it. */
export type RevokeReason = (typeof REVOKE_REASONS)[number]
export const REVOKE_REASONS = ['compromised', 'lost', 'superseded', 'retired'] as const

/** What the log says of one key. */
export interface KeyHistory {
  readonly use: string
  readonly keyId: string
  /** `created` may be missing for a key that was made before the log recorded it. */
  readonly created: string | null
  readonly rotated: string | null
  readonly revoked: { readonly at: string; readonly reason: string } | null
}

export function keyCreated(use: KeyUse, keyId: string): LedgerEntry {
  const algorithm = use === 'ledger' ? 'ed25519' : 'ecdsa-p256'
  return { type: 'key.created', run: 'keys', subject: { use, key: keyId, algorithm } }
}

export function keyRevoked(use: string, keyId: string, reason: RevokeReason): LedgerEntry {
  return { type: 'key.revoked', run: 'keys', subject: { use, key: keyId, reason } }
}

/** What the log says of every key, in the order in which they appear in it. */
export function keyHistory(ledger: Pick<Ledger, 'entries'>): readonly KeyHistory[] {
  const keys = new Map<string, KeyHistory>()
  const set = (use: string, keyId: string, change: Partial<KeyHistory>): void => {
    const before = keys.get(keyId) ?? { use, keyId, created: null, rotated: null, revoked: null }
    keys.set(keyId, { ...before, ...change })
  }
  for (const { type, ts, subject } of ledger.entries()) {
    if (!type.startsWith('key.')) continue
    const { use = '', key = '', old = '', new: next = '', reason = '' } = subject
    if (type === 'key.created') set(use, key, { created: ts })
    else if (type === 'key.revoked') set(use, key, { revoked: { at: ts, reason } })
    else if (type === 'key.rotated') {
      set(use, old, { rotated: ts })
      set(use, next, { created: ts })
    }
  }
  return [...keys.values()]
}

/** Records keys that the log does not know yet. Returns the ids recorded. */
export function recordKeys(
  ledger: Ledger,
  keys: readonly { readonly use: KeyUse; readonly keyId: string }[],
): readonly string[] {
  const known = new Set(keyHistory(ledger).map(({ keyId }) => keyId))
  const fresh = keys.filter(({ keyId }) => !known.has(keyId))
  if (fresh.length > 0) ledger.append(fresh.map(({ use, keyId }) => keyCreated(use, keyId)))
  return fresh.map(({ keyId }) => keyId)
}
