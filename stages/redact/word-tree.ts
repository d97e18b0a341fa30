/**
 * Words as one pattern that tries few of them at each place: a tree of their characters. As alternatives one after the
 * other the names of months were 2.2 MB of machine code in six patterns (now 0.9), and V8 compiles patterns without
 * optimisation in a process that holds 16 MB of it.
 *
 * @param take where one word begins another: the longest that stands there, or the shortest
 */
export function wordTree(words: readonly string[], take: 'longest' | 'shortest', depth = 0): string {
  const ends = words.some((word) => word.length === depth)
  if (ends && take === 'shortest') return ''
  const branches = new Map<string, string[]>()
  for (const word of words) {
    const char = word[depth]
    if (char !== undefined) branches.set(char, [...(branches.get(char) ?? []), word])
  }
  if (branches.size === 0) return ''
  const parts = [...branches].map(([char, below]) => char.replace(/[.\\]/, '\\$&') + wordTree(below, take, depth + 1))
  return parts.length === 1 && !ends ? parts[0]! : `(?:${parts.join('|')})${ends ? '?' : ''}`
}
