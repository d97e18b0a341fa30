import { Feature } from '../feature.ts'
import { patternHeads } from '../pattern-heads.ts'
import type { PiiType } from '../pii-type.ts'
import type { Recognizer } from '../recognizer.ts'
import { isDigit, isWord, type Subject } from '../subject.ts'
import { forEachEnd, LETTERS, wordAutomaton } from '../word-automaton.ts'

/** A number without a form of its own: what stands directly before it says what it is. */
interface Label {
  readonly rule: string
  readonly type: PiiType
  /** Lower-case words; ends where the connecting words begin. */
  readonly words: RegExp
  /** The value as written. */
  readonly value: RegExp
  readonly score: number
  /** Needed in addition, in the text around. */
  readonly around?: RegExp
}

/** Between label and value: signs, and words that only connect. Each step takes at least one character of its own class. */
const CONNECT =
  '(?:[\\s"\'`*_|:=#().,>/\\[-]|(?:numbers?|nummer|num(?:[ée]ro)?|n[úu]mero|numer|no|nr|n[°ºo]|ids?|codes?|is|was|are|ist|lautet|war|est|es|è|é|jest|to|on file|ending in|value|my|your|the)(?![\\p{L}\\d])){0,12}$'

function label(words: string): RegExp {
  return new RegExp(`(?<![\\p{L}])(?:${words})${CONNECT}`, 'u')
}

/** Letters and digits, at least five digits or six characters with four digits. */
const ALNUM = /^(?=(?:[^\d]*\d){4})[A-Za-z]{0,6}[A-Za-z\d]*(?:[-./ ]?[A-Za-z\d]+){0,5}$/
const DIGITS = /^\d[\d -]{4,22}\d$/
const HEX = /^[0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{2,16}){1,5}$/
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/
const HEALTH =
  /health|insur|medic|patient|hospital|doctor|clinic|prescri|pharmac|\bhmo\b|\bppo\b|cigna|aetna|humana|kaiser|blue ?(?:cross|shield)|\bbcbs\b|unitedhealth|anthem|dental|copay|deductible|\bmrn\b|\barzt|kranken|santé|mutuelle|sanita|salud|zorg/
const BANKING =
  /\bbank|routing|sort ?code|\bwire|direct deposit|payroll|savings|checking|\bbsb\b|\bswift\b|\bach\b|überweis|virement|transferencia|bonifico/

