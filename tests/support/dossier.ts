import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { openBundleSigner } from '../../audit/keys/signer.ts'
import { openKeys } from '../../audit/keys.ts'
import { runPipeline } from '../../pipelines/engine/run.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { type BuildOptions, type BuiltDossier, buildDossier } from '../../reports/dossier/build.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { workFolder } from './sluice.ts'

const policy = (name: string, rules: string): string => `apiVersion: sluice/v1
kind: Policy
name: ${name}
version: 1
title: A policy of a test
rules:
${rules}`
const rule = (id: string, require: string, when?: string): string => `  - id: ${id}
    title: A rule of a test
    severity: block${when === undefined ? '' : `\n    when: ${when}`}
    require: ${require}
    because: a test
    remediation: none
`

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: dossier
purpose: tests
owner: tests
seed: 7
stages:
  lines: { uses: ./lines.mjs, with: { rows: 23, per_task: 5 }, gate: rows.yaml }
  train: { uses: ./train.mjs, needs: [lines], gate: loss.yaml }
release:
  candidate: train
  gate: release.yaml
  reviewers: [ana, ben]
  quorum: 2
`

/**
 * A folder with a pipeline of toy stages that ends in a release candidate.
 *
 * @param given.limit of the loss: below 1.25 the gate of `train` blocks
 * @param given.strict adds a rule that fails unless it is waived
 */
export function dossierWork(given: { readonly limit?: number; readonly strict?: boolean } = {}): string {
  const { limit = 2, strict = false } = given
  const dir = workFolder('dossier', {
    'p.yaml': PIPELINE,
    'rows.yaml': policy(
      'rows',
      rule('even-share', '{ metric: even_share, at_most: 0.9 }') +
        (strict ? rule('even-strict', '{ metric: even_share, at_most: 0.1 }') : ''),
    ),
    'loss.yaml': policy(
      'loss',
      rule('loss-low', `{ metric: loss, at_most: ${limit} }`) +
        rule('loss-huge', '{ metric: loss, at_most: 9 }', '{ metric: loss, at_least: 100 }'),
    ),
    'release.yaml': policy(
      'release',
      rule('loss-release', '{ metric: train.loss, at_most: 2 }') +
        rule('rows-release', '{ metric: lines.even_share, at_least: 0.1 }'),
    ),
  })
  for (const name of ['lines.mjs', 'train.mjs']) {
    cpSync(join(PACKAGE_ROOT, 'tests/support/stages', name), join(dir, name))
  }
  return dir
}

export function runWork(dir: string): Promise<RunRecord> {
  return runPipeline(join(dir, 'p.yaml'), { store: join(dir, 'store'), jobs: 1 })
}

export function buildWork(
  dir: string,
  record: RunRecord,
  out: string,
  options: Partial<BuildOptions> = {},
): Promise<BuiltDossier> {
  const store = join(dir, 'store')
  return buildDossier(record, {
    store,
    out: join(dir, out),
    keys: openKeys(join(store, 'keys')),
    signer: openBundleSigner(join(store, 'keys')),
    now: () => new Date(),
    ...options,
  })
}
