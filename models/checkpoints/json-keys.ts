/**
 * The keys of the outermost object of a JSON text, as often as they stand there: `JSON.parse` keeps only the last of
 * equal ones. The text must be valid JSON.
 */
export function topLevelKeys(text: string): readonly string[] {
  const keys: string[] = []
  let depth = 0
  let atKey = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') {
      const from = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      if (atKey && depth === 1) keys.push(JSON.parse(text.slice(from, i + 1)) as string)
      atKey = false
    } else if (character === '{' || character === '[') {
      depth++
      atKey = character === '{'
    } else if (character === '}' || character === ']') depth--
    else if (character === ',') atKey = true
  }
  return keys
}
