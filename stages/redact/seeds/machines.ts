import type { Random } from '../../../util/random.ts'
import { ALNUM, BARE, carry, carryOrField, digits, HEX, letters } from './carriers.ts'
import { someFamily, someGiven } from './people.ts'
import type { Seed } from './seed.ts'

const HOSTS: readonly string[] = [
  'example.com',
  'mail.example.org',
  'gmail.com',
  'bücher.example',
  'a-b.co.uk',
  'uni.example.edu',
  'posteo.example',
  'x.io',
  'corp.example.museum',
  'web.de',
  'yahoo.co.in',
  'xn--bcher-kva.example',
]

export function emailSeed(rng: Random): Seed {
  const given = fold(someGiven(rng))
  const family = fold(someFamily(rng))
  const host = rng.pick(HOSTS)
  const local = rng.pick([
    `${given}.${family}`,
    `${given}${rng.integer(99)}`,
    `${given[0]}${family}`,
    `${given}_${family}`,
    `${given}+shop`,
    `${given}.${family}-${rng.integer(9)}`,
    `${family}`,
    `${given}.${family}`.toUpperCase(),
    `x${digits(rng, 6)}`,
    `o'${family}`,
    `${given}.müller`,
    `"${given} ${family}"`,
  ])
  const plain = `${local}@${host}`
  const style = rng.integer(12)
  if (style === 0) return carry(rng, `${given} (at) ${host.replace(/\./g, ' (dot) ')}`, ['write to {}', '{}'])
  if (style === 1) return carry(rng, `${given}.${family} at example dot com`, ['mail me: {}', 'my email is {} thanks'])
  if (style === 2) return carry(rng, `${given}[at]${host}`, ['contact {}', '{}'])
  if (style === 3) return carry(rng, `${given} @ gmail.com`, ['its {} ok', 'my email {}'])
  return carryOrField(
    rng,
    plain,
    [
      ...BARE,
      'mail:{},',
      '<{}>',
      'mailto:{}',
      'From: Someone <{}>',
      'email={}&next=1',
      'https://shop.example/reset?email={}&x=1',
      'Login/{}',
      '**{}**',
      '[{}](mailto:x)',
      'user {} cannot log in',
      "'{}'",
      '…{}…',
    ],
    ['email', 'customerEmail', 'to', 'note', 'contact'],
  )
}

export function handleSeed(rng: Random): Seed {
  return carry(rng, `@${fold(someGiven(rng))}_${rng.integer(99)}`, [
    '{} hi',
    'hey {}',
    '({})',
    '.{} look',
    'thanks {}!',
  ])
}

export function ipSeed(rng: Random): Seed {
  const octet = (): number => rng.integer(223) + 1
  const groups = (n: number): string => Array.from({ length: n }, () => letters(rng, 4, HEX)).join(':')
  const value = rng.pick([
    `${octet()}.${rng.integer(256)}.${rng.integer(256)}.${octet()}`,
    `${octet()}.${rng.integer(256)}.${rng.integer(256)}.${octet()}`,
    `10.${rng.integer(256)}.${rng.integer(256)}.${octet()}`,
    `192.168.${rng.integer(256)}.${octet()}`,
    `2001:db8:${groups(6)}`,
    `2001:db8::${letters(rng, 4, HEX)}`,
    `fe80::${groups(4)}`,
    `2A02:8071:${groups(2).toUpperCase()}::1`,
    `::ffff:203.0.113.${octet()}`,
  ])
  return carryOrField(
    rng,
    value,
    [
      ...BARE,
      'my ip is {}',
      'from {}:443',
      'ping {} fails',
      'client={} status=200',
      '[{}]',
      'http://{}/admin',
      '2024-05-01T10:00:00Z {} GET /',
      'src={},dst=-',
    ],
    ['ip', 'clientIp', 'remote_addr', 'log'],
  )
}

export function macSeed(rng: Random): Seed {
  const pairs = Array.from({ length: 6 }, () => letters(rng, 2, HEX))
  // The first pair is never 00 or ff, so that no value is the broadcast address.
  pairs[0] = `${rng.integer(7) + 1}${letters(rng, 1, '048c')}`
  const joined = pairs.join('')
  const value = rng.pick([
    pairs.join(':'),
    pairs.join(':').toUpperCase(),
    pairs.join('-'),
    pairs.join('-').toUpperCase(),
    joined.replace(/(.{4})(?=.)/g, '$1.'),
  ])
  return carryOrField(
    rng,
    value,
    [...BARE, 'MAC {}', 'mac={}', 'router {} offline', 'hwaddr {} up'],
    ['mac', 'macAddress', 'device'],
  )
}

