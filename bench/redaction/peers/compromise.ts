import type { TypedSpan } from '../labelled-text.ts'
import type { SystemEntry } from '../system.ts'
import { peerRequire } from './installed.ts'
import { packagePeer } from './package-peer.ts'

const NAME = 'compromise'

interface View {
  json(options: {
    offset: boolean
  }): readonly { readonly offset?: { readonly start: number; readonly length: number } }[]
}

/** What it can be asked for, and what we call that. */
const ASKED = [
  ['people', 'PERSON'],
  ['places', 'LOCATION'],
  ['organizations', 'ORGANIZATION'],
  ['emails', 'EMAIL'],
  ['phoneNumbers', 'PHONE'],
  ['urls', 'URL'],
  ['atMentions', 'HANDLE'],
] as const

type Document = Readonly<Record<(typeof ASKED)[number][0], () => View>>

/** Marks at the edges belong to the word for it. */
const EDGES = /^[^\p{L}\p{N}@+(]+|[^\p{L}\p{N})]+$/gu

export const compromise: SystemEntry = packagePeer({
  name: NAME,
  note: 'Its own tagger (`people()`, `places()`, `organizations()`, `emails()`, `phoneNumbers()`, `urls()`, `atMentions()`).',
  open() {
    const loaded = peerRequire(NAME) as ((text: string) => Document) & { default?: (text: string) => Document }
    const nlp = loaded.default ?? loaded
    const find = (text: string): readonly TypedSpan[] => {
      const document = nlp(text)
      return ASKED.flatMap(([method, type]) =>
        document[method]()
          .json({ offset: true })
          .flatMap(({ offset }) => (offset === undefined ? [] : [edgeless(text, offset.start, offset.length, type)])),
      )
    }
    return { find, scan: find }
  },
})

function edgeless(text: string, start: number, length: number, type: string): TypedSpan {
  const value = text.slice(start, start + length)
  const front = /^[^\p{L}\p{N}@+(]*/u.exec(value)![0].length
  return { start: start + front, end: start + front + value.replace(EDGES, '').length, type }
}
