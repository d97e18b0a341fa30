import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'

/** Ends of host names that are rarely anything else. Not `md`, `py`, `rs`, `sh`, `so`, `pl`: files are called so. */
const TLD =
  'com|org|net|edu|gov|mil|int|info|biz|io|co|app|dev|ai|me|tv|online|site|store|shop|xyz|tech|cloud|blog|news|agency|example|test|uk|de|fr|es|it|nl|be|ch|at|se|no|dk|fi|eu|us|ca|au|nz|jp|cn|kr|in|br|mx|ar|cl|ru|ua|cz|hu|ro|gr|pt|ie|tr|za|ng|ke|il|ae|sg|hk|tw|th|vn|ph|id|my'
const REST = '[^\\s<>"`{}|\\\\^]'
const LABEL = '[\\p{L}\\d](?:[\\p{L}\\d-]{0,61}[\\p{L}\\d])?'
const WEB = new RegExp(
  `(?<![\\p{L}\\d_@.%-])(?:(?:https?|ftps?|sftp|wss?|git|ssh|s3|file)://${REST}{1,2000}|www\\.${LABEL}(?:\\.${LABEL}){1,5}(?::\\d{2,5})?(?:[/?#]${REST}{0,2000})?|` +
    `${LABEL}(?:\\.${LABEL}){0,4}\\.(?:${TLD})(?![\\p{L}\\d_@-]|\\.[\\p{L}\\d])(?::\\d{2,5}(?!\\d))?(?:[/?#]${REST}{0,2000})?)`,
  'giu',
)

/** Web addresses: with a scheme, with `www.`, and bare host names whose end is a known one. */
export const webAddress: Recognizer = {
  name: 'web-address',
  types: ['URL'],
  needs: Feature.DOT,
  priority: 0,
  find(subject, emit) {
    for (const match of subject.text.matchAll(WEB)) {
      const value = trimEnd(match[0])
      const bare = !/^\w+:\/\/|^www\./i.test(value)
      // `ok.So` is the end of a sentence; `1.2.in` is no host.
      if (bare && (/^[\d.]+\.\w+$/.test(value) || /\.\p{Lu}\p{Ll}+$/u.test(value))) continue
      emit({ start: match.index, end: match.index + value.length, type: 'URL', score: bare ? 0.65 : 0.75 })
    }
  },
}

/** The end of a sentence and a closing bracket without its partner belong to the text around. */
function trimEnd(value: string): string {
  const out = value.replace(/[.,;:!?'*_~\]]+$/, '')
  return out.endsWith(')') && !out.includes('(') ? out.replace(/[)\]'.,;:!?]+$/, '') : out
}
