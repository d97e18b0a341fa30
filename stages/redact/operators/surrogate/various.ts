import { FIRM_BEGINNINGS, FIRM_ENDS } from '../data/places.ts'
import { addDays, readDate } from '../dates/written-date.ts'
import { drawOther, keyedDraw } from '../draw.ts'
import { foldName } from '../name-parts.ts'
import { inCaseOf } from './case-style.ts'
import { reshape } from './characters.ts'
import type { SurrogateMaker } from './context.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Legal forms and words for what an organisation is: they stay. Folded. */
const FIRM_WORDS = set(
  'inc incorporated llc llp lp ltd limited plc corp corporation co company gmbh ag kg ohg ug mbh ev sa sas sarl spa srl bv nv ab as oy aps kft sro zoo group holding holdings international global bank insurance university college school institute hospital clinic medical center centre church foundation trust association society club museum library police department ministry agency council committee union party airlines airways hotel hotels restaurant cafe studio studios systems solutions services technologies technology software labs partners consulting capital media press energy foods motors pharma logistics the of and for und et y e de der des fur at in',
)

/** A firm that does not exist, of the same kind and legal form. 5,400 names. */
export const organizationSurrogate: SurrogateMaker = (value, context) => {
  const parts = value.split(/([\s,.&/()-]+)/)
  const own = parts.filter((part, i) => i % 2 === 0 && part !== '' && !FIRM_WORDS.has(foldName(part)))
  if (own.length === 0) return undefined
  const key = own.map(foldName).join(' ')
  const first = parts.indexOf(own[0]!)
  const last = parts.lastIndexOf(own.at(-1)!)
  // IBM, SAP: letters for letters.
  const short = own.length === 1 && /^\p{Lu}{2,4}$/u.test(own[0]!)
  const made = short
    ? reshape(own[0]!, 'firm', context)!
    : drawOther(
        context.key,
        ['firm', key],
        (draw) => draw.pick(FIRM_BEGINNINGS) + draw.pick(FIRM_ENDS),
        (name) => foldName(name) === key,
      )
  return [...parts.slice(0, first), short ? made : inCaseOf(own[0]!, made), ...parts.slice(last + 1)].join('')
}

/** A day within a year of it, in its notation; the same date has the same surrogate. Intervals are not kept: see `shift_date`. */
export const dateSurrogate: SurrogateMaker = (value, context) => {
  const date = readDate(value, context)
  if (date === undefined) return undefined
  for (let attempt = 0; attempt < 16; attempt++) {
    const draw = keyedDraw(context.key, 'date', date.year, date.month, date.day, attempt)
    const made = date.write(addDays(date, draw.integer(731) - 365))
    if (made !== value) return made
  }
  return undefined
}

/** Another age within seven years of it, never over 89 unless it was. */
export const ageSurrogate: SurrogateMaker = (value, context) => {
  const match = /\d{1,3}/.exec(value)
  if (match === null) return undefined
  const age = Number(match[0])
  const [low, high] = age >= 90 ? [90, 104] : age >= 18 ? [Math.max(18, age - 7), Math.min(89, age + 7)] : [1, 17]
  const made = drawOther(
    context.key,
    ['age', age],
    (draw) => String(low + draw.integer(high - low + 1)),
    (candidate) => candidate === match[0],
  )
  return value.slice(0, match.index) + made + value.slice(match.index + match[0].length)
}

const TITLES: readonly (readonly string[])[] = [
  ['Mr', 'Sir'],
  ['Mrs', 'Ms', 'Miss'],
  ['Dr', 'Prof'],
  ['Herr', 'Hr'],
  ['Frau', 'Fr'],
  ['Monsieur', 'M'],
  ['Madame', 'Mme'],
  ['Señor', 'Sr'],
  ['Señora', 'Sra'],
]

/** Another form of address for the same people. */
export const titleSurrogate: SurrogateMaker = (value, context) => {
  const key = foldName(value)
  const series = TITLES.find((titles) => titles.some((title) => foldName(title) === key))
  if (series === undefined) return undefined
  const made = drawOther(
    context.key,
    ['title', key],
    (draw) => draw.pick(series),
    (title) => foldName(title) === key,
  )
  return inCaseOf(value, made) + (value.endsWith('.') ? '.' : '')
}

const GROUPS: readonly (readonly string[])[] = [
  'American British Canadian Mexican Brazilian German French Spanish Italian Dutch Polish Swedish Danish Norwegian Finnish Turkish Greek Indian Chinese Japanese Korean Nigerian Kenyan Egyptian Australian Irish Portuguese Austrian Swiss Russian Ukrainian'.split(
    ' ',
  ),
  'Christian Catholic Protestant Lutheran Methodist Muslim Jewish Hindu Buddhist Sikh Baptist Orthodox Mormon Quaker'.split(
    ' ',
  ),
  'Republican Democrat Conservative Labour Liberal Socialist Green'.split(' '),
]

/** Another nationality, religion or party of our lists; others have no surrogate. */
export const groupSurrogate: SurrogateMaker = (value, context) => {
  const plural = /s$/i.test(value) && !/(?:ese|ish|ss)$/i.test(value) ? value.slice(-1) : ''
  const key = foldName(plural === '' ? value : value.slice(0, -1))
  const series = GROUPS.find((names) => names.some((name) => foldName(name) === key))
  if (series === undefined) return undefined
  const made = drawOther(
    context.key,
    ['group', key],
    (draw) => draw.pick(series),
    (name) => foldName(name) === key || /(?:ish|ese|ch)$/.test(name) !== /(?:ish|ese|ch)$/.test(key),
  )
  return inCaseOf(value, made) + plural
}
