import type { Recognizer } from '../recognizer.ts'
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
      for (const match of token.matchAll(RUN)) {
        const lead = leadOf(match[0])
        const value = match[0].slice(lead).replace(/[.:]+$/, '')
        // A key without a mark has digits in it, and is no number.
        if (value.length < 15 || !/\d/.test(value) || !/[A-Za-z]/.test(value) || isDummy(value)) continue
        const start = from + match.index + lead
        const end = start + value.length
        const issuer = namedIssuer(value, `${subject.before(start, BEFORE)} ${subject.after(end, AFTER)}`)
        if (issuer !== undefined)
          emit({ start, end, type: 'SECRET', score: 0.85, rule: issuer, why: 'form, issuer named' })
      }
    }
  },
}

// Ten and more characters of an alphabet of keys in a row, a digit among them: what no address or date has.
const MADE = /(?=[A-Za-z+/_-]{0,40}\d)[A-Za-z0-9+/_-]{15}/

// How far from a key its issuer may be named.
const BEFORE = 64
const AFTER = 32

/** `API_KEY=`, `key:` glued before the value: where the value starts. */
function leadOf(run: string): number {
  const sign = Math.max(run.search(/=(?=[^=])/), run.lastIndexOf(':', 24))
  return sign > 0 && sign < 40 && /^[A-Za-z_.-]+[:=]$/.test(run.slice(0, sign + 1)) ? sign + 1 : 0
}
