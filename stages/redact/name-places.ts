import type { Lexicon } from '../../models/lexicon/lexicon.ts'
import { OWNED, THING } from './name-cues.ts'
import { type Found, isOdd, sentenceEnds, type Token } from './name-tokens.ts'
import type { Subject } from './subject.ts'

const PLACE_CUE =
  /(?:\bin|\bfrom|\bnear|\bat|\bto|\baround|\boutside|\bvisit(?:ing)?|\blive in|\bcity of|\baus|\bnach|\ben|\bà|\ba|\bde|\bvia|\btown of|\barea of|\d{4,5})\s$/

/** The town, region or district that starts at a token. */
export function placeAt(subject: Subject, list: readonly Token[], i: number, words: Lexicon): Found | undefined {
  const token = list[i]!
  if (token.particle) return undefined
  for (let last = Math.min(list.length - 1, i + 2); last >= i; last--) {
    const name = list
      .slice(i, last + 1)
      .map((part) => part.lower)
      .join(' ')
    if (!words.isPlace(name)) continue
    if (token.caps && token.text.length < 5) return undefined
    // "Nice", "Reading", "Bath": words first, towns only after a preposition.
    if (words.isCommon(name) && !PLACE_CUE.test(subject.before(token.start, 16))) return undefined
    const next = list[last + 1]
    const before = subject.before(token.start, 24)
    // "the Paris Kettle"
    if (next !== undefined && (THING.test(next.lower) || OWNED.test(before))) return undefined
    return { last, score: PLACE_CUE.test(before) ? 0.8 : 0.55 }
  }
  return unknownPlace(subject, list, i, words)
}

/** Towns that no list has: after "live in", "the shop in", or by an ending after a plain preposition. */
function unknownPlace(subject: Subject, list: readonly Token[], i: number, words: Lexicon): Found | undefined {
  const token = list[i]!
  const prefixed = PLACE_PREFIX.test(token.lower)
  if (token.caps || isOdd(token) || (words.isCommon(token.lower) && !prefixed) || words.isCountry(token.lower))
    return undefined
  const before = subject.before(token.start, 36)
  if (!/ $/.test(before)) return undefined
  const sure = SURE_PLACE.test(before)
  if (!sure && !/\s(?:in|from|to|near|at|of|via) $/.test(before)) return undefined
  let last = i
  while (last + 1 < list.length && last < i + 4) {
    const next = list[last + 1]!
    if (next.caps || sentenceEnds(subject.text, list[last]!)) break
    if (!next.particle && (words.isFunction(next.lower) || (words.isCommon(next.lower) && !prefixed))) break
    last += 1
  }
  while (last > i && list[last]!.particle) last -= 1
  if (prefixed && last === i) return undefined
  if (sure) return { last, score: 0.65 }
  return PLACE_ENDING.test(list[last]!.lower) || (prefixed && last > i) ? { last, score: 0.55 } : undefined
}

const PLACE_PREFIX =
  /^(?:north|south|east|west|new|old|lower|upper|port|lake|mount|fort|saint|st|san|santa|sankt|bad|nord|sud|ouest|groot|gross|groß|klein|nieuw|stary|nowa|nowy|great|little|los|las|el|la|le)$/
const PLACE_ENDING =
  /(?:ville|burgh?|bury|borough|town|berg|stad|stadt|hamn|worth|port|chester|shire|mouth|dorf|hausen|heim|furt|stead|polis|grad|abad|haven)$/
const SURE_PLACE =
  /(?:\bliv(?:e|es|ed|ing)|\bbased|\blocated|\bmov(?:e|ed|ing)|\bshops?|\bstores?|\boffice|\bbranch|\bcent(?:re|er)|\bstay(?:ing)?|\bhotel|\brooms?|\bflight|\blanded|\bland|\bstudy(?:ing)?|\bborn|\btravel(?:l?ing)?|\bship(?:ped)?|\bdeliver(?:ed|y)?|\bpoint|\bcity|\btown|\bvillage|\bgreetings|\bwohn(?:e|en|haft)|\bhabite|\bvivo) (?:is |it |them |this )?(?:in|from|to|at|near|of|around|nach|à|en) $/
