/**
 * The texts that stand in some bytes, as UTF-8. One pass over the bytes, whatever the number of texts: thousands of them
 * are looked for in a hundred megabytes.
 *
 * @throws RangeError for a text of less than four bytes
 */
export function containedIn(bytes: Uint8Array, texts: Iterable<string>): readonly string[] {
  const starts = new Map<number, { readonly text: string; readonly needle: Buffer }[]>()
  // Most places are told apart by a bit for the first three bytes, without a look into the map.
  const likely = new Uint8Array(1 << 21)
  for (const text of texts) {
    const needle = Buffer.from(text, 'utf8')
    if (needle.length < 4) throw new RangeError('a text of less than four bytes')
    const start = needle.readUInt32BE(0)
    likely[start >>> 11]! |= 1 << ((start >>> 8) & 7)
    starts.set(start, [...(starts.get(start) ?? []), { text, needle }])
  }
  const found = new Set<string>()
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let start = 0
  for (let end = 0; end < bytes.length; end++) {
    start = ((start << 8) | bytes[end]!) >>> 0
    if (end < 3 || (likely[start >>> 11]! & (1 << ((start >>> 8) & 7))) === 0) continue
    for (const { text, needle } of starts.get(start) ?? []) {
      if (needle.equals(view.subarray(end - 3, end - 3 + needle.length))) found.add(text)
    }
  }
  return [...found]
}
