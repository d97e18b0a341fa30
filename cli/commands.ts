import type { Command } from 'commander'
import { explainCommand } from './explain.ts'
import { finetuneCommand } from './finetune.ts'
import { forgetCommand } from './forget.ts'
import { initCommand } from './init.ts'
import { keysCommand } from './keys.ts'
import { ledgerCommand } from './ledger.ts'
import { modelsCommand } from './models.ts'
import { planCommand } from './plan.ts'
import { policyCommand } from './policy.ts'
import { redactCommand } from './redact.ts'
import { referenceCommand } from './reference.ts'
import { reidentifyCommand } from './reidentify.ts'
import { releaseCommand } from './release.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { runsCommand } from './runs.ts'
import { schemaCommand } from './schema.ts'
import { stagesCommand } from './stages.ts'
import { traceCommand } from './trace.ts'
import { trainersCommand } from './trainers.ts'
import { verifyCommand } from './verify.ts'
import { waiverCommand } from './waiver.ts'

/** Every subcommand, in the order in which `sluice --help` lists them. Each lives in the file of its name. */
export const COMMANDS: readonly ((program: Command) => void)[] = [
  initCommand,
  runCommand,
  planCommand,
  policyCommand,
  waiverCommand,
  explainCommand,
  reportCommand,
  releaseCommand,
  runsCommand,
  verifyCommand,
  ledgerCommand,
  keysCommand,
  traceCommand,
  forgetCommand,
  redactCommand,
  reidentifyCommand,
  finetuneCommand,
  modelsCommand,
  stagesCommand,
  trainersCommand,
  schemaCommand,
  referenceCommand,
]
