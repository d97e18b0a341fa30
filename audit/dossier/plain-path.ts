/** Plain relative paths: no way up, no hidden file, no sign that a shell, a tar or another system reads differently. */
export function isPlainPath(path: string): boolean {
  return path.length <= 250 && path.split('/').every((part) => /^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*$/.test(part))
}
