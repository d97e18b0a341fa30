import { hexChecksum } from './checksums.ts'
import { ALNUM, HEX, type InnerShape, type KeyShape, shapes, UPPER, UUID } from './key-shape.ts'

/** Office, documents, design, marketing, content, devices. */
export const SAAS: readonly KeyShape[] = [
  ...shapes('linear', ['lin_api_', 'lin_oauth_'], `${ALNUM}{32,}`),
  ...shapes('notion', 'secret_', `${ALNUM}{40,}`),
  ...shapes('notion', 'ntn_', `${ALNUM}{40,}`),
  ...shapes('airtable', 'pat', `${ALNUM}{14}\\.${HEX}{64}`),
  ...shapes('atlassian', ['ATATT3', 'ATCTT3'], '[\\w=-]{40,}'),
  ...shapes('trello', 'ATTA', `${HEX}{64,72}[A-Za-z0-9]{0,8}`),
  ...shapes('typeform', 'tfp_', '[\\w.=-]{40,}'),
  ...shapes('dropbox', ['sl.', 'sl.u.'], '[\\w-]{60,}'),
  ...shapes('contentful', 'CFPAT-', '[\\w-]{40,}'),
  ...shapes('hubspot', 'pat-', `(?:na|eu|ap)\\d-${UUID}`),
  ...shapes('adobe', ['p8e-', 'p8-'], '[\\w-]{32}'),
  ...shapes('frame-io', 'fio-u-', '[\\w=-]{64}'),
  ...shapes('clickup', 'pk_', '\\d{5,10}_[A-Z0-9]{32}'),
  ...shapes('asana', ['1/', '2/', '0/'], `(?:\\d{10,20}(?:/\\d{10,20})?:${HEX}{32}|${HEX}{32})`),
  ...shapes('adafruit', 'aio_', `${ALNUM}{28}`),
  ...shapes('the-things-network', 'NNSXS.', `${UPPER}{20,60}\\.${UPPER}{40,64}`),
  ...shapes('samsara', 'samsara_api_', `${ALNUM}{28,32}`),
  ...shapes('zoho', '1000.', `${HEX}{32}\\.${HEX}{32}`),
  ...shapes('wix', 'IST.eyJ', '[\\w.-]{80,2000}'),
  ...shapes('cal-com', ['cal_live_', 'cal_test_'], `${HEX}{32}`),
  ...shapes('cloudinary', 'cloudinary://', '\\d+:[\\w-]+@[\\w-]+'),
  ...shapes('retool', 'retool_', `[\\w]{24,40}`, { plain: true }),
  ...shapes('prismic', 'MC5', '[\\w-]{30,60}\\.[\\w-]{30,200}'),
  ...shapes('contentstack', 'cs', `${HEX}{32,40}`),
  ...shapes('flagsmith', 'ser.', `${ALNUM}{20,24}`),
  ...shapes(
    'evernote',
    'S=s',
    '\\d{1,4}:U=[0-9a-f]{1,8}:E=[0-9a-f]{11}:C=[0-9a-f]{11}:P=[0-9a-f]{2,4}:A=[\\w-]{2,40}:V=\\d:H=[0-9a-f]{32}',
  ),
  ...shapes('grafana', 'glsa_', `${ALNUM}{32}_[0-9a-fA-F]{8}`, { check: hexChecksum }),
]

/** Identity, secret stores, keys of cryptography tools. */
export const IDENTITY: readonly KeyShape[] = [
  ...shapes('vault', ['hvs.', 'hvb.', 'hvr.'], '[\\w-]{24,}'),
  ...shapes('vault', 's.', `${ALNUM}{24}`, { plain: true }),
  ...shapes('doppler', ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'], '[\\w.-]{40,}'),
  ...shapes('1password', 'ops_eyJ', '[\\w=-]{200,2000}'),
  ...shapes('1password', 'A3-', '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}'),
  ...shapes('okta', '00', '[A-Za-z][\\w-]{39}', { plain: true }),
  ...shapes('stytch', ['secret-live-', 'secret-test-'], '[\\w=-]{36,48}'),
  ...shapes('ory', ['ory_pat_', 'ory_st_', 'ory_at_', 'ory_rt_', 'ory_wak_'], '[\\w.-]{32,100}'),
  ...shapes('infisical', 'st.', `${HEX}{24}\\.${HEX}{32}\\.${HEX}{32}`),
  ...shapes(
    'authress',
    ['sc_', 'ext_', 'scauth_', 'authress_'],
    '[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}',
  ),
  ...shapes('jumpcloud', 'jca_', `${ALNUM}{36,44}`),
  ...shapes('sumsub', ['prd:', 'sbx:'], `${ALNUM}{24,30}\\.${ALNUM}{24,30}`),
  ...shapes('totp', ['otpauth://', 'otpauth-migration://'], '[^\\s"\'<>`]{10,900}'),
  ...shapes('wifi', 'WIFI:', '(?:[TSH]:[^;\\n]{0,80};){0,3}P:[^;\\n]{1,80};(?:[TSH]:[^;\\n]{0,80};){0,3};?'),
  ...shapes('age', 'AGE-SECRET-KEY-1', '[0-9A-Z]{50,}'),
  ...shapes('age', 'AGE-PLUGIN-', '[A-Z0-9]{2,20}-1[0-9A-Z]{20,}'),
  ...shapes('bitwarden', '0.', `${UUID}\\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}==`),
]

export const SAAS_INNER: readonly InnerShape[] = [
  { issuer: 'deepl', mark: ':fx', reach: [36, 36], whole: `${UUID}:fx` },
  { issuer: 'ghost', mark: ':', reach: [24, 24], whole: `${HEX}{24}:${HEX}{64}` },
  { issuer: 'unleash', mark: ':', reach: [1, 24], whole: `[\\w*-]{1,24}:[a-z]{3,20}\\.${HEX}{56,64}` },
]
