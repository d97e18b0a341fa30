import type { Group } from './lexicon.ts'
import { GROUPS } from './lexicon.ts'

/** Words of one sentence; `mentioned` marks the words that name a group. */
export interface Sentence {
  readonly words: readonly string[]
  readonly mentioned: readonly boolean[]
  /** Names of the groups that the sentence mentions, in the order of the lexicon. */
  readonly groups: readonly string[]
}

interface Term {
  readonly words: readonly string[]
  readonly group: number
  readonly needsPerson: boolean
}

const TERMS = index(GROUPS)

/** People, so that an adjective before one of these words names a group. */
const PERSONS: ReadonlySet<string> = new Set(
  `people person persons man men woman women guy guys girl girls boy boys lady ladies gentleman gentlemen individual
   individuals kid kids child children adult adults teenager teenagers student students customer customers client clients
   user users employee employees worker workers colleague colleagues neighbour neighbours neighbor neighbors friend friends
   family families couple couples community communities citizen citizens folk folks folk patient patients passenger passengers
   tenant tenants driver drivers nurse nurses doctor doctors teacher teachers agent agents staff guest guests mother mothers
   father fathers parent parents wife husband daughter son sister brother grandmother grandfather aunt uncle cousin
   immigrant immigrants refugee refugees voter voters applicant applicants candidate candidates player players veteran
   veterans dude dudes owner owners`.split(/\s+/),
)
/** May stand between the adjective and the person: "old disabled woman", "black and white people". */
const BETWEEN: ReadonlySet<string> = new Set([
  'and',
  'or',
  'single',
  'married',
  'young',
  'old',
  'little',
  'poor',
  'gay',
  'lesbian',
])
/** Before these an adjective speaks of a person: "I am blind", "she's deaf", "being black". */
const SUBJECTS: ReadonlySet<string> = new Set(
  `i'm you're he's she's we're they're i’m who's who're im being am become becoming`.split(' '),
)
const PERSONAL: ReadonlySet<string> = new Set(['i', 'you', 'he', 'she', 'we', 'they', 'who', 'people'])
const BE: ReadonlySet<string> = new Set(['am', 'are', 'is', 'was', 'were', 'be', 'been', 'being'])
const DEGREE: ReadonlySet<string> = new Set([
  'a',
  'an',
  'very',
  'also',
  'not',
  'partially',
  'half',
  'totally',
  'now',
  'just',
  'born',
  'proudly',
])
/** After "the blind …" these words show that the adjective stands for people. */
const AFTER_COLLECTIVE: ReadonlySet<string> = new Set(
  "and are in who have can cannot need should were or do don’t don't also must will would".split(' '),
)
/** An adjective of state after "I am …" that goes on with one of these speaks of something else: "I am old enough". */
const NOT_STATE: ReadonlySet<string> = new Set([
  'enough',
  'to',
  'with',
  'from',
  'at',
  'in',
  'on',
  'about',
  'for',
  'express',
  'airlines',
])

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}]+)*\+?/gu
const SENTENCE_END = /[.!?…]+(?=\s|$)|[\n\r]+/gu
const PLACEHOLDER = /<[A-Z][A-Z_]{2,24}(?:_[0-9a-f]{8,16})?>/g

/** Cuts a text into sentences and finds the groups that each mentions. Linear in the length of the text. */
export function readSentences(text: string): readonly Sentence[] {
  const plain = text.normalize('NFC').replace(PLACEHOLDER, ' ')
  return plain.split(SENTENCE_END).flatMap((part) => {
    const written = part.match(WORD) ?? []
    return written.length === 0 ? [] : [readSentence(written)]
  })
}

function readSentence(written: readonly string[]): Sentence {
  const words = written.map((word) => word.toLowerCase())
  const bare = words.map((word) => word.replace(/['’]s?$/, ''))
  const mentioned = new Array<boolean>(words.length).fill(false)
  const groups = new Set<number>()
  for (let i = 0; i < words.length; ) {
    const term = TERMS.get(bare[i]!)?.find((candidate) => matches(candidate, bare, words, written, i))
    if (term === undefined) {
      i += 1
      continue
    }
    groups.add(term.group)
    mentioned.fill(true, i, i + term.words.length)
    i += term.words.length
  }
  return { words, mentioned, groups: [...groups].sort((a, b) => a - b).map((g) => GROUPS[g]!.group) }
}

function matches(
  term: Term,
  bare: readonly string[],
  words: readonly string[],
  written: readonly string[],
  at: number,
): boolean {
  if (!term.words.every((word, k) => bare[at + k] === word)) return false
  // "polish the lens": a people is written with a capital where the text uses capitals at all.
  if (term.words[0] === 'polish' && written[at] === 'polish') return false
  return !term.needsPerson || besidePerson(bare, words, at, at + term.words.length)
}

function besidePerson(bare: readonly string[], words: readonly string[], from: number, to: number): boolean {
  for (let next = to; next <= to + 3 && next < bare.length; next++) {
    if (PERSONS.has(bare[next]!)) return true
    if (!BETWEEN.has(bare[next]!) && !isAdjective(bare[next]!)) break
  }
  const after = bare[to]
  let before = from - 1
  while (before >= 0 && before >= from - 2 && DEGREE.has(bare[before]!)) before -= 1
  const previous = words[before]
  if (previous !== undefined) {
    const predicate = SUBJECTS.has(previous) || (BE.has(previous) && isPerson(bare[before - 1]))
    if (previous === 'being' && (after === 'is' || after === 'was')) return true
    // The last word of the clause, or "… and": "I am deaf and", not "we are American Express".
    if (predicate)
      return (
        after === undefined ||
        after === 'and' ||
        after === 'or' ||
        after === 'so' ||
        (AFTER_STATE.has(after) && !NOT_STATE.has(after))
      )
  }
  return (
    bare[from - 1] === 'the' && COLLECTIVES.has(bare[from]!) && (after === undefined || AFTER_COLLECTIVE.has(after))
  )
}

const AFTER_STATE: ReadonlySet<string> = new Set([
  'but',
  'because',
  'since',
  'myself',
  'too',
  'please',
  'i',
  'can',
  'he',
  'she',
  'they',
  'which',
  'if',
  'by',
])
const COLLECTIVES: ReadonlySet<string> = new Set([
  'blind',
  'deaf',
  'poor',
  'rich',
  'disabled',
  'old',
  'young',
  'wealthy',
  'mentally',
])

function isPerson(word: string | undefined): boolean {
  return word !== undefined && (PERSONAL.has(word) || PERSONS.has(word))
}

function isAdjective(word: string): boolean {
  return TERMS.get(word)?.some((term) => term.words.length === 1) ?? false
}

/** Terms by first word, longest first. */
function index(groups: readonly Group[]): ReadonlyMap<string, readonly Term[]> {
  const terms = new Map<string, Term[]>()
  const add = (phrase: string, group: number, needsPerson: boolean): void => {
    const words = phrase.split(/[\s-]+/)
    const known = terms.get(words[0]!) ?? []
    terms.set(
      words[0]!,
      [...known, { words, group, needsPerson }].sort((a, b) => b.words.length - a.words.length),
    )
  }
  groups.forEach(({ terms: sure, adjectives }, i) => {
    for (const term of sure) add(term, i, false)
    for (const adjective of adjectives) add(adjective, i, true)
  })
  return terms
}
