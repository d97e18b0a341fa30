/** `name` in the case of `like`: lower, UPPER, or as the list has it. */
export function inCaseOf(like: string, name: string): string {
  const letters = like.replace(/[^\p{L}]/gu, '')
  if (letters === '') return name
  if (letters === letters.toLowerCase() && letters !== letters.toUpperCase()) return name.toLowerCase()
  if (letters.length > 1 && letters === letters.toUpperCase() && letters !== letters.toLowerCase()) {
    return name.toUpperCase()
  }
  return name[0]!.toUpperCase() + name.slice(1)
}
