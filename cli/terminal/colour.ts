import { Ansis } from 'ansis'

/** The few styles of the terminal view. Every one goes with a sign or a word: colour never carries meaning alone. */
export interface Styles {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly accent: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

export function styles(color: boolean): Styles {
  const ansis = new Ansis(color ? 1 : 0)
  return {
    good: (text) => ansis.green(text),
    bad: (text) => ansis.red(text),
    warn: (text) => ansis.yellow(text),
    accent: (text) => ansis.cyan(text),
    dim: (text) => ansis.dim(text),
    bold: (text) => ansis.bold(text),
  }
}

/**
 * Whether to write colours: `NO_COLOR` (no-color.org) says no, `FORCE_COLOR` says yes unless it is 0, else a terminal
 * that is not `dumb` does.
 */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb'
}
