import type { Random } from '../../../util/random.ts'
import { ALNUM, carry, carryOrField, digits, HEX, letters } from './carriers.ts'
import type { Seed, SeedMaker } from './seed.ts'
import { walletSeed } from './wallets.ts'

const CAPITALS = ALNUM.slice(0, 26)

/** Appends the digit that makes `check` true. */
function withCheck(body: string, check: (value: string) => boolean): string {
  for (let digit = 0; digit < 10; digit++) if (check(`${body}${digit}`)) return `${body}${digit}`
  throw new Error('no check digit fits')
}

function isLuhn(value: string): boolean {
  const sum = [...value].reverse().reduce((total, char, i) => {
    const doubled = Number(char) * (i % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

const COUNTRIES = ['DE', 'FR', 'GB', 'US', 'NL', 'ES', 'IT', 'CH', 'AT', 'PL', 'SE', 'BR', 'IN', 'JP'] as const

function swiftBic(rng: Random): Seed {
  const branch = rng.pick(['', 'XXX', digits(rng, 3)])
  const value = letters(rng, 4, CAPITALS) + rng.pick(COUNTRIES) + letters(rng, 2, 'FLRMKXZ2') + branch
  return carryOrField(
    rng,
    value,
    [
      'SWIFT: {}',
      'BIC {}',
      'the swift code is {}',
      'SWIFT/BIC: {}',
      '\nBIC: {}\n',
      'IBAN DE89 3704 0044 0532 0130 00, BIC {}',
      'my bank (BIC: {}) says',
    ],
    ['swift', 'bic', 'swift_code'],
  )
}

function bankAccount(rng: Random): Seed {
  const pair = (): string => digits(rng, 2)
  const forms: readonly (readonly [string, readonly string[]])[] = [
    [
      digits(rng, 8 + rng.integer(5)),
      [
        'bank account {}',
        'my account number at the bank is {}',
        'checking account: {}',
        'savings account no. {}',
        'Kontonummer {}',
        'numéro de compte {}',
        'número de cuenta: {}',
      ],
    ],
    [`${pair()}-${pair()}-${pair()}`, ['sort code {}', 'Sort Code: {}', 'the sort code is {} I think']],
    [`${pair()}-${pair()}-${pair()} ${digits(rng, 8)}`, ['sort code and account: {}', 'Sort code {} please']],
    [`${digits(rng, 3)}-${digits(rng, 3)}`, ['BSB {}', 'my BSB is {}']],
    [`${letters(rng, 4, CAPITALS)}0${digits(rng, 6)}`, ['IFSC {}', 'IFSC code: {}']],
    [`${1 + rng.integer(8)}${digits(rng, 7)}`, ['BLZ {}', 'Bankleitzahl: {}']],
  ]
  const [value, carriers] = rng.pick(forms)
  return carry(rng, value, carriers)
}

function abaRouting(rng: Random): Seed {
  const body = rng.pick(['01', '02', '03', '05', '06', '11', '12', '21', '26', '31', '32']) + digits(rng, 6)
  const value = withCheck(
    body,
    (number) => [...number].reduce((sum, char, i) => sum + Number(char) * [3, 7, 1][i % 3]!, 0) % 10 === 0,
  )
  return carryOrField(
    rng,
    value,
    [
      'routing number {}',
      'Routing #: {}',
      'ABA {}',
      'wire transfer, routing {}',
      'the routing number is {}.',
      '\n| routing | {} |\n',
    ],
    ['routing_number', 'aba', 'aba_routing'],
  )
}

function deviceId(rng: Random): Seed {
  const tac = rng.pick(['35', '86', '01', '99']) + digits(rng, 6)
  const imei = withCheck(tac + digits(rng, 6), isLuhn)
  const uuid = [8, 4, 4, 4, 12].map((n) => letters(rng, n, HEX)).join('-')
  const forms: readonly (readonly [string, readonly string[]])[] = [
    [imei, ['IMEI {}', 'the phone (IMEI: {}) was stolen', 'imei number is {}', '\nIMEI: {}\n']],
    [`${imei.slice(0, 2)}-${imei.slice(2, 8)}-${imei.slice(8, 14)}-${imei.slice(14)}`, ['IMEI: {}', 'imei {}']],
    [withCheck(`89${digits(rng, 16)}`, isLuhn), ['ICCID {}', 'my SIM card {} fails', 'eSIM ICCID: {}']],
    [`310${digits(rng, 12)}`, ['IMSI {}', 'IMSI: {}']],
    [rng.next() < 0.5 ? uuid : uuid.toUpperCase(), ['idfa={}', 'advertising id {}', 'GAID: {}', 'IDFA {}']],
    [letters(rng, 16, HEX), ['android_id={}', 'device id {}', 'Device ID: {}']],
  ]
  const [value, carriers] = rng.pick(forms)
  return carry(rng, value, carriers)
}

function medicalLicense(rng: Random): Seed {
  if (rng.next() < 0.3)
    return carry(rng, `${rng.pick(['MD', 'RN', 'A', 'G'])}${digits(rng, 6)}`, [
      'medical license {}',
      'nursing license no. {}',
      'physician licence number: {}',
    ])
  const body = rng.pick(['A', 'B', 'F', 'M', 'X']) + letters(rng, 1, CAPITALS)
  const value = withCheck(body + digits(rng, 6), (text) => {
    const d = [...text.slice(2)].map(Number)
    return (d[0]! + d[2]! + d[4]! + 2 * (d[1]! + d[3]! + d[5]!)) % 10 === d[6]
  })
  return carry(rng, value, ['DEA {}', 'DEA number: {}', 'prescriber {} (DEA)', 'DEA# {}', 'Dr. Ono, DEA {}, called'])
}

function medicalRecord(rng: Random): Seed {
  const value = rng.pick([
    digits(rng, 7),
    digits(rng, 8),
    `${letters(rng, 1, CAPITALS)}${digits(rng, 7)}`,
    `${digits(rng, 3)}-${digits(rng, 2)}-${digits(rng, 3)}`,
    `${letters(rng, 2, CAPITALS)}-${digits(rng, 6)}`,
  ])
  return carryOrField(
    rng,
    value,
    [
      'MRN {}',
      'MRN: {}',
      'mrn# {}',
      'medical record number {}',
      'Patient ID: {}',
      'patient no. {}',
      'hospital number {} please',
      'chart number {}',
      'Patientennummer {}',
      '\n| MRN | {} |\n',
    ],
    ['mrn', 'patient_id', 'medical_record_number'],
  )
}

function healthPlan(rng: Random): Seed {
  const value = rng.pick([
    `${letters(rng, 3, CAPITALS)}${digits(rng, 9)}`,
    `W${digits(rng, 9)}`,
    digits(rng, 9),
    `${digits(rng, 4)}-${digits(rng, 6)}`,
  ])
  return carry(rng, value, [
    'health plan id {}',
    'health insurance member ID: {}',
    'my insurance member id is {}',
    'Medicaid ID {}',
    'Aetna member id {}',
    'Blue Cross, subscriber ID {}',
    'my doctor needs my policy number {}',
    'Versichertennummer {}',
    'Krankenkasse: {}',
  ])
}

function accountNumber(rng: Random): Seed {
  const value = rng.pick([
    digits(rng, 7),
    digits(rng, 8),
    digits(rng, 10),
    `K-${digits(rng, 6)}`,
    `POL-${digits(rng, 8)}`,
    `C${digits(rng, 7)}`,
  ])
  return carryOrField(
    rng,
    value,
    [
      'account number {}',
      'customer no. {}',
      'Customer ID: {}',
      'policy number {}',
      'contract #{}',
      'Kundennummer {}',
      'Kundennr. {}',
      'membership number: {}',
      'acct # {}',
      'my account ({}) is locked',
    ],
    ['account_number', 'customer_number', 'policy_number'],
  )
}

const VIN_ALPHABET = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'
/** Digits as they are, letters by their place in `12345678·12345·7·9·23456789`. */
const VIN_VALUES = '12345678.12345.7.923456789'

function vehicleId(rng: Random): Seed {
  const raw = `${rng.pick(['1HG', '2T1', '3FA', '5YJ', 'JH4', 'WBA', 'KMH'])}${letters(rng, 5, VIN_ALPHABET)}0${letters(rng, 2, VIN_ALPHABET)}${digits(rng, 6)}`
  const value = (char: string): number => (/\d/.test(char) ? Number(char) : Number(VIN_VALUES[char.charCodeAt(0) - 65]))
  const sum = [...raw].reduce(
    (total, char, i) => total + value(char) * [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2][i]!,
    0,
  )
  const vin = raw.slice(0, 8) + (sum % 11 === 10 ? 'X' : String(sum % 11)) + raw.slice(9)
  return carryOrField(
    rng,
    vin,
    [
      'VIN {}',
      'the car {} was sold',
      'VIN: {}',
      'vehicle {}',
      'recall for {}?',
      '({})',
      '\n{}\n',
      'Fahrgestellnummer {}',
    ],
    ['vin', 'vehicle_id', 'note'],
  )
}

function licensePlate(rng: Random): Seed {
  const two = (): string => letters(rng, 2, 'ABCDEFGH')
  const three = (): string => letters(rng, 3, 'BCDFGHJKLMNPRST')
  const forms: readonly (readonly [string, readonly string[]])[] = [
    [
      `${rng.pick(['B', 'M', 'HH', 'KA', 'S'])}-${two()} ${1 + rng.integer(9)}${digits(rng, rng.integer(4))}`,
      ['Kennzeichen {}', 'mein Auto ({}) steht da', 'Kfz-Kennzeichen: {}'],
    ],
    [
      `${two()}${rng.pick(['07', '12', '21', '65', '73'])} ${three()}`,
      ['my car reg is {}', 'number plate {}', 'parked a van, {}, outside'],
    ],
    [`${two()}-${digits(rng, 3)}-${two()}`, ['plaque d’immatriculation {}', 'ma voiture {}', 'targa {}']],
    [`${digits(rng, 4)} ${three()}`, ['matrícula {}', 'el coche con matrícula {}']],
    [`${1 + rng.integer(9)}${three()}${digits(rng, 3)}`, ['license plate {}', 'plate number: {}', 'CA plate {}']],
    [`34 ${three()} ${digits(rng, 3)}`, ['plaka {}', 'aracın plakası {}']],
    [`KA ${digits(rng, 2)} ${two()} ${digits(rng, 4)}`, ['number plate {}', 'vehicle {} was towed']],
  ]
  const [value, carriers] = rng.pick(forms)
  return carry(rng, value, carriers)
}

function coordinates(rng: Random): Seed {
  const signed = (bound: number, places: number): string => ((rng.next() * 2 - 1) * bound).toFixed(places)
  const latitude = signed(80, 5)
  const longitude = signed(170, 5)
  const degrees = `${1 + rng.integer(80)}°${rng.integer(60)}'${rng.integer(60)}"N ${1 + rng.integer(170)}°${rng.integer(60)}'${rng.integer(60)}"E`
  const [value, carriers] = rng.pick<readonly [string, readonly string[]]>([
    [
      `${latitude}, ${longitude}`,
      ['I am at {}', 'GPS: {}', 'coordinates {}', 'my location is {}', 'the pin is at {}', 'position {}.'],
    ],
    [`${latitude},${longitude}`, ['geo:{}', 'https://maps.example/?q={}', 'location={}']],
    [degrees, ['{}', 'here: {}', 'we are anchored at {}']],
  ])
  return carry(rng, value, carriers)
}

/** Values of banks, devices, health care, vehicles and positions. */
export const GENERAL_SEEDS = {
  SWIFT_BIC: swiftBic,
  BANK_ACCOUNT: bankAccount,
  ABA_ROUTING: abaRouting,
  CRYPTO: walletSeed,
  DEVICE_ID: deviceId,
  MEDICAL_LICENSE: medicalLicense,
  MEDICAL_RECORD: medicalRecord,
  HEALTH_PLAN: healthPlan,
  ACCOUNT_NUMBER: accountNumber,
  VEHICLE_ID: vehicleId,
  LICENSE_PLATE: licensePlate,
  COORDINATES: coordinates,
} as const satisfies Readonly<Record<string, SeedMaker>>
