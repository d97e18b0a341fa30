import { ALNUM, HEX, type InnerShape, type KeyShape, shapes, UUID } from './key-shape.ts'

/** Databases, search, warehouses, analytics, observability. */
export const DATA: readonly KeyShape[] = [
  ...shapes('databricks', ['dapi', 'dkea', 'dose'], `${HEX}{32}(?:-\\d)?`),
  ...shapes('planetscale', 'pscale_', '(?:tkn|pw|oauth)_[\\w=.-]{30,}'),
  ...shapes('supabase', 'sbp_', `(?:oauth_)?${HEX}{40}`),
  ...shapes('supabase', ['sb_secret_', 'sb_publishable_'], '[\\w-]{22,48}'),
  ...shapes('neon', 'napi_', `${ALNUM}{60,64}`),
  ...shapes('neon', 'npg_', `${ALNUM}{12,16}`),
  ...shapes('mongodb-atlas', 'mdb_sa_sk_', '[\\w-]{40}'),
  ...shapes('confluent', 'cflt', '[A-Za-z0-9+/]{60}', { plain: true }),
  ...shapes('elastic', 'essu_', '[A-Za-z0-9+/=_-]{40,200}'),
  ...shapes('cockroachdb', 'CCDB1_', `${ALNUM}{22}_${ALNUM}{40}`),
  ...shapes('clickhouse', '4b1d', `${ALNUM}{38}`),
  ...shapes('aiven', 'AVNS_', '[\\w+/=-]{15,40}'),
  ...shapes('aiven', 'aivenv1', '[\\w+/=-]{100,600}'),
  ...shapes('xata', 'xau_', `${ALNUM}{30,50}`),
  ...shapes('fauna', ['fnAE', 'fnAF'], '[\\w-]{36}'),
  ...shapes('segment', 'sgp_', `${ALNUM}{64}`),
  ...shapes('dbt-cloud', ['dbtc_', 'dbtu_'], '[\\w-]{30,60}'),
  ...shapes('tinybird', 'p.eyJ', '[\\w.-]{60,400}'),
  ...shapes('grafana', 'glc_', '[A-Za-z0-9+/]{32,}={0,2}'),
  ...shapes('grafana', 'eyJrIjoi', '[A-Za-z0-9+/]{50,400}={0,2}'),
  ...shapes('new-relic', ['NRAK-', 'NRAA-', 'NRSP-'], '[A-Z0-9]{27,42}'),
  ...shapes('new-relic', ['NRII-', 'NRIQ-'], '[\\w-]{32}'),
  ...shapes('new-relic', 'NRJS-', `${HEX}{19}`),
  ...shapes('sentry', 'sntrys_', '[\\w+/=-]{40,}'),
  ...shapes('sentry', ['sntryu_', 'sntrya_', 'sntryi_'], `${HEX}{40,}`),
  ...shapes('dynatrace', ['dt0c01.', 'dt0s01.', 'dt0s02.', 'dt0s08.', 'dt0s16.'], '[A-Z0-9]{8,24}\\.[A-Z0-9]{64}'),
  ...shapes('honeycomb', ['hcaik_', 'hcbik_', 'hcxik_', 'hcaic_', 'hcxmk_'], '[a-z0-9]{26}[a-z0-9]{32}'),
  ...shapes('axiom', ['xaat-', 'xapt-'], UUID),
  ...shapes('checkly', 'cu_', `${HEX}{32}`),
  ...shapes('logfire', 'pylf_v', '\\d_(?:[a-z]{2}_)?[A-Za-z0-9]{40,50}'),
  ...shapes('datadog', ['ddapp_', 'ddpat_', 'ddsat_'], `${ALNUM}{34,80}`),
  ...shapes('rootly', 'rootly_', `${HEX}{64}`),
  ...shapes('mapbox', ['sk.eyJ', 'pk.eyJ', 'tk.eyJ'], '[\\w-]{20,200}\\.[\\w-]{20,40}'),
]

export const DATA_INNER: readonly InnerShape[] = [
  { issuer: 'maxmind', mark: '_mmk', reach: [36, 36], whole: `${ALNUM}{6}_${ALNUM}{29}_mmk` },
  { issuer: 'salesforce', mark: '!', reach: [15, 18], whole: `00D${ALNUM}{12,15}![\\w.]{60,200}` },
  { issuer: 'uptimerobot', mark: '-', reach: [7, 12], whole: `[um]\\d{6,11}-${HEX}{24}` },
]
