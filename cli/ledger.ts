import type { Command } from 'commander'
import { registerAnchor } from './ledger-anchor.ts'
import { registerLedgerKeep } from './ledger-keep.ts'
import { registerLedgerRead } from './ledger-read.ts'
import { registerLedgerVerify } from './ledger-verify.ts'
import { registerWitness } from './ledger-witness.ts'

export function ledgerCommand(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('the log of a store: verify, prove, look, copy, prune, have it witnessed and time-stamped')
  registerLedgerVerify(ledger)
  registerLedgerRead(ledger)
  registerLedgerKeep(ledger)
  registerWitness(ledger)
  registerAnchor(ledger)
}
