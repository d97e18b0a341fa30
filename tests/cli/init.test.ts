import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { removeFolder, sluice, someTickets, workFolder } from '../support/sluice.ts'

let dir = ''
afterEach(() => removeFolder(dir))

describe('sluice init', () => {
  it('prints a pipeline that plans as it stands', async () => {
    dir = workFolder('init', { 'exports/a.jsonl': someTickets(20) })
    const { stdout, code } = await sluice(['init', 'support', '--data', 'exports/*.jsonl'], dir)
    expect(code).toBe(0)
    writeFileSync(join(dir, 'support.yaml'), stdout)
    const plan = await sluice(['plan', 'support.yaml'], dir)
    expect(plan.stderr).toBe('')
    expect(plan.stdout).toContain('The plan is sound.')
  })

  it('refuses a name that no pipeline can have', async () => {
    dir = workFolder('init')
    const { code, stderr } = await sluice(['init', 'My Desk', '--data', 'x'], dir)
    expect([code, stderr.startsWith('BAD_NAME')]).toEqual([2, true])
  })
})
