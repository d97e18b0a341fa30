import { describe, expect, test } from 'vitest'
import { createRuleDetector } from '../../../stages/redact/detector.ts'
import type { PiiType } from '../../../stages/redact/pii-type.ts'

const detector = createRuleDetector()

/** Spans as `TYPE:value`. */
function found(text: string, field?: string): string[] {
  return detector.find(text, field).map((span) => `${span.type}:${text.slice(span.start, span.end)}`)
}

interface Cases {
  readonly type: PiiType
  /** The value is between ⟦ and ⟧. */
  readonly yes: readonly string[]
  /** Near misses: nothing of this type may be found. */
  readonly no: readonly string[]
}

const CASES: readonly Cases[] = [
  {
    type: 'EMAIL',
    yes: [
      'write to ⟦ada@example.org⟧.',
      '(⟦ada.lovelace+x@mail.example.co.uk⟧)',
      '<⟦ADA@EXAMPLE.ORG⟧>',
      'mailto:⟦ada@example.org⟧?subject=x',
      '⟦jürgen@müller.de⟧,',
      "⟦o'neill@example.ie⟧",
      '"to":"⟦ada@example.org⟧"',
      'https://x.example/?email=⟦ada%40example.org⟧&x=1',
      'https://x.example/?email=⟦ada@example.org⟧&x=1',
      'at ⟦ada (at) example dot org⟧ please',
      'mail ⟦ada[at]example.org⟧',
      'its ⟦ada @ gmail.com⟧ ok',
      'ask ⟦ada@gmail⟧ about it',
      '**⟦ada@example.org⟧**',
      '⟦ada@[192.0.2.7]⟧',
      '⟦"ada lovelace"@example.org⟧',
      'see ⟦ada@example.org⟧.Thanks',
      '⟦用户@例子.公司⟧',
      'ｍａｉｌ ⟦ada＠example.org⟧',
    ],
    no: [
      '@gmail please help',
      'hello @AdobeCare team',
      'icon@2x.png',
      'react@18.2.0',
      '1920*1080@30fps',
      'look at example.com',
      '@media (min-width: 1px)',
      'a @ b',
      'price @ 5.00 each',
      'FIX. THE. ROKU. APP.@hulu',
    ],
  },
  {
    type: 'PHONE',
    yes: [
      'call ⟦+44 20 7946 0958⟧ now',
      '⟦(212) 555-0123⟧',
      '⟦512-689-4551⟧',
      'reached at ⟦4045781025⟧',
      'Tel: ⟦030/23125 041⟧',
      '⟦+49 (0)30 901820⟧',
      '⟦06 12 34 56 78⟧',
      '⟦+1 415 555 0132 ext. 12⟧',
      'cell number ⟦+254711303113⟧...kindly',
      'my number is ⟦07700 900123⟧',
      'mi teléfono es ⟦612 345 678⟧',
      'This is the phone where the account was created.\n⟦01120738976⟧ only',
      'tel:⟦+14155550132⟧',
      '| ⟦+33 6 39 98 38 25⟧ |',
    ],
    no: [
      'order 5030799148',
      'ticket number to give to Mojang. 1497421950',
      'Order # 40256780019417115',
      'version 18.5.50.916',
      'on 2020-04-01 17:31:32',
      'it cost 1.234.567 or $1,234,567.00',
      'timestamp 1585763492000',
      'the Dutch line is busy (5030799148)',
      'smart card no: 10052474284',
      'https://www.ebay.co.uk/itm/124128766743',
      'error 0x800f0985',
      '2019-2020',
      'Lukas14645009',
      '192.168.100.200',
      'L38120-001',
      '1 2 3 4 5 6 7 8 9',
    ],
  },
  {
    type: 'CREDIT_CARD',
    yes: [
      '⟦4111 1111 1111 1111⟧',
      '⟦4111-1111-1111-1111⟧',
      'card ⟦5555555555554444⟧',
      'amex ⟦378282246310005⟧',
      '⟦3782 822463 10005⟧',
      '⟦6011 1111 1111 1117⟧',
      'diners ⟦30569309025904⟧',
      'JCB ⟦3530111333300000⟧',
      'MasterCard ⟦2223003122003222⟧',
      'my card ⟦4222222222222⟧ was declined',
      'unionpay ⟦6240008631401148⟧',
      'order 12345 and card ⟦4012 8888 8888 1881⟧',
    ],
    no: [
      'id 4111111111111112',
      'order 4111111111111111',
      '1234567812345670',
      'Order # 40256780019417115',
      '0000 0000 0000 0000',
      '4111 1111 1111',
      'imei 490154203237518',
      '12345678901234567890123',
    ],
  },
  {
    type: 'IBAN',
    yes: [
      '⟦DE89 3704 0044 0532 0130 00⟧',
      'iban:⟦GB29NWBK60161331926819⟧.',
      '⟦FR14 2004 1010 0505 0001 3M02 606⟧',
      '⟦nl91abna0417164300⟧',
      '⟦MT84MALT011000012345MTLCAST001S⟧',
      '⟦NO93 8601 1117 947⟧',
      '⟦CH93-0076-2011-6238-5295-7⟧',
      'IBAN ⟦DE89370400440532013001⟧',
    ],
    no: ['DE89 3704 0044 0532 0130 01', 'XX89370400440532013000', 'DE89 3704', 'GB29NWBK60161331926819X', 'at 12 noon'],
  },
  {
    type: 'US_SSN',
    yes: ['⟦536-90-4399⟧', 'ssn ⟦536904399⟧', 'SSN: ⟦078-05-1120⟧', 'ssn#⟦123 45 6789⟧', 'ssn ⟦900-70-1234⟧'],
    no: [
      '000-12-3456',
      '666-12-3456',
      '536-00-4399',
      '536-90-0000',
      'id 536904399',
      '536-90-43991',
      '1536-90-4399',
      'part 536-90-4399-2',
      'itin 900-70-1234',
    ],
  },
  {
    type: 'IP_ADDRESS',
    yes: [
      'from ⟦203.0.113.7⟧:443',
      'our server is ⟦46.72.46.175⟧.',
      '⟦10.0.0.0/8⟧',
      '⟦2001:db8::ff00:42:8329⟧',
      '[⟦2001:0db8:85a3:0000:0000:8a2e:0370:7334⟧]',
      '⟦fe80::1ff:fe23:4567:890a%eth0⟧',
      '⟦::ffff:203.0.113.7⟧',
    ],
    no: [
      'version 1.16.0.53',
      'v10.0.19.45',
      '256.1.1.1',
      '1.2.3.4.5',
      '127.0.0.1',
      '0.0.0.0',
      'std::vector',
      '12:34:56',
      '::1',
      'driver 15.5.2.1054',
      'Foo::Bar',
      'a::b',
    ],
  },
  {
    type: 'MAC_ADDRESS',
    yes: ['⟦00:1B:44:11:3A:B7⟧', '⟦00-1b-44-11-3a-b7⟧', 'mac=⟦001b.4411.3ab7⟧'],
    no: [
      'ff:ff:ff:ff:ff:ff',
      '00:00:00:00:00:00',
      '00:1B:44:11:3A',
      '00:1B:44:11:3A:B7:22',
      '00:1B-44:11-3A:B7',
      '12:34:56',
    ],
  },
  {
    type: 'URL_CREDENTIALS',
    yes: [
      '⟦https://ada:s3cret@git.example.com/x.git⟧.',
      '⟦postgres://app:p@ss@db.example.net:5432/shop⟧',
      'DATABASE_URL=⟦mongodb+srv://u:p@cluster0.example.net/?w=1⟧',
      '⟦redis://:hunter2@cache:6379/0⟧',
    ],
    no: [
      'https://example.com/@ada',
      'https://example.com:8080/a?b=c@d',
      'mailto:ada@example.org',
      'ssh git@github.com:x/y',
    ],
  },
  {
    type: 'DATE_OF_BIRTH',
    yes: [
      'DOB: ⟦03/12/1985⟧',
      'born on ⟦12 March 1985⟧',
      'my date of birth is ⟦March 12th, 1985⟧',
      'geboren am ⟦12. März 1985⟧',
      'née le ⟦12 mars 1985⟧',
      'fecha de nacimiento: ⟦12 de marzo de 1985⟧',
      'nato il ⟦12 marzo 1985⟧',
      'd.o.b. ⟦1985-03-12⟧',
      'birthday ⟦12/03/85⟧',
      '⟦12.03.1985⟧ is my date of birth',
      '生年月日：⟦1985年3月12日⟧',
      'dob ⟦19850312⟧',
    ],
    no: [
      'delivered on 03/12/2024',
      'ordered 12 March 2024',
      'born in a barn, order 5 arrived',
      'birthday gift ordered on 03/12/2024',
      'DOB: unknown',
    ],
  },
  {
    type: 'SECRET',
    yes: [
      'key ⟦AKIAIOSFODNN7EXAMPLE⟧',
      '⟦ghp_16C7e42F292c6912E7710c838347Ae178B4a⟧',
      '⟦glpat-XuNz4qPCQxQ4qZbhybR1⟧',
      '⟦xoxb-123456789012-123456789012-abcdefABCDEF123456789012⟧',
      `⟦sk${'_live_'}4eC39HqLyjWDarjtT1zdp7dc⟧`,
      '⟦sk-proj-abcdEFGH1234abcdEFGH1234abcdEFGH1234⟧',
      '⟦AIzaSyA1234567890abcdefghijklmnopqrstuv⟧',
      '⟦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⟧',
      '⟦npm_abcdefghijklmnopqrstuvwxyz0123456789⟧',
      '⟦hf_abcdefghijklmnopqrstuvwxyzABCD0123⟧',
      '⟦dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef⟧',
      '⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_DEF-123⟧',
      'password: ⟦hunter2!⟧',
      'my password is ⟦Tr0ub4dor⟧.',
      'Passwort: ⟦geheim123⟧',
      'db_password=⟦x9!kkq⟧',
      'Authorization: Bearer ⟦abc.def-ghijklmnop123456⟧',
      'api_key = "⟦0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c⟧"',
      'https://x.example/?access_token=⟦abcd1234efgh⟧&y=1',
      'my pin is ⟦4821⟧',
      'cvv ⟦721⟧',
      '⟦-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END RSA PRIVATE KEY-----⟧ ok',
      '⟦-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA⟧',
    ],
    no: [
      'password reset',
      'my password is wrong',
      'password: required',
      'token expired',
      'the api key field',
      'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
      'commit 0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c12345678',
      'request 123e4567-e89b-42d3-a456-426614174000',
      'I forgot my password. Please help',
      'password: ••••••••',
      'password: <SECRET>',
      '-----BEGIN PUBLIC KEY-----\nMIIBOgIBAAJB\n-----END PUBLIC KEY-----',
      'secret santa',
    ],
  },
  {
    type: 'PERSON',
    yes: [
      'my name is ⟦lily chen⟧ and I',
      'Dear Mr. ⟦Müller⟧,',
      'Regards,\n⟦Anna Kowalska⟧',
      'I spoke to ⟦Tom⟧ yesterday',
      'ich heiße ⟦Jürgen Weiß⟧',
      "je m'appelle ⟦Chloé Dubois⟧",
      'Hi ⟦Zbigniew⟧, thanks',
      '⟦Adekunle Adeoye⟧, email address below',
      "that is ⟦Emily⟧'s parcel",
      'Name: ⟦Priya Sharma⟧',
      'please ask ⟦lisa⟧ about it',
      '"⟦Townsend, George⟧" <x>',
      'it is said that ⟦Nilsson⟧ knew',
      '⟦José García López⟧ called',
      'the account of ⟦Peter van der Meer⟧',
      '| Name | City |\n|---|---|\n| ⟦Ngozi Okonkwo⟧ | x |',
    ],
    no: [
      'Microsoft Windows Update failed',
      'see you on Monday in May',
      'Thanks for the Help',
      'ERROR in Module Seven',
      'the Amber Router is broken',
      'Hi Team, hello',
      'Hello AppleSupport',
      "Hi, I'm having trouble",
      'Google Chrome and Adobe Premiere',
      'GATEWAY TIMEOUT from proxy',
      'In English please',
      'my Logan Speaker is offline',
      'Will you mark this?',
    ],
  },
  {
    type: 'LOCATION',
    yes: [
      'I live in ⟦Berlin⟧',
      'I moved to ⟦Jerdefort⟧.',
      'flight from ⟦Paris⟧ was late',
      'your shop in ⟦North Abernathywell⟧',
    ],
    no: ['the Paris Kettle is broken', 'in English', 'Nice try', 'open it in Excel', 'in May'],
  },
  {
    type: 'ADDRESS',
    yes: [
      'I live at ⟦221B Baker Street⟧',
      '⟦12 Maple Ave., Apt 3B⟧',
      '⟦Lindenstraße 12a⟧',
      'send it to ⟦12 rue de la Paix⟧',
      '⟦Calle Mayor 5⟧',
      '⟦Via Roma, 10⟧ in',
      '⟦ul. Długa 7/3⟧',
      'address: ⟦SW1A 1AA⟧',
      '⟦Springfield, IL 62704⟧',
      '⟦10115 Berlin⟧ ',
      '⟦PO Box 123⟧',
      '⟦Prinsengracht 100⟧',
    ],
    no: [
      '2 days on the road',
      'I need 3 more way',
      'via Apple TV 4K',
      'my Will 2 Smart Lock is empty',
      '10115 items',
      'room 5',
    ],
  },
]

