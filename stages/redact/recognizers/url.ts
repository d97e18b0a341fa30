import type { Recognizer } from '../recognizer.ts'
import { Feature } from '../subject.ts'

const SCHEME = /[A-Za-z][A-Za-z0-9+.-]{0,24}$/
const USERINFO = /[^\s/?#"'<>`\\[\](){}]+@/y
const REST = /[^\s"'<>`\\)\]}|]*/y

/**
 * URLs and connection strings with `user:password@` in them (RFC 3986 userinfo), as a whole: host and path of a private
 * service go with the password that opens it.
 */
export const urlCredentials: Recognizer = {
  name: 'url-credentials',
  types: ['URL_CREDENTIALS'],
  needs: Feature.SLASHES | Feature.AT | Feature.COLON,
  hints: ['://'],
  priority: 9,
  find(subject, emit) {
    const { text } = subject
    for (let at = text.indexOf('://'), next = 0; at >= 0; at = text.indexOf('://', next)) {
      next = at + 3
      USERINFO.lastIndex = at + 3
      // Greedy up to the last `@` before the path: a password may hold one.
      const match = USERINFO.exec(text)
      const scheme = SCHEME.exec(text.slice(Math.max(0, at - 25), at))?.[0]
      if (match === null || scheme === undefined) continue
      const colon = match[0].indexOf(':')
      const bare = colon < 0 || colon === match[0].length - 2
      REST.lastIndex = at + 3 + match[0].length
      const rest = (REST.exec(text)?.[0] ?? '').replace(/[.,;:!?*_]+$/, '')
      if (rest === '') continue
      const end = at + 3 + match[0].length + rest.length
      emit({ start: at - scheme.length, end, type: 'URL_CREDENTIALS', score: bare ? 0.6 : 1 })
      next = end
    }
  },
}

const PARAMETER =
  /[?&;#](?:access_?token|refresh_?token|id_?token|auth_?token|token|api_?key|apikey|key|x-api-key|sig|signature|x-amz-(?:signature|credential|security-token)|secret|client_?secret|password|passwd|pwd|pass|session(?:_?id)?|sid|auth|jwt|code|otp|pin)=([^&#\s"'<>`)\]}]{4,})/dgi

/** Secrets in query strings: the parameter's name says so. */
export const queryToken: Recognizer = {
  name: 'query-token',
  types: ['SECRET'],
  needs: Feature.EQUALS,
  hints: ['?', '&', '#'],
  priority: 2,
  find(subject, emit) {
    for (const match of subject.text.matchAll(PARAMETER)) {
      const [start, end] = match.indices![1]!
      const value = match[1]!
      const name = match[0].slice(1, match[0].indexOf('=')).toLowerCase()
      // `?code=EUR`, `?key=name`: words, not secrets.
      const weak = name === 'key' || name === 'code' || name === 'auth' || name === 'pass' || name === 'pin'
      if (weak && (/^[a-z]+$/i.test(value) || value.length < 6)) continue
      emit({ start, end, type: 'SECRET', score: 0.9 })
    }
  },
}
