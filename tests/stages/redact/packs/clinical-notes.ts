import { recordId, type TextRecord } from '../../../../artifacts/record.ts'
import { type Random, random } from '../../../../util/random.ts'

/** A made-up note with the values of each identifier that stand in it. */
export interface Note {
  readonly record: TextRecord
  /** By letter: what must not be readable any more, as it was written. */
  readonly planted: Readonly<Record<string, readonly string[]>>
  readonly age: number
  readonly year: number
  readonly zip: string
}

const GIVEN = ['Maria', 'Robert', 'Aisha', 'Thomas', 'Elena', 'Walter', 'Priya', 'George', 'Hannah', 'Carlos']
const FAMILY = [
  'Lopez',
  'Whitfield',
  'Rahman',
  'Becker',
  'Castellano',
  'Okafor',
  'Lindqvist',
  'Moreau',
  'Tanaka',
  'Kowalski',
]
const STREETS = ['Maple Street', 'Oak Avenue', 'Lincoln Road', 'Hillcrest Drive', 'River Lane']
const TOWNS = ['Boston, MA', 'Denver, CO', 'Portland, OR', 'Austin, TX', 'Chicago, IL']
/** Prefixes of areas with many people, and three of the HHS list (036, 821, 893). */
const ZIPS = ['02139', '80203', '97205', '78701', '60614', '03601', '82190', '89301']
const MONTHS = ['January', 'March', 'June', 'August', 'October', 'December']

function digits(rng: Random, n: number): string {
  let out = String(1 + rng.integer(9))
  while (out.length < n) out += rng.integer(10)
  return out
}

/** Notes in the style of a US clinic. Every value is made up; numbers carry the check digits of their kind. */
export function clinicalNotes(count: number, seed: number): readonly Note[] {
  return Array.from({ length: count }, (_, row) => note(row, random(seed, 'clinical-notes', String(row))))
}

function note(row: number, rng: Random): Note {
  const given = rng.pick(GIVEN)
  const family = rng.pick(FAMILY)
  const nurse = `${rng.pick(GIVEN)} ${rng.pick(FAMILY)}`
  const age = 90 + rng.integer(12)
  const year = 2019 + rng.integer(6)
  const day = 10 + rng.integer(18)
  const admitted = `${rng.pick(MONTHS)} ${day}, ${year}`
  const visit = `${String(1 + rng.integer(12)).padStart(2, '0')}/${day}/${year}`
  const born = `0${1 + rng.integer(9)}/${day}/${year - age}`
  const street = `${10 + rng.integer(900)} ${rng.pick(STREETS)}`
  const town = rng.pick(TOWNS)
  const zip = rng.pick(ZIPS)
  const phone = `(617) 555-01${digits(rng, 2)}`
  const fax = `212-555-01${digits(rng, 2)}`
  const email = `${given}.${family}${row}@mail.example.org`.toLowerCase()
  const ssn = `${digits(rng, 3).replace(/^9|^666/, '4')}-${digits(rng, 2)}-${digits(rng, 4)}`
  const mrn = digits(rng, 7)
  const member = `W${digits(rng, 9)}`
  const account = digits(rng, 10)
  const dea = deaNumber(rng, family)
  const plate = `7ABC${digits(rng, 3)}`
  const serial = `PM-${digits(rng, 7)}`
  const mac = `3c:5a:b4:${digits(rng, 2)}:${digits(rng, 2)}:${digits(rng, 2)}`
  const url = `https://portal.clinic.example/patients/${digits(rng, 6)}`
  const ip = `203.0.113.${1 + rng.integer(250)}`
  const passport = digits(rng, 9)
  const text = [
    `Patient: ${given} ${family}`,
    `MRN: ${mrn}   DOB: ${born}   SSN: ${ssn}`,
    `Address: ${street}, ${town} ${zip}`,
    `ZIP code: ${zip}`,
    `Phone: ${phone}   Fax: ${fax}   Email: ${email}`,
    `Member ID: ${member} (Aetna health plan)   Account number: ${account}`,
    '',
    `Mrs. ${family} is a ${age}-year-old woman who was admitted on ${admitted} with shortness of breath. Her pacemaker`,
    `(serial number: ${serial}) was read out on ${visit}. She came by car, license plate ${plate}.`,
    `The home monitor reports from ${ip} with MAC address ${mac}; see ${url} for the curves.`,
    `Prescriber DEA number ${dea}. US passport number ${passport} was shown at the desk.`,
    '',
    `Seen by nurse ${nurse}. Blood pressure 128/76, aspirin 81 mg daily, follow-up in 6 weeks.`,
  ].join('\n')
  const source = { uri: 'notes.jsonl', row }
  const meta = { patient: `${given} ${family}`, mrn, phone }
  return {
    record: { id: recordId({ text }, source), text, source, meta, notes: {} },
    planted: {
      A: [`${given} ${family}`, family, nurse],
      B: [street, town.split(',')[0]!, zip],
      C: [admitted, visit, born, `${age}-year-old`],
      D: [phone],
      E: [fax],
      F: [email],
      G: [ssn],
      H: [mrn],
      I: [member],
      J: [account],
      K: [dea],
      L: [plate],
      M: [serial, mac],
      N: [url],
      O: [ip],
      R: [passport],
    },
    age,
    year,
    zip,
  }
}

/** 21 CFR 1301: the check digit is the last of d1+d3+d5 + 2(d2+d4+d6). */
function deaNumber(rng: Random, family: string): string {
  const body = digits(rng, 6)
  const sum = [...body].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 2), 0)
  return `B${family[0]}${body}${sum % 10}`
}
