import { Feature } from '../feature.ts'
import { pattern } from '../recognizer.ts'

/** `@handles` of social networks. Opt in: in public threads they are the names of companies too. */
export const handle = pattern({
  name: 'handle',
  type: 'HANDLE',
  needs: Feature.AT,
  pattern: /@[A-Za-z_][A-Za-z0-9_]{1,38}/g,
  score: 0.8,
  validate(_value, score, subject, start, end) {
    return /[\w%+-]$|\w\.$/.test(subject.text.slice(Math.max(0, start - 2), start)) ||
      /^\.\w/.test(subject.text.slice(end, end + 2))
      ? 0
      : score
  },
})
