import { ALNUM, HEX, type InnerShape, type KeyShape, shapes, UPPER, UUID } from './key-shape.ts'

/** Chat, mail, telephony, social networks. */
export const MESSAGING: readonly KeyShape[] = [
  ...shapes(
    'slack',
    ['xoxb-', 'xoxa-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxo-', 'xoxe.', 'xoxc-', 'xoxd-'],
    '[\\w.%-]{10,250}',
  ),
  ...shapes('slack', 'xapp-', '\\d-[A-Z0-9]+-\\d+-[a-f0-9]{20,}'),
  ...shapes('slack', 'hooks.slack.com/', '(?:services|workflows|triggers)/[\\w/]{20,}'),
  ...shapes('twilio', ['SK', 'AC'], `${HEX}{32}`),
  ...shapes('sendgrid', 'SG.', '[\\w-]{16,32}\\.[\\w-]{32,64}'),
  ...shapes('mailgun', ['key-', 'pubkey-'], `${HEX}{32}`),
  ...shapes('mandrill', 'md-', '[\\w-]{22}', { plain: true }),
  ...shapes('brevo', ['xkeysib-', 'xsmtpsib-'], `${HEX}{64}-${ALNUM}{16}`),
  ...shapes('resend', 're_', `${ALNUM}{8}_${ALNUM}{20,28}`),
  ...shapes('mailersend', 'mlsn.', `${HEX}{64}`),
  ...shapes('klaviyo', ['pk_'], `${HEX}{34}`),
  ...shapes(
    'discord',
    ['MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'],
    '[\\w-]{21,26}\\.[\\w-]{6,7}\\.[\\w-]{27,40}',
  ),
  ...shapes('discord', 'mfa.', '[\\w-]{80,95}'),
  ...shapes('discord', ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'], '\\d{16,20}/[\\w-]{50,}'),
  ...shapes(
    'microsoft-teams',
    ['outlook.office.com/webhook/', 'outlook.office365.com/webhook/'],
    `${UUID}@${UUID}/IncomingWebhook/[\\w/-]{32,100}`,
  ),
  ...shapes('facebook', 'EAA', `${ALNUM}{60,}`),
  ...shapes('instagram', ['IGQV', 'IGAA', 'IGQW'], '[\\w-]{50,}'),
  ...shapes('twitter', 'AAAAAAAAAAAAAAAAAAAAA', '[A-Za-z0-9%]{59,}'),
  ...shapes('linkedin', 'WPL_AP1.', '[\\w-]{16,20}(?:\\.[\\w=+/]{8,12})?'),
  ...shapes('linkedin', 'AQ', '[UVWX][\\w-]{80,700}', { plain: true }),
  ...shapes('intercom', 'dG9rO', '[A-Za-z0-9+/]{40,80}={0,2}'),
  ...shapes('telnyx', 'KEY0', `${UPPER}{30,34}_[\\w-]{20,26}`),
  ...shapes('onesignal', ['os_v2_app_', 'os_v2_org_'], '[a-z0-9]{60,110}'),
  ...shapes('pubnub', ['sub-c-', 'pub-c-'], UUID),
  ...shapes('pubnub', 'sec-c-', '[A-Za-z0-9+/=]{40,64}'),
  ...shapes('matrix', 'syt_', '[\\w=-]{2,120}_[A-Za-z0-9]{20}_[A-Za-z0-9]{6}'),
  ...shapes('courier', ['pk_prod_', 'pk_staging_', 'dk_prod_'], `${UPPER}{28}`),
  ...shapes('zapier', 'hooks.zapier.com/hooks/catch/', '\\d{4,12}/[a-z0-9]{5,12}'),
  ...shapes('ifttt', 'maker.ifttt.com/trigger/', '[\\w-]{1,60}/(?:json/)?with/key/[\\w-]{20,50}'),
  ...shapes(
    'make',
    ['hook.eu1.make.com/', 'hook.eu2.make.com/', 'hook.us1.make.com/', 'hook.us2.make.com/'],
    '[a-z0-9]{28,40}',
  ),
  ...shapes(
    'google-chat',
    'chat.googleapis.com/v1/spaces/',
    '[\\w-]{6,20}/messages\\?key=[\\w-]{20,60}&token=[\\w%-]{20,100}',
  ),
  ...shapes('vk', 'vk1.a.', '[\\w-]{80,300}'),
  ...shapes('tiktok', 'act.', `[\\w]{48,90}![0-9]{4}\\.[a-z0-9]+`),
  ...shapes('beamer', 'b_', '[A-Za-z0-9+/=_-]{44}', { plain: true }),
]

export const MESSAGING_INNER: readonly InnerShape[] = [
  { issuer: 'telegram', mark: ':AA', reach: [8, 10], whole: '\\d{8,10}:AA[\\w-]{32,35}' },
  { issuer: 'mailchimp', mark: '-us', reach: [32, 32], whole: `${HEX}{32}-us\\d{1,2}` },
  { issuer: 'mailgun', mark: '-', reach: [32, 32], whole: `${HEX}{32}-${HEX}{8}-${HEX}{8}` },
  {
    issuer: 'microsoft-teams',
    mark: '.webhook.office.com/webhookb2/',
    reach: [2, 40],
    whole: `[a-z0-9-]{2,40}\\.webhook\\.office\\.com/webhookb2/${UUID}@${UUID}/IncomingWebhook/[\\w/-]{32,110}`,
  },
]
