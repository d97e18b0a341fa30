import { expect, test } from 'vitest'
import { aba, ccc, clabe, dea, rib } from '../../../../stages/redact/ids/general.ts'
import { hasIbanStructure, ibanLength } from '../../../../stages/redact/ids/iban-registry.ts'
import { luhn } from '../../../../stages/redact/recognizers/credit-card.ts'
import { mod97 } from '../../../../stages/redact/recognizers/iban.ts'
import { isVin } from '../../../../stages/redact/recognizers/vehicle-id.ts'
import { valuesOf } from './detect.ts'

/** The example of each country in the SWIFT IBAN registry. */
const IBANS =
  'AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456 BI4210000100010000332045181 BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CR05015202001026284066 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DJ2100010000000154000100186 DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685 EG380019000500000000263180002 ES9121000418450200051332 FI2112345600000785 FK88SC123456789012 FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 HN88CABF00000000000250005469 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678 IL620108000000099999999 IQ98NBIQ850123456789012 IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 LC55HEMM000100010012001200023015 LI21088100002324013AA LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 LY83002048000020100120361 MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984 MN121234123456789123 MR1300020001010000123456753 MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR NI45BAPR00000013000003558124 NL91ABNA0417164300 NO9386011117947 OM810180000001299123456 PK36SCBL0000001123456702 PL61109010140000071219812874 PS92PALS000000000400123456702 PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG RO49AAAA1B31007593840000 RS35260005601001611379 RU0304452522540817810538091310419 SA0380000000608010167519 SC18SSCB11010000000000001497USD SD2129010501234001 SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 SM86U0322509800000000270100 SO211000001001000100141 ST23000100010051845310146 SV62CENR00000000000000700025 TL380080012345678910157 TN5910006035183598478831 TR330006100519786457841326 UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901 XK051212012345678906 YE15CBYE0001018861234567891234'.split(
    ' ',
  )

test('the IBAN registry’s examples: length, structure, check digits, and each is found in fours and without spaces', () => {
  expect(IBANS).toHaveLength(89)
  const wrong = IBANS.filter(
    (iban) => ibanLength(iban.slice(0, 2)) !== iban.length || !hasIbanStructure(iban) || !mod97(iban),
  )
  expect(wrong).toEqual([])
  for (const iban of IBANS)
    for (const written of [iban, iban.replace(/(.{4})(?=.)/g, '$1 ')])
      expect(valuesOf('IBAN', `please pay to ${written}, thanks`)).toEqual([written])
})

test('right check digits with letters where the country has digits are no IBAN, unless the text says so', () => {
  // DE with letters in the bank code: some pair of check digits is right.
  const body = '37A40044053201300B'
  const check = Array.from({ length: 97 }, (_, i) => String(i + 2).padStart(2, '0')).find((digits) =>
    mod97(`DE${digits}${body}`),
  )
  const value = `DE${check}${body}`
  expect(valuesOf('IBAN', `token ${value} expired`)).toEqual([])
  expect(valuesOf('IBAN', `IBAN: ${value}`)).toEqual([value])
})

test('vehicle identification numbers: examples of 49 CFR 565 and of textbooks; every wrong check digit', () => {
  for (const vin of ['1M8GDM9AXKP042788', '11111111111111111', '1HGCM82633A004352', '5GZCZ43D13S812715']) {
    expect(isVin(vin)).toBe(true)
    for (const digit of '0123456789X') {
      if (digit !== vin[8]) expect(isVin(vin.slice(0, 8) + digit + vin.slice(9))).toBe(false)
    }
  }
  expect(isVin('1M8GDM9AXKP04278O')).toBe(false)
})

test('routing numbers of the Federal Reserve’s banks, and every single wrong digit', () => {
  for (const number of ['021000021', '011401533', '121000358', '091000022', '111000025']) {
    expect(aba(number)).toBe(true)
    for (let i = 0; i < 9; i++)
      expect(aba(number.slice(0, i) + ((Number(number[i]) + 1) % 10) + number.slice(i + 1))).toBe(false)
  }
})

test('DEA numbers: the worked examples F91234563 and AB1234563, and wrong check digits', () => {
  for (const number of ['F91234563', 'AB1234563', 'BB1388568']) expect(dea(number)).toBe(true)
  for (const number of ['F91234564', 'AB1234560', 'BB1388567']) expect(dea(number)).toBe(false)
})

test('IMEI: the example of 3GPP and others by Luhn', () => {
  for (const imei of ['490154203237518', '352099001761481', '356938035643809']) expect(luhn(imei)).toBe(true)
  expect(luhn('490154203237519')).toBe(false)
})

test('national account numbers: CLABE, CCC, RIB by published examples, and wrong ones', () => {
  expect([clabe('032180000118359719'), clabe('002010077777777771'), clabe('032180000118359710')]).toEqual([
    true,
    true,
    false,
  ])
  expect([ccc('21000418450200051332'), ccc('21000418460200051332')]).toEqual([true, false])
  // The bank part of a French IBAN without letters.
  expect([rib('30006000011234567890189'), rib('30006000011234567890188')]).toEqual([true, false])
})
