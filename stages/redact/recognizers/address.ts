import { lexicon } from '../../../models/lexicon/lexicon.ts'
import { Feature } from '../feature.ts'
import type { Candidate, Recognizer } from '../recognizer.ts'
import { isDigit, isWord, type Subject } from '../subject.ts'

const CAP = "\\p{Lu}[\\p{L}\\p{M}'’.-]*"
const ENGLISH =
  'street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|terrace|ter|close|square|sq|crescent|cres|parkway|pkwy|highway|hwy|circle|cir|grove|gardens|mews|trail|trl|walk|hill|row|green|loop|alley|plaza|ridge|turnpike|route|broadway'
const PARTICLES = "(?:(?:de|du|des|d['’]|la|le|les|l['’]|del|della|delle|dei|da|do|dos|das|los|las|san|santa) ?){0,3}"
/** Kinds of places that addresses in Spain and Brazil start with. */
const SPANISH =
  'rambla|riera|travesía|callejón|pasaje|parque|parcela|partida|poblado|prolongación|puente|rincón|rúa|senda|subida|bajada|torrente|torre|carretera|ctra\\.|arrabal|barranco|caserío|chalet|conjunto|edificio|entrada|escalinata|explanada|huerta|jardines|manzana|masía|mercado|monte|muelle|puerta|sección|solar|terrenos|quinta|marginal|ladeira|beco|viela'
const ROMANCE = `${SPANISH}|rue|avenue|av\\.|boulevard|bd|place|impasse|allée|chemin|quai|cours|calle|c/|avenida|avda\\.?|plaza|paseo|camino|carrer|via|viale|piazza|corso|largo|vicolo|contrada|strada|rua|travessa|praça|alameda|ulica|ul\\.|aleja|al\\.|osiedle|os\\.|plac|pl\\.|rodovia|avenida|estrada|colonia|bloque|barrio|polígono|urbanización|ronda|glorieta|cuesta|lugar|sector|grupo|passage|square|esplanade|route|montée|sentier|voie|lungomare|strada|borgo|rotonda|incrocio|bulw\\.|bulwar|rondo|droga|rynek|skwer|szosa|wybrzeże|zaułek`
/** Words that English (or any log) has too: as kinds of streets only with a capital. */
const CAPITAL_ONLY = new Set([
  'via',
  'route',
  'place',
  'square',
  'passage',
  'sector',
  'grupo',
  'lugar',
  'plaza',
  'camino',
  'contrada',
  'colonia',
  'rotonda',
  ...SPANISH.split('|'),
])
const EITHER_CASE = [
  ...ROMANCE.split('|').filter((word) => !CAPITAL_ONLY.has(word)),
  ...ROMANCE.split('|').map((word) => (word[0] ?? '').toUpperCase() + word.slice(1)),
].join('|')
const NAMED = `${PARTICLES}${CAP}(?: (?:(?:de|du|des|la|le|del|da|do|dos|das|di|y|e) )?(?!(?:Apt|Suite|Ste|Unit|Flat|Appt?|Lgh|Piso|Casa|Apto|Int|Interno|Piano|Bloco|Hus|Top)(?![\\p{L}]))${CAP}){0,4}`

/** Apt. 12, Suite 4B, #7, Lgh 1102, Whg. 3, 2. OG, 3e étage, piso 2, interno 5, m. 12, 3 hoog, casa 8: after a street. */
const UNIT =
  /(?:,? ?\n?|, )(?:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|lgh|hus|wohnung|whg|zimmer|etage|stock|top|bte|bo[îi]te|appt?|appartement|b[âa]timent|bât|étage|esc|escalera|piso|puerta|planta|portal|bloque|appartamento|piano|interno|int|scala|m|lok|casa|apto|apartamento|bloco|sobrado|daire|kat|bus)\.? ?#?(?:\d{1,5}(?:[ -]?\p{L})?|\p{L}-?\d{0,4})|# ?\d{1,5}\p{L}?|\d{1,2}(?:\.|e|ème|er|º|ª|°)? ?(?:og|stock|etage|étage|piso|piano|hoog(?: (?:achter|voor))?|andar)|\d{1,2}[ºª°](?: ?(?:\p{L}|dcha|izda?|izq|dta)\b)?)(?![\p{L}\d])/iuy

