import { ALNUM, HEX, type InnerShape, type KeyShape, shapes, UPPER } from './key-shape.ts'

/** Clouds, hosting, infrastructure as code, networks. */
export const CLOUD: readonly KeyShape[] = [
  ...shapes('aws', ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'AIDA', 'AROA'], `${UPPER}{16}`),
  ...shapes('aws-bedrock', 'ABSK', '[A-Za-z0-9+/]{100,300}={0,2}'),
  ...shapes('aws-bedrock', 'bedrock-api-key-', '[A-Za-z0-9+/=]{40,2000}'),
  ...shapes('google', 'AIza', '[\\w-]{35}'),
  ...shapes('google', 'GOCSPX-', '[\\w-]{24,}'),
  ...shapes('google', ['ya29.'], '[\\w.-]{20,2048}'),
  ...shapes('google', '1//0', '[\\w-]{30,}'),
  ...shapes('digitalocean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], `${HEX}{64}`),
  ...shapes('digitalocean', 'DO00', `${UPPER}{16}`),
  ...shapes('heroku', 'HRKU-', '[\\w-]{30,}'),
  ...shapes('alibaba', 'LTAI', `${ALNUM}{12,26}`),
  ...shapes('tencent', 'AKID', `${ALNUM}{13,48}`),
  ...shapes('yandex', 'AQVN', '[\\w-]{35,38}'),
  ...shapes('yandex', 't1.', '[\\w-]+={0,2}\\.[\\w-]{86}={0,2}'),
  ...shapes('yandex', 'YC', '[\\w-]{38}', { plain: true }),
  ...shapes('yandex', 'y0_', '[\\w-]{50,70}'),
  ...shapes('scaleway', 'SCW', `${UPPER}{17}`),
  ...shapes('cloudflare', ['cfut_', 'cfat_', 'cfk_'], `${ALNUM}{40,64}`),
  ...shapes('cloudflare', 'v1.0-', `${HEX}{24}-${HEX}{146}`),
  ...shapes('vercel', ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'], `${ALNUM}{24,80}`),
  ...shapes('vercel', 'vercel_blob_rw_', `${ALNUM}{16}_${ALNUM}{30,}`),
  ...shapes('netlify', ['nfp_', 'nfc_', 'nfo_', 'nfu_', 'nfb_'], `${ALNUM}{36,}`),
  ...shapes('fly', ['fo1_', 'fm1_', 'fm1r_', 'fm1a_', 'fm2_'], '[\\w+/=,-]{40,4000}'),
  ...shapes('render', 'rnd_', `${ALNUM}{28,40}`),
  ...shapes('pulumi', 'pul-', `${HEX}{40}`),
  ...shapes('infracost', 'ico-', `${ALNUM}{32}`),
  ...shapes('prefect', ['pnu_', 'pnb_'], `${ALNUM}{36}`),
  ...shapes('openshift', 'sha256~', '[\\w-]{43}'),
  ...shapes('tailscale', 'tskey-', '(?:(?:api|auth|client|webhook|scim)-)?[A-Za-z0-9-]{20,80}'),
  ...shapes('akamai', ['akab-', 'akaa-'], `[a-z0-9]{16}-[a-z0-9]{16}`),
  ...shapes('exoscale', 'EXO', `${HEX}{24}`),
  ...shapes('kubernetes', 'LS0tLS1CRUdJTi', '[A-Za-z0-9+/]{60,16000}={0,2}', { check: isPrivatePem }),
  ...shapes('deno', ['ddp_', 'ddo_', 'ddw_'], `${ALNUM}{36}`),
  ...shapes('scalingo', 'tk-us-', '[\\w-]{48}'),
  ...shapes('upcloud', 'ucat_', `${ALNUM}{26,40}`),
]

/** The keys of Azure that name themselves carry a signature at a fixed place (Microsoft, "common annotated security key"). */
export const CLOUD_INNER: readonly InnerShape[] = [
  { issuer: 'azure-ad', mark: 'Q~', reach: [4, 4], whole: '[\\w~.-]{3}\\dQ~[\\w~.-]{31,34}' },
  { issuer: 'azure-devops', mark: 'AZDO', reach: [76, 76], whole: `${ALNUM}{76}AZDO${ALNUM}{4}` },
  { issuer: 'azure-cognitive', mark: 'JQQJ', reach: [52, 52], whole: `${ALNUM}{52}JQQJ9${ALNUM}{27}` },
  ...['+ASt', 'ACDb', '+ABa', 'AzFu', 'AzSe', '+ASb', '+AEh', 'AIoT', '+ACR', 'APIM', '+ARm', 'AzCa'].map(
    (mark): InnerShape => ({
      issuer: 'azure',
      mark,
      reach: [32, 80],
      base64: true,
      whole: `[A-Za-z0-9+/]{32,80}${mark.replace('+', '\\+')}[A-Za-z0-9+/]{4,8}={0,2}`,
    }),
  ),
  { issuer: 'terraform-cloud', mark: '.atlasv1.', reach: [14, 14], whole: `${ALNUM}{14}\\.atlasv1\\.[\\w=-]{60,70}` },
]

/** A kubeconfig holds certificates in the same form as keys. */
function isPrivatePem(value: string): boolean {
  return Buffer.from(value.slice(0, 80), 'base64').toString('latin1').includes('PRIVATE KEY')
}
