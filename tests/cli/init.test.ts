import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { removeFolder, runJson, sluice, someTickets, workFolder } from '../support/sluice.ts'

const WHO = ['--purpose', 'Draft answers', '--owner', 'the desk']

let dir = ''
afterEach(() => removeFolder(dir))

describe('sluice init', () => {
  it('prints a pipeline that plans as it stands', async () => {
    dir = workFolder('init', { 'exports/a.jsonl': someTickets(20) })
    const { stdout, code } = await sluice(['init', 'support', '--data', 'exports/*.jsonl', ...WHO], dir)
    expect(code).toBe(0)
    writeFileSync(join(dir, 'support.yaml'), stdout)
    const plan = await sluice(['plan', 'support.yaml'], dir)
    expect(plan.stderr).toBe('')
    expect(plan.stdout).toContain('The plan is sound.')
  })

  it('declares nothing that was not said, so that the intake gate stops the run and says what is missing', async () => {
    dir = workFolder('init', { 'exports/a.jsonl': someTickets(20) })
    const { stdout } = await sluice(['init', 'support', '--data', 'exports/*.jsonl', ...WHO], dir)
    expect(stdout).not.toMatch(/licence|lawful|TODO/)
    writeFileSync(join(dir, 'support.yaml'), stdout)
    const { record, code } = await runJson(['support.yaml', '--until', 'ingest'], dir)
    const failed = record?.decisions[0]?.decision.rules.filter((rule) => rule.blocks).map((rule) => rule.id)
    expect(failed).toEqual(['intake-licence', 'intake-lawful-basis'])
    expect(code).toBe(1)
  })

  it('lets a declared source through the intake gate', async () => {
    dir = workFolder('init', { 'exports/a.jsonl': someTickets(20) })
    const declared = ['--licence', 'Apache-2.0', '--lawful-basis', 'synthetic', '--reviewer', 'ann', 'bob']
    const { stdout } = await sluice(['init', 'support', '--data', 'exports/*.jsonl', ...WHO, ...declared], dir)
    expect(stdout).toContain('quorum: 2')
    writeFileSync(join(dir, 'support.yaml'), stdout)
    expect((await runJson(['support.yaml', '--until', 'ingest'], dir)).code).toBe(0)
  })

  it('refuses a name that no pipeline can have, and a call that leaves out whose it is', async () => {
    dir = workFolder('init')
    const { code, stderr } = await sluice(['init', 'My Desk', '--data', 'x', ...WHO], dir)
    expect([code, stderr.startsWith('BAD_NAME')]).toEqual([2, true])
    const short = await sluice(['init', 'desk', '--data', 'x'], dir)
    expect([short.code, short.stderr.includes('--purpose')]).toEqual([2, true])
  })
})
