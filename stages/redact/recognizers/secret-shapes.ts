import { pattern, type Recognizer } from '../recognizer.ts'
import { Feature, isWord } from '../subject.ts'

/**
 * Shapes of keys by who issues them, from the issuers' own documentation: the text a key starts with and what follows.
 * `body` is anchored at the end of `prefix`.
 */
interface Shape {
  readonly issuer: string
  readonly prefix: string
  readonly body: string
}

const SHAPES: readonly Shape[] = [
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA', 'AIDA', 'AROA'].map((prefix) => shape('aws', prefix, '[A-Z0-9]{16}')),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => shape('github', prefix, '[A-Za-z0-9]{30,255}')),
  shape('github', 'github_pat_', '[A-Za-z0-9_]{40,255}'),
  ...['glpat-', 'glptt-', 'gldt-', 'glrt-', 'glcbt-', 'glsoat-', 'glft-'].map((p) =>
    shape('gitlab', p, '[\\w-]{16,300}'),
  ),
  ...['xoxb-', 'xoxa-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxo-', 'xoxe.'].map((p) =>
    shape('slack', p, '[\\w.-]{10,250}'),
  ),
  shape('slack', 'xapp-', '\\d-[A-Z0-9]+-\\d+-[a-f0-9]{20,}'),
  shape('slack-webhook', 'hooks.slack.com/', '(?:services|workflows|triggers)/[\\w/]{20,}'),
  ...['sk_live_', 'rk_live_', 'pk_live_', 'sk_test_', 'rk_test_', 'pk_test_'].map((p) =>
    shape('stripe', p, '[A-Za-z0-9]{10,250}'),
  ),
  shape('stripe-webhook', 'whsec_', '[A-Za-z0-9+/=]{20,}'),
  shape('anthropic', 'sk-ant-', '[\\w-]{20,}'),
  shape('openai', 'sk-', '(?:proj-|svcacct-|admin-|None-|or-v1-)?[\\w-]{20,}'),
  shape('google', 'AIza', '[\\w-]{35}'),
  shape('google-oauth', 'GOCSPX-', '[\\w-]{24,}'),
  shape('google-oauth', 'ya29.', '[\\w-]{20,}'),
  shape('google-refresh', '1//0', '[\\w-]{30,}'),
  shape('twilio', 'SK', '[0-9a-f]{32}'),
  shape('twilio', 'AC', '[0-9a-f]{32}'),
  shape('sendgrid', 'SG.', '[\\w-]{16,32}\\.[\\w-]{32,64}'),
  shape('mailgun', 'key-', '[0-9a-f]{32}'),
  shape('npm', 'npm_', '[A-Za-z0-9]{30,}'),
  shape('pypi', 'pypi-', '[\\w-]{30,}'),
  shape('docker', 'dckr_pat_', '[\\w-]{20,}'),
  ...['dop_v1_', 'doo_v1_', 'dor_v1_'].map((prefix) => shape('digitalocean', prefix, '[0-9a-f]{64}')),
  shape('heroku', 'HRKU-', '[\\w-]{30,}'),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpit_'].map((prefix) => shape('shopify', prefix, '[0-9a-fA-F]{32}')),
  shape('square', 'sq0atp-', '[\\w-]{22,}'),
  shape('square', 'sq0csp-', '[\\w-]{22,}'),
  shape('square', 'EAAA', '[\\w-]{56,}'),
  shape('hugging-face', 'hf_', '[A-Za-z0-9]{30,}'),
  shape('hugging-face', 'api_org_', '[A-Za-z0-9]{30,}'),
  shape('databricks', 'dapi', '[0-9a-f]{32}(?:-\\d)?'),
  shape('linear', 'lin_api_', '[A-Za-z0-9]{32,}'),
  shape('notion', 'secret_', '[A-Za-z0-9]{40,}'),
  shape('notion', 'ntn_', '[A-Za-z0-9]{40,}'),
  shape('postman', 'PMAK-', '[0-9a-f]{24}-[0-9a-f]{34}'),
  shape('grafana', 'glc_', '[A-Za-z0-9+/]{32,}={0,2}'),
  shape('grafana', 'glsa_', '[A-Za-z0-9]{32}_[0-9a-fA-F]{8}'),
  shape('new-relic', 'NRAK-', '[A-Z0-9]{27}'),
  shape('new-relic', 'NRII-', '[\\w-]{32}'),
  shape('sentry', 'sntrys_', '[\\w+/=-]{40,}'),
  shape('sentry', 'sntryu_', '[0-9a-f]{40,}'),
  ...['hvs.', 'hvb.', 'hvr.'].map((prefix) => shape('vault', prefix, '[\\w-]{24,}')),
  shape('figma', 'figd_', '[\\w-]{30,}'),
  shape('airtable', 'pat', '[A-Za-z0-9]{14}\\.[0-9a-f]{64}'),
  shape('dropbox', 'sl.', '[\\w-]{60,}'),
  ...['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'].map((prefix) => shape('doppler', prefix, '[\\w.-]{40,}')),
  shape('facebook', 'EAA', '[A-Za-z0-9]{60,}'),
  shape('groq', 'gsk_', '[A-Za-z0-9]{40,}'),
  shape('replicate', 'r8_', '[A-Za-z0-9]{30,}'),
  shape('perplexity', 'pplx-', '[A-Za-z0-9]{40,}'),
  shape('xai', 'xai-', '[A-Za-z0-9]{60,}'),
  shape('planetscale', 'pscale_', '(?:tkn|pw|oauth)_[\\w=.-]{30,}'),
  shape('supabase', 'sbp_', '[0-9a-f]{40}'),
  shape('age', 'AGE-SECRET-KEY-1', '[0-9A-Z]{50,}'),
  shape('atlassian', 'ATATT3', '[\\w=-]{40,}'),
  shape('bitbucket', 'ATBB', '[\\w=-]{28,}'),
  shape('rubygems', 'rubygems_', '[0-9a-f]{48}'),
  shape('dynatrace', 'dt0c01.', '[A-Z0-9]{24}\\.[A-Z0-9]{64}'),
  shape('contentful', 'CFPAT-', '[\\w-]{40,}'),
  shape('adafruit', 'aio_', '[A-Za-z0-9]{28}'),
  shape('alibaba', 'LTAI', '[A-Za-z0-9]{17,21}'),
  shape('tencent', 'AKID', '[A-Za-z0-9]{32}'),
  shape('typeform', 'tfp_', '[\\w.=-]{40,}'),
  shape('plaid', 'access-', '(?:sandbox|development|production)-[0-9a-f-]{36}'),
  shape('braintree', 'access_token$', '(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}'),
  shape('discord-webhook', 'discord.com/api/webhooks/', '\\d{16,20}/[\\w-]{50,}'),
  shape('discord-webhook', 'discordapp.com/api/webhooks/', '\\d{16,20}/[\\w-]{50,}'),
  shape('pulumi', 'pul-', '[0-9a-f]{40}'),
  shape('sonar', 'squ_', '[0-9a-f]{40}'),
  shape('fly', 'fo1_', '[\\w-]{43}'),
  shape('netlify', 'nfp_', '[A-Za-z0-9]{36,}'),
  shape('cloudinary', 'cloudinary://', '\\d+:[\\w-]+@[\\w-]+'),
]

