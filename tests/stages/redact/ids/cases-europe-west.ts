import type { IdCases } from './detect.ts'

export const WEST: readonly IdCases[] = [
  {
    type: 'UK_NHS',
    yes: ['my NHS number is ⟦943 476 5919⟧', 'NHS no. ⟦4010232137⟧ (patient)', 'NHS no. ⟦4010232138⟧'],
    no: ['4010232138', 'order no. 9434765919', 'tracking 9434765919'],
  },
  {
    type: 'UK_NINO',
    yes: ['NI number ⟦AB123456C⟧', '⟦JG 10 37 59 A⟧', 'nino ⟦QQ 12 34 56 C⟧', 'nino ⟦AB 12 34 56⟧'],
    no: ['ref QQ123456C', 'AB123456E', 'order AB123456C', 'BG123456A', 'SKU AB123456C'],
  },
  {
    type: 'UK_PASSPORT',
    yes: ['UK passport ⟦925665416⟧', 'British passport no: ⟦107185703⟧'],
    no: ['order 925665416', 'it is 925665416', 'passport office order 925665416'],
  },
  {
    type: 'UK_DRIVING_LICENCE',
    yes: ['licence ⟦MORGA657054SM9IJ⟧', 'DVLA: ⟦MORGA657054SM9IJ 35⟧'],
    no: ['MORGA653354SM9IJ', 'MORGA657994SM9IJ', 'MORGA657054SM9'],
  },
  {
    type: 'UK_UTR',
    yes: ['UTR ⟦1123456789⟧', 'unique taxpayer reference ⟦11234 56789K⟧'],
    no: ['UTR 2123456789', 'it is 1123456789', 'invoice 1123456789'],
  },
  {
    type: 'IE_PPSN',
    yes: ['PPS number ⟦1234567T⟧', 'PPSN: ⟦1234567FA⟧'],
    no: ['PPS number 1234567B', 'part 1234567T', 'it is 1234567T'],
  },
  {
    type: 'DE_TAX_ID',
    yes: ['Steuer-ID ⟦86095742719⟧', 'Steueridentifikationsnummer: ⟦47 036 892 816⟧', 'Steuer-ID: ⟦86095742718⟧'],
    no: ['86095742718', 'Bestellnummer 86095742719', 'it is 86095742719'],
  },
  {
    type: 'DE_TAX_NUMBER',
    yes: ['Steuernummer ⟦181/815/08155⟧', 'St.-Nr. ⟦93815/08152⟧', 'Finanzamt ⟦2893081508152⟧'],
    no: ['Seite 181/815', 'Rechnung 93815/08152', 'am 11/815/08155'],
  },
  {
    type: 'DE_ID_CARD',
    yes: ['Personalausweis ⟦T22000129⟧', 'Ausweisnummer ⟦L01X00T471⟧', 'Personalausweis ⟦1220001297D⟧'],
    no: ['T22000129', 'Ausweisnummer L01X00T472', 'Bestellung T22000129'],
  },
  {
    type: 'DE_PASSPORT',
    yes: ['Reisepass ⟦C01X00T47⟧', 'Reisepass-Nr. ⟦C01X00T478⟧'],
    no: ['C01X00T47', 'Reisepass C01X00T479', 'Artikel C01X00T47'],
  },
  {
    type: 'DE_SOCIAL_SECURITY',
    yes: ['⟦65 170839 J 003⟧', 'Rentenversicherungsnummer ⟦65170839J003⟧', 'SV-Nr. ⟦65170839J004⟧'],
    no: ['65170839J004', '65 173939 J 003', 'Modell 65170839J004'],
  },
  {
    type: 'DE_HEALTH_INSURANCE',
    yes: ['Versichertennummer ⟦A123456780⟧', 'KVNR: ⟦A123456780⟧'],
    no: ['Versichertennummer A123456781', 'A123456780', 'order A123456780'],
  },
  {
    type: 'DE_DRIVER_LICENSE',
    yes: ['Führerschein ⟦B072RRE2I55⟧', 'Fahrerlaubnis Nr. ⟦J010000SD51⟧'],
    no: ['B072RRE2I55', 'Führerschein B072RRE2I5Z1', 'Artikel B072RRE2I55'],
  },
  {
    type: 'DE_DOCTOR_NUMBER',
    yes: ['LANR ⟦123456601⟧', 'BSNR ⟦721111100⟧'],
    no: ['LANR 123456701', '123456601', 'Auftrag 123456601'],
  },
  {
    type: 'DE_COMPANY_ID',
    yes: ['⟦DE136695976⟧', 'USt-IdNr. ⟦DE 136 695 976⟧', 'Amtsgericht München ⟦HRB 86786⟧'],
    no: ['DE136695977', 'DE13669597', 'HRX 86786'],
  },
  {
    type: 'AT_SVNR',
    yes: ['SVNR ⟦1237 010180⟧', '⟦1237 010180⟧', 'e-card ⟦1237010180⟧'],
    no: ['SVNR 1238 010180', 'SVNR 1237 310280', '1237010180', 'order 1237 010180'],
  },
  {
    type: 'CH_AHV',
    yes: ['⟦756.9217.0769.85⟧', 'AHV-Nr. ⟦7561234567897⟧', 'AHV ⟦756.9217.0769.84⟧', 'AVS ⟦123.45.678.113⟧'],
    no: ['756.9217.0769.84', '7569217076984', '755.9217.0769.85'],
  },
  {
    type: 'FR_NIR',
    yes: ['⟦2 55 08 14 168 025 38⟧', 'sécu ⟦255081416802538⟧', 'NIR ⟦2550814168025⟧', '⟦1 84 12 2A 018 046 68⟧'],
    no: ['2 55 08 14 168 025 39', '2 55 13 14 168 025 38', 'commande 255081416802538'],
  },
  {
    type: 'FR_TAX_ID',
    yes: ['numéro fiscal ⟦30 23 217 600 053⟧', '⟦30 23 217 600 053⟧', 'SPI : ⟦3023217600053⟧'],
    no: ['numéro fiscal 3023217600054', '3023217600053', 'commande 3023217600053'],
  },
  {
    type: 'FR_ID_CARD',
    yes: ["carte d'identité ⟦880692310285⟧", 'CNI ⟦X4RTBPFW4⟧', 'passeport ⟦12AB34567⟧'],
    no: ['880692310285', "carte d'identité 881392310285", 'suivi 12AB34567'],
  },
  {
    type: 'FR_COMPANY_ID',
    yes: ['SIREN ⟦732 829 320⟧', 'SIRET ⟦73282932000074⟧', '⟦FR44732829320⟧', 'SIRET ⟦35600000000048⟧'],
    no: ['SIREN 732829321', 'SIRET 73282932000075', 'FR45732829320', '732829320'],
  },
  {
    type: 'BE_NATIONAL_NUMBER',
    yes: ['⟦85.07.30-033.28⟧', 'rijksregisternummer ⟦85073003328⟧', 'niss ⟦17073003384⟧'],
    no: ['85.07.30-033.29', '85.13.30-033.28', 'order 85073003328'],
  },
  {
    type: 'NL_BSN',
    yes: ['BSN ⟦111222333⟧', 'burgerservicenummer: ⟦123456782⟧', 'bsn: ⟦123456783⟧'],
    no: ['111222333', 'factuur 111222333', 'it is 123456783'],
  },
  {
    type: 'LU_NATIONAL_ID',
    yes: ['matricule ⟦1893120105732⟧', '⟦1893120105732⟧'],
    no: ['matricule 1893120105733', '1893139905732', 'matricule 1893120105742'],
  },
]
