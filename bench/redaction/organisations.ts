import type { Random } from '../../util/random.ts'
import { type Person, seeded } from './people.ts'
import { city } from './places.ts'

const STEMS = [
  ...['Northgate', 'Bluestone', 'Meridian', 'Harrow', 'Copperfield', 'Lakeview', 'Vantage', 'Oakmere', 'Silverline'],
  ...['Hartwell', 'Pinnacle', 'Redwood', 'Kestrel', 'Orchard', 'Summit', 'Beacon', 'Trident', 'Fairmont', 'Clearwater'],
]
const TRADES = [
  ...['Logistics', 'Dental', 'Insurance', 'Systems', 'Foods', 'Textiles', 'Energy', 'Travel', 'Pharma', 'Robotics'],
  ...['Partners', 'Holdings', 'Consulting', 'Motors', 'Media', 'Credit Union', 'Bank', 'Solutions', 'Analytics'],
]
const ENDS = ['', '', 'Inc.', 'Ltd', 'LLC', 'GmbH', 'Group', '& Co.', 'PLC', 'S.A.']

/** Companies, and the kinds of bodies people deal with: banks, hospitals, schools, councils. */
export function organisation(rng: Random, origin: Person['origin']): string {
  switch (rng.integer(6)) {
    case 0:
      return seeded(origin, rng).company.name()
    case 1:
      return rng.pick([
        `University of ${city(rng, origin)}`,
        `${rng.pick(STEMS)} General Hospital`,
        `${city(rng, origin)} City Council`,
        `${rng.pick(STEMS)} Primary School`,
        `${rng.pick(STEMS)} Foundation`,
        `St. ${rng.pick(['Brendan', 'Agnes', 'Columba'])}'s Medical Center`,
      ])
    case 2:
      return `${rng.pick(STEMS)}${rng.pick(['soft', 'Tech', 'Pay', 'Labs', 'Works'])}`
    default:
      return `${rng.pick(STEMS)} ${rng.pick(TRADES)} ${rng.pick(ENDS)}`.trim()
  }
}

export const GROUPS = [
  ...['Portuguese', 'Nigerian', 'Catholic', 'Muslim', 'Irish', 'Buddhist', 'Canadian', 'Jewish', 'Vietnamese', 'Hindu'],
  ...['Polish', 'Baptist', 'Korean', 'Kurdish', 'Mexican', 'Orthodox Christian', 'Swedish', 'Sikh', 'Republican'],
]
