import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { secretScan } from './scan.ts'

const CRYPT64 = '[./A-Za-z0-9]'
const BASE64 = '[A-Za-z0-9+/]'

const FORMS: readonly (readonly [rule: string, first: string, form: RegExp])[] = [
  // crypt(5): bcrypt; MD5, SHA-256, SHA-512 and Apache's MD5; yescrypt and scrypt.
  ['bcrypt', '$', new RegExp(`\\$2[abxy]?\\$\\d\\d\\$${CRYPT64}{53}`, 'y')],
  ['crypt', '$', new RegExp(`\\$(?:1|5|6|apr1)\\$(?:rounds=\\d{1,9}\\$)?${CRYPT64}{1,16}\\$${CRYPT64}{22,86}`, 'y')],
  ['yescrypt', '$', new RegExp(`\\$(?:y|gy|7)\\$${CRYPT64}{2,12}\\$${CRYPT64}{1,86}\\$${CRYPT64}{40,60}`, 'y')],
  ['phpass', '$', new RegExp(`\\$[PH]\\$${CRYPT64}{31}`, 'y')],
  // PHC string format.
  [
    'argon2',
    '$',
    new RegExp(
      `\\$argon2(?:id|i|d)\\$(?:v=\\d{1,4}\\$)?m=\\d{1,9},t=\\d{1,6},p=\\d{1,4}(?:,\\w{1,8}=[^$,\\s]{0,64}){0,2}\\$${BASE64}{8,128}\\$${BASE64}{16,180}`,
      'y',
    ),
  ],
  ['phc', '$', /\$(?:scrypt|pbkdf2(?:-sha\d{1,3})?)\$[\w=,.-]{1,40}\$[./A-Za-z0-9+]{8,128}\$[./A-Za-z0-9+=]{16,180}/y],
  // Django and Werkzeug.
  ['django', 'pb', new RegExp(`pbkdf2_sha(?:1|256|512)\\$\\d{1,9}\\$[\\w+/=-]{4,64}\\$${BASE64}{27,88}={0,2}`, 'y')],
  ['werkzeug', 'pb', /pbkdf2:sha\d{1,3}(?::\d{1,9})?\$[\w+/=-]{4,64}\$[0-9a-f]{40,128}/y],
  ['werkzeug', 'sc', /scrypt:\d{1,9}:\d{1,4}:\d{1,4}\$[\w+/=-]{4,64}\$[0-9a-f]{64,128}/y],
  // LDAP, RFC 2307.
  ['ldap', '{', new RegExp(`\\{(?:S?SHA(?:\\d{3})?|S?MD5)\\}${BASE64}{22,160}={0,2}`, 'y')],
]

/**
 * Hashes of passwords as they stand in `/etc/shadow`, `htpasswd`, dumps of databases and directories. They count as
 * secrets: they are guessed off line, most belong to a person, and no model needs them. Plain digests of files, which
 * look like nothing of the kind, do not.
 */
export const passwordHash: Recognizer = {
  name: 'password-hash',
  types: ['SECRET'],
  needs: Feature.DIGIT,
  priority: 8,
  find(subject, emit) {
    const { text } = subject
    if (!text.includes('$') && !text.includes('{')) return
    const { tokens } = secretScan(subject)
    for (let i = 0; i < tokens.length; i += 2) {
      const from = tokens[i]!
      const to = tokens[i + 1]!
      if (to - from < 30) continue
      const token = text.slice(from, to)
      if (!token.includes('$') && !token.includes('{')) continue
      for (const [rule, first, form] of FORMS) {
        for (let at = token.indexOf(first); at >= 0; at = token.indexOf(first, at + 1)) {
          form.lastIndex = at
          if (!form.test(token)) continue
          emit({ start: from + at, end: from + form.lastIndex, type: 'SECRET', score: 0.95, rule })
          at = form.lastIndex - 1
        }
      }
    }
  },
}
