import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { random } from '../../../../util/random.ts'
import { makeKey } from './samples.ts'

const detector = createRuleDetector({ types: ['SECRET', 'URL_CREDENTIALS'] })

function found(text: string, field?: string): readonly string[] {
  return detector.find(text, field).map(({ start, end }) => text.slice(start, end))
}

const rng = random(7, 'secret forms')
const make = (template: string): string => makeKey(rng, template)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = part({ alg: 'RS256', typ: 'JWT' })
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trimEnd()
const sealed = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString()
  .trimEnd()
const jwk = privateKey.export({ format: 'jwk' })

/** The secret stands between ⟦ and ⟧. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  'private keys': [
    `⟦${pem}⟧\n`,
    `⟦${sealed}⟧\n`,
    `{"private_key": "⟦${pem.replaceAll('\n', '\\n')}\\n⟧"}`.replace('\\n⟧', '⟧'),
    `{"kty":"EC","crv":"P-256","x":"${jwk.x}","y":"${jwk.y}","d":"⟦${jwk.d}⟧"}`,
    `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n⟦${make('{s44}')}⟧\nPrivate-MAC: ${make('{h64}')}`,
    `⟦-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${make('{s64}')}\n${make('{s30}')}==\n=${make('{s4}')}\n-----END PGP PRIVATE KEY BLOCK-----⟧`,
    `client-key-data: ⟦${base64(pem.replace('-----BEGIN PRIVATE', '-----BEGIN RSA PRIVATE')).replace(/=+$/, '')}⟧`,
  ],
  'connection strings': [
    '⟦jdbc:postgresql://app:kq9x2@db.example.net/shop⟧',
    'jdbc:sqlserver://db.example.net;user=sa;password=⟦Vt9#kQ2x⟧;encrypt=true',
    'jdbc:oracle:thin:scott/⟦t1ger99⟧@db.example.net:1521/orcl',
    'Server=db;Database=shop;User Id=sa;Password=⟦Vt9!kQ2x⟧;',
    'Driver={ODBC Driver 18};Server=db;Uid=app;Pwd=⟦kq9x2Zr⟧;',
    `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=⟦${make('{s86}')}==⟧;EndpointSuffix=core.windows.net`,
    'DATABASE_URL=⟦mysql+pymysql://app:kq9x2@db.example.net/shop?charset=utf8⟧',
    'dsn ⟦amqps://worker:kq9x2@mq.example.net/vhost⟧ ok',
    '⟦ldap://cn=admin:kq9x2@dir.example.net:389⟧',
    `dsn = "⟦https://${make('{h32}')}@o12345.ingest.sentry.example/67890⟧"`,
    `blob?sv=2024-01-01&sig=⟦${make('{a43}')}%3D⟧&se=2026`,
  ],
  tokens: [
    `id ⟦${header}.${part({ sub: '1' })}.${make('{w43}')}⟧.`,
    `⟦${header}.${part({ sub: '1' })}.⟧`.replace('.⟧', '⟧'),
    `⟦${part({ alg: 'dir', enc: 'A256GCM' })}..${make('{w16}')}.${make('{w40}')}.${make('{w22}')}⟧`,
    `Authorization: Basic ⟦${base64('ada:hunter2')}⟧`,
    `-H 'Authorization: Bearer ⟦${make('{a40}')}⟧'`,
    `Authorization: token ⟦${make('{h40}')}⟧`,
    `{"auths":{"r.example":{"auth":"⟦${base64('ada:kq9x2Zr!')}⟧"}}}`,
    `//registry.example/:_authToken=⟦${make('{a36}')}⟧`,
    `Cookie: theme=dark; sessionid=⟦${make('{n32}')}⟧; lang=en`,
    `PHPSESSID=⟦${make('{n26}')}⟧`,
  ],
  'command lines and files': [
    'curl -u ada:⟦kq9x2Zr⟧ https://api.example.net/v1',
    'curl -s --user "ada:⟦kq9x2Zr⟧" https://api.example.net',
    'mysql -h db -u root -p⟦kq9x2Zr⟧ shop',
    "sshpass -p '⟦kq9x2Zr⟧' ssh ada@host",
    'redis-cli -h cache -a ⟦kq9x2Zr⟧ ping',
    'PGPASSWORD=⟦kq9x2Zr⟧ psql -h db',
    'machine git.example.net login ada password ⟦kq9x-plain⟧',
    'db.example.net:5432:shop:app:⟦kq9x2Zr⟧',
    'export DB_PASSWORD="⟦kq9x2Zr!⟧"',
    'spring.datasource.password=⟦kq9x2Zr⟧',
    '<password>⟦kq9x2Zr⟧</password>',
    '{\\"dbPassword\\":\\"⟦kq9x2Zr⟧\\"}',
    '--password ⟦kq9x2Zr⟧ --verbose',
  ],
  'hashes of passwords': [
    `root:⟦$6$${make('{a16}')}$${make('{a86}')}⟧:19000:0:99999:7:::`,
    `ada:⟦$2b$12$${make('{a53}')}⟧`,
    `ada:⟦$apr1$${make('{a8}')}$${make('{a22}')}⟧`,
    `⟦$argon2id$v=19$m=65536,t=3,p=4$${make('{s22}')}$${make('{s43}')}⟧`,
    `⟦$y$j9T$${make('{a22}')}$${make('{a43}')}⟧`,
    `userPassword: ⟦{SSHA}${make('{s38}')}=⟧`,
    `⟦pbkdf2_sha256$600000$${make('{a22}')}$${make('{s43}')}=⟧`,
    `Administrator:500:⟦${make('{h32}')}:${make('{h32}')}⟧:::`,
  ],
  'people in chats': [
    'my password is ⟦Tr0ub4dor&3⟧ if that helps',
    'the wifi password is ⟦sunnyhill42⟧',
    'password for the portal is ⟦Kq9x2Zr⟧ thanks',
    'Passwort lautet ⟦Geheim!77⟧',
    'la contraseña es ⟦Sol2024x⟧',
    'мой пароль: ⟦Kq9x2Zr⟧',
    'passphrase: ⟦correct horse battery staple⟧',
    'here is my pin: ⟦4821⟧',
    'the code they sent, verification code is ⟦482 113⟧, does not work',
    'CVV ⟦737⟧',
    'recovery codes:\n⟦a1b2c-d3e4f\n5g6h7-i8j9k\nl0m1n-o2p3q⟧\nthanks',
    'seed phrase: ⟦legal winner thank year wave sausage worth useful legal winner thank yellow⟧',
    `our api key: ⟦${make('{a32}')}⟧ can you check`,
    `client_secret = "⟦${make('{w40}')}⟧"`,
    `secret key ⟦${make('{s40}')}⟧`,
    'scan ⟦WIFI:T:WPA;S:Cafe;P:kq9x2Zr7;;⟧',
    `⟦otpauth://totp/Shop:ada?secret=${make('{N16}')}&issuer=Shop⟧`,
    `it prints ⟦${make('{a40}')}⟧ and stops`,
  ],
}

const CLEAN: readonly string[] = [
  // Words about secrets.
  'I forgot my password, please reset it',
  'password: please enter it again',
  'my password is incorrect again',
  'the password must be changed before login',
  'passwords are case sensitive',
  'the api key is missing',
  'token: string',
  'function f(key: Uint8Array, token: AccessToken)',
  'const token = getToken(user1)',
  'apiKey: process.env.API_KEY',
  `password: $${'{DB_PASSWORD}'}`,
  'password=<your password>',
  'secret: config.get("auth.secret")',
  'api_key=your-api-key-here-1234567890',
  'primary key: order_items_pkey_2024',
  'basic understanding of customer-relationship-management',
  'I got a cookie: it was nice',
  'verification code did not arrive',
  'pin the message, code review at 10',
  '"pgpass": "1.0.5"',
  'use https://user@example.com/a and ssh://git@git.example.com/x.git',
  `https://$${'{USER}'}:$${'{PASSWORD}'}@db.example.net/shop`,
  // Ids, digests and other things that look made.
  `commit ${make('{h40}')}`,
  `sha256:${make('{h64}')}`,
  `"integrity": "sha512-${make('{s86}')}=="`,
  `request ${make('{g}')}`,
  `order ${make('{N18}')}`,
  `order key ${make('{g}')}`.replace('key', 'number'),
  'id 01ARZ3NDEKTSV4RRFFQ69G5FAV',
  `tracking 1Z${make('{N16}')}`,
  'ISBN 978-3-16-148410-0',
  `Content-Type: multipart/form-data; boundary=----WebKitFormBoundary${make('{a16}')}`,
  `ETag: "${make('{h32}')}-12"`,
  `<img src="data:image/png;base64,${make('{s300}')}">`,
  `https://docs.example.com/document/d/${make('{a44}')}/edit`,
  `https://www.youtube.example/watch?v=${make('{a11}')}`,
  `Message-ID: <${make('{a40}')}@mail.example.com>`,
  `-----BEGIN CERTIFICATE-----\n${make('{s64}')}\n${make('{s64}')}\n${make('{s64}')}\n${make('{s20}')}\n-----END CERTIFICATE-----`,
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${make('{s43}')} ada@host`,
  base64('This is only a text that someone has put into base64'),
  'getUserAccountByIdentifierAndTenantV2',
  'src/stages/redact/recognizers/CreditCardNumber2.ts',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  `{"kty":"EC","x":"${make('{w43}')}","y":"${make('{w43}')}"}`,
  `${part({ hello: 'world', n: 12 })}.${part({ more: 'things' }).slice(2)}.x`,
]

describe.each(Object.entries(FOUND))('%s', (_name, lines) => {
  test.each(lines)('%j', (marked) => {
    const value = /⟦([\s\S]*)⟧/.exec(marked)![1]!
    const text = marked.replace(/[⟦⟧]/g, '')
    expect(found(text)).toContain(value)
  })
})

test.each(CLEAN)('nothing in %j', (text) => {
  expect(found(text)).toEqual([])
})
