#!/usr/bin/env node
import { Command } from 'commander'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { VERSION } from '../util/package-root.ts'
import { registerCommands } from './commands.ts'

const program = new Command('sluice')
  .description(
    'Pipelines from raw company text to a fine-tuned language model: every step gated, recorded and reported.',
  )
  .version(VERSION)
  .showHelpAfterError()
  .showSuggestionAfterError()
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2)
  })

// A reader such as `head` may go before all is said. What was begun goes on to its end: a run must leave its record. That
// holds for a full disk behind the output too, which is told once and makes the command fail.
process.stderr.on('error', () => {})
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE' || process.listenerCount('exit', failAtEnd) > 0) return
  process.stderr.write(`${toSluiceError(cause, 'writing the output').format()}\n`)
  process.on('exit', failAtEnd)
})

function failAtEnd(code: number): void {
  if (code === 0) process.exitCode = 5
}

try {
  await registerCommands(program, process.argv.slice(2))
  await program.parseAsync()
} catch (cause) {
  const error = toSluiceError(cause, 'sluice')
  process.stderr.write(`${error.format()}\n`)
  if (process.env['SLUICE_DEBUG'] === '1' && cause instanceof Error && !(cause instanceof SluiceError)) {
    process.stderr.write(`${cause.stack}\n`)
  }
  process.exitCode = error.exit
}
