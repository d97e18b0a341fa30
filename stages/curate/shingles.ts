/** What two texts are compared by. */
export interface ShingleOptions {
  /** `word`: windows of n words. `character`: windows of n characters of the normalised text. */
  readonly unit: 'word' | 'character'
  readonly size: number
  /** True: every word with a digit counts as the same word, so that order numbers do not make texts different. */
  readonly maskNumbers: boolean
}

/** Turns texts into sets of 32-bit shingle hashes. Holds its buffers, so one instance serves one thread. */
export interface Shingler {
  /**
   * Hashes of the shingles of the parts joined by a space, in order and with repeats: a view that the next call
   * overwrites. A text with fewer words than a shingle has gives one shingle of what is there; no words give none.
   */
  shingles(parts: Iterable<string>): Uint32Array
}

const SPACE = 0
const OWN_WORD = 2
const NUMBER_WORD = 0x30
const PSEUDONYM = /<([A-Z][A-Z_]{2,24})_[0-9a-f]{8,16}>/g

/** 0 = between words, 1 = letter, 3 = digit, for ASCII after lower-casing. */
const ASCII = new Uint8Array(128)
for (let c = 0x61; c <= 0x7a; c++) ASCII[c] = 1
for (let c = 0x30; c <= 0x39; c++) ASCII[c] = 3

/**
 * Normalises (lower case, NFKC, punctuation and white space to one space, pseudonyms to their type) and hashes in one
 * walk over the characters. Scripts written without spaces (Han, kana, Thai, Lao, Khmer) count each character as a word.
 */
export function createShingler(options: ShingleOptions): Shingler {
  const { unit, size, maskNumbers } = options
  let units = new Uint32Array(1024)
  let out = new Uint32Array(1024)
  let count = 0

  const push = (value: number): void => {
    if (count === units.length) {
      const grown = new Uint32Array(units.length * 2)
      grown.set(units)
      units = grown
    }
    units[count++] = value
  }

  const addWords = (text: string): void => {
    let hash = 0
    let length = 0
    let numeric = false
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 0x20
      const kind = code < 128 ? ASCII[code]! : wideKind(code)
      if (kind === 1 || kind === 3) {
        // FNV-1a over the characters (Fowler, Noll, Vo), finished by a mixer below.
        hash = Math.imul((length === 0 ? 0x811c9dc5 : hash) ^ code, 0x01000193)
        length += 1
        if (kind === 3) numeric = true
        continue
      }
      if (length > 0) push(numeric && maskNumbers ? NUMBER_WORD : mix(hash))
      length = 0
      numeric = false
      if (kind === OWN_WORD) push(mix(code))
    }
  }

  const addCharacters = (text: string): void => {
    let wordStart = -1
    let numeric = false
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 0x20
      const kind = code < 128 ? ASCII[code]! : wideKind(code)
      if (kind === SPACE) {
        if (wordStart >= 0 && numeric && maskNumbers) {
          count = wordStart
          push(NUMBER_WORD)
        }
        if (wordStart >= 0) push(0x20)
        wordStart = -1
        numeric = false
        continue
      }
      if (wordStart < 0) wordStart = count
      if (kind === 3) numeric = true
      push(code)
    }
  }

  return {
    shingles(parts) {
      count = 0
      for (const part of parts) {
        const text = normalise(part)
        if (unit === 'word') addWords(text)
        else addCharacters(text)
      }
      if (count === 0) return out.subarray(0, 0)
      const total = Math.max(1, count - size + 1)
      if (out.length < total) out = new Uint32Array(Math.max(total, out.length * 2))
      for (let i = 0; i < total; i++) {
        const end = Math.min(count, i + size)
        let hash = 0x9e3779b9
        for (let j = i; j < end; j++) hash = Math.imul(hash ^ units[j]!, 0x85ebca6b) + ((hash << 13) | (hash >>> 19))
        out[i] = mix(hash)
      }
      return out.subarray(0, total)
    },
  }
}

function normalise(text: string): string {
  const typed = text.includes('<') ? text.replace(PSEUDONYM, '<$1>') : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant.
  const folded = /^[\x00-\x7f]*$/.test(typed) ? typed : typed.normalize('NFKC')
  return folded.toLowerCase()
}

/** Kind of a character outside ASCII: space or punctuation, a character that is a word of its own, or a letter. */
function wideKind(code: number): number {
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba ? 1 : SPACE
  if (code === 0xd7 || code === 0xf7) return SPACE
  if (code >= 0x2000 && code <= 0x206f) return SPACE
  if (code >= 0x20a0 && code <= 0x2bff) return SPACE
  if (code >= 0x3000 && code <= 0x303f) return SPACE
  if (code >= 0xfe10 && code <= 0xfe6f) return SPACE
  if (code >= 0x0e00 && code <= 0x0eff) return OWN_WORD
  if (code >= 0x1780 && code <= 0x17ff) return OWN_WORD
  if (code >= 0x3040 && code <= 0x9fff) return OWN_WORD
  return 1
}

/** The 32-bit finalizer of MurmurHash3 (Appleby): each input bit flips each output bit with probability about 1/2. */
export function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** True Jaccard similarity of two sets of shingles: what MinHash estimates. Two empty sets have none in common: 0. */
export function jaccard(a: Iterable<number>, b: Iterable<number>): number {
  const left = new Set(a)
  const right = new Set(b)
  let both = 0
  for (const shingle of left) if (right.has(shingle)) both += 1
  const union = left.size + right.size - both
  return union === 0 ? 0 : both / union
}
