import type { IdCases } from './detect.ts'

export const AMERICAS: readonly IdCases[] = [
  {
    type: 'US_ITIN',
    yes: ['itin ⟦900-70-1234⟧', '⟦912-94-1234⟧', 'my ITIN is ⟦912701234⟧'],
    no: ['912-93-1234-1', '912701234', 'order 912-70-1234'],
  },
  {
    type: 'US_PASSPORT',
    yes: ['US passport ⟦912803456⟧', 'American passport ⟦A12345678⟧'],
    no: ['912803456', 'order A12345678', 'ref A12345678'],
  },
  {
    type: 'US_DRIVER_LICENSE',
    yes: [
      "driver's license ⟦D1234567⟧",
      'drivers license number ⟦12345678⟧',
      'DL: ⟦F255921781690⟧',
      'driver license ⟦WDLABCD456DG⟧',
      'driver license ⟦AB123456⟧',
    ],
    no: ['D1234567', 'order 12345678', 'SKU AB123456'],
  },
  {
    type: 'US_MBI',
    yes: ['⟦1EG4-TE5-MK73⟧', 'Medicare ⟦1EG4TE5MK72⟧'],
    no: ['1SG4-TE5-MK73', '1EG4-TE5-M', 'order 1EG4-TE5-MK73'],
  },
  {
    type: 'US_NPI',
    yes: ['NPI ⟦1234567893⟧', 'provider NPI: ⟦1245319599⟧'],
    no: ['NPI 1234567894', '1234567893', 'order 1234567893'],
  },
  {
    type: 'US_EIN',
    yes: ['EIN ⟦12-3456789⟧', 'federal tax ID ⟦91-1144442⟧', 'EIN #⟦911144442⟧'],
    no: ['12-3456789', 'EIN 07-3456789', 'order 12-3456789'],
  },
  {
    type: 'CA_SIN',
    yes: ['SIN ⟦046 454 286⟧', 'social insurance number: ⟦130692544⟧', 'my SIN number ⟦130692545⟧'],
    no: ['order 046 454 286', '130692545', 'sin duda 130692544 pesos'],
  },
  {
    type: 'CA_PASSPORT',
    yes: ['Canadian passport ⟦AB123456⟧', 'passport: ⟦P123456AB⟧'],
    no: ['AB123456', 'order AB123456', 'ref P123456AB'],
  },
  {
    type: 'BR_CPF',
    yes: ['⟦390.533.447-05⟧', 'CPF ⟦39053344705⟧', 'cpf: ⟦39053344706⟧'],
    no: ['390.533.447-06', '39053344705', 'pedido 39053344705', '111.111.111-11'],
  },
  {
    type: 'BR_CNPJ',
    yes: ['⟦11.222.333/0001-81⟧', 'CNPJ ⟦11222333000181⟧', 'CNPJ ⟦12.ABC.345/01DE-35⟧'],
    no: ['11.222.333/0001-82', '11222333000182', 'CNPJ 12.ABC.345/01DE-36'],
  },
  {
    type: 'AR_CUIT',
    yes: ['⟦20-05536168-2⟧', 'CUIT ⟦30500010912⟧', 'DNI ⟦12.345.678⟧'],
    no: ['20-05536168-3', '30500010912', 'order 30500010912', 'son 12.345.678 pesos'],
  },
  {
    type: 'CL_RUT',
    yes: ['⟦12.531.909-2⟧', 'RUT ⟦30686957-4⟧', 'RUT: ⟦125319092⟧'],
    no: ['12.531.909-3', '30686957-4', 'order 12531909-2'],
  },
  {
    type: 'CO_NIT',
    yes: ['NIT ⟦213.123.432-1⟧', 'NIT: ⟦800197268-4⟧', 'cédula ⟦1.020.304.050⟧'],
    no: ['NIT 800197268-5', '800197268-4', 'order 800197268-4'],
  },
  {
    type: 'MX_CURP',
    yes: ['⟦BOXW310820HNERXN09⟧', 'CURP: ⟦HEGG560427MVZRRL04⟧', 'CURP ⟦BOXW310820HNERXN08⟧'],
    no: ['BOXW310820HNERXN08', 'BOXW313920HNERXN09', 'BOXW310820HZZRXN09'],
  },
  {
    type: 'MX_RFC',
    yes: ['⟦GODE561231GR8⟧', 'RFC ⟦GODE561231GR7⟧', 'RFC ⟦GODE-561231-GR8⟧'],
    no: ['GODE561231GR7', 'RFC XAXX010101000', 'GODE563931GR8'],
  },
  {
    type: 'PE_DNI',
    yes: ['RUC ⟦20512333797⟧', 'DNI ⟦10117410⟧'],
    no: ['RUC 20512333798', '20512333797', 'order 10117410'],
  },
]
