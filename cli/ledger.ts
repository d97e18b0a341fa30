import type { Command } from 'commander'
import { registerAnchor } from './ledger-anchor.ts'
import { registerWitness } from './ledger-witness.ts'

export function ledgerCommand(program: Command): void {
  const ledger = program.command('ledger').description('the log of a store: witnesses and time stamps')
  registerWitness(ledger)
  registerAnchor(ledger)
}
