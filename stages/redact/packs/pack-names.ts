/** The packs that ship, as a config names them. */
export const PACK_NAMES = ['hipaa-safe-harbor', 'gdpr'] as const

export type PackName = (typeof PACK_NAMES)[number]
