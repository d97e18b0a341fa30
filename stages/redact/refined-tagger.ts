import { lexicon } from '../../models/lexicon/lexicon.ts'
import { isNamedThing } from './named-things.ts'
import type { SpanTagger, TaggedSpan } from './span-tagger.ts'

/** Countries and larger places under names that the lexicon does not have. */
const ALSO: ReadonlySet<string> = new Set(
  'uk,us,usa,u.s,u.s.a,america,britain,great britain,england,scotland,wales,northern ireland,holland,eu,uae,europe,european union,asia,africa,south america,north america,latin america,central america,antarctica,oceania,middle east,eurasia,scandinavia,balkans,czechia,czech republic,united states,united states of america,united kingdom,united arab emirates,south korea,north korea,ivory coast,hong kong,new zealand,south africa,saudi arabia,sri lanka,costa rica,el salvador,puerto rico,dominican republic,papua new guinea,sierra leone,burkina faso,cape verde,deutschland,österreich,schweiz,españa,france,italia,brasil,méxico,nederland,polska,türkiye'.split(
    ',',
  ),
)

/** A country or something larger, which does not say where somebody lives. */
export function isCountry(value: string): boolean {
  const name = value.toLowerCase().replace(/^the /, '').replace(/[.,]$/, '')
  return ALSO.has(name) || lexicon().isCountry(name)
}

/** What follows a verb or a noun and no name: "Mark the box", "Bill by month", "Jack of all trades". */
const NO_NAME_BEFORE =
  /^ (?:the|an?|by|of|your|my|our|their|his|its|this|that|these|those|it|them|all|each|every|any|up)(?![\p{L}\p{N}])/u