function shape(issuer: string, prefix: string, body: string): Shape {
  return { issuer, prefix, body }
}

/** Shapes by the first two characters of their prefix, so that a word costs one look-up. */
const BY_START: ReadonlyMap<number, readonly { readonly prefix: string; readonly body: RegExp }[]> = (() => {
  const index = new Map<number, { prefix: string; body: RegExp }[]>()
  for (const { prefix, body } of SHAPES) {
    const key = startKey(prefix, 0)
    const list = index.get(key) ?? []
    list.push({ prefix, body: new RegExp(body, 'y') })
    index.set(key, list)
  }
  return index
})()

function startKey(text: string, at: number): number {
  return text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1)
}

/** Keys of known issuers, by prefix and shape. */
export const providerSecret: Recognizer = {
  name: 'secret-provider',
  types: ['SECRET'],
  needs: Feature.LONG_TOKEN,
  priority: 8,
  find(subject, emit) {
    const { text } = subject
    let inWord = false
    for (let at = 0; at < text.length - 15; at++) {
      const code = text.charCodeAt(at)
      const word = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
      if (!word || inWord) {
        inWord = word
        continue
      }
      inWord = true
      const shapes = BY_START.get(startKey(text, at))
      if (shapes === undefined || (at > 0 && isWord(text, at - 1) && text[at - 1] !== '_')) continue
      for (const { prefix, body } of shapes) {
        if (!text.startsWith(prefix, at)) continue
        body.lastIndex = at + prefix.length
        const match = body.exec(text)
        if (match === null) continue
        const end = at + prefix.length + match[0].length
        // Unbounded bodies take the whole run; bounded ones must not stop inside a longer word.
        if (isWord(text, end)) continue
        if (!isDummy(match[0])) emit({ start: at, end, type: 'SECRET', score: 0.98 })
        // What is inside a key is no key of its own.
        at = end - 1
        break
      }
    }
  },
}

/** `xxxxxxxxxxxx`, `0000000`: a place-holder in documentation. */
export function isDummy(value: string): boolean {
  return new Set(value.slice(0, 64)).size <= 4
}

/** JSON Web Tokens (RFC 7519): three base64url parts, the first two opening with `{"`. */
export const jwt = pattern({
  name: 'jwt',
  type: 'SECRET',
  needs: Feature.LONG_TOKEN | Feature.DOT,
  hints: ['eyj'],
  priority: 8,
  pattern: /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{4,}(?:\.[\w-]*)?/g,
  score: 0.99,
  glued: true,
})

/** Longer than any key: what stands between two such lines is then something else. */
const MAX_KEY = 64_000
const BASE64_LINES = /(?:(?:\\[nr]|[\s>])*[A-Za-z0-9+/]{24,}={0,2})*(?:(?:\\[nr]|[\s>])+[A-Za-z0-9+/]{1,64}={1,2})?/y

/** PEM and PGP private key blocks. A block that was cut off is taken to the end of its base64 lines. */
export const privateKey: Recognizer = {
  name: 'private-key',
  types: ['SECRET'],
  needs: Feature.DASHES | Feature.UPPER,
  hints: ['private key'],
  priority: 9,
  find(subject, emit) {
    const { text } = subject
    for (let at = text.indexOf('-----BEGIN'); at >= 0; ) {
      const head = /^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(text.slice(at, at + 90))
      if (head === null) {
        at = text.indexOf('-----BEGIN', at + 10)
        continue
      }
      const from = at + head[0].length
      // Up to the next `-----`, whatever it opens: each stretch is looked at once.
      const dashes = text.indexOf('-----', from)
      const tail = dashes < 0 ? null : /^-----END [A-Z0-9 ]{0,60}-----/.exec(text.slice(dashes, dashes + 80))
      let end: number
      if (tail !== null && dashes - from <= MAX_KEY) end = dashes + tail[0].length
      else {
        BASE64_LINES.lastIndex = from
        end = from + (BASE64_LINES.exec(text)?.[0].length ?? 0)
      }
      while (end > at && /\s/.test(text[end - 1]!)) end -= 1
      emit({ start: at, end, type: 'SECRET', score: 1 })
      at = text.indexOf('-----BEGIN', end)
    }
  },
}