describe.each(CASES)('$type', ({ type, yes, no }) => {
  test.each(yes)('is found in %j', (marked) => {
    const text = marked.replace(/[⟦⟧]/g, '')
    const value = /⟦([\s\S]*)⟧/.exec(marked)![1]!
    expect(found(text)).toContain(`${type}:${value}`)
  })
  test.each(no)('is not found in %j', (text) => {
    expect(found(text).filter((span) => span.startsWith(`${type}:`))).toEqual([])
  })
})

describe('the field a value stands in', () => {
  test('says what a bare value is', () => {
    expect(found('4045781025', 'phone')).toEqual(['PHONE:4045781025'])
    expect(found('4045781025', 'order_id')).toEqual([])
    expect(found('536904399', 'ssn')).toEqual(['US_SSN:536904399'])
    expect(found('lily chen', 'customerName')).toEqual(['PERSON:lily chen'])
    expect(found('hunter', 'password')).toEqual(['SECRET:hunter'])
    expect(found('1985-03-12', 'date_of_birth')).toEqual(['DATE_OF_BIRTH:1985-03-12'])
    expect(found('Premium Plan', 'name')).toEqual([])
  })
  test('is read in code blocks inside text', () => {
    const text = '```json\n{"full_name": "lily chen", "phone": "4045781025", "plan": "premium"}\n```'
    expect(found(text)).toEqual(['PERSON:lily chen', 'PHONE:4045781025'])
  })
})