export function urlCredentialsSeed(rng: Random): Seed {
  const user = fold(someGiven(rng))
  const password = letters(rng, 8 + rng.integer(8), `${ALNUM}_-.!$*~`)
  const value = rng.pick([
    `https://${user}:${password}@git.example.com/team/site.git`,
    `postgres://${user}:${password}@db.example.net:5432/shop`,
    `mongodb+srv://${user}:${password}@cluster0.example.net/?retryWrites=true`,
    `redis://:${password}@cache.example.net:6379/0`,
    `ftp://${user}:${password}@ftp.example.org/upload`,
    `amqp://${user}:${password}@10.0.0.7/vhost`,
    `mysql://${user}:p%40${password}@localhost/db`,
    `smtp://${user}%40example.com:${password}@smtp.example.com:587`,
  ])
  return carryOrField(
    rng,
    value,
    [...BARE, 'DATABASE_URL={}', 'clone {} and', 'url: {}', "conn = '{}'", '<{}>'],
    ['url', 'endpoint', 'dsn'],
  )
}

/** What a key of some issuer looks like: a sample of issuers from every trade, long and short, with and without dashes. */
function issuerKey(rng: Random): string {
  const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const lowAlnum = 'abcdefghijklmnopqrstuvwxyz0123456789'
  const url = `${ALNUM}_-`
  const base64 = `${ALNUM}+/`
  const make = rng.pick<() => string>([
    () => `AKIA${letters(rng, 16, base32)}`,
    () => `ghp_${letters(rng, 36, ALNUM)}`,
    () => `github_pat_${letters(rng, 22, ALNUM)}_${letters(rng, 59, ALNUM)}`,
    () => `xoxb-${digits(rng, 12)}-${digits(rng, 12)}-${letters(rng, 24, ALNUM)}`,
    () => `sk_live_${letters(rng, 24, ALNUM)}`,
    () => `sk-proj-${letters(rng, 48, ALNUM)}`,
    () => `sk-ant-api03-${letters(rng, 93, url)}AA`,
    () => `AIza${letters(rng, 35, url)}`,
    () => `SG.${letters(rng, 22, ALNUM)}.${letters(rng, 43, ALNUM)}`,
    () => `glpat-${letters(rng, 20, ALNUM)}`,
    () => `npm_${letters(rng, 36, ALNUM)}`,
    () => `hf_${letters(rng, 34, ALNUM)}`,
    () => `shpat_${letters(rng, 32, HEX)}`,
    () => `SK${letters(rng, 32, HEX)}`,
    () => `dop_v1_${letters(rng, 64, HEX)}`,
    () => `${digits(rng, 10)}:AA${letters(rng, 33, ALNUM)}`,
    () => `${letters(rng, 32, HEX)}-us${rng.integer(20) + 1}`,
    () => `hvs.${letters(rng, 90, ALNUM)}`,
    () => `${letters(rng, 14, ALNUM)}.atlasv1.${letters(rng, 67, ALNUM)}`,
    () => `lin_api_${letters(rng, 40, ALNUM)}`,
    () => `pscale_tkn_${letters(rng, 43, ALNUM)}`,
    () => `dapi${letters(rng, 32, HEX)}`,
    () => `NRAK-${letters(rng, 27, base32)}`,
    () => `xkeysib-${letters(rng, 64, HEX)}-${letters(rng, 16, ALNUM)}`,
    () => `rubygems_${letters(rng, 48, HEX)}`,
    () => `oy2${letters(rng, 43, lowAlnum)}`,
    () => `gsk_${letters(rng, 52, ALNUM)}`,
    () => `figd_${letters(rng, 40, ALNUM)}`,
    () => `AGE-SECRET-KEY-1${letters(rng, 58, base32)}`,
    () => `${letters(rng, 3, ALNUM)}8Q~${letters(rng, 34, ALNUM)}`,
    () => `eyJhbGciOiJIUzI1NiJ9.eyJ${letters(rng, 40, ALNUM)}.${letters(rng, 43, url)}`,
    () =>
      `https://hooks.slack.com/services/T${letters(rng, 8, base32)}/B${letters(rng, 8, base32)}/${letters(rng, 24, ALNUM)}`,
    () => `$2b$12$${letters(rng, 53, ALNUM)}`,
    () => `$6$${letters(rng, 16, ALNUM)}$${letters(rng, 86, ALNUM)}`,
    () => `{SSHA}${letters(rng, 38, base64)}=`,
    () => `otpauth://totp/Shop:${fold(someGiven(rng))}?secret=${letters(rng, 32, base32)}&issuer=Shop`,
  ])
  return make()
}