const LABELS: readonly Label[] = [
  {
    rule: 'medical-record',
    type: 'MEDICAL_RECORD',
    words: label(
      'mrn|m\\.r\\.n\\.?|med(?:ical)?[ -]?rec(?:ord)?s?|(?:patient|hospital|chart|health record|clinic)[ -]?(?:id(?:entifier)?|n(?:umber|o\\.?|r\\.?)|#|chart)|patient(?=\\s?#)|patienten(?:nummer|-?id|nr\\.?)|fallnummer|aufnahmenummer|dossier (?:m[ée]dical|patient)|num[ée]ro de dossier|historia cl[íi]nica|nhc|cartella clinica|prontu[áa]rio|pati[ëe]ntnummer|journalnummer|numer pacjenta',
    ),
    value: ALNUM,
    score: 0.9,
  },
  {
    rule: 'health-plan',
    type: 'HEALTH_PLAN',
    words: label(
      "health[ -]?(?:plan|insurance|card|fund)(?: (?:id|member|policy|beneficiary|card))?|(?:medical|health|dental) insurance|insurance (?:member|subscriber|beneficiary|card)(?: id)?|medicaid(?: id)?|medi-?cal|medicare (?:id|number|no)|hicn|(?:health )?(?:plan )?beneficiary(?: id)?|versicherten(?:nummer|nr\\.?|-nr\\.?)|krankenversicherung(?:snummer)?|krankenkasse|num[ée]ro d[’']adh[ée]rent|carte vitale|tarjeta sanitaria|tessera sanitaria|zorgpas|zorgverzekering",
    ),
    value: ALNUM,
    score: 0.85,
  },
  {
    rule: 'health-member',
    type: 'HEALTH_PLAN',
    words: label(
      'member(?:ship)?(?: id)?|subscriber(?: id)?|policy(?:holder)?(?: id)?|group(?: id)?|insurance(?: id| policy)?|claim(?: id)?|rx ?(?:bin|grp|pcn|id)|plan(?: id)?',
    ),
    value: ALNUM,
    score: 0.8,
    around: HEALTH,
  },
  {
    rule: 'bank-account',
    type: 'BANK_ACCOUNT',
    words: label(
      'bank[ -]?(?:account|acct?\\.?)|(?:checking|savings|current|deposit|chequing)(?: account| acct?\\.?)?|bankkonto|konto(?:nummer|[ -]?nr\\.?)|bankverbindung|compte bancaire|num[ée]ro de compte|cuenta(?: bancaria| corriente)|n[úu]mero de cuenta|conto corrente|conta (?:corrente|banc[áa]ria)|rekening(?:nummer)?|bankgiro|plusgiro|clearingnummer|numer (?:konta|rachunku)|rachunek|hesap numaras[ıi]',
    ),
    value: DIGITS,
    score: 0.85,
  },
  {
    rule: 'bank-account',
    type: 'BANK_ACCOUNT',
    words: label(
      '(?:accounts?|acct?\\.?|a/c|acc)(?: n(?:umber|o\\.?))?(?: (?:at|with|for|of) (?:the |my |our |your )?bank)?',
    ),
    value: DIGITS,
    score: 0.8,
    around: BANKING,
  },
  {
    rule: 'subscriber-identity',
    type: 'DEVICE_ID',
    words: label('imsi|meid|esn'),
    value: /^(?:\d{14,15}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{8})$/,
    score: 0.9,
  },
  {
    rule: 'advertising-id',
    type: 'DEVICE_ID',
    words: label(
      'idfa|idfv|gaid|aaid|adid|maid|gps_adid|ad(?:vertising)?[ _-]?id(?:entifier)?|(?:apple|ios|google|android) ad(?:vertising)? id',
    ),
    value: UUID,
    score: 0.95,
  },
  {
    rule: 'device-id',
    type: 'DEVICE_ID',
    words: label(
      '(?:device|hardware|handset|phone|android)[ _-]?(?:unique )?(?:id(?:entifier)?|uuid)|deviceid|udid|android_id|ecid|ssaid',
    ),
    value: HEX,
    score: 0.9,
  },
  {
    // Of products as of devices of a patient (HIPAA): below the usual threshold, for those who lower it.
    rule: 'serial',
    type: 'DEVICE_ID',
    words: label(
      '(?:device )?serial(?: ?(?:number|no\\.?|nr\\.?|#))|seriennummer|num[ée]ro de s[ée]rie|n[úu]mero de serie',
    ),
    value: ALNUM,
    score: 0.45,
  },
  {
    rule: 'chassis',
    type: 'VEHICLE_ID',
    words: label(
      'vin|vehicle id(?:entification)?(?: number)?|chassis|fahrgestell(?:nummer|nr\\.?)|fahrzeug-?ident(?:ifizierungs)?(?:nummer|-?nr\\.?)|fin|num[ée]ro de ch[âa]ssis|n[úu]mero de (?:bastidor|chasis)|bastidor|(?:numero di )?telaio|chassi',
    ),
    value: /^(?=.*\d{3})[A-HJ-NPR-Za-hj-npr-z\d]{17}$/,
    score: 0.9,
  },
  {
    rule: 'medical-license',
    type: 'MEDICAL_LICENSE',
    words: label(
      "(?:medical|physician|doctor(?:[’']s)?|nurs(?:e|ing)(?:[’']s)?|pharmac(?:ist|y)|dental|dentist|rn|md|state (?:medical )?|practitioner|therapist)(?: state)? ?(?:licen[cs]e|lic\\.?|registration)|dea(?: registration)?|upin|colegiado",
    ),
    value: /^[A-Za-z]{0,4}[-. ]?\d{4,10}$/,
    score: 0.93,
  },
  {
    rule: 'account',
    type: 'ACCOUNT_NUMBER',
    words: label(
      'accounts?|acct?\\.?|a/c|acc|customer|client|policy|policyholder|contract|member(?:ship)?|subscriber|loyalty|frequent flyer|kunden?(?:nummer|[ -]?nr\\.?)|vertrags(?:nummer|[ -]?nr\\.?)|policen?(?:nummer|[ -]?nr\\.?)|mitglieds(?:nummer|[ -]?nr\\.?)|(?:num[ée]ro )?(?:de )?(?:client|contrat|compte)|cliente|contrato|p[óo]liza|cuenta|contratto|polizza|ap[óo]lice|klant(?:nummer|nr\\.?)|contractnummer|lidnummer|polis(?:nummer)?|numer klienta|kundnummer|m[üu]şteri (?:no|numaras[ıi])',
    ),
    value: /^(?=(?:[^\d]*\d){5}|[A-Za-z]{1,4}[-.]?\d{4})[A-Za-z]{0,6}[A-Za-z\d]*(?:[-./ ]?[A-Za-z\d]+){0,5}$/,
    score: 0.85,
  },
]

/** How the labels begin, four characters each, with the index of each label: most words before numbers begin none. */
const HEADS = LABELS.flatMap(({ words }, index) =>
  patternHeads(words.source.slice(0, -CONNECT.length), 4).map((head) => ({ head, bit: 1 << index })),
)
const HEAD_AUTOMATON = wordAutomaton(
  HEADS.map(({ head }) => `^${head}`),
  LETTERS,
)

