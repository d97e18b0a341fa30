import type { IdCases } from './detect.ts'

export const SOUTH_AND_EAST: readonly IdCases[] = [
  {
    type: 'ES_NIF',
    yes: ['DNI ⟦12345678Z⟧', '⟦12.345.678-Z⟧', 'NIF: ⟦12345678A⟧', 'NIF ⟦K1234567L⟧'],
    no: ['12345678A', 'pedido 12345678Z', 'order 12345678Z'],
  },
  {
    type: 'ES_NIE',
    yes: ['⟦X1234567L⟧', 'NIE: ⟦X-1234567-L⟧', 'NIE ⟦X1234567A⟧'],
    no: ['X1234567A', 'pedido X1234567L', 'W1234567L'],
  },
  {
    type: 'ES_PASSPORT',
    yes: ['pasaporte ⟦PAA123456⟧', 'número de pasaporte: ⟦AAB654321⟧'],
    no: ['PAA123456', 'pedido PAA123456', 'pasaporte PAA12345'],
  },
  {
    type: 'ES_CIF',
    yes: ['CIF ⟦A58818501⟧', 'NIF: ⟦A-58818501⟧'],
    no: ['CIF A58818502', 'A58818501', 'artículo A58818501'],
  },
  {
    type: 'ES_SOCIAL_SECURITY',
    yes: ['seguridad social ⟦28/12345678/40⟧', 'NSS ⟦281234567840⟧', '⟦28/12345678/40⟧'],
    no: ['28/12345678/41', 'NSS 281234567841', '281234567840', '99/12345678/40'],
  },
  {
    type: 'PT_NIF',
    yes: ['NIF ⟦123456789⟧', 'contribuinte n.º ⟦501 964 843⟧'],
    no: ['contribuinte 501964842', '501964843', 'encomenda 501964843'],
  },
  {
    type: 'PT_CITIZEN_CARD',
    yes: ['cartão de cidadão ⟦00000000 0 ZZ4⟧', '⟦000000000ZZ4⟧', 'bilhete de identidade ⟦12345678⟧'],
    no: ['00000000 0 ZZ5', 'cartão de cidadão 000000000ZZ5', 'SKU 000000000ZZ4'],
  },
  {
    type: 'IT_FISCAL_CODE',
    yes: [
      '⟦RSSMRA85T10A562S⟧',
      'codice fiscale ⟦RSS MRA 85T10 A562S⟧',
      'il mio cf è ⟦rssmra85t10a562s⟧',
      'codice fiscale ⟦RSSMRA85T10A562T⟧',
    ],
    no: ['RSSMRA85T10A562T', 'RSSMRA85T72A562S', 'ABCDEF12G34H567I'],
  },
  {
    type: 'IT_DRIVER_LICENSE',
    yes: ['patente ⟦MI1234567A⟧', 'patente di guida ⟦U1K12L345M⟧'],
    no: ['MI1234567A', 'ordine MI1234567A', 'spedizione U1K12L345M'],
  },
  {
    type: 'IT_VAT',
    yes: ['P.IVA ⟦00743110157⟧', '⟦IT00743110157⟧', 'partita IVA: ⟦00743110157⟧'],
    no: ['P.IVA 00743110158', '00743110157', 'IT00743110158', 'ordine 00743110157'],
  },
  {
    type: 'IT_PASSPORT',
    yes: ['passaporto ⟦YA1234567⟧', 'passaporto n. ⟦AA7654321⟧'],
    no: ['YA1234567', 'ordine YA1234567', 'fattura AA7654321'],
  },
  {
    type: 'IT_ID_CARD',
    yes: ["carta d'identità ⟦CA12345AB⟧", "carta d'identità n. ⟦AX1234567⟧"],
    no: ['CA12345AB', 'ordine CA12345AB', 'DA1234AB'],
  },
  {
    type: 'PL_PESEL',
    yes: ['PESEL ⟦44051401359⟧', 'pesel: ⟦02070803628⟧', 'pesel ⟦44051401358⟧'],
    no: ['44051401358', 'zamówienie 44051401359', '44051401359'],
  },
  {
    type: 'PL_NIP',
    yes: ['NIP ⟦123-456-32-18⟧', 'NIP: ⟦1060000062⟧', '⟦PL1060000062⟧'],
    no: ['NIP 1060000063', '1060000062', 'faktura 1060000062'],
  },
  {
    type: 'PL_ID_CARD',
    yes: ['dowód osobisty ⟦ABA300000⟧', 'nr dowodu: ⟦ABS 123456⟧'],
    no: ['dowód ABA300001', 'ABA300000', 'zamówienie ABA300000'],
  },
  {
    type: 'CZ_BIRTH_NUMBER',
    yes: ['⟦736028/5163⟧', 'rodné číslo ⟦7360285163⟧', 'r.č. ⟦780123/3540⟧', 'rodné číslo ⟦481231/123⟧'],
    no: ['736028/5164', '739928/5163', '7360285163'],
  },
  {
    type: 'HU_PERSONAL_ID',
    yes: ['személyi szám ⟦2-800101-1232⟧', 'adóazonosító jel ⟦8071592153⟧', 'TAJ ⟦123 456 788⟧'],
    no: ['személyi szám 2-801301-1238', 'adóazonosító jel 8071592154', 'TAJ 123456789', '8071592153'],
  },
  {
    type: 'RO_CNP',
    yes: ['CNP ⟦1800101221144⟧', '⟦1800101221144⟧'],
    no: ['1800101221145', 'CNP 1801301221144', '9783161484100', '9780306406157'],
  },
  {
    type: 'BG_EGN',
    yes: ['ЕГН ⟦7523169263⟧', 'EGN: ⟦8032056031⟧'],
    no: ['ЕГН 7523169264', '7523169263', 'order 7523169263'],
  },
  {
    type: 'HR_OIB',
    yes: ['OIB ⟦33392005961⟧', 'moj OIB je ⟦69435151530⟧'],
    no: ['OIB 33392005962', '33392005961', 'order 33392005961'],
  },
  {
    type: 'SI_EMSO',
    yes: ['EMŠO ⟦0101006500006⟧', '⟦0101006500006⟧', 'JMBG ⟦0101006500006⟧'],
    no: ['EMŠO 0101006500007', '3213006500006', 'order 0101006500006'],
  },
  {
    type: 'GR_AMKA',
    yes: ['ΑΜΚΑ ⟦01013099997⟧', 'AMKA: ⟦010130 99997⟧'],
    no: ['ΑΜΚΑ 01013099998', '01013099997', 'ΑΜΚΑ 01133099997'],
  },
  {
    type: 'GR_AFM',
    yes: ['ΑΦΜ ⟦094259216⟧', 'AFM ⟦090000045⟧', '⟦EL094259216⟧'],
    no: ['ΑΦΜ 094259217', '094259216', 'EL094259217'],
  },
  {
    type: 'EE_PERSONAL_CODE',
    yes: ['isikukood ⟦37605030299⟧', 'asmens kodas: ⟦33309240064⟧'],
    no: ['isikukood 37605030290', '37605030299', 'isikukood 37613030299'],
  },
  {
    type: 'LV_PERSONAL_CODE',
    yes: ['⟦161175-19997⟧', 'personas kods ⟦16117519997⟧', 'personas kods ⟦328673-00679⟧'],
    no: ['161175-19998', '161375-19997', 'order 161175-19997'],
  },
  {
    type: 'SE_PERSONNUMMER',
    yes: ['⟦811228-9874⟧', 'personnummer ⟦19811228-9874⟧', 'personnr ⟦8112289874⟧', '⟦670919-9530⟧'],
    no: ['811228-9875', '811328-9874', 'order 811228-9874', '8112289874'],
  },
  {
    type: 'SE_ORGANISATION_NUMBER',
    yes: ['organisationsnummer ⟦556012-5790⟧', 'org.nr: ⟦212000-0142⟧', '⟦SE556012579001⟧'],
    no: ['organisationsnummer 556012-5791', '556012-5790', 'order 556012-5790'],
  },
  {
    type: 'NO_FODSELSNUMMER',
    yes: ['⟦15108695088⟧', 'fødselsnummer ⟦151086 95088⟧'],
    no: ['fødselsnummer 15108695089', '15138695088', 'order 15108695088'],
  },
  {
    type: 'DK_CPR',
    yes: ['⟦211062-5629⟧', 'CPR ⟦2110625629⟧', 'mit cpr-nummer er ⟦010190-1111⟧'],
    no: ['211062-5620', 'CPR 321062-5629', 'order 211062-5629'],
  },
  {
    type: 'FI_HETU',
    yes: ['⟦131052-308T⟧', 'hetu ⟦010594Y9021⟧', '⟦311280-888Y⟧', 'hetu ⟦131052-3140⟧'],
    no: ['131052-308U', '131352-308T', '311280-888Z'],
  },
  {
    type: 'IS_KENNITALA',
    yes: ['kennitala ⟦450401-3150⟧', '⟦120174-3399⟧', 'kt. ⟦1201743399⟧'],
    no: ['450401-3151', '121374-3399', 'order 120174-3399'],
  },
  {
    type: 'TR_NATIONAL_ID',
    yes: ['TC kimlik no ⟦10000000146⟧', 'TCKN: ⟦10000000146⟧', 'kimlik no ⟦10000000147⟧'],
    no: ['10000000147', '10000000146', 'order 10000000146'],
  },
  {
    type: 'IL_ID',
    yes: ['ת.ז. ⟦039337423⟧', 'teudat zehut ⟦123456782⟧'],
    no: ['ת.ז. 039337424', '123456782', 'order 123456782'],
  },
  {
    type: 'UA_TAX_ID',
    yes: ['РНОКПП ⟦1759013776⟧', 'ЄДРПОУ ⟦32855961⟧'],
    no: ['РНОКПП 1759013777', '1759013776', 'ЄДРПОУ 32855962'],
  },
  {
    type: 'RU_TAX_ID',
    yes: ['ИНН ⟦7707083893⟧', 'ИНН: ⟦500100732259⟧', '⟦112-233-445 95⟧', 'СНИЛС ⟦11223344595⟧'],
    no: ['ИНН 7707083894', '7707083893', '112-233-445 96', 'заказ 500100732259'],
  },
]
