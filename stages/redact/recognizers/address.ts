import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord } from '../subject.ts'

const CAP = "\\p{Lu}[\\p{L}\\p{M}'’.-]*"
const UNIT = '(?:,? ?(?:apt|apartment|suite|ste|unit|flat|floor|#|room|app|top|piso|int)\\.? ?#?[\\p{L}\\d-]{1,6})?'
const ENGLISH =
  'street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|terrace|ter|close|square|sq|crescent|cres|parkway|pkwy|highway|hwy|circle|cir|grove|gardens|mews|trail|trl|walk|hill|row|green|loop|alley|plaza|ridge|turnpike|route'
const PATTERNS: readonly RegExp[] = [
  // 221B Baker Street, 4 Privet Dr., Apt 3; also in lower case
  new RegExp(
    `(?:flat [\\p{L}\\d]{1,4},? )?\\d{1,5}[a-z]?,? (?:[nsew]\\.? |north |south |east |west )?(?:[\\p{L}\\d][\\p{L}\\p{M}'’.-]* ){1,4}(?:${ENGLISH})(?![\\p{L}\\d])\\.?${UNIT}`,
    'giu',
  ),
  // Lindenstraße 12, Am Ring 3a, Keizersgracht 100-2, Storgatan 5
  new RegExp(
    `(?:${CAP}[ -]){0,3}(?:\\p{L}+(?:straße|strasse|str\\.|weg|allee|platz|gasse|damm|ufer|steig|chaussee|ring|hof|laan|straat|gracht|plein|kade|dijk|gatan|vägen|gränd|stigen)|(?:Straße|Strasse|Str\\.|Weg|Allee|Platz|Ring)) ?\\d{1,4}(?: ?[a-z](?![\\p{L}]))?(?:[-/]\\d{1,4})?`,
    'giu',
  ),
  // 12 rue de la Paix, Calle Mayor 5, Via Roma, 10, ul. Długa 7/3, Rua Augusta, 200
  new RegExp(
    `(?:\\d{1,4}(?: ?(?:bis|ter))?,? )?(?:rue|avenue|av\\.|boulevard|bd|place|impasse|allée|chemin|quai|cours|calle|c/|avenida|avda\\.?|plaza|paseo|camino|carrer|via|viale|piazza|corso|largo|vicolo|contrada|strada|rua|travessa|praça|alameda|ulica|ul\\.|aleja|al\\.|osiedle|os\\.|plac|pl\\.) (?:(?:de|du|des|d['’]|la|le|les|l['’]|del|della|delle|dei|da|do|dos|das|los|las|san|santa) ?){0,3}${CAP}(?: (?:(?:de|du|des|la|le|del|da|do|dos|das|di|y|e) )?${CAP}){0,4}(?:,? (?:n[º°.]?\\s?|núm\\.? )?\\d{1,5}(?: ?[a-z](?!\\p{L}))?(?:/\\d{1,4})?)?`,
    'gu',
  ),
  // PO Box 123
  /(?:p\.? ?o\.? ?box|postfach|apartado(?: postal)?|bo[îi]te postale|postbus|casella postale) \d{1,6}/giu,
]
const POSTCODES: readonly RegExp[] = [
  // UK: SW1A 1AA (Royal Mail's published form)
  /(?:GIR 0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})/g,
  // US: Springfield, IL 62704-1234
  /(?:\p{Lu}[\p{L}'’.-]+ ){0,3}\p{Lu}[\p{L}'’.-]+,? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? \d{5}(?:-\d{4})?/gu,
  // 10115 Berlin, 75008 Paris, 28013 Madrid; NL: 1016 AB Amsterdam; PL: 00-950 Warszawa; SE: 114 55 Stockholm; BR: 01310-100 São Paulo
  /(?:[A-Z]{1,2}-)?(?:\d{5}(?:-\d{3})?|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{3} \d{2}),? \p{Lu}[\p{L}\p{M}'’-]{2,}(?: (?:(?:am|an der|im|de|la|sur|en|del|di|do) )?\p{Lu}[\p{L}\p{M}'’-]{2,}){0,2}/gu,
]

/** Street addresses and postcodes with their town, in the forms of a dozen countries. */
export const address: Recognizer = {
  name: 'address',
  types: ['ADDRESS'],
  needs: Feature.LETTER,
  priority: 2,
  find(subject, emit) {
    const { text } = subject
    const hasDigit = (subject.features & Feature.DIGIT) !== 0
    if (!hasDigit) return
    for (const form of PATTERNS) {
      for (const match of text.matchAll(form)) {
        const start = match.index
        const end = start + match[0].length
        if (isWord(text, start - 1) || isWord(text, end) || !/\d/.test(match[0])) continue
        if (/[.,:/-]$/.test(text.slice(Math.max(0, start - 1), start)) && /\d/.test(text[start - 2] ?? '')) continue
        if (NOT_STREET.test(match[0])) continue
        emit({ start, end, type: 'ADDRESS', score: 0.8 })
      }
    }
    for (const form of POSTCODES) {
      for (const match of text.matchAll(form)) {
        const start = match.index
        const end = start + match[0].length
        if (isWord(text, start - 1) || isWord(text, end) || /[-#/.]$/.test(text.slice(Math.max(0, start - 1), start)))
          continue
        if (NOT_TOWN.test(match[0])) continue
        const near =
          /address|live|deliver|ship|street|road|postcode|post ?code|zip|adresse|wohn|straße|straat|rue|calle|via|ul\.|city|moved|\d ?[a-z]?,\s?$/.test(
            subject.before(start, 60),
          )
        const bare = !/\p{Ll}/u.test(match[0])
        emit({ start, end, type: 'ADDRESS', score: near ? 0.8 : bare ? 0.5 : 0.55 })
      }
    }
  },
}

// "2 days on the road", "3 ways to drive", "1 more way"
const NOT_STREET =
  /^\d+,? (?:days?|weeks?|months?|years?|hours?|minutes?|times?|of|and|to|in|at|for|more|other|different|items?|orders?|people|ways?|or|the|a|is|was|at|on|people|percent|am|pm|km|miles?|new|more|x|stars?)\s|(?:\s(?:the|a|my|your|no|on|in|of|this|that|is|was|to|and|for|it|any|by|either|all)\s(?:\S+\s)?(?:way|drive|place|close|court|row|walk|route|trail|square|green|hill|loop|st)\.?$)|(?:\s(?:to drive|to close|to walk|to place|did not close|will close|no way|by the way))$/iu
const NOT_TOWN =
  /(?:January|February|March|April|May|June|July|August|September|October|November|December|Error|Warning|Info|Order|Euro?|Dollars?|Points?|Items?|Units?|Views?|People|Customers?|Users?|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Success|GET|POST|Ticket|Invoice)\b/u
