import type { Command } from 'commander'

type Register = (program: Command) => void

/**
 * Every subcommand, in the order in which `sluice --help` lists them. Each lives in the file of its name, which loads only
 * when that command, or the help of all, is asked for: a command starts in half the time when it need not read the others.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./init.ts')).initCommand,
  run: async () => (await import('./run.ts')).runCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  policy: async () => (await import('./policy.ts')).policyCommand,
  gate: async () => (await import('./gate.ts')).gateCommand,
  review: async () => (await import('./review.ts')).reviewCommand,
  waiver: async () => (await import('./waiver.ts')).waiverCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  release: async () => (await import('./release.ts')).releaseCommand,
  runs: async () => (await import('./runs.ts')).runsCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  ledger: async () => (await import('./ledger.ts')).ledgerCommand,
  keys: async () => (await import('./keys.ts')).keysCommand,
  trace: async () => (await import('./trace.ts')).traceCommand,
  forget: async () => (await import('./forget.ts')).forgetCommand,
  redact: async () => (await import('./redact.ts')).redactCommand,
  reidentify: async () => (await import('./reidentify.ts')).reidentifyCommand,
  finetune: async () => (await import('./finetune.ts')).finetuneCommand,
  models: async () => (await import('./models.ts')).modelsCommand,
  stages: async () => (await import('./stages.ts')).stagesCommand,
  trainers: async () => (await import('./trainers.ts')).trainersCommand,
  schema: async () => (await import('./schema.ts')).schemaCommand,
  reference: async () => (await import('./reference.ts')).referenceCommand,
}

/** Registers the command that the arguments name, or all of them where they name none (help, a slip of the pen). */
export async function registerCommands(program: Command, args: readonly string[]): Promise<void> {
  const named = args[0] === undefined || !Object.hasOwn(COMMANDS, args[0]) ? undefined : COMMANDS[args[0]]
  const wanted =
    named !== undefined ? [named] : args[0] === '--version' || args[0] === '-V' ? [] : Object.values(COMMANDS)
  for (const load of wanted) (await load())(program)
}