/** Which labels the text before a number may hold, as a bit each. */
function labelsBefore({ text, prefix }: Subject, at: number): number {
  let labels = 0
  const note = (heads: readonly number[]): void => {
    for (let i = 0; i < heads.length; i++) labels |= HEADS[heads[i]!]!.bit
  }
  forEachEnd(HEAD_AUTOMATON, text, Math.max(0, at - BEFORE), at, note)
  if (at < BEFORE && prefix !== '') forEachEnd(HEAD_AUTOMATON, prefix, 0, prefix.length, note)
  return labels
}

/** Units before a number in which its label stands. */
const BEFORE = 56

const DATE_LIKE =
  /^(?:\d{1,2}[-./]\d{1,2}[-./](?:\d{2}|\d{4})|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?|\d+[.]\d{1,2}|\d{3}-\d{3}-\d{4})$/

/** Numbers that only their label tells: of records, health plans, bank and customer accounts, devices, licences. */
export const labelledNumber: Recognizer = {
  name: 'labelled-number',
  types: [...new Set(LABELS.map(({ type }) => type))],
  needs: Feature.FOUR_DIGITS | Feature.LETTER,
  priority: 2,
  find(subject, emit) {
    const { text } = subject
    const runs = subject.mixedRuns
    let done = 0
    for (let run = 0; run < runs.length; run += 2) {
      const first = runs[run]!
      if (first < done) continue
      const [start, end] = tokenAround(text, first)
      done = end
      if (end - start < 2 || end - start > 48) continue
      // Every value has four digits or more, in one group or in several.
      if (!hasFourDigits(text, start, end) && !isGroupAfter(text, end)) continue
      // `MRN-0012345`, `MRN0012345`: the label is part of the value.
      if (
        (text.charCodeAt(start) | 32) === 109 &&
        /^MRN[-.]?\d{5,12}$/i.test(text.slice(start, end)) &&
        !subject.touchesWord(start, end)
      ) {
        emit({ start, end, type: 'MEDICAL_RECORD', score: 0.9, rule: 'medical-record', why: 'named' })
        continue
      }
      const possible = labelsBefore(subject, start)
      if (possible === 0) continue
      const before = subject.before(start, BEFORE)
      for (const [index, spec] of LABELS.entries()) {
        if ((possible & (1 << index)) === 0) continue
        // The value first: it is short, and most labels ask for more than a number.
        const found = fits(spec, text, start, end)
        if (found === 0 || !spec.words.test(before) || !isAround(spec, subject, start, end)) continue
        emit({ start, end: found, type: spec.type, score: spec.score, rule: spec.rule, why: 'named' })
        done = Math.max(done, found)
        break
      }
    }
  },
}

/** Whether the words that a label needs in addition stand around its value. */
function isAround({ around }: Label, subject: Subject, start: number, end: number): boolean {
  return around === undefined || around.test(subject.before(start, 200)) || around.test(subject.after(end, 80))
}

/** End of the value where it is what the label promises, else 0. */
function fits(spec: Label, text: string, start: number, end: number): number {
  GROUPS.lastIndex = end
  const spaced = end + (/^\d+$/.test(text.slice(start, end)) ? (GROUPS.exec(text)?.[0].length ?? 0) : 0)
  for (const to of spaced > end ? [spaced, end] : [end]) {
    const value = text.slice(start, to)
    if (isWord(text, start - 1) || isWord(text, to) || /^[@%]|^[.,:]\d/.test(text.slice(to, to + 2))) continue
    if (/[$€£¥]\s?$/.test(text.slice(Math.max(0, start - 2), start)) || DATE_LIKE.test(value)) continue
    if (spec.value.test(value)) return to
  }
  return 0
}

function hasFourDigits(text: string, start: number, end: number): boolean {
  let digits = 0
  for (let at = start; at < end && digits < 4; at++) if (isDigit(text.charCodeAt(at))) digits += 1
  return digits >= 4
}

/** A space and two digits. */
function isGroupAfter(text: string, at: number): boolean {
  return text.charCodeAt(at) === 32 && isDigit(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(at + 2))
}

/** Groups of digits that go on after one space. */
const GROUPS = /(?: \d{2,6}(?![\p{L}\d.,:%/€$£])){0,6}/uy

/** The run of letters, digits and single `-`, `.`, `/` between them that has the digit at `at` in it; at most 64 units each way. */
function tokenAround(text: string, at: number): readonly [number, number] {
  let start = at
  while (start > 0 && at - start < 64 && joins(text, start - 1)) start -= 1
  let end = at + 1
  while (end < text.length && end - at < 64 && joins(text, end)) end += 1
  return [start, end]
}

function joins(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (isAlnum(code)) return true
  return (
    (code === 45 || code === 46 || code === 47) && isAlnum(text.charCodeAt(at - 1)) && isAlnum(text.charCodeAt(at + 1))
  )
}

function isAlnum(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
