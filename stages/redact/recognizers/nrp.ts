import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { NRP_ANY_CASE, NRP_CAPITAL, NRP_PHRASES } from './nrp-words.ts'
import { endOf, forEachWord, isCapital } from './text-runs.ts'

const PHRASE = new RegExp(`(?:${NRP_PHRASES})s?(?![\\p{L}\\d])`, 'uy')
const PHRASE_STARTS =
  /^(?:South|North|New|Saudi|Sri|Costa|Puerto|Sierra|Cape|Papua|East|Central|Equatorial|Trinidadian|Northern|Native|African|Asian|Afro|Mexican|Pacific|First|Latter|Jehovah|Seventh|Greek|Russian|Eastern|Ukrainian|Roman|Southern|Church|Falun|Hare|Labou?r|Green|Conservative|Liberal|Democratic|Republican|Communist|Social|Christian|Tea|Sinn|Front|Rassemblement|Die|Bündnis)$/
/** Adjectives of these mean a language, too. */
const LANGUAGE_BEFORE =
  /\b(?:in|into|to|from|speaks?|speaking|spoken|written|write|fluent(?: in)?|learn(?:ing)?|translate[ds]?|auf|sprech\w*|spricht|en|parle|habla|parla|language:?|locale:?|lang:?)\W{1,2}$/
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
  /(?:nationality|nationalité|nacionalidad|nacionalidade|nazionalità|nationalität|staatsangehörigkeit|citizenship|cittadinanza|ciudadanía|ethnicity|ethnic group|ethnie|etnia|race|religion|religión|religione|konfession|faith|political (?:party|affiliation|view)|party affiliation|narodowość|obywatelstwo|uyruk|uyruğu|гражданство|национальность)["']?(?: is| ist|\s?[:=|-])\s?["']?\s?([\p{L}][\p{L}\p{M}'’ -]{2,28}?)(?=["'.,;:|\n)]|$)/diuy
const FIELD_STARTS: ReadonlySet<string> = new Set(
  'nationality nationalité nacionalidad nacionalidade nazionalità nationalität staatsangehörigkeit citizenship cittadinanza ciudadanía ethnicity ethnic ethnie etnia race religion religión religione konfession faith political party narodowość obywatelstwo uyruk uyruğu гражданство национальность'.split(
    ' ',
  ),
)
const LONGEST = 18

/** Nationalities, peoples, religions and political groups, by our own list, and whatever a field for them holds. */
export const nrp: Recognizer = {
  name: 'nrp',
  types: ['NRP'],
  needs: Feature.LETTER,
  priority: 1,
  find(subject, emit) {
    const { text } = subject
    const { lower } = subject
    forEachWord(text, (start, end) => {
      if (end - start < 3 || end - start > LONGEST) return
      const word = lower.slice(start, end)
      if (FIELD_STARTS.has(word)) {
        FIELD.lastIndex = start
        const [from, to] = FIELD.exec(text)?.indices?.[1] ?? [0, 0]
        if (to > from) emit({ start: from, end: to, type: 'NRP', score: 0.8, rule: 'field' })
      }
      if (isCapital(text.charCodeAt(start)) && PHRASE_STARTS.test(text.slice(start, end))) {
        const to = endOf(PHRASE, text, start)
        if (to > start) emit({ start, end: to, type: 'NRP', score: 0.9, rule: 'phrase' })
      }
      const known = NRP_ANY_CASE.has(word) || NRP_CAPITAL.has(text.slice(start, end))
      if (!known || /[@#/.]/.test(text[start - 1] ?? '') || /^(?:[@]|\.[\p{L}\d])/u.test(text.slice(end, end + 2)))
        return
      // A word of a path: `ceo-wants-americans-back`.
      if (text[start - 1] === '-' && text[end] === '-') return
      const score = judge(text.slice(start, end), subject, start, end)
      if (score > 0) emit({ start, end, type: 'NRP', score, rule: 'list' })
    })
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
  if (THING_AFTER.test(subject.after(end, 14))) return 0.3
  if (
    LANGUAGE.test(lower) &&
    LANGUAGE_BEFORE.test(subject.before(start, 16)) &&
    !/^ (?:\p{L}+ )?(?:citizen|national|passport|man|woman|people|person|origin|descent|family|president|government|embassy|guy|girl)/u.test(
      subject.after(end, 24),
    )
  )
    return 0.3
  // "the English is bad": the language; "the Danish gentleman": not.
  if (
    LANGUAGE.test(lower) &&
    /\b(?:the|my|your|his|her|their)\W{1,2}$/.test(subject.before(start, 8)) &&
    /^(?:[.,;:!?)\n]|$| (?:is|was|isn|and|or|but|does|not|one|in|on|to|for)(?![\p{L}]))/u.test(subject.after(end, 8))
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
