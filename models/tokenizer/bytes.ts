/**
 * The byte-level alphabet of GPT-2 (Radford et al. 2019): each byte has a printable character, so that any text is a
 * sequence of known symbols and `tokenizer.json` stays readable. Bytes that print stand for themselves; the others
 * take the code points from 256 on.
 */
export const BYTE_TO_CHARACTER: readonly string[] = makeTable()

export const CHARACTER_TO_BYTE: ReadonlyMap<string, number> = new Map(
  BYTE_TO_CHARACTER.map((character, byte) => [character, byte]),
)

/** How GPT-2 cuts text into words before merging; `ByteLevel` with `use_regex` stands for it in `tokenizer.json`. */
const WORD_PATTERN = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/** The words of a text in order; joined they are the text. */
export function splitWords(text: string): readonly string[] {
  return text.match(WORD_PATTERN) ?? []
}

function makeTable(): readonly string[] {
  const prints = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : next++))
}
