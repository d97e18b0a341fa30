import type { Candidate, Recognizer } from '../recognizer.ts'
import type { Subject } from '../subject.ts'
import { issuerOf, keysIn, namesIssuer } from './key-index.ts'
import { isDummy } from './key-shape.ts'
import { bitsPerChar } from './rarity.ts'
import { type Run, secretScan } from './scan.ts'

/** Keys of known issuers: by prefix and shape, by a mark inside, or by form where the issuer is named near by. */
export const providerSecret: Recognizer = {
  name: 'secret-provider',
  types: ['SECRET'],
  needs: 0,
  priority: 8,
  find(subject, emit) {
    const { text } = subject
    const { tokens, runs } = secretScan(subject)
    for (let i = 0; i < tokens.length; i += 2) {
      keysIn(text, tokens[i]!, tokens[i + 1]!, ({ start, end, score, issuer, why }) =>
        emit({ start, end, type: 'SECRET', score, rule: issuer, why }),
      )
    }
    for (const run of runs) named(subject, run, emit)
  },
}

/** The form of a named issuer may go beyond the run: `…==`, `oauth:…`, `abc.def:…`. */
function named(subject: Subject, run: Run, emit: (candidate: Candidate) => void): void {
  const { text } = subject
  const value = text.slice(run.start, run.end)
  if (run.end - run.start > 240 || !isMade(value)) return
  const around = `${subject.before(run.start, BEFORE)} ${subject.after(run.end, AFTER)}`
  if (!namesIssuer(around)) return
  let start = run.start
  while (start > run.from && run.start - start < 40 && isJoined(text.charCodeAt(start - 1))) start -= 1
  const wide = text.slice(start, run.end)
  for (const from of [
    start,
    start + wide.lastIndexOf(':') + 1,
    start + wide.replace(/=+$/, '').lastIndexOf('=') + 1,
    run.start,
  ]) {
    const key = text.slice(from, run.end)
    const issuer = isDummy(key) ? undefined : issuerOf(key, around)
    if (issuer === undefined) continue
    emit({ start: from, end: run.end, type: 'SECRET', score: 0.85, rule: issuer, why: 'form, issuer named' })
    return
  }
}

/** Letters, digits and what joins them in keys of several parts. */
function isJoined(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 58) ||
    code === 46 ||
    code === 61 ||
    code === 95 ||
    code === 45
  )
}

/** Hex with letters and digits, or rarer than words are. */
function isMade(value: string): boolean {
  if (!/\d/.test(value)) return /[a-z].*[A-Z]/.test(value) && bitsPerChar(value) >= 6
  return /[A-Za-z]/.test(value) && (bitsPerChar(value) >= 5 || /^(?:sk-)?[0-9a-f-]{20,}$/i.test(value))
}

// How far from a key its issuer may be named.
const BEFORE = 64
const AFTER = 32
