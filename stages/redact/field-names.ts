import type { PiiType } from './pii-type.ts'

/**
 * What a field's name says its value is. Names are compared in a normal form (`customerName`, `customer-name`,
 * `CUSTOMER_NAME` → `customer name`), in several languages.
 */
const NAMES: Readonly<Partial<Record<PiiType, string>>> = {
  EMAIL:
    'email|e mail|mail|email address|mail address|emailaddress|correo|courriel|contact email|user email|customer email|reply to|e mail adresse|to|cc|bcc|from|sender|recipient|from address|to address',
  PHONE:
    'phone|phone number|phonenumber|tel|telephone|mobile|mobile number|cell|cellphone|cell phone|fax|whatsapp|telefon|telefonnummer|handy|rufnummer|telefono|teléfono|móvil|téléphone|msisdn|contact number|callback number|callback|customer phone|contact phone|home phone|work phone',
  CREDIT_CARD: 'card|card number|cardnumber|credit card|creditcard|credit card number|cc number|ccn|pan|kartennummer',
  IBAN: 'iban|bank account|account iban|kontonummer',
  US_SSN: 'ssn|social security|social security number|social|us ssn|sin|tax id|taxid',
  IP_ADDRESS: 'ip|ip address|ipaddress|client ip|remote addr|remote ip|x forwarded for|source ip|src ip|host ip',
  MAC_ADDRESS: 'mac|mac address|macaddress|hw addr|hwaddr',
  DATE_OF_BIRTH:
    'dob|date of birth|dateofbirth|birth date|birthdate|birthday|born|geburtsdatum|geburtstag|date de naissance|fecha de nacimiento|data di nascita',
  SECRET:
    'password|passwd|pwd|pass|passphrase|secret|client secret|api key|apikey|api token|access token|refresh token|auth token|id token|token|bearer|authorization|private key|secret key|access key|session id|sessionid|session token|cookie|passwort|kennwort|contraseña|mot de passe|pin|otp|cvv|cvc|cvv2|security code|x api key|x auth token|signing key|encryption key|credentials',
  PERSON:
    'name|full name|fullname|first name|firstname|last name|lastname|surname|given name|family name|middle name|customer name|customer|user name full|contact|contact name|contact person|account holder|cardholder|cardholder name|card holder|holder|recipient name|sender name|caller|caller name|patient|patient name|employee name|employee|author name|display name|displayname|requester|requested by|assignee|agent name|agent|passenger|passenger name|guest|guest name|vorname|nachname|kunde|kundenname|ansprechpartner|nombre|apellido|nom|prénom|prenom|nome|cognome|signed by|beneficiary|person|from name|to name|attn|client name|buyer|buyer name|seller name',
  LOCATION: 'city|town|wohnort|ort|ciudad|location|place of birth|birthplace|ville|città|cidade|stad',
  ADDRESS:
    'address|street|street address|street 1|street1|line 1|line1|address line 1|address line1|address line 2|address 1|address 2|postcode|postal code|postalcode|zip|zip code|zipcode|shipping address|billing address|delivery address|home address|ship to|deliver to|adresse|anschrift|straße|strasse|plz|dirección|direccion|indirizzo',
  HANDLE: 'username|user name|handle|screen name|twitter|instagram|login',
}

const BY_NAME: ReadonlyMap<string, PiiType> = new Map(
  Object.entries(NAMES).flatMap(([type, names]) => names.split('|').map((name) => [name, type as PiiType] as const)),
)

/** The type that a field's name promises, if it is known. */
export function typeOfField(name: string): PiiType | undefined {
  return name.length > 40 ? undefined : BY_NAME.get(normal(name))
}

function normal(name: string): string {
  return name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/[\s_.-]+/g, ' ')
    .trim()
    .toLowerCase()
}
