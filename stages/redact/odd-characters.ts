/** Full-width ASCII, no-break and typographic spaces, hyphens, Arabic-Indic and Devanagari digits: from, to. */
export const ODD_RANGES = [
  [0x00a0, 0x00a0],
  [0x0660, 0x0669],
  [0x06f0, 0x06f9],
  [0x0966, 0x096f],
  [0x2000, 0x200a],
  [0x2010, 0x2015],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x2212, 0x2212],
  [0x3000, 0x3000],
  [0xff01, 0xff5e],
] as const
const ODD = new RegExp(`[${ODD_RANGES.map((range) => range.map(escaped).join('-')).join('')}]`, 'g')

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}

function toAscii(char: string): string {
  const code = char.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return '-'
  for (const zero of [0x0660, 0x06f0, 0x0966]) {
    if (code >= zero && code <= zero + 9) return String.fromCharCode(48 + code - zero)
  }
  return ' '
}

/** The text with those mapped to ASCII one for one: offsets stay valid. */
export function withoutOdd(text: string): string {
  return text.replace(ODD, toAscii)
}
