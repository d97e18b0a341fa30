import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { endOf, forEachWord } from './text-runs.ts'

/** With a dot after them, or without. */
const SHORT =
  'Mr|Mrs|Ms|Mx|Messrs|Dr|Drs|Prof|Rev|Revd|Hon|Fr|Sr|Sra|Srta|Dott|Sig|Ing|Mag|Hr|Hrn|Capt|Cpt|Cmdr|Col|Lt|Sgt|Maj|Gen|Adm|Gov|Sen|Rep|Pres|Mme|Mlle|Dhr|Mevr|Mw|Dna|Dra|Eng|Adv|Avv|Arq'
const LONG =
  'Miss|Mister|Madam|Madame|Mesdames|Monsieur|Mademoiselle|Ma[îi]tre|Doctor|Doktor|Docteur|Professor|Professeur|Professore|Reverend|Father|Sister|Brother|Rabbi|Imam|Sir|Dame|Lady|Lord|Captain|Colonel|Sergeant|Lieutenant|Major|General|Admiral|Judge|Justice|Senator|Governor|President|Ambassador|Herr|Herrn|Frau|Fräulein|Señora?|Señorita|Don|Doña|Signora?|Signorina|Dottor(?:e|essa)?|Dottssa|Avvocato|Senhora?|Dona|Doutora?|Meneer|Mevrouw|Pan|Pani|Fru|Fröken|Bay|Bayan|Sayın|Shri|Smt|Kumari|Ustaz|Sheikh|Господин|Госпожа'
/** These are words of their own too, or names: only before two capitalised words, or one with a dot between. */
const AMBIGUOUS =
  /^(?:Don|Pan|Bay|Major|General|President|Judge|Justice|Sister|Brother|Father|Lady|Sir|Ing|Mag|Gen|Rep|Gov|Sen|Col|Eng|Adv|Dame|Lord|Governor|Captain)$/

const SINGLE: ReadonlySet<string> = new Set([
  ...SHORT.split('|'),
  'M',
  'Dipl',
  'г',
  ...`${LONG}|Maitre|Señor|Señora|Signor|Signora|Senhor|Senhora|Doutor|Doutora|Dottore|Dottoressa`.split('|'),
])
const TITLE = new RegExp(
  `(?:(?:Prof|Dr|Dipl|Herrn?|Frau)\\.?(?:-Ing\\.)? ){0,2}(?:M\\.(?= \\p{Lu}\\p{Ll})|Sig\\.ra|Dott\\.ssa|Dr\\.-Ing\\.|г-н|г-жа|(?:${SHORT})\\.?|(?:${LONG}))(?= ?(?:\\p{Lu}[\\p{L}\\p{M}'’-]+|\\p{Lu}\\.))(?![\\p{L}\\d_])`,
  'uy',
)

/** Forms of address and academic titles before a name. The title is no person, so it is a type of its own. */
export const title: Recognizer = {
  name: 'title',
  types: ['TITLE'],
  needs: Feature.UPPER,
  // Higher than a name that starts with it.
  priority: 5,
  find(subject, emit) {
    const { text } = subject
    let after = 0
    forEachWord(text, (start, wordEnd) => {
      if (start < after || !SINGLE.has(text.slice(start, wordEnd))) return
      const end = endOf(TITLE, text, start)
      if (end <= start) return
      const score = judge(text, start, end)
      if (score === 0) return
      after = end
      emit({ start, end, type: 'TITLE', score })
    })
  },
}

function judge(text: string, start: number, end: number): number {
  const value = text.slice(start, end)
  // "266 Kumari Estates" is a street.
  if (/\d $/.test(text.slice(Math.max(0, start - 2), start))) return 0
  // A title stands apart from the name unless it ends with a dot.
  if (text[end] !== ' ' && !value.endsWith('.')) return 0
  if (!AMBIGUOUS.test(value)) return 0.93
  return /^ \p{Lu}[\p{L}'’-]+ \p{Lu}[\p{L}'’-]+/u.test(text.slice(end, end + 60)) ? 0.6 : 0
}
