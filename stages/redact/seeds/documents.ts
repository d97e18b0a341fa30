import { seedOf } from './national-seed.ts'
import { fill } from './number-parts.ts'

/** Documents of countries that nothing tells, in the forms that many countries print: `@` a letter, `#` a digit. */
export const DOCUMENT_SEEDS = {
  PASSPORT: seedOf(
    (rng) => fill(rng, rng.pick(['#########', '@########', '@@#######', '@#######', '##@@#####', '@@@######'])),
    ['passport number {}', 'my passport no. is {}', 'Passport: {}'],
    ['passport_number', 'passport_no'],
  ),
  NATIONAL_ID: seedOf(
    (rng) => fill(rng, rng.pick(['##########', '@@######', '@########', '########@', '@@@######'])),
    ['national ID number {}', 'my identity card number is {}', 'ID card no. {}'],
    ['national_id', 'identity_card_number'],
  ),
  DRIVER_LICENSE: seedOf(
    (rng) => fill(rng, rng.pick(['#########', '@####-#####-#####', '############', '##@@#####', '########', '@#####'])),
    ['driving licence {}', 'my driving licence number is {}', 'licence number: {}'],
    ['driving_licence_number', 'driving_licence'],
  ),
}
