import { STREETS, TOWNS } from '../data/places.ts'
import { drawOther, keyedDraw } from '../draw.ts'
import { foldName } from '../name-parts.ts'
import { inCaseOf } from './case-style.ts'
import { likeCharacter } from './characters.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Kinds of streets, of units and directions: they say what the words beside them are, and stay. Folded. */
const KINDS = set(
  'street st road rd avenue ave lane ln drive dr boulevard blvd court ct way place pl terrace ter close square sq crescent cres parkway pkwy highway hwy circle cir grove gardens mews trail trl walk hill row loop alley plaza ridge turnpike broadway knoll shore shores meadow meadows creek heights view rue bd impasse allee chemin quai cours passage sentier esplanade calle avenida avda plaza paseo camino carrer ronda travesia via viale piazza corso largo vicolo rua travessa praca alameda estrada rodovia ulica ul aleja al osiedle os plac strasse weg platz ring gasse damm ufer vag gata grand alle sokak sokagi caddesi cd sk bulvari mahallesi',
)
/** The rarer kinds of US streets (USPS Publication 28, appendix C1): towns end in these words too, so a number must stand first. */
const RARE_KINDS = set(
  'arcade bend bluff bluffs branch bridge brook brooks burg burgs bypass camp canyon cape causeway center centers cliff cliffs club common commons corner corners course courts cove coves crest crossing crossroad curve dale dam divide drives estate estates expressway extension extensions falls ferry field fields flats ford fords forest forge forges fork forks fort freeway gateway glen glens greens groves harbor harbors haven hills hollow inlet island islands isle junction junctions key keys knolls lake lakes landing light lights lock locks lodge mall manor manors mill mills mission motorway mount mountain mountains neck orchard oval overpass parade park parks pass path pike pine pines plain plains plazas point points port ports prairie radial ramp ranch rapids rest ridges river roads run shoal shoals skyway spring springs spur spurs station stravenue stream streets summit throughway trace track trafficway tunnel underpass union unions valley valleys viaduct village villages ville vista walks wall ways wells',
)
const UNITS = set(
  'apt apartment suite ste unit flat floor fl room rm box po postfach apartado postbus no nr n piso bis',
)
const SMALL = set(
  'the of upon on in at and de la le les du des der die das den dem del della delle dei di da do dos das las los el am an im auf zum zur unter hinter von van ten op y e d l sur sous en bei near c/o',
)
const DIRECTIONS = set('n s e w ne nw se sw north south east west northeast northwest southeast southwest')
/** States and provinces of the US, Canada and Australia: HIPAA lets them stay. */
const STATES = set(
  'al ak az ar ca co ct de dc fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy on qc bc ab mb sk ns nb nl pe nsw vic qld tas act nt',
)
/** `Lindenstraße`: the kind is the end of the word. */
const COMPOUND =
  /(?:straße|strasse|str|weg|allee|platz|gasse|damm|ufer|steig|chaussee|ring|hof|laan|straat|gracht|plein|kade|dijk|baan|gatan|vägen|gränd|stigen|allén|gade|vej|gata|veien|katu|tie)\.?$/iu
const COMPOUND_MIN = 3
/** What the last group of a UK postcode may hold (Royal Mail). */
const POSTCODE_LETTERS = 'ABDEFGHJLNPQRSTUWXYZ'

/** A town for a town; a state or a number beside it stays or is drawn anew. The same place has the same surrogate. */
export const locationSurrogate: SurrogateMaker = (value, context) => write(value, false, context)

/** Streets for streets, towns for towns, numbers of the same length; kinds of streets, directions and states stay. */
export const addressSurrogate: SurrogateMaker = (value, context) => write(value, true, context)

/** Letters for letters, digits for digits: the shape of the code, not one that has to exist. */
export const postalSurrogate: SurrogateMaker = (value, context) => {
  const made = value.replace(/[\p{L}\p{N}]+/gu, (token) => codeToken(token, context))
  return made === value ? undefined : made
}

const SEGMENT = /([,;\n|]+)/

function write(value: string, address: boolean, context: SurrogateContext): string | undefined {
  const made = value
    .split(SEGMENT)
    .map((segment, i) => (i % 2 === 1 ? segment : writeSegment(segment, address, context)))
    .join('')
  return made === value ? undefined : made
}

interface Token {
  readonly text: string
  readonly key: string
  readonly kind: 'keep' | 'number' | 'code' | 'compound' | 'name' | 'gap'
}