const SENTENCE_START = /(?:^|[.!?:;\n"“(*-])\s*$/u

/** A name that is also a plain word, at the start of a sentence, with a word behind it that no name has. */
export function isPlainWord(text: string, start: number, end: number): boolean {
  const word = text.slice(start, end).toLowerCase()
  return (
    lexicon().isCommon(word) &&
    NO_NAME_BEFORE.test(text.slice(end, end + 12).toLowerCase()) &&
    SENTENCE_START.test(text.slice(Math.max(0, start - 4), start))
  )
}

const DETERMINER = /(?:^|[^\p{L}])(?:the|an?|this|that|our|your|my|new|another|which)\s$/iu
const NOUN = /^ (\p{Ll}{3,24})(?![\p{L}\p{N}@_-])/u
/** Nouns that do go with the name of a person or place before them: "the Johnson family", "our Denver office". */
const BELONGS = new Set(
  'family families boys girls sons daughters household residence estate home house kids children twins couple brothers sisters siblings parents wedding funeral account accounts case file files matter claim letter email emails memo report contract lawsuit trial murder office offices branch store stores shop location locations site sites area region airport station hospital clinic school college university campus street road avenue city county district suburb suburbs court police warehouse plant bureau headquarters hotel market metro subway team community neighborhood neighbourhood border coast valley river lake island bridge address apartment flat facility factory airport police museum church cemetery'.split(
    ' ',
  ),
)

/** "the Victoria armchair", "our Ruby lamp": a thing that bears the name of a person or a place. */
export function isNamedAfter(text: string, start: number, end: number): boolean {
  if (text.slice(start, end).includes(' ') || !DETERMINER.test(text.slice(Math.max(0, start - 10), start))) return false
  const noun = NOUN.exec(text.slice(end, end + 27))?.[1]
  const words = lexicon()
  const name = text.slice(start, end).toLowerCase()
  // Things bear given names and places; a family name before a noun is mostly somebody's: "the Bush administration".
  if (noun === undefined || words.isSurname(name) || !(words.isGiven(name) || words.isPlace(name))) return false
  return !BELONGS.has(noun) && words.isCommon(noun) && !words.isFunction(noun)
}

/** Nouns that end the name of a place: "the Bay Area", "Silver Lake"; plurals are regions ("the Cotswolds"). */
const PLACE_NOUN =
  /(?:\p{L}s|street|road|avenue|lane|drive|square|park|river|lake|bay|area|valley|forest|island|isle|mountain|mount|hill|coast|beach|bridge|district|county|city|town|village|region|peninsula|sea|ocean|desert|canyon|creek|strip|quarter|peak|pass|gulf|harbou?r|port|falls|territory|province|state|basin|delta|plaza|station|airport|heights|end|side|gate|mall|market|north|south|east|west|shire|boro(?:ugh)?|burgh?|bury|ville|view|furt|haven|land|mouth|chester|berg|stadt|dorf|heim|stad)$/iu

/** What the model takes for a place, and no list of places has: where nothing around speaks for one it must be quite sure. */
const SURE_PLACE = 0.9

/** The same for a word of no list at all, which most names of towns and products are. */
const LIKELY_PLACE = 0.8

/** Log-odds a trigram from which on an unknown word may be the name of a person. */
const NAME_LIKE = 0.1

/** Before a place: a preposition, a comma ("Wells, Somerset"), a label, the start of a line or a cell. */
const PLACE_BEFORE =
  /(?:(?<!\p{L})(?:in|at|from|near|to|of|around|via|outside|through|across|toward|towards|visit(?:ing|ed)?|leav(?:e|ing)|left|reach(?:ed)?|cross(?:ed)?|downtown|greater|aus|nach|bei|en|à|de|da|do|di|van|te|a|uit|fra|från|til|till|op|u|v|w|i)\s|[,;:|/(–-]\s?|\d\s|\n\s{0,4}|^\s*)$/iu

/** Joined to other words by dots or signs, as names in programs are: `Foo.Bar.Baz`. */
function isInCode(text: string, start: number, end: number): boolean {
  return (
    /\p{Ll}\.\p{Lu}/u.test(text.slice(start, end)) ||
    /^\.\p{L}/u.test(text.slice(end, end + 2)) ||
    /[\p{Ll}\d][.$#\\]$/u.test(text.slice(Math.max(0, start - 2), start))
  )
}

/** "the Jabra Elite", "from Slack to Teams", "Bell inequality": a thing or a plain word that was taken for a place. */
export function isNoPlace(text: string, { start, end, score }: Omit<TaggedSpan, 'type'>): boolean {
  const value = text.slice(start, end)
  const name = value.toLowerCase()
  const words = lexicon()
  const before = text.slice(Math.max(0, start - 12), start)
  if (isCountry(value)) return false
  // "Reading is fun", "Bath towels": a plain word at the start of a sentence.
  if (words.isPlace(name))
    return words.isCommon(name) && /(?:^|[.!?]\s|\n)$/.test(before) && /^ \p{Ll}/u.test(text.slice(end, end + 2))
  if (isInCode(text, start, end)) return true
  if (/ (?:and|or) /.test(name) && name.split(' ').every((word) => words.isCommon(word) || words.isFunction(word)))
    return true
  if (
    score < LIKELY_PLACE &&
    // The model mixes up people and towns: a name of somebody is covered either way.
    !name
      .split(/[ -]/)
      .some((word) => words.isGiven(word) || words.isSurname(word) || words.likeness(word) > NAME_LIKE) &&
    !PLACE_BEFORE.test(/^\p{Ll}/u.test(value) ? `${before.replace(/[^\p{L}]+$/u, '')} ` : before) &&
    !PLACE_NOUN.test(name)
  )
    return true
  if (/^(?:st|mt|ft)\.?$/.test(name)) return true
  if (!name.includes(' ') && score < SURE_PLACE && words.isCommon(name) && !PLACE_NOUN.test(name)) return true
  // "the North Chester office" is one, "the Jabra Elite" is not.
  const noun = NOUN.exec(text.slice(end, end + 27))?.[1]
  // "a" is a preposition elsewhere: "abito a Monza".
  return (
    DETERMINER.test(before) &&
    !/(?<!\p{L})a\s$/iu.test(before) &&
    !PLACE_NOUN.test(name) &&
    !(noun !== undefined && BELONGS.has(noun))
  )
}

/** "The Ninja Foodi", `Foo.Bar`, "Dark Mode": after an article, in code or of plain words alone, and no part is a known name. */
export function isNoPerson(text: string, { start, end, score }: Omit<TaggedSpan, 'type'>): boolean {
  const words = lexicon()
  const parts = text
    .slice(start, end)
    .toLowerCase()
    .split(/[ .-]+/)
  if (parts.some((part) => words.isGiven(part) || words.isSurname(part) || words.likeness(part) > NAME_LIKE))
    return false
  if (isInCode(text, start, end)) return true
  if (score < SURE_PLACE && parts.every((part) => words.isCommon(part))) return true
  const noun = NOUN.exec(text.slice(end, end + 27))?.[1]
  return DETERMINER.test(text.slice(Math.max(0, start - 12), start)) && !(noun !== undefined && BELONGS.has(noun))
}

/** Labels of fields in capitals: what stands before a value, and in redacted text before its placeholder. */
const LABELS = new Set(
  'tel tél fax mobile mobil mob cell phone telefon téléphone teléfono handy fon ph email e-mail mail address adresse name names date dob born age iban bic card ssn id mrn zip plz city street url web www ip signed sent from to cc bcc subject re fwd attn ref contact customer client patient user agent caller'.split(
    ' ',
  ),
)

/**
 * What the rules find besides brings a few false alarms of its own, so beside them the model must be a little surer: then the
 * whole stays at 2 % of clean sentences (`npm run bench -- redaction-folds`).
 */
const BESIDE_RULES = 0.1

/**
 * The same tagger, with countries as a type of their own (they stay unless they are asked for), without words that are verbs
 * where they stand, and without things that are named after somebody.
 */
export function refined(tagger: SpanTagger): SpanTagger {
  const refine = (span: TaggedSpan, text: string): readonly TaggedSpan[] => {
    if (LABELS.has(text.slice(span.start, span.end).toLowerCase())) return []
    if (span.type !== 'ORGANIZATION' && isNamedAfter(text, span.start, span.end)) return []
    if (span.type !== 'ORGANIZATION' && isNamedThing(text.slice(span.start, span.end))) return []
    if (span.type === 'PERSON' && isNoPerson(text, span)) return []
    if (span.type === 'PERSON')
      return isPlainWord(text, span.start, span.end) ? [] : [{ ...span, score: Math.max(0, span.score - BESIDE_RULES) }]
    if (span.type === 'LOCATION' && isCountry(text.slice(span.start, span.end))) return [{ ...span, type: 'COUNTRY' }]
    if (span.type === 'LOCATION' && isNoPlace(text, span)) return []
    return [span]
  }
  return {
    name: tagger.name,
    types: [...tagger.types, 'COUNTRY'],
    async tag(texts) {
      const tagged = await tagger.tag(texts)
      return tagged.map((spans, i) => spans.flatMap((span) => refine(span, texts[i]!)))
    },
    close: () => tagger.close(),
  }
}
