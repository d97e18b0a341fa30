/** Code units that are loaded at a time: a block of a long text and its margins. */
export const CHUNK = 1 << 15

const bytes = Buffer.alloc(CHUNK * 2)
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * Code units of the text that was loaded last. A loop over a typed array takes half the time of one over `charCodeAt`,
 * and every text is looked at unit by unit several times.
 */
export const units = new Uint16Array(bytes.buffer, bytes.byteOffset, CHUNK)

let loaded = ''
let loadedFrom = -1

/** Puts the units of `text` from `from` on into `units`, at most `CHUNK`; returns how many. */
export function loadUnits(text: string, from = 0): number {
  const count = Math.min(CHUNK, text.length - from)
  if (from === loadedFrom && text === loaded) return count
  if (LITTLE_ENDIAN) bytes.write(count === text.length ? text : text.slice(from, from + count), 'utf16le')
  else for (let i = 0; i < count; i++) units[i] = text.charCodeAt(from + i)
  loaded = text
  loadedFrom = from
  return count
}