function writeSegment(segment: string, address: boolean, context: SurrogateContext): string {
  const tokens = [...segment.matchAll(/[\p{L}\p{M}\p{N}]+(?:['’/][\p{L}\p{M}\p{N}]+)*\.?|[^\p{L}\p{N}]+/gu)].map(
    ([text], i, all): Token => classify(text, all[i - 2]?.[0]),
  )
  const street = address && tokens.some(({ key, kind }) => kind === 'compound' || (kind === 'keep' && KINDS.has(key)))
  const rare = address && tokens[0]?.kind === 'number' && RARE_KINDS.has(tokens.at(-1)!.key) ? tokens.length - 1 : -1
  const shortNumberFirst = address && /^\s*\d{1,3}[A-Za-z]?\s/.test(segment)
  const scope = foldName(segment.trim())
  const out: string[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.kind === 'number') out.push(number(token.text, scope, i, context))
    else if (token.kind === 'code') out.push(codeToken(token.text, context))
    else if (token.kind === 'compound') out.push(compound(token.text, context))
    else if (token.kind !== 'name' || i === rare) out.push(token.text)
    else if (street || rare > 0 || shortNumberFirst) out.push(streetWord(token, context))
    else {
      // A town may have several words; they go as one.
      let last = i
      while (tokens[last + 1]?.kind === 'gap' && isNamePart(tokens, last + 2)) last += 2
      const words = tokens.slice(i, last + 1)
      out.push(town(words.map(({ text }) => text).join(''), context))
      i = last
    }
  }
  return out.join('')
}

/** The next word still belongs to the town: a name, or a small word with a name after it ("Newcastle upon Tyne"). */
function isNamePart(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token?.kind === 'name') return !/[,;]/.test(tokens[at - 1]!.text)
  return token?.kind === 'keep' && SMALL.has(token.key) && tokens[at + 2]?.kind === 'name'
}

function classify(text: string, before: string | undefined): Token {
  const key = foldName(text)
  if (!/[\p{L}\p{N}]/u.test(text)) return { text, key, kind: 'gap' }
  if (/^\d+$/.test(text)) return { text, key, kind: 'number' }
  if (/\d/.test(text)) return { text, key, kind: 'code' }
  // `1016 AB`: letters of a postcode, not of a state.
  if (/^[A-Z]{2}$/.test(text) && /^\d{4}$/.test(before ?? '')) return { text, key, kind: 'code' }
  if (/^\p{Lu}{2,3}$/u.test(text) && STATES.has(key)) return { text, key, kind: 'keep' }
  // "P.O.", "Apt B".
  if (/^\p{L}\.?$/u.test(text)) return { text, key, kind: 'keep' }
  if (KINDS.has(key) || UNITS.has(key) || SMALL.has(key) || DIRECTIONS.has(key)) return { text, key, kind: 'keep' }
  const end = COMPOUND.exec(text)
  if (end !== null && end.index >= COMPOUND_MIN) return { text, key, kind: 'compound' }
  return { text, key, kind: 'name' }
}

function streetWord(token: Token, context: SurrogateContext): string {
  const made = drawOther(
    context.key,
    ['street', token.key],
    (draw) => draw.pick(STREETS),
    (name) => foldName(name) === token.key,
  )
  return inCaseOf(token.text, made)
}

function compound(text: string, context: SurrogateContext): string {
  const end = COMPOUND.exec(text)!
  const stem = { text: text.slice(0, end.index), key: foldName(text.slice(0, end.index)), kind: 'name' as const }
  return streetWord(stem, context) + end[0]
}

export function town(text: string, context: SurrogateContext): string {
  const key = foldName(text).replace(/\s+/g, ' ')
  const made = drawOther(
    context.key,
    ['town', key],
    (draw) => draw.pick(TOWNS),
    (name) => foldName(name) === key,
  )
  return inCaseOf(text, made)
}

/** House numbers by the street they stand in, codes of four digits and more by themselves. */
function number(text: string, scope: string, at: number, context: SurrogateContext): string {
  if (text.length >= 4) return codeToken(text, context)
  return drawOther(
    context.key,
    ['house', scope, at, text],
    (draw) => [...text].map((_, i) => String(i === 0 ? 1 + draw.integer(9) : draw.integer(10))).join(''),
    (candidate) => candidate === text,
  )
}

function codeToken(text: string, context: SurrogateContext): string {
  return drawOther(
    context.key,
    ['code', text.toUpperCase()],
    (draw) =>
      [...text]
        .map((character) => {
          if (!/[A-Za-z]/.test(character)) return likeCharacter(character, draw)
          const letter = draw.pick([...POSTCODE_LETTERS])
          return character === character.toLowerCase() ? letter.toLowerCase() : letter
        })
        .join(''),
    (candidate) => candidate.toUpperCase() === text.toUpperCase(),
  )
}

/** Another point of the earth with as many decimals, in the same notation. */
export const coordinatesSurrogate: SurrogateMaker = (value, context) => {
  const draw = keyedDraw(context.key, 'coordinates', value)
  const made = value.replace(/(\d{1,3})([.,]\d+)?/g, (_, whole: string, decimals: string | undefined) => {
    // Below 60 it is right as degrees of latitude or longitude, minutes and seconds alike.
    const degrees = whole.startsWith('0') ? String(draw.integer(60)).padStart(2, '0') : String(1 + draw.integer(59))
    return degrees + (decimals === undefined ? '' : decimals.replace(/\d/g, () => String(draw.integer(10))))
  })
  return made === value ? undefined : made
}
