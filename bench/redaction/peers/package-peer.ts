import type { TypedSpan } from '../labelled-text.ts'
import { mapped, type SystemEntry } from '../system.ts'
import { alignPlaceholders } from './align.ts'
import { missingPackage, packageVersion } from './installed.ts'

/** A peer that is ready to look at one text after the other. */
export interface TextPeer {
  /** Its spans, in any order, under its own names of types. */
  find(text: string): readonly TypedSpan[] | Promise<readonly TypedSpan[]>
  /** What is timed: the peer's own work alone. */
  scan(text: string): unknown
}

export interface PackagePeer {
  /** Of the package, under which it is installed too. */
  readonly name: string
  readonly title?: string
  readonly note?: string
  /** Our types by its own. Types that are not listed keep their names. */
  readonly types?: Readonly<Record<string, string>>
  open(): TextPeer | Promise<TextPeer>
}

/** A peer that comes as an npm package and runs in this process. */
export function packagePeer({ name, title = name, note, types = {}, open }: PackagePeer): SystemEntry {
  return {
    name,
    title,
    ...(note === undefined ? {} : { note }),
    missing: () => missingPackage(name),
    version: () => packageVersion(name),
    async open() {
      const peer = await open()
      return {
        find: (texts) => Promise.all(texts.map(async (text) => mapped(await peer.find(text), types))),
        async scan(texts) {
          for (const text of texts) {
            const done = peer.scan(text)
            if (done instanceof Promise) await done
          }
        },
        async close() {},
      }
    },
  }
}

/** A peer that gives text back, not places: those are found by comparing both. */
export function replacingPeer(redact: (text: string) => string, placeholder: RegExp): TextPeer {
  return { find: (text) => alignPlaceholders(text, redact(text), placeholder), scan: redact }
}
