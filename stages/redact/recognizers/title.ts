import { pattern } from '../recognizer.ts'
import { Feature } from '../subject.ts'

/** With a dot after them, or without. */
const SHORT =
  'Mr|Mrs|Ms|Mx|Messrs|Dr|Drs|Prof|Rev|Revd|Hon|Fr|Sr|Sra|Srta|Dott|Sig|Ing|Mag|Hr|Hrn|Capt|Cpt|Cmdr|Col|Lt|Sgt|Maj|Gen|Adm|Gov|Sen|Rep|Pres|Mme|Mlle|Dhr|Mevr|Mw|Dna|Dra|Eng|Adv|Avv|Arq'
const LONG =
  'Miss|Mister|Madam|Madame|Mesdames|Monsieur|Mademoiselle|Ma[îi]tre|Doctor|Doktor|Docteur|Professor|Professeur|Professore|Reverend|Father|Sister|Brother|Rabbi|Imam|Sir|Dame|Lady|Lord|Captain|Colonel|Sergeant|Lieutenant|Major|General|Admiral|Judge|Justice|Senator|Governor|President|Ambassador|Herr|Herrn|Frau|Fräulein|Señora?|Señorita|Don|Doña|Signora?|Signorina|Dottor(?:e|essa)?|Dottssa|Avvocato|Senhora?|Dona|Doutora?|Meneer|Mevrouw|Pan|Pani|Fru|Fröken|Bay|Bayan|Sayın|Shri|Smt|Kumari|Ustaz|Sheikh|Господин|Госпожа'
/** These are words of their own too, or names: only before two capitalised words, or one with a dot between. */
const AMBIGUOUS =
  /^(?:Don|Pan|Bay|Major|General|President|Judge|Justice|Sister|Brother|Father|Lady|Sir|Ing|Mag|Gen|Rep|Gov|Sen|Col|Eng|Adv|Dame|Lord|Governor|Captain)$/

/** Forms of address and academic titles before a name. The title is no person, so it is a type of its own. */
export const title = pattern({
  name: 'title',
  type: 'TITLE',
  needs: Feature.UPPER,
  // Higher than a name that starts with it.
  priority: 5,
  pattern: new RegExp(
    `(?<![\\p{L}\\d_])(?:(?:Prof|Dr|Dipl|Herrn?|Frau)\\.?(?:-Ing\\.)? ){0,2}(?:M\\.(?= \\p{Lu}\\p{Ll})|Sig\\.ra|Dott\\.ssa|Dr\\.-Ing\\.|г-н|г-жа|(?:${SHORT})\\.?|(?:${LONG}))(?= ?(?:\\p{Lu}[\\p{L}\\p{M}'’-]+|\\p{Lu}\\.))(?![\\p{L}\\d_])`,
    'gu',
  ),
  score: 0.93,
  glued: true,
  validate(value, score, subject, _start, end) {
    const { text } = subject
    // A title stands apart from the name unless it ends with a dot.
    if (text[end] !== ' ' && !value.endsWith('.')) return 0
    if (!AMBIGUOUS.test(value)) return score
    return /^ \p{Lu}[\p{L}'’-]+ \p{Lu}[\p{L}'’-]+/u.test(text.slice(end, end + 60)) ? 0.6 : 0
  },
})
