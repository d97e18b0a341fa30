import { AMERICAS } from './national-americas.ts'
import { ASIA_PACIFIC } from './national-asia-pacific.ts'
import { SOUTH_AND_EAST } from './national-europe-east.ts'
import { WEST } from './national-europe-west.ts'

/** A maker for each type of national number but US_SSN (`numbers.ts`): true numbers by the published rules, in words that name them. */
export const NATIONAL_SEEDS = { ...AMERICAS, ...WEST, ...SOUTH_AND_EAST, ...ASIA_PACIFIC }
