import { basename, extname } from 'node:path'
import type { Command } from 'commander'
import { Document, YAMLMap } from 'yaml'
import { SluiceError } from '../util/errors.ts'

interface InitFlags {
  readonly data: string
  readonly licence?: string
  readonly lawfulBasis?: string
  readonly purpose?: string
}

export function initCommand(program: Command): void {
  program
    .command('init')
    .description('print a pipeline file for your own data; the policies that ship gate it')
    .argument('<name>', 'name of the pipeline: lower-case letters, digits, hyphens')
    .requiredOption('--data <glob>', 'path or glob of the data, relative to where the file will stand')
    .option('--licence <text>', 'licence of the data')
    .option('--lawful-basis <text>', 'why it may be processed: consent, contract, legitimate_interests …')
    .option('--purpose <text>', 'what the model is for')
    .action((name: string, flags: InitFlags) => {
      process.stdout.write(renderPipeline(name, flags))
    })
}

/** A pipeline with all stages, gated by the policies that ship. */
export function renderPipeline(name: string, flags: InitFlags): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new SluiceError({
      code: 'BAD_NAME',
      message: 'a pipeline name has lower-case letters, digits and hyphens',
      next: 'for instance: support-desk',
    })
  }
  const purpose = flags.purpose ?? 'TODO: what the model is for'
  const source = {
    uri: flags.data,
    licence: flags.licence ?? 'TODO: licence or internal agreement',
    lawful_basis: flags.lawfulBasis ?? 'TODO',
    purpose,
  }
  const document = new Document({
    apiVersion: 'sluice/v1',
    kind: 'Pipeline',
    name,
    purpose,
    owner: 'TODO: team or person',
    seed: 1,
    sources: { data: source },
    stages: {
      ingest: {
        uses: 'ingest',
        with: { fields: isText(flags.data) ? { text: 'text' } : { messages: 'messages' } },
        gate: 'sluice:intake',
      },
      redact: { uses: 'redact', needs: ['ingest'], gate: 'sluice:privacy' },
      toxicity: { uses: 'toxicity', needs: ['redact'] },
      bias: { uses: 'bias', needs: ['toxicity'], gate: 'sluice:safety' },
      curate: { uses: 'curate', needs: ['bias'], with: { preset: 'chat' } },
      finetune: { uses: 'finetune', needs: ['curate'] },
      evaluate: { uses: 'evaluate', needs: ['curate', 'finetune'] },
      monitor: { uses: 'monitor', needs: { model: 'finetune', reference: 'curate.test', canaries: 'curate.canaries' } },
    },
    release: { candidate: 'finetune', gate: 'sluice:release', reviewers: ['TODO'], quorum: 1 },
  })
  document.commentBefore =
    ' Written by `sluice init`. Check it: sluice plan THIS_FILE. The fields of a stage: sluice stages NAME.'
  const ingest = document.getIn(['stages', 'ingest'])
  if (ingest instanceof YAMLMap)
    ingest.commentBefore = ' fields: where text or messages stand in a row; group_by makes conversations of rows.'
  return document.toString({ lineWidth: 120, flowCollectionPadding: true })
}

function isText(glob: string): boolean {
  return ['.txt', '.md'].includes(extname(basename(glob).replace(/\.gz$/, '')))
}
