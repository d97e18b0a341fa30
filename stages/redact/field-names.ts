import { ownedText } from '../../util/owned-text.ts'
import { ID_FIELD_NAMES, WEAK_ID_NAMES } from './ids/field-names.ts'
import type { PiiType } from './pii-type.ts'

/**
 * What a field's name says its value is. Names are compared in a normal form (`customerName`, `customer-name`,
 * `CUSTOMER_NAME` → `customer name`), in several languages.
 */
const NAMES: Readonly<Partial<Record<PiiType, string>>> = {
  EMAIL:
    'email|e mail|mail|email address|mail address|emailaddress|correo|courriel|contact email|user email|customer email|reply to|e mail adresse|sender|recipient|from address|to address',
  PHONE:
    'phone|phone number|phonenumber|tel|telephone|mobile|mobile number|cell|cellphone|cell phone|fax|whatsapp|telefon|telefonnummer|handy|rufnummer|telefono|teléfono|móvil|téléphone|msisdn|contact number|callback number|callback|customer phone|contact phone|home phone|work phone',
  CREDIT_CARD: 'card|card number|cardnumber|credit card|creditcard|credit card number|cc number|ccn|pan|kartennummer',
  IBAN: 'iban|bank account|account iban|kontonummer',
  IP_ADDRESS: 'ip|ip address|ipaddress|client ip|remote addr|remote ip|x forwarded for|source ip|src ip|host ip',
  MAC_ADDRESS: 'mac|mac address|macaddress|hw addr|hwaddr',
  DATE_OF_BIRTH:
    'dob|date of birth|dateofbirth|birth date|birthdate|birthday|born|geburtsdatum|geburtstag|date de naissance|fecha de nacimiento|data di nascita',
  SECRET:
    'password|passwd|pwd|pass|passphrase|secret|client secret|api key|apikey|api token|access token|refresh token|auth token|id token|token|bearer|authorization|private key|secret key|access key|session id|sessionid|session token|cookie|passwort|kennwort|contraseña|mot de passe|pin|otp|cvv|cvc|cvv2|security code|x api key|x auth token|signing key|encryption key|credentials',
  PERSON:
    'name|participant|author|user|from|to|cc|full name|fullname|first name|firstname|last name|lastname|surname|given name|family name|middle name|customer name|customer|user name full|contact|contact name|contact person|account holder|cardholder|cardholder name|card holder|holder|recipient name|sender name|caller|caller name|patient|patient name|employee name|employee|author name|display name|displayname|requester|requested by|assignee|agent name|agent|passenger|passenger name|guest|guest name|vorname|nachname|kunde|kundenname|ansprechpartner|nombre|apellido|nom|prénom|prenom|nome|cognome|signed by|beneficiary|person|from name|to name|attn|client name|buyer|buyer name|seller name|user name person|member name|driver name|owner|owner name|resident|tenant name|student name|host name person|traveller|traveler|traveller name|lead guest|signatory|recipient full name|for whom|ordered by|delivered to name',
  LOCATION: 'city|town|wohnort|ort|ciudad|location|place of birth|birthplace|ville|città|cidade|stad',
  ADDRESS:
    'address|street|street address|street 1|street1|line 1|line1|address line 1|address line1|address line 2|address 1|address 2|postcode|postal code|postalcode|zip|zip code|zipcode|shipping address|billing address|delivery address|home address|ship to|deliver to|adresse|anschrift|straße|strasse|plz|dirección|direccion|indirizzo',
  HANDLE:
    'username|user name|handle|screen name|twitter|instagram|login|login name|nickname|benutzername|nombre de usuario|nom d utilisateur|twitter handle|github username|telegram|skype|discord',
  URL: 'url|website|web site|homepage|home page|webpage|web page|profile url|personal website|linkedin|facebook url',
  TITLE: 'salutation|honorific|name prefix|anrede|form of address|civilité|civilite|tratamiento|name title',
  AGE: 'age|alter|edad|âge|età|idade|leeftijd|patient age|customer age|age years|age in years',
  NRP: 'nationality|citizenship|religion|religious affiliation|ethnicity|ethnic group|race|political party|political affiliation|party affiliation|staatsangehörigkeit|staatsangehoerigkeit|konfession|nationalité|nacionalidad|nazionalità|religión',
  ORGANIZATION:
    'organization|organisation|company|company name|companyname|employer|employer name|org name|organization name|organisation name|business name|firma|firmenname|unternehmen|arbeitgeber|entreprise|société|empresa|azienda|hospital|hospital name|university|school name',
  COORDINATES:
    'latitude|longitude|lat|lng|lon|coordinates|coords|gps|gps coordinates|geolocation|geo location|latlng|lat lng|lat long|lat lon',
  DATE: 'date|appointment date|admission date|discharge date|visit date|date of service|service date|date of death|hire date|date of admission|datum|fecha|date of visit|arrival date|departure date|check in date|check out date',
  SWIFT_BIC: 'swift|bic|swift code|swiftcode|bic code|swift bic|bic swift|swift/bic|bic/swift|swift number',
  BANK_ACCOUNT:
    'bank account number|bank account no|bankaccountnumber|bank acct|sort code|bsb|clabe|rekeningnummer|numéro de compte|numero de compte|numero de cuenta|número de cuenta|cuenta bancaria|kontonr|konto nr|numero conto|bban|kontonummer bank',
  ABA_ROUTING:
    'routing|routing number|routing no|aba|aba number|aba routing|aba routing number|rtn|routing transit number|ach routing',
  CRYPTO:
    'wallet|wallet address|walletaddress|crypto wallet|crypto address|btc address|bitcoin address|bitcoinaddress|eth address|ethereum address|ethereumaddress|litecoinaddress|btc wallet|eth wallet|xrp address',
  DEVICE_ID:
    'imei|imei number|imei no|phone imei|phoneimei|imsi|iccid|sim number|meid|device id|deviceid|udid|idfa|gaid|aaid|android id|advertising id|device serial|device serial number',
  VEHICLE_ID:
    'vin|vin number|vehicle identification number|vehicle vin|vehiclevin|chassis number|fahrgestellnummer|fin nummer',
  LICENSE_PLATE:
    'license plate|licence plate|licenseplate|licenceplate|plate number|number plate|numberplate|registration plate|vehicle plate|vehiclevrm|vrm|kennzeichen|kfz kennzeichen|immatriculation|targa|nummerplaat|vehicle registration|vehicle registration number|plate|plate no|plate nr|plate num|plate id|platenumber|license plate number|licence plate number|license plate no|vehicle reg|vehicle reg no|vehicle registration no|reg|reg no|reg number|reg plate|registration no|registration number|registrationnumber|car reg|car registration|car plate|car plate number|kfz|kfz nr|amtliches kennzeichen|nummernschild|rego|vrn|kenteken|plaque|plaque d immatriculation|numéro d immatriculation|numero immatriculation|matrícula|placa|placas|plaka|plaka no|numer rejestracyjny|registreringsnummer|regnr|spz|rendszám|vehicle number|vehicle no',
  MEDICAL_RECORD:
    'mrn|medical record|medical record number|medicalrecordnumber|patient id|patientid|patient number|patient no|chart number|hospital number|patientennummer|fallnummer',
  HEALTH_PLAN:
    'member id|memberid|member number|health plan|health plan id|health plan number|health plan beneficiary number|subscriber id|subscriberid|insurance id|insurance member id|health insurance id|health insurance number|medicaid id|medicaid number',
  MEDICAL_LICENSE:
    'dea|dea number|dea no|medical license|medical licence|medical license number|gmc number|gmc no|physician license|ahpra number',
  ACCOUNT_NUMBER:
    'account number|accountnumber|account no|account id|accountid|acct|acct number|acct no|customer number|customer no|customer id|customerid|policy number|policy no|policynumber|kundennummer|kunden nr|numéro client|numero client|numero cliente|member account',
}