/** Secrets that only the form around them tells. */
function formSeed(rng: Random): Seed {
  const password = `${letters(rng, 4 + rng.integer(8), ALNUM)}${rng.integer(10)}${rng.pick(['', '!', '#', '-x'])}`
  const user = fold(someGiven(rng))
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  return rng.pick<() => Seed>([
    () => carry(rng, password, [`curl -u ${user}:{} https://api.example.com/v2`, `curl --user '${user}:{}' -s x`]),
    () => carry(rng, password, [`machine git.example.com login ${user} password {}`]),
    () => carry(rng, password, [`db.example.net:5432:shop:${user}:{}`, `PGPASSWORD={} psql`, `sshpass -p {} ssh x`]),
    () => carry(rng, password, [`Server=db;User Id=${user};Password={};Encrypt=true`, '<password>{}</password>']),
    () => carry(rng, basic, ['Authorization: Basic {}', '-H "Authorization: Basic {}"']),
    () =>
      carry(rng, letters(rng, 32, HEX), [
        'Cookie: lang=en; sessionid={}; theme=dark',
        'Set-Cookie: PHPSESSID={}; Path=/',
      ]),
    () => carry(rng, letters(rng, 43, ALNUM), ['"kty":"OKP","crv":"Ed25519","d":"{}","use":"sig"']),
    () =>
      carry(rng, letters(rng, 36, ALNUM), ['//packages.example/:_authToken={}', 'the bot got {} back from the server']),
  ])()
}

export function secretSeed(rng: Random): Seed {
  const kind = rng.integer(16)
  if (kind < 6)
    return carryOrField(
      rng,
      issuerKey(rng),
      [...BARE, 'key {}', 'export TOKEN={}', 'curl -H "Authorization: Bearer {}"', 'the token is {}.'],
      ['api_key', 'token', 'config'],
    )
  if (kind < 10) {
    const password = rng.pick([
      `${fold(someGiven(rng))}${rng.integer(99)}!`,
      letters(rng, 10, `${ALNUM}!#%*`),
      `Summer${2000 + rng.integer(30)}`,
      `${letters(rng, 4, ALNUM)}-${letters(rng, 4, ALNUM)}-${letters(rng, 4, ALNUM)}`,
      letters(rng, 12, 'abcdefghijklmnopqrstuvwxyz'),
      `correct horse ${fold(someFamily(rng))} staple`,
    ])
    return carryOrField(
      rng,
      password,
      [
        'password: {}',
        'my password is {}',
        'pw={}',
        'Passwort: {}',
        'login with password {}',
        'pwd : {}',
        '"password": "{}"',
        'PASSWORD={}\n',
        'contraseña: {}',
        'pass = {}',
      ],
      ['password', 'passwd', 'secret', 'pin_or_password'],
    )
  }
  if (kind < 12) {
    return carry(rng, letters(rng, 32 + rng.integer(9), rng.pick([ALNUM, HEX, `${ALNUM}+/`])), [
      'api_key={}',
      'API key: {}',
      'x-api-key: {}',
      'client_secret = "{}"',
      'token={}',
      'secret key {}',
      '"accessToken":"{}"',
      'https://api.example.com/v1?api_key={}&x=1',
    ])
  }
  if (kind < 14) return formSeed(rng)
  if (kind === 14)
    return carry(rng, digits(rng, rng.pick([3, 4, 6])), [
      'my pin is {}',
      'PIN: {}',
      'cvv {}',
      'CVV: {}',
      'OTP {}',
      'the verification code is {}',
    ])
  const body = Array.from({ length: 6 }, () => letters(rng, 64, `${ALNUM}+/`)).join('\n')
  return carry(rng, `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`, [
    '\n{}\n',
    'here is the key:\n{}\nthanks',
  ])
}

/** Letters of a name as they stand in addresses. */
function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()
}