describe('options', () => {
  const text = 'Dear Anna, write to ada@example.org'
  test('types, names, allow and least score narrow what is found', () => {
    const types = (options: Parameters<typeof createRuleDetector>[0]): string[] =>
      createRuleDetector(options)
        .find(text)
        .map((span) => span.type)
    expect(types({})).toEqual(['PERSON', 'EMAIL'])
    expect(types({ types: ['EMAIL'] })).toEqual(['EMAIL'])
    expect(types({ names: false })).toEqual(['EMAIL'])
    expect(
      types({ allow: [{ values: ['ADA@example.org'], owner: 'desk', reason: 'our own', expires: '2999-01-01' }] }),
    ).toEqual(['PERSON'])
    expect(types({ minScore: { EMAIL: 0.99 } })).toEqual(['PERSON'])
    expect(types({ minScore: { default: 1 } })).toEqual([])
  })
  test('handles are opt in', () => {
    expect(createRuleDetector({ types: ['HANDLE'] }).find('hey @ada_l!')).toMatchObject([
      { start: 4, end: 10, type: 'HANDLE' },
    ])
  })
  test('regions decide which numbers without country code are phones', () => {
    const spans = (regions: string[]): number => createRuleDetector({ regions }).find('it is 0412 345 678, ok').length
    expect([spans(['AU']), spans(['US'])]).toEqual([1, 0])
  })
})
