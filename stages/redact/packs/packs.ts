import { gdpr } from './gdpr.ts'
import { hipaaSafeHarbor } from './hipaa-safe-harbor.ts'
import type { Pack } from './pack.ts'
import type { PackName } from './pack-names.ts'

const PACKS: Readonly<Record<PackName, Pack>> = { 'hipaa-safe-harbor': hipaaSafeHarbor, gdpr }

/** The pack that a config names. */
export function packOf(config: { readonly pack?: PackName | undefined }): Pack | undefined {
  return config.pack === undefined ? undefined : PACKS[config.pack]
}
