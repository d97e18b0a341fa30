import { Feature } from '../feature.ts'
import { pattern, type Recognizer } from '../recognizer.ts'

const WORDS =
  /\blat|\blon|\blng|coord|\bgps\b|\bgeo|location|position|standort|koordinat|ubicaci|\bmaps?\b|posizione|localiza|pin(?:ned)? (?:at|is)|\blive\b|\bhome\b|\bat\b|\bhere\b/
const STRONG =
  /\blat|\blon|\blng|coord|\bgps\b|\bgeo\b|geo:|koordinat|@$|(?:ll|q|query|center|daddr|saddr)=(?:loc:)?$|(?:location|position|standort)[=:]\s?$/

/** Latitude and longitude as decimal degrees. Pairs of decimals are also measurements: digits and words decide. */
const decimal = pattern({
  name: 'coordinates-decimal',
  type: 'COORDINATES',
  needs: Feature.DECIMALS,
  priority: 4,
  pattern:
    /(?<![\p{L}\d.,_-]|\d )[+-]?\d{1,2}\.\d{3,15} ?°? ?[NS]?(?: ?[,;/] ?| )(?:(?:lon|lng|longitude)[:=]? ?)?[+-]?1?\d{1,2}\.\d{3,15}(?: ?°? ?[EWO](?![\p{L}\d]))?(?![\d_]|\.\d)/gu,
  score: 0.2,
  glued: true,
  validate(value, score, subject, start) {
    const [latitude = '', longitude = ''] = value.match(/[+-]?\d+\.\d+/g) ?? []
    if (Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return 0
    const places = Math.min(latitude.split('.')[1]!.length, longitude.split('.')[1]!.length)
    const before = subject.before(start, 40)
    if (subject.hint === 'COORDINATES' || STRONG.test(before) || /[NSEWO]/.test(value)) return 0.95
    // A third of probabilities, losses and ratios lie below 1; so does hardly any town.
    const small = Math.abs(Number(latitude)) < 1 || Math.abs(Number(longitude)) < 0.01
    if (WORDS.test(before) && places >= 4 && !small) return 0.85
    return places >= 5 &&
      !small &&
      value.includes(',') &&
      !/^[,;\d]/.test(subject.after(start + value.length, 2).trim())
      ? 0.55
      : score
  },
})

/** lat: 48.85, lon: 2.29; {"latitude": 48.85, "longitude": 2.29} */
const keyed = pattern({
  name: 'coordinates-keyed',
  type: 'COORDINATES',
  needs: Feature.DECIMALS,
  hints: ['lat'],
  priority: 5,
  pattern:
    /(?<![\p{L}\d])(?:lat(?:itude)?|breite(?:ngrad)?)["']? ?[:=] ?["']?([+-]?\d{1,2}\.\d{1,15}["']?[,;\s]{1,4}["']?(?:lon(?:g|gitude)?|lng|länge(?:ngrad)?)["']? ?[:=] ?["']?[+-]?\d{1,3}\.\d{1,15})(?!\d)/dgiu,
  group: 1,
  score: 0.95,
  glued: true,
})

/** 48°51'30"N 2°17'40"E, N 48° 51.500 E 002° 17.667 */
const sexagesimal = pattern({
  name: 'coordinates-degrees',
  type: 'COORDINATES',
  needs: Feature.DIGIT,
  hints: ['°', 'º'],
  priority: 5,
  pattern:
    /(?<![\p{L}\d.])(?:[NS] ?)?\d{1,2} ?[°º] ?\d{1,2}(?:\.\d{1,8})? ?['’′m]? ?(?:\d{1,2}(?:\.\d{1,8})? ?(?:["”″s]|''|’’)?)? ?[NS]?[,;/ ]{0,3}(?:[EWO] ?)?\d{1,3} ?[°º] ?\d{1,2}(?:\.\d{1,8})? ?['’′m]? ?(?:\d{1,2}(?:\.\d{1,8})? ?(?:["”″s]|''|’’)?)? ?[EWO]?(?![\p{L}\d])/gu,
  score: 0.95,
  glued: true,
})

/** Open Location Codes in full (plus.codes): eight characters of twenty, a plus sign, two or three more. */
const plusCode = pattern({
  name: 'coordinates-plus-code',
  type: 'COORDINATES',
  needs: Feature.DIGIT | Feature.UPPER,
  hints: ['+'],
  priority: 4,
  pattern:
    /(?<![A-Za-z\d+/=])[23456789CFGHJMPQRV][23456789CFGHJMPQRVWX]{7}\+[23456789CFGHJMPQRVWX]{2,3}(?![A-Za-z\d+/=])/g,
  score: 0.7,
  contextScore: 0.95,
  context: /plus ?code|\bolc\b|location|\bmaps?\b/,
  validate: (value, score) => (/[A-Z]/.test(value) && /\d/.test(value) ? score : 0),
})

/** The same, in texts that have a plus sign behind one of its characters: in a code it stands ninth. */
const plusCodes: Recognizer = {
  ...plusCode,
  find(subject, emit) {
    if (/[2-9CFGHJMPQRVWX]\+[2-9CFGHJMPQRVWX]/.test(subject.text)) plusCode.find(subject, emit)
  },
}

/** ///filled.count.soap */
const threeWords = pattern({
  name: 'coordinates-three-words',
  type: 'COORDINATES',
  needs: Feature.SLASHES | Feature.DOT,
  hints: ['///'],
  priority: 3,
  pattern: /(?<![\p{L}\d:/])\/\/\/\p{L}{3,20}\.\p{L}{3,20}\.\p{L}{3,20}(?![\p{L}\d./])/gu,
  score: 0.85,
  glued: true,
})

/** Geographic positions in five notations. */
export const coordinates: readonly Recognizer[] = [decimal, keyed, sexagesimal, plusCodes, threeWords]
