import { describe, expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { PII_TYPES } from '../../../../stages/redact/pii-type.ts'

const everything = createRuleDetector({ types: PII_TYPES })
const found = (field: string, value: string): readonly string[] =>
  everything.find(value, field).map((span) => `${span.type}:${value.slice(span.start, span.end)}`)

describe('a field named after a value says what it is', () => {
  test.each([
    ['passport_number', 'X1234567', 'PASSPORT'],
    ['nino', 'AB123456C', 'UK_NINO'],
    ['nhs_number', '9434765918', 'UK_NHS'],
    ['bsn', '123456783', 'NL_BSN'],
    ['cpf', '390.533.447-06', 'BR_CPF'],
    ['aadhaarNumber', '2341 2341 2340', 'IN_AADHAAR'],
    ['driver_license', 'S514-778-616', 'US_DRIVER_LICENSE'],
    ["Driver's License", '99887766', 'US_DRIVER_LICENSE'],
    ['steuer_id', '12345678901', 'DE_TAX_ID'],
    ['codice_fiscale', 'RSSMRA85T10A562S', 'IT_FISCAL_CODE'],
    ['npi', '1234567893', 'US_NPI'],
    ['mrn', '00482913', 'MEDICAL_RECORD'],
    ['member_id', 'W123456789', 'HEALTH_PLAN'],
    ['vin', '1HGCM82633A004352', 'VEHICLE_ID'],
    ['imei', '490154203237518', 'DEVICE_ID'],
    ['license_plate', '7ABC123', 'LICENSE_PLATE'],
    ['account_number', '88273645', 'ACCOUNT_NUMBER'],
    ['bank_account_number', '000123456789', 'BANK_ACCOUNT'],
    ['routing_number', '021000021', 'ABA_ROUTING'],
    ['swift_code', 'DEUTDEFF500', 'SWIFT_BIC'],
    ['wallet_address', '0x52908400098527886E0F7030069857D2E4169EE7', 'CRYPTO'],
    ['age', '42', 'AGE'],
    ['organization', 'Acme Widgets', 'ORGANIZATION'],
    ['company', 'Muster & Söhne', 'ORGANIZATION'],
    ['nationality', 'Kenyan', 'NRP'],
    ['religion', 'Buddhist', 'NRP'],
    ['username', 'ada_l', 'HANDLE'],
    ['website', 'www.example.org/ada', 'URL'],
    ['latitude', '52.520008', 'COORDINATES'],
    ['coordinates', '52.520008, 13.404954', 'COORDINATES'],
    ['admission_date', '2025-04-30', 'DATE'],
    ['postal_code', '62704', 'POSTAL_CODE'],
    ['salutation', 'Mrs.', 'TITLE'],
    ['dea_number', 'AB1234563', 'MEDICAL_LICENSE'],
    ['kontonummer', '1234567890', 'BANK_ACCOUNT'],
  ])('%s: %s', (field, value, type) => {
    expect(found(field, value)).toEqual([`${type}:${value}`])
  })
})

describe('but only where the value looks the part', () => {
  test.each([
    ['passport_number', 'pending'],
    ['nhs_number', 'n/a'],
    ['sin', 'no such number'],
    ['nit', 'minor'],
    ['cf', 'true'],
    ['ein', 'Haus'],
    ['vin', 'unknown'],
    ['age', 'adult'],
    ['age', '4200'],
    ['latitude', 'north'],
    ['member_id', 'none'],
    ['swift', 'iOS app'],
    ['routing', 'round robin'],
    ['order_id', '8001015009087'],
  ])('%s: %s', (field, value) => {
    expect(found(field, value)).toEqual([])
  })
})

test('the default types hide the postal code as part of an address', () => {
  expect(createRuleDetector().find('62704', 'zip_code')).toMatchObject([{ start: 0, end: 5, type: 'ADDRESS' }])
})

test('fields inside text and columns of tables too', () => {
  const detector = createRuleDetector()
  const hits = (text: string): readonly string[] =>
    detector.find(text).map(({ start, end, type }) => `${type}:${text.slice(start, end)}`)
  expect(hits('Passport number: X1234567\nCPF: 390.533.447-06')).toEqual(['PASSPORT:X1234567', 'BR_CPF:390.533.447-06'])
  expect(hits('| plan | member id |\n|---|---|\n| basic | W123456789 |')).toEqual(['HEALTH_PLAN:W123456789'])
  expect(hits('{"bsn": "123456783", "plan": "basic"}')).toEqual(['NL_BSN:123456783'])
})