/** Names that things have as well as people. */
const WEAK = new Set([
  'name',
  'contact',
  'agent',
  'display name',
  'displayname',
  'from',
  'to',
  'customer',
  'author name',
  'holder',
  'author',
  'location',
  'street',
  'pass',
  'token',
  'pan',
  'card',
  'social',
  'sin',
  'cookie',
  'ort',
  'user',
  'participant',
  'address',
  'person',
  'assignee',
  'callback',
  'session id',
  'sessionid',
  'pin',
  'line 1',
  'line1',
  'race',
  'school name',
  'targa',
  'plate',
  'plaque',
  'reg',
  'reg no',
  'reg number',
  'registration no',
  'registration number',
  'registrationnumber',
  'matrícula',
  'placa',
  'vehicle number',
  'vehicle no',
  'spz',
  'dea',
  'rtn',
  'wallet',
  'routing',
  'aba',
  'swift',
  'alter',
  ...WEAK_ID_NAMES,
])

export interface FieldPromise {
  readonly type: PiiType
  readonly weak: boolean
}

const BY_NAME: ReadonlyMap<string, FieldPromise> = new Map(
  [...Object.entries(NAMES), ...Object.entries(ID_FIELD_NAMES)].flatMap(([type, names]) =>
    names.split('|').map((name) => [name, { type: type as PiiType, weak: WEAK.has(name) }] as const),
  ),
)

/** The type that a field's name promises, if it is known. */
export function typeOfField(name: string): FieldPromise | undefined {
  if (name.length > 40) return undefined
  const known = memo.get(name)
  if (known !== undefined) return known === NOTHING ? undefined : known
  const promise = lookUp(normalField(name))
  // Data repeats its field names; bounded, because text may bring others.
  if (memo.size > 4096) memo.clear()
  memo.set(ownedText(name), promise ?? NOTHING)
  return promise
}

const NOTHING: FieldPromise = { type: 'SECRET', weak: true }
const memo = new Map<string, FieldPromise>()

function lookUp(normal: string): FieldPromise | undefined {
  return BY_NAME.get(normal) ?? (normal.endsWith('s') ? BY_NAME.get(normal.slice(0, -1)) : undefined)
}

/**
 * The name that describes a member of an object: with its parent's where the two make a known one (`customer.name`), its
 * parent's where its own says nothing (`{"phone": {"value": …}}`), else its own.
 */
export function memberField(parent: string | undefined, key: string): string {
  if (parent === undefined) return key
  const both = `${parent} ${key}`
  const own = typeOfField(key)
  if ((own === undefined || own.weak) && typeOfField(both) !== undefined) return both
  return NEUTRAL.test(key) && typeOfField(parent) !== undefined ? parent : key
}

const NEUTRAL = /^(?:value|number|text|raw|full|data|content|primary|main|first|0|1)$/i

/** `customerName`, `customer-name`, `CUSTOMER_NAME` → `customer name`. */
export function normalField(name: string): string {
  return name
    .slice(0, 60)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/[\s_.'’-]+/g, ' ')
    .trim()
    .toLowerCase()
}
