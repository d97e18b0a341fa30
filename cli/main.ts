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

// A reader such as `head` may go before all is said. What was begun goes on to its end: a run must leave its record.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
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
