/** Escapes text for XML 1.0 content and double-quoted attributes. Characters XML 1.0 forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return replaceForbidden(text).replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character] ?? character)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // As references, because a parser turns the bare characters of an attribute into spaces (XML 1.0 §3.3.3).
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** XML 1.0 §2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]. */
function replaceForbidden(text: string): string {
  let out = ''
  for (const character of text) {
    const code = character.codePointAt(0)!
    const allowed =
      code === 0x9 ||
      code === 0xa ||
      code === 0xd ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      code >= 0x10000
    out += allowed ? character : '\ufffd'
  }
  return out
}
