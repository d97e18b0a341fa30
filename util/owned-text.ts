/** V8 makes a slice from this length on a view of the text it is cut from (`SlicedString::kMinLength`). */
const LEAST_VIEW = 13

/**
 * The same text with memory of its own. A long slice is a view that keeps the whole text alive: 4,096 words kept in a cache
 * could hold 4,096 files' parts. For what outlives the text it comes from.
 */
export function ownedText(text: string): string {
  return text.length < LEAST_VIEW ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}
