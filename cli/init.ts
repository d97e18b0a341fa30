import { basename, extname } from 'node:path'
import type { Command } from 'commander'
import { Document, YAMLMap } from 'yaml'
import { SluiceError } from '../util/errors.ts'

interface InitFlags {
  readonly data: string
  readonly purpose: string
  readonly owner: string
  readonly licence?: string
  readonly lawfulBasis?: string
  readonly reviewer?: readonly string[]
}

export function initCommand(program: Command): void {
  program
    .command('init')
    .description('print a pipeline file for your own data; the policies that ship gate it')
    .argument('<name>', 'name of the pipeline: lower-case letters, digits, hyphens')
    .requiredOption('--data <glob>', 'path or glob of the data, relative to where the file will stand')
    .requiredOption('--purpose <text>', 'what the model is for')
    .requiredOption('--owner <text>', 'team or person who answers for it')
    .option('--licence <text>', 'licence of the data; without it the intake gate will stop the run')
    .option('--lawful-basis <text>', 'why it may be processed (consent, contract …); without it the intake gate stops')
    .option('--reviewer <names...>', 'who decides on the release')
    .action((name: string, flags: InitFlags) => {
      process.stdout.write(renderPipeline(name, flags))
    })
}

/**
 * A pipeline with all stages, gated by the policies that ship. What was not said is left out, never filled in: a source
 * without licence or lawful basis is then stopped by the intake gate, which says what to declare.
 */
function renderPipeline(name: string, flags: InitFlags): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new SluiceError({
      code: 'BAD_NAME',
      message: 'a pipeline name has lower-case letters, digits and hyphens',
      next: 'for instance: support-desk',
    })
  }
  const { data, purpose, owner, licence, lawfulBasis, reviewer } = flags
  const document = new Document({
    apiVersion: 'sluice/v1',
    kind: 'Pipeline',
    name,
    purpose,
    owner,
    seed: 1,
    sources: { data: { uri: data, licence, lawful_basis: lawfulBasis, purpose } },
    stages: {
      ingest: {
        uses: 'ingest',
        with: { fields: isText(data) ? { text: 'text' } : { messages: 'messages' } },
        gate: 'sluice:intake',
      },
      redact: { uses: 'redact', needs: ['ingest'], gate: 'sluice:privacy' },
      toxicity: { uses: 'toxicity', needs: ['redact'] },
      bias: { uses: 'bias', needs: ['toxicity'], gate: 'sluice:safety' },
      curate: { uses: 'curate', needs: ['bias'], with: { preset: isText(data) ? 'document' : 'chat' } },
      finetune: { uses: 'finetune', needs: ['curate'] },
      evaluate: { uses: 'evaluate', needs: ['curate', 'finetune'] },
      monitor: {
        uses: 'monitor',
        needs: { model: 'finetune', reference: 'curate.test', canaries: 'curate.canaries' },
        gate: 'sluice:monitoring',
      },
    },
    release: { candidate: 'finetune', gate: 'sluice:release', reviewers: reviewer, quorum: reviewer?.length ?? 1 },
  })
  document.commentBefore =
    ' Written by `sluice init`. Check it: sluice plan THIS_FILE. The fields of a stage: sluice stages NAME.'
  const ingest = document.getIn(['stages', 'ingest'])
  if (ingest instanceof YAMLMap) {
    ingest.commentBefore =
      ' fields: where text or messages stand in a row; group_by makes conversations of rows that belong together.'
  }
  return document.toString({ lineWidth: 120 })
}

function isText(glob: string): boolean {
  return ['.txt', '.md'].includes(extname(basename(glob).replace(/\.gz$/, '')))
}
