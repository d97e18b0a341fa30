import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../artifacts/store.ts'
import { loadPipeline } from '../../pipelines/engine/load.ts'
import { planPipeline } from '../../pipelines/engine/plan.ts'
import { removeFolder, workFolder } from '../support/sluice.ts'
import { sshKey } from '../support/ssh-key.ts'

let dir: string
beforeAll(() => {
  dir = workFolder('review-plan', {
    'loss.yaml': `apiVersion: sluice/v1
kind: Policy
name: loss
version: 1
title: T
rules: [{ id: loss, title: T, severity: block, require: { metric: ingest.rows_in, at_least: 1 }, remediation: none, because: a test }]
`,
    'm.mjs': `export const stage = { name: 'm', version: 1, kind: 'whole', summary: 's', config: { type: 'object' },
  takes: { data: { kind: 'dataset', description: 'd' } }, gives: { model: { kind: 'model', description: 'm' } },
  metrics: [], async run() { return {} } }
`,
    'd.jsonl': '{"text":"a"}\n',
  })
})
afterAll(() => removeFolder(dir))

const SIGNERS = `ana ${sshKey('ana').line}
ben,benno ${sshKey('ben').line}
cy namespaces="git" ${sshKey('cy').line}
`
/** What planning says of a release: code and place of each problem. */
async function problems(release: string, signers: string | null = SIGNERS): Promise<readonly string[]> {
  writeFileSync(join(dir, 'allowed_signers'), signers ?? '')
  const file = join(dir, 'p.yaml')
  writeFileSync(
    file,
    `apiVersion: sluice/v1
kind: Pipeline
name: p
purpose: t
owner: t
${signers === null ? 'allowed_signers: nowhere\n' : ''}sources: { d: { uri: d.jsonl } }
stages:
  ingest: { uses: ingest }
  m: { uses: ./m.mjs, needs: [ingest] }
release:
  candidate: m
  gate: loss.yaml
${release}`,
  )
  try {
    await planPipeline(loadPipeline(file), openStore(join(dir, 'store')))
    return []
  } catch (error) {
    const { code, message, next } = error as { code: string; message: string; next?: string }
    return [code, message, next ?? '']
  }
}

describe('a review that cannot be met is found before anything runs', () => {
  it('takes names as before, and roles', async () => {
    expect(await problems('  reviewers: [ana, ben]\n  quorum: 2\n')).toEqual([])
    expect(await problems('  reviewers: [somebody]\n', null)).toEqual([])
    expect(await problems('')).toEqual([])
    expect(await problems('  reviewers: [{ role: privacy, principals: [ana, ben], quorum: 2 }]\n')).toEqual([])
  })

  it.each([
    ['  reviewers: [anna]\n', 'PIPELINE_UNKNOWN_PRINCIPAL', 'did you mean `ana`?'],
    ['  reviewers: [cy]\n', 'PIPELINE_UNKNOWN_PRINCIPAL', ''],
    ['  reviewers: [ben, benno]\n  quorum: 2\n', 'PIPELINE_QUORUM_UNREACHABLE', 'share a key'],
    ['  reviewers: [ana, ben]\n  quorum: 2\n  authors: [ben]\n', 'PIPELINE_QUORUM_UNREACHABLE', 'authors'],
    [
      '  reviewers: [{ role: a, principals: [ana], quorum: 1 }, { role: b, principals: [ana], quorum: 1 }]\n',
      'PIPELINE_QUORUM_UNREACHABLE',
      'once',
    ],
    [
      '  reviewers: [{ role: a, principals: [ana], quorum: 1 }, { role: a, principals: [ben], quorum: 1 }]\n',
      'PIPELINE_INVALID',
      '',
    ],
    ['  reviewers: [ana, { role: a, principals: [ben], quorum: 1 }]\n', 'PIPELINE_INVALID', ''],
    ['  reviewers: [ana]\n  required_reading: [repotr]\n', 'PIPELINE_UNKNOWN_READING', 'did you mean `report`?'],
    ['  reviewers: [ana]\n  required_reading: [redaction]\n', 'PIPELINE_UNKNOWN_READING', 'gate'],
    ['  reviewers: [{ role: a, principles: [ana], quorum: 1 }]\n', 'PIPELINE_INVALID', 'principles'],
    ['  reviewers: [ana]\n  expires_days: 0\n', 'PIPELINE_INVALID', ''],
  ])('%s', async (release, code, next) => {
    const found = await problems(release)
    expect(found[0]).toBe(code)
    expect(found.join('\n')).toContain(next)
  })

  it('roles need a file of signers', async () => {
    expect(await problems('  reviewers: [{ role: privacy, principals: [ana], quorum: 1 }]\n', null)).toMatchObject({
      0: 'PIPELINE_NO_SIGNERS',
    })
  })
})
