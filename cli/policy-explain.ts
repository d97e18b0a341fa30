import type { Command } from 'commander'
import { lastRun, loadRun } from '../pipelines/engine/history.ts'
import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { RuleResult } from '../policies/engine/decision.ts'
import type { EvidenceMetric } from '../policies/engine/evidence.ts'
import { whatWouldPass } from '../policies/engine/what-would-pass.ts'
import { VERDICT_LABEL, weightWords } from '../reports/rule-words.ts'
import { gateTitle } from '../reports/verdict.ts'
import { SluiceError } from '../util/errors.ts'
import { nearest } from '../util/nearest.ts'
import { storeOption } from './options.ts'

interface Flags {
  readonly store: string
  readonly run?: string
  readonly json?: boolean
}

/** `sluice policy explain RULE`: a rule in words, what it saw in a run, and what would have to change for it to pass. */
export function registerPolicyExplain(policy: Command): void {
  policy
    .command('explain')
    .description('tell what a rule asked, what it saw in a run, and what would have to change for it to pass')
    .argument('<rule>', 'id of the rule')
    .addOption(storeOption())
    .option('--run <id>', 'a run other than the last')
    .option('--json', 'print it as JSON')
    .action((rule: string, flags: Flags) => {
      process.stdout.write(explain(rule, flags))
    })
}

function explain(id: string, flags: Flags): string {
  const record = flags.run === undefined ? lastRun(flags.store) : loadRun(flags.store, flags.run)
  if (record === undefined) {
    throw new SluiceError({
      code: 'RUN_UNKNOWN',
      message: 'this store has no run yet',
      next: 'run a pipeline first: sluice run FILE',
    })
  }
  const found = record.decisions.flatMap(({ gate, decision }) =>
    decision.rules.filter((rule) => rule.id === id).map((rule) => ({ gate, rule })),
  )
  if (found.length === 0) throw unknownRule(id, record)
  const metrics = metricsOf(record)
  const answers = found.map(({ gate, rule }) => ({ gate, rule, to_pass: whatWouldPass(rule, metrics) }))
  if (flags.json === true) return `${JSON.stringify({ run: record.run, answers }, null, 2)}\n`
  return answers.map(({ gate, rule, to_pass }) => text(record.run, gate, rule, to_pass)).join('\n')
}

function text(run: string, gate: string, rule: RuleResult, toPass: readonly string[]): string {
  const lines = [
    `${rule.id}: ${rule.title}`,
    `  ${gateTitle(gate)}, run ${run}: ${VERDICT_LABEL[rule.verdict]} (${weightWords(rule)})`,
    `  ${rule.explanation}`,
    `  why       ${rule.because}`,
    ...(toPass.length === 0 ? [] : [`  to pass   ${toPass.slice(0, 8).join('\n            ')}`]),
    ...(toPass.length > 8 ? [`            and ${toPass.length - 8} more`] : []),
    ...(toPass.length === 0 ? [] : [`  what to do ${rule.remediation}`]),
    ...(rule.refs.length === 0 ? [] : [`  refs      ${rule.refs.join('; ')}`]),
  ]
  return `${lines.join('\n')}\n`
}

function metricsOf(record: RunRecord): readonly EvidenceMetric[] {
  return record.stages.flatMap((stage) =>
    stage.metrics.map((metric) => ({ ...metric, stage: stage.id, uses: stage.uses })),
  )
}

function unknownRule(id: string, record: RunRecord): SluiceError {
  const known = record.decisions.flatMap(({ decision }) => decision.rules.map((rule) => rule.id))
  const guess = nearest(id, known)
  return new SluiceError({
    code: 'RULE_UNKNOWN',
    message: `no gate of run ${record.run} has a rule \`${id}\``,
    next: guess === undefined ? `its rules: ${known.join(', ')}` : `did you mean \`${guess}\`?`,
  })
}
