import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord, type Subject } from '../subject.ts'
import { NRP_ANY_CASE, NRP_CAPITAL, NRP_PHRASES } from './nrp-words.ts'

const WORD = /(?<![\p{L}\p{M}\d_@#./-])[\p{L}][\p{L}\p{M}ʼ]{2,17}(?:-\p{L}{3,5})?(?![\p{L}\p{M}\d_@])/gu
const PHRASE = new RegExp(`(?<![\\p{L}\\d])(?:${NRP_PHRASES})s?(?![\\p{L}\\d])`, 'gu')
/** Adjectives of these mean a language, too. */
const LANGUAGE_BEFORE =
  /\b(?:in|into|to|from|speaks?|speaking|spoken|written|write|fluent(?: in)?|learn(?:ing)?|translate[ds]?|the|auf|sprech\w*|spricht|en|parle|habla|parla|language:?|locale:?|lang:?)\W{1,2}$/
const LANGUAGE =
  /^(?:english|french|german|spanish|italian|portuguese|dutch|danish|swedish|norwegian|finnish|polish|russian|chinese|japanese|korean|arabic|turkish|greek|czech|hungarian|romanian|bulgarian|croatian|serbian|ukrainian|vietnamese|thai|hindi|tamil|bengali|punjabi|hebrew|deutsche?|français|español|italiano|português|inglés|inglese|anglais|englisch)$/
/** A nation in the name of a thing or a firm. */
const THING_AFTER =
  /^[ -](?:language|version|keyboard|layout|translation|subtitles?|voice|words?|grammar|dictionary|class(?:es)?|lessons?|speaking|text|manual|instructions|express|airlines?|airways|eagle|fries|toast|press|shepherd|bulldog|terrier|roulette|army|dressing|coffee|tea|food|restaurant|takeaway|cuisine|wine|cheese|yog|bank|telecom|gas|rail|dollars?|pounds?|idol|pie|dream|horror|standard|time|door|ocean|elm|airspace|post\b)/
const POLITICAL =
  /^(?:Green|Greens|Labour|Liberal|Liberals|Conservative|Conservatives|Democratic|Orthodox|Roman|Scotch|Baltic|Celtic|Nordic|Apache|Cherokee|Hebrew)$/
const POLITICAL_NEAR =
  /vot(?:e|es|ed|er|ing)|party|politic|election|candidate|senator|congress|\bmp\b|parliament|supporter|member|church|faith|relig|belie|jew|priest|activist|minister|government|campaign|tribe|nation|ethnic|heritage|descent/
const FIELD =
  /(?:^|[^\p{L}])(?:nationality|nationalité|nacionalidad|nacionalidade|nazionalità|nationalität|staatsangehörigkeit|citizenship|cittadinanza|ciudadanía|ethnicity|ethnic group|ethnie|etnia|race|religion|religión|religione|konfession|faith|political (?:party|affiliation|view)|party affiliation|narodowość|obywatelstwo|uyruk|uyruğu|гражданство|национальность)["']?(?: is| ist|\s?[:=|-])\s?["']?\s?([\p{L}][\p{L}\p{M}'’ -]{2,28}?)(?=["'.,;:|\n)]|$)/dgiu

/** Nationalities, peoples, religions and political groups, by our own list, and whatever a field for them holds. */
export const nrp: Recognizer = {
  name: 'nrp',
  types: ['NRP'],
  needs: Feature.LETTER,
  priority: 1,
  find(subject, emit) {
    const { text } = subject
    for (const match of text.matchAll(WORD)) {
      const start = match.index
      const end = start + match[0].length
      const score = judge(match[0], subject, start, end)
      if (score > 0) emit({ start, end, type: 'NRP', score, rule: 'list' })
    }
    if ((subject.features & Feature.UPPER) !== 0)
      for (const match of text.matchAll(PHRASE))
        emit({ start: match.index, end: match.index + match[0].length, type: 'NRP', score: 0.9, rule: 'phrase' })
    if ((subject.features & (Feature.COLON | Feature.LETTER)) !== 0)
      for (const match of text.matchAll(FIELD)) {
        const [start, end] = match.indices![1]!
        emit({ start, end, type: 'NRP', score: 0.8, rule: 'field' })
      }
    if (subject.hint === 'NRP' && text.length <= 40 && !isWord(text, -1)) {
      const value = text.trim()
      if (/^\p{L}[\p{L}\p{M} '’-]+$/u.test(value))
        emit({
          start: text.indexOf(value),
          end: text.indexOf(value) + value.length,
          type: 'NRP',
          score: 0.9,
          rule: 'field',
        })
    }
  },
}

function judge(word: string, subject: Subject, start: number, end: number): number {
  const lower = word.toLowerCase()
  const capital = NRP_CAPITAL.has(word)
  if (!capital && !NRP_ANY_CASE.has(lower)) {
    // Spanish-speaking, Anglo-Saxon, half-Danish
    const part = lower.split('-')[0]!
    if (part === lower || !NRP_ANY_CASE.has(part)) return 0
  }
  if (THING_AFTER.test(subject.after(end, 14))) return 0.3
  if (
    LANGUAGE.test(lower) &&
    LANGUAGE_BEFORE.test(subject.before(start, 16)) &&
    !/^ (?:\p{L}+ )?(?:citizen|national|passport|man|woman|people|person|origin|descent|family|president|government|embassy|guy|girl)/u.test(
      subject.after(end, 24),
    )
  )
    return 0.3
  // "Christian Müller", "Roman Petrov" are people.
  if (/^(?:Christian|Roman|Paris|Jordan|Israel|Scot)$/.test(word) && /^ \p{Lu}/u.test(subject.text.slice(end, end + 2)))
    return 0
  if (POLITICAL.test(word))
    return POLITICAL_NEAR.test(subject.before(start, 48)) || POLITICAL_NEAR.test(subject.after(end, 40)) ? 0.7 : 0.3
  if (/^[A-Z]{3,4}$/.test(word) || /^(?:snp|cdu|csu|spd|afd|fdp|gop|lao|catalans?)$/.test(lower))
    return /^[A-Z]/.test(word) ? 0.6 : 0.3
  return 0.8
}
