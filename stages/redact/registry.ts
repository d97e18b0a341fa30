import { ALL_IDS } from './ids/all-ids.ts'
import { findIds } from './ids/find-ids.ts'
import { GENERAL_IDS } from './ids/general.ts'
import type { Recognizer } from './recognizer.ts'
import { address } from './recognizers/address.ts'
import { age } from './recognizers/age.ts'
import { coordinates } from './recognizers/coordinates.ts'
import { creditCard } from './recognizers/credit-card.ts'
import { date } from './recognizers/date.ts'
import { dateOfBirth } from './recognizers/date-of-birth.ts'
import { email, encodedEmail, spelledEmail } from './recognizers/email.ts'
import { handle } from './recognizers/handle.ts'
import { iban } from './recognizers/iban.ts'
import { introducedName } from './recognizers/introduced-name.ts'
import { inlineField, keyedValue, tableColumn } from './recognizers/keyed-value.ts'
import { labelledDocument, licenseWithState } from './recognizers/labelled-document.ts'
import { labelledNumber } from './recognizers/labelled-number.ts'
import { germanPlate, labelledPlate } from './recognizers/labelled-plate.ts'
import { lowerGiven } from './recognizers/lower-given.ts'
import { names } from './recognizers/names.ts'
import { ipv4, ipv6, mac } from './recognizers/network.ts'
import { nrp } from './recognizers/nrp.ts'
import { organization } from './recognizers/organization.ts'
import { phone } from './recognizers/phone.ts'
import { postalCode } from './recognizers/postal-code.ts'
import { swiftBic } from './recognizers/swift-bic.ts'
import { title } from './recognizers/title.ts'
import { queryToken, urlCredentials } from './recognizers/url.ts'
import { usSsn } from './recognizers/us-ssn.ts'
import { vehicleId } from './recognizers/vehicle-id.ts'
import { wallet } from './recognizers/wallet.ts'
import { webAddress } from './recognizers/web-address.ts'
import { assignedSecret } from './secrets/assigned.ts'
import { credentialForms } from './secrets/credentials.ts'
import { jwt } from './secrets/jwt.ts'
import { passwordHash } from './secrets/password-hashes.ts'
import { privateKey } from './secrets/private-keys.ts'
import { providerSecret } from './secrets/provider-keys.ts'
import { rareString } from './secrets/rare-strings.ts'

export interface RegistryOptions {
  /** Regions for phone numbers without a country code. */
  readonly regions: readonly string[]
}

/** Built once: it holds no state, and its tables are large. */
const structuredIds = findIds([...GENERAL_IDS, ...ALL_IDS])

/** Every recognizer there is. A new one is a file in `recognizers/` and a line here. */
export function recognizers(options: RegistryOptions): readonly Recognizer[] {
  return [
    email,
    encodedEmail,
    spelledEmail,
    phone(options.regions),
    creditCard,
    iban,
    usSsn,
    ipv4,
    ipv6,
    mac,
    urlCredentials,
    queryToken,
    dateOfBirth,
    privateKey,
    jwt,
    providerSecret,
    passwordHash,
    credentialForms,
    assignedSecret,
    rareString,
    keyedValue,
    inlineField,
    tableColumn,
    names,
    lowerGiven,
    introducedName,
    address,
    handle,
    structuredIds,
    labelledNumber,
    labelledDocument,
    licenseWithState,
    labelledPlate,
    germanPlate,
    vehicleId,
    swiftBic,
    wallet,
    ...coordinates,
    webAddress,
    title,
    age,
    nrp,
    organization,
    postalCode,
    date,
  ]
}
