import type { ReleaseDraft } from './seal.ts'

/** `VERIFY.md`. */
export function renderVerifyGuide(release: ReleaseDraft, _parts: { readonly approvals: readonly string[] }): string {
  return `# ${release.id}\n`
}
