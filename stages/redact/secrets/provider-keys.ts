import type { Candidate, Recognizer } from '../recognizer.ts'
import type { Subject } from '../subject.ts'
import { keysIn, namedIssuer } from './key-index.ts'
import { isDummy } from './key-shape.ts'
import { secretScan } from './scan.ts'

const RUN = /[A-Za-z0-9+/_=.:~-]{15,200}/g

/** Keys of known issuers: by prefix and shape, by a mark inside, or by form where the issuer is named near by. */
export const providerSecret: Recognizer = {
  name: 'secret-provider',
  types: ['SECRET'],
  needs: 0,
  priority: 8,
  find(subject, emit) {
    const { text } = subject
    const { tokens } = secretScan(subject)
    for (let i = 0; i < tokens.length; i += 2) {
      const from = tokens[i]!
      const to = tokens[i + 1]!
      keysIn(text, from, to, ({ start, end, score, issuer, why }) =>
        emit({ start, end, type: 'SECRET', score, rule: issuer, why }),
      )
      const token = text.slice(from, to)
      if (!MADE.test(token)) continue
      for (const match of token.matchAll(RUN)) named(subject, match[0], from + match.index, emit)
    }
  },
}

/** A run may begin with `API_KEY=` or `key:`: what stands after a sign is tried as well. */
function named(subject: Subject, run: string, from: number, emit: (candidate: Candidate) => void): void {
  for (let lead = 0, tries = 0; tries < 4; tries++) {
    const value = run.slice(lead).replace(/[.:]+$/, '')
    if (value.length < 15) return
    // A key without a mark has digits or both cases in it, and is no number.
    if (/\d.*[A-Za-z]|[A-Za-z].*\d|[a-z].*[A-Z]/.test(value) && !isDummy(value)) {
      const start = from + lead
      const end = start + value.length
      const issuer = namedIssuer(value, `${subject.before(start, BEFORE)} ${subject.after(end, AFTER)}`)
      if (issuer !== undefined) {
        emit({ start, end, type: 'SECRET', score: 0.85, rule: issuer, why: 'form, issuer named' })
        return
      }
    }
    const sign = run.slice(lead, lead + 48).search(/[:=](?=[^:=])/)
    if (sign < 0) return
    lead += sign + 1
  }
}

// Characters of an alphabet of keys in a row: what addresses and dates hardly have.
const MADE = /[A-Za-z0-9+/_-]{15}/

// How far from a key its issuer may be named.
const BEFORE = 64
const AFTER = 32
