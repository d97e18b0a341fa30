import { CENTRAL_EUROPE } from './central-europe.ts'
import { EAST_ASIA } from './east-asia.ts'
import { EAST_EUROPE_NEAR_EAST } from './east-europe-near-east.ts'
import { FRANCE_BENELUX } from './france-benelux.ts'
import { GERMAN_SPEAKING } from './german-speaking.ts'
import { IBERIA_ITALY } from './iberia-italy.ts'
import type { IdSpec } from './id-spec.ts'
import { INDIA_PAKISTAN } from './india-pakistan.ts'
import { LATIN_AMERICA } from './latin-america.ts'
import { NORDICS_BALTICS } from './nordics-baltics.ts'
import { NORTH_AMERICA } from './north-america.ts'
import { OCEANIA_AFRICA } from './oceania-africa.ts'
import { SOUTH_EAST_ASIA } from './south-east-asia.ts'
import { UK_IRELAND } from './uk-ireland.ts'

/** Every number of an authority that is looked for, but the US social security number (`recognizers/us-ssn.ts`). */
export const ALL_IDS: readonly IdSpec[] = [
  ...NORTH_AMERICA,
  ...UK_IRELAND,
  ...GERMAN_SPEAKING,
  ...FRANCE_BENELUX,
  ...IBERIA_ITALY,
  ...CENTRAL_EUROPE,
  ...NORDICS_BALTICS,
  ...EAST_EUROPE_NEAR_EAST,
  ...INDIA_PAKISTAN,
  ...EAST_ASIA,
  ...SOUTH_EAST_ASIA,
  ...OCEANIA_AFRICA,
  ...LATIN_AMERICA,
]