// Everything starts from a group of one to five digits; these are tried after it (sticky) …
/** 221B Baker Street, 4 Privet Dr., Apt 3; also in lower case. */
const AFTER_ENGLISH = new RegExp(
  `[a-z]?,? (?:[nsew]\\.? )?(?:[\\p{L}\\d][\\p{L}\\p{M}\\d'’.-]{0,30} ){1,4}?(?:${ENGLISH})(?![\\p{L}\\d])\\.?` +
    `(?: (?:n|s|e|w|ne|nw|se|sw|north|south|east|west)(?![\\p{L}\\d]))?`,
  'uy',
)
/** 77447 Wolf Knoll, 8686 Beier Shore: the rarer kinds of US streets (USPS Publication 28, appendix C1), in capitals. */
const AFTER_RARE =
  /[A-Za-z]?,? (?:\p{Lu}[\p{L}\p{M}'’.-]{0,30} ){1,3}(?:Alley|Arcade|Bayou|Beach|Bend|Bluffs?|Bottom|Branch|Bridge|Brooks?|Burgs?|Bypass|Camp|Canyon|Cape|Causeway|Centers?|Chase|Circles?|Cliffs?|Club|Common|Commons|Copse|Corners?|Course|Courts|Coves?|Creek|Crest|Crossing|Crossroad|Curve|Dale|Dam|Dell|Divide|Drives|End|Estates?|Expressway|Extensions?|Falls|Ferry|Fields?|Flats?|Fords?|Forest|Forges?|Forks?|Fort|Freeway|Gardens?|Gateway|Glade|Glens?|Greens?|Groves?|Harbors?|Haven|Heights|Hills?|Hollow|Inlet|Islands?|Isle|Junctions?|Keys?|Knolls?|Lakes?|Landing|Lea|Leas|Leah|Lights?|Loaf|Locks?|Lodge|Mall|Manors?|Meadows?|Mills?|Mission|Motorway|Mount|Mountains?|Neck|Nook|Orchard|Oval|Overpass|Paddock|Parade|Parks?|Parkways|Pass|Passage|Path|Pike|Pines?|Plains?|Plazas?|Points?|Ports?|Prairie|Promenade|Radial|Ramp|Ranch|Rapids?|Rest|Ridges?|Rise|River|Roads|Rue|Run|Shoals?|Shores?|Skyway|Springs?|Spurs?|Station|Stravenue|Stream|Streets|Summit|Throughway|Trace|Track|Trafficway|Tunnel|Underpass|Unions?|Valleys?|Viaduct|Views?|Villages?|Ville|Vista|Walks?|Wall|Ways|Wells?|Wharf|Wood|Yard|Via|Land|Bank|Wynd|Brow|Side|Vale|Circuit|Gate|Fall|Brae|Grange|Dene|Garth|Leys|Copse|Spinney|Fold|Croft|Mead|Esplanade|Close|Crest|Strand)(?![\p{L}\d])/uy
/** 12 The Crescent, 71 The Poplars */
const AFTER_THE = /[a-z]? The \p{Lu}[\p{L}'’-]+(?: (?:Street|Road|Lane|Close|Way|Drive|Avenue|Green|Grove))?/uy
/** 12 rue de la Paix, 5 bis avenue Foch */
const AFTER_ROMANCE = new RegExp(`(?: ?(?:bis|ter))?,? (?:${EITHER_CASE}) ${NAMED}`, 'uy')
/** 10115 Berlin, 75008 Paris, 1016 AB Amsterdam, 00-950 Warszawa, 114 55 Stockholm, 01310-100 São Paulo */
const AFTER_POSTCODE =
  /(?:-\d{3}| ?[A-Z]{2}| \d{2})?,? (?:(?:La|Le|Les|El|Los|Las|San|Santa|St\.?|Sankt|Bad|São) )?\p{Lu}[\p{L}\p{M}'’-]{2,30}(?: (?:(?:am|an der|im|de|la|sur|en|del|di|do) )?\p{Lu}[\p{L}\p{M}'’-]{2,30}){0,2}/uy
// … and these before it, in the 80 characters that end at the digits.
/** Lindenstraße 12, Am Ring 3a, Keizersgracht 100, Storgatan 5 */
const BEFORE_GERMANIC = new RegExp(
  `(?:^|[^\\p{L}])((?:(?:Am|An der|Im|Auf der|Auf dem|Zum|Zur|Unter den|In der|Hinter dem) (?!Januar|Februar|März|April|Mai|Jun|Jul|August|Sept|Okt|Nov|Dez|Mo|Di|Mi|Do|Fr|Sa|So)${CAP} |(?:(?:van|de|der|den|von|am|an der|im|auf dem|op de) ){0,2}(?:${CAP}[ -]){0,3}(?:\\p{L}+(?:straße|strasse|str\\.|weg|allee|platz|gasse|damm|ufer|steig|chaussee|ring|hof|laan|straat|gracht|plein|kade|dijk|park|baan|singel|plantsoen|steeg|dreef|gatan|vägen|gränd|gränden|gärdet|backen|torget|stigen|allén|pfad|vej|gade|veien|gata)|(?:Straße|Strasse|Str\\.|Weg|Allee|Platz|Ring|Väg|Gata|Gränd|Allé|Sokak|Sokağı|Caddesi|Cd\\.|Sk\\.|Bulvarı|Mahallesi)(?: [Nn]o:?)?) ?))$`,
  'u',
)
const GERMANIC_END =
  /(?:straße|strasse|str\.|weg|allee|platz|gasse|damm|ufer|steig|chaussee|ring|hof|laan|straat|gracht|plein|kade|dijk|park|baan|singel|plantsoen|steeg|dreef|gatan|vägen|gränd|gränden|gärdet|backen|torget|stigen|allén|pfad|vej|gade|veien|väg|gata|allé|sokak|sokağı|caddesi|cd\.|sk\.|bulvarı|mahallesi)(?: no:?)? ?$|(?:^|[^\p{L}])(?:am|an der|im|auf der|auf dem|zum|zur|unter den|in der|hinter dem) \p{L}+ $/iu
/** Weiherfeld 43, Mühlenberg 7: places as well as streets. */
const BEFORE_FIELD =
  /(?:^|[^\p{L}])(\p{Lu}\p{L}{2,}(?:feld|berg|grund|winkel|bach|garten|markt|höhe|wall|brücke|wiese|wiesen|aue|hang|tor|graben|kamp|busch|horst) )$/u
/** Calle Mayor 5, Via Roma, 10, ul. Długa 7, Rua Augusta, 200 */
const BEFORE_ROMANCE = new RegExp(`(?:^|[^\\p{L}])((?:${EITHER_CASE}) ${NAMED},? ?(?:n[º°.]? ?|núm\\.? )?)$`, 'u')
/** Springfield, IL 62704 */
const BEFORE_ZIP =
  /(?:^|[^\p{L}])((?:\p{Lu}[\p{L}'’.-]+ ){0,3}\p{Lu}[\p{L}'’.-]+,? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? )$/u
const BEFORE_BOX = /((?:p\.? ?o\.? ?box|postfach|apartado(?: postal)?|bo[îi]te postale|postbus|casella postale) )$/
/** ", Springfield", " in Nyfors", ", 76553 La Rochelle", ", Toronto, ON M5V 2T6": town and code that follow a street. */
const TOWN_NAME =
  "(?:(?:La|Le|Les|El|Los|Las|De|Den|San|Santa|St\\.?|Sankt|Bad|São) )?\\p{Lu}[\\p{L}\\p{M}'’-]+(?: (?:(?:de|do|da|dos|del|della|la|le|am|an der|upon|sur|en|di|i) ){0,2}\\p{Lu}[\\p{L}\\p{M}'’-]+){0,3}"
const CODE_FIRST = '(?:[A-Z]{1,2}-)?\\d{4,5}(?: ?[A-Z]{2})?|\\d{2}-\\d{3}|\\d{3} \\d{2}'
const CODE_LAST =
  '[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|[A-Z]{1,2}\\d[A-Z\\d]? \\d[A-Z]{2}|\\d{5}(?:-\\d{3,4})?|[A-Z]{2,3},? \\d{4,5}(?:-\\d{4})?|[A-Z]{2,3},? [A-Z]\\d[A-Z] ?\\d[A-Z]\\d|\\d{6}'
const AFTER_STREET = new RegExp(
  `^((?:,|,? in| -|,?\\n) ?)(?:(${CODE_FIRST}),? )?(${TOWN_NAME})(?:,? ?[\\n ](?:- )?(${CODE_LAST}))?(?![\\p{L}\\d@])`,
  'u',
)
/** UK postcodes (Royal Mail's published form). */
const UK = /[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}/g
const HOUSE_TAIL =
  /(?: ?[a-zA-Z](?![\p{L}\d]))?(?:[-/]\d{1,4}(?!\d))?(?:[ -](?:I{1,3}|IV|VI?)(?![\p{L}\d]))?(?:,? \d{1,2}[ºª°](?: ?[A-Z](?![\p{L}]))?)?/uy

const NEAR =
  /address|\blive|\bsend|deliver|ship|street|road|post ?code|\bzip|adresse|wohn|straße|straat|rue|calle|via|\bul\.|\bcity|moved|\d ?[a-z]?,\s?$/
const NOT_STREET_WORD =
  /\s(?:the|a|my|your|no|on|in|of|this|that|is|was|to|and|for|it|any|by|either|all|or|at|did|will|with|from|has|have|days?|weeks?|months?|years?|hours?|minutes?|times?|items?|orders?|people|percent|am|pm|km|miles?|new|more|stars?|other|different|ways?|x|i|you|we|they|he|she|gb|mb|ghz|but|so|if|not|can|cannot)\s/
const NOT_TOWN =
  /(?:January|February|March|April|May|June|July|August|September|October|November|December|Error|Warning|Info|Order|Euros?|Dollars?|Points?|Items?|Units?|Views?|People|Customers?|Users?|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Success|GET|POST|Ticket|Invoice|Hi|Hello|Thanks|The|This|It|We|Please|And|But|So|My|You|Your|If|What|When|How|Why|Can|Is|Not|No|Yes|Any|ZIP|Zip|Phone|Tel|Fax|Email|E-mail)(?![\p{L}])/u

/** Street addresses and postcodes with their town, in the forms of a dozen countries. */
export const address: Recognizer = {
  name: 'address',
  types: ['ADDRESS', 'LOCATION'],
  needs: Feature.DIGIT | Feature.LETTER,
  priority: 2,
  find(subject, emit) {
    const { text } = subject
    for (let at = 0; at < text.length; at++) {
      if (!isDigit(text.charCodeAt(at))) continue
      const start = at
      while (at < text.length && isDigit(text.charCodeAt(at))) at += 1
      const length = at - start
      if (length <= 5 && !isWord(text, start - 1)) around(subject, start, at, emit)
    }
    if ((subject.features & Feature.UPPER) === 0) return
    for (const match of text.matchAll(UK)) {
      const start = match.index
      const end = start + match[0].length
      if (isWord(text, start - 1) || isWord(text, end) || /[-#/.]/.test(text[start - 1] ?? '') || text[end] === '-')
        continue
      const spaced = match[0].includes(' ')
      const near = NEAR.test(subject.before(start, 60))
      if (near || spaced) emit({ start, end, type: 'ADDRESS', score: near ? 0.8 : 0.5 })
    }
  },
}

function around(subject: Subject, start: number, digitsEnd: number, emit: (candidate: Candidate) => void): void {
  const { text } = subject
  const push = (first: number, to: number, score: number): void => {
    // "Flat 2, 12 Church Lane"
    const unit = /(?:^|[^\p{L}\d])((?:flat|apt\.?|apartment|unit|suite|room) [\p{L}\d]{1,4},? )$/u.exec(
      subject.before(first, 24),
    )
    const from = first - (unit?.[1]?.length ?? 0)
    UNIT.lastIndex = to
    const end = UNIT.test(text) ? UNIT.lastIndex : to
    if (isWord(text, from - 1) || isWord(text, end)) return
    emit({ start: from, end, type: 'ADDRESS', score })
    const town = AFTER_STREET.exec(text.slice(end, end + 100))
    if (town === null || NOT_TOWN.test(town[3]!)) return
    const [, gap = '', code, name = '', last] = town
    const at =
      end + gap.length + (code === undefined ? 0 : town[0].indexOf(name, gap.length + code.length) - gap.length)
    if (code !== undefined) emit({ start: end + gap.length, end: at + name.length, type: 'ADDRESS', score: 0.7 })
    else emit({ start: at, end: at + name.length, type: 'LOCATION', score: 0.6 })
    if (last !== undefined)
      emit({ start: end + town[0].length - last.length, end: end + town[0].length, type: 'ADDRESS', score: 0.7 })
  }
  const previous = text[start - 1]
  const next = text[digitsEnd]
  // Part of a path, a range, a parameter or a longer number.
  const joined =
    previous !== undefined &&
    (/[/=&#_-]/.test(previous) || (/[.,:]/.test(previous) && /\d/.test(text[start - 2] ?? '')))
  const digits = digitsEnd - start
  if (!joined && next !== undefined && /[ ,A-Za-z-]/.test(next)) {
    const english = sticky(AFTER_ENGLISH, subject.lower, digitsEnd)
    // Small words in small letters: "5 days on the road"; not "847 New Street".
    const isStreet =
      english > 0 && !NOT_STREET_WORD.test(`${text.slice(digitsEnd, english).replace(/[\p{L}\d.]+$/u, '')} `)
    if (isStreet) push(start, english, 0.8)
    const the = sticky(AFTER_THE, text, digitsEnd)
    if (the > 0 && NEAR.test(subject.before(start, 40))) push(start, the, 0.65)
    const rare = sticky(AFTER_RARE, text, digitsEnd)
    // "my Will 2 Smart Lock": a number after a capitalised word belongs to a product.
    if (rare > 0)
      push(
        start,
        rare,
        /\p{L} $/u.test(text.slice(Math.max(0, start - 2), start)) &&
          /\p{Lu}\p{L}* $/u.test(text.slice(Math.max(0, start - 24), start)) &&
          !NEAR.test(subject.before(start, 40))
          ? 0.3
          : 0.65,
      )
    const romance = sticky(AFTER_ROMANCE, text, digitsEnd)
    if (romance > 0) push(start, romance, 0.8)
    // A number that opens a street is no postcode.
    const town = isStreet || rare > 0 || romance > 0 ? 0 : sticky(AFTER_POSTCODE, text, digitsEnd)
    if (town > 0 && isPostcode(text.slice(start, town)) && !NOT_TOWN.test(text.slice(digitsEnd, town))) {
      const name = /\p{L}[\p{L}\p{M}'’-]*$/u.exec(text.slice(digitsEnd, town))?.[0] ?? ''
      const known = lexicon().isPlace(name.toLowerCase())
      const near = previous !== '#' && NEAR.test(subject.before(start, 60))
      push(start, town, known ? 0.85 : near ? 0.8 : digits === 5 ? 0.5 : 0.3)
    }
  }
  if (previous === undefined || !/[ \p{L}.º°#]/u.test(previous)) return
  const before = text.slice(Math.max(0, start - 80), start)
  if (digits === 5) {
    const zip = BEFORE_ZIP.exec(before)
    if (zip !== null) {
      const plusFour = /^-\d{4}(?!\d)/.exec(text.slice(digitsEnd, digitsEnd + 6))?.[0].length ?? 0
      push(start - zip[1]!.length, digitsEnd + plusFour, 0.8)
    }
  }
  const box = BEFORE_BOX.exec(before.toLowerCase())
  if (box !== null) push(start - box[1]!.length, digitsEnd, 0.8)
  if (digits > 4) return
  const house = Math.max(digitsEnd, sticky(HOUSE_TAIL, text, digitsEnd))
  const street = GERMANIC_END.test(before) ? BEFORE_GERMANIC.exec(before) : BEFORE_ROMANCE.exec(before)
  if (street !== null) push(start - street[1]!.length, house, 0.8)
  else {
    const field = BEFORE_FIELD.exec(before)
    if (field !== null && NEAR.test(subject.before(start - field[1]!.length, 40)))
      push(start - field[1]!.length, house, 0.65)
  }
}

/** DDDDD, DDDD LL, DD-DDD, DDD DD, DDDDD-DDD: what postcodes in front of a town look like. */
function isPostcode(value: string): boolean {
  return /^(?:\d{5}(?:-\d{3})?|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{3} \d{2}),? /.test(value)
}

function sticky(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match === null ? 0 : at + match[0].length
}
