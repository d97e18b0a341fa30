import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { bitsPerChar } from '../secrets/rarity.ts'

const SCHEME = /(?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]{0,24}$/
const USERINFO = /[^\s/?#"'<>`\\[\](){}]{1,1024}@/y
const REST = /[^\s"'<>`\\)\]}|]*/y

/**
 * URLs and connection strings with `user:password@` in them (RFC 3986 userinfo), as a whole: host and path of a private
 * service go with the password that opens it. A token in place of the user (`https://0f9a…@sentry.example/7`) counts;
 * a plain user name (`ssh://git@…`) does not.
 */
export const urlCredentials: Recognizer = {
  name: 'url-credentials',
  types: ['URL_CREDENTIALS'],
  needs: Feature.SLASHES | Feature.AT | Feature.COLON,
  priority: 9,
  find(subject, emit) {
    const { text } = subject
    for (let at = text.indexOf('://'), next = 0; at >= 0; at = text.indexOf('://', next)) {
      next = at + 3
      USERINFO.lastIndex = at + 3
      // Greedy up to the last `@` before the path: a password may hold one.
      const match = USERINFO.exec(text)
      const scheme = SCHEME.exec(text.slice(Math.max(0, at - 30), at))?.[0]
      if (match === null || scheme === undefined) continue
      const info = match[0].slice(0, -1)
      const colon = info.indexOf(':')
      const user = colon < 0 ? info : info.slice(0, colon)
      const bare = colon < 0 || colon === info.length - 1
      if (bare && !(user.length >= 16 && /\d/.test(user) && bitsPerChar(user) >= 5)) continue
      // `${USER}:${PASSWORD}@`, `%s:%s@`, `***:***@`: a template.
      if (!bare && /^(?:\$(?:[A-Z_][A-Z0-9_]*)?|%\w|[*•x]+)$/.test(info.slice(colon + 1))) continue
      REST.lastIndex = at + 3 + match[0].length
      const rest = (REST.exec(text)?.[0] ?? '').replace(/[.,;:!?*_]+$/, '')
      if (rest === '') continue
      const end = at + 3 + match[0].length + rest.length
      emit({
        start: at - scheme.length,
        end,
        type: 'URL_CREDENTIALS',
        score: bare ? 0.8 : 1,
        why: bare ? 'token as user' : 'password',
      })
      next = end
    }
  },
}

const NAME =
  /(?:access_?token|refresh_?token|id_?token|auth_?token|token|api_?key|key|x-api-key|sig|signature|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|secret|client_?secret|password|passwd|pwd|pass|session(?:_?id)?|sid|auth|jwt|code|otp|pin|ticket|assertion|samlresponse|invite|magic|reset_?token|sharedkey|skoid)$/i
const VALUE = /[^&#;\s"'<>`)\]}]{4,4096}/y

/** Secrets in query strings: the parameter's name says so. */
export const queryToken: Recognizer = {
  name: 'query-token',
  types: ['SECRET'],
  needs: Feature.EQUALS,
  priority: 2,
  find({ text }, emit) {
    for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
      let from = at
      while (from > 0 && at - from < 24 && isName(text.charCodeAt(from - 1))) from -= 1
      if (from === at || !opens(text.charCodeAt(from - 1))) continue
      const name = text.slice(from, at).toLowerCase()
      if (name !== NAME.exec(name)?.[0]) continue
      VALUE.lastIndex = at + 1
      const value = VALUE.exec(text)?.[0]
      if (value === undefined) continue
      const start = at + 1
      at = VALUE.lastIndex - 1
      // `?code=EUR`, `?key=name`: words, not secrets.
      const weak = /^(?:key|code|auth|pass|pin|ticket|invite|magic|signature|sig)$/.test(name)
      if (weak && (value.length < 6 || bitsPerChar(value.slice(0, 64)) < 4.5)) continue
      emit({ start, end: start + value.length, type: 'SECRET', score: 0.9, rule: 'query' })
    }
  },
}

/** Letters, digits, `_`, `-`. */
function isName(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45
  )
}

/** `?`, `&`, `;`, `#`. */
function opens(code: number): boolean {
  return code === 63 || code === 38 || code === 59 || code === 35
}
