import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReleaseDocument } from '../../audit/dossier/release-document.ts'
import type { Decision } from '../../policies/engine/decision.ts'

/**
 * What the signed result of a release may say of it. A waived gate is not a passed one. The verifiers work out the same
 * list from the files and refuse a claim beyond it.
 */
export function releaseProperties(
  release: ReleaseDocument,
  folder: string,
): readonly { readonly name: string; readonly passed: boolean }[] {
  const gates = release.decisions.map(({ gate }) => {
    const decision = JSON.parse(readFileSync(join(folder, `decisions/${gate}.json`), 'utf8')) as Decision
    return { name: `gate ${gate}`, passed: decision.outcome === 'pass' || decision.outcome === 'warn' }
  })
  return [
    ...gates,
    { name: 'model signed', passed: existsSync(join(folder, 'model.sig')) },
    { name: 'review approved', passed: release.state === 'approved' },
  ]
}
