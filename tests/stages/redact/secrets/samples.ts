import type { Random } from '../../../../util/random.ts'

/**
 * What the issuers' documentation says their keys look like, written down apart from the patterns: fixed text and
 * `{alphabet count}`. Values are made when a test runs; nothing here is a key.
 *
 * Alphabets: h hex, H capitals of hex, d digits, l lower, U upper, a alphanumeric, n lower and digits, N upper and digits,
 * w base64url, s base64, b base58, g a UUID, e base64 of `{"`…
 */
const BY_SHAPE = `
1password | A3-{N6}-{N6}-{N5}-{N5}-{N5}-{N5}
1password | ops_eyJ{a400}
adafruit | aio_{a28}
adobe | p8e-{w32}
adyen | AQE{l1}hmfx{s90}
age | AGE-SECRET-KEY-1{N58}
airtable | pat{a14}.{h64}
aiven | AVNS_{w19}
akamai | akab-{n16}-{n16}
alchemy | alcht_{a30}
alibaba | LTAI{a20}
amazon-lwa | amzn1.oa2-cs.v1.{h64}
amazon-mws | amzn.mws.{g}
anthropic | sk-ant-api03-{w93}AA
anyscale | esecret_{n26}
apify | apify_api_{a36}
asana | 1/12{d14}:{h32}
asana | 2/12{d14}/12{d14}:{h32}
atlassian | ATATT3xFfGF0{w160}={H8}
authress | sc_{n24}.{n5}.acc_{n20}.{s88}
aws | AKIA{N16}
aws | ASIA{N16}
aws-bedrock | ABSK{s128}
axiom | xaat-{g}
azure | {s76}+ASt{s6}==
azure-ad | {a3}8Q~{w34}
azure-cognitive | {a52}JQQJ99BA{a24}
azure-devops | {a76}AZDO{a4}
beamer | b_{s44}
bitbucket | ATBB{a32}
bitcoin | xprv{b107}
bitwarden | 0.{g}.{a30}:{s22}==
braintree | access_token$production\${n16}\${h32}
braintrust | bt-st-{a48}
brevo | xkeysib-{h64}-{a16}
browserbase | bb_live_{w30}
buildkite | bkua_{h40}
cal-com | cal_live_{h32}
cartesia | sk_car_{a22}
cashfree | cfsk_ma_prod_{h32}_{h8}
cerebras | csk-{n48}
checkly | cu_{h32}
checkout-com | sk_sbox_{n27}
circleci | CCIPAT_{b22}_{h40}
clickhouse | 4b1d{a38}
clickup | pk_{d8}_{N32}
clojars | CLOJARS_{h60}
cloudflare | cfut_{a40}{h8}
cloudflare | v1.0-{h24}-{h146}
cloudinary | cloudinary://{d15}:{w27}@{l8}
cockroachdb | CCDB1_{a22}_{a40}
coinbase | organizations/{g}/apiKeys/{g}
confluent | cflt{s60}
contentful | CFPAT-{w43}
contentstack | cs{h36}
courier | pk_prod_{N28}
coze | pat_{a64}
crates-io | cio{a32}
cursor | key_{h64}
databricks | dapi{h32}
databricks | dapi{h32}-2
datadog | ddapp_{a34}
dbt-cloud | dbtc_{w36}
deepl | {g}:fx
deno | ddp_{a36}
dify | app-{a24}
digitalocean | dop_v1_{h64}
digitalocean | DO00{N16}
discord | MTA{a23}.{w6}.{w38}
discord | https://discord.com/api/webhooks/{d18}/{w68}
docker | dckr_pat_{w27}
docker | dckr_oat_{w32}
doppler | dp.pt.{a43}
dropbox | sl.{w138}
duffel | duffel_live_{w43}
dynatrace | dt0c01.{N24}.{N64}
e2b | e2b_{h40}
easypost | EZAK{a54}
ebay | PRD-{h12}-{h4}-{h4}-{h4}-{h4}
elastic | essu_{s80}
elevenlabs | sk_{h48}
evernote | S=s1:U=8f2{h2}:E=16{h9}:C=15{h9}:P=1cd:A=en-devtoken:V=2:H={h32}
exoscale | EXO{h24}
facebook | EAA{a180}
fal | {g}:{h32}
fauna | fnAE{w36}
featherless | rc_{h64}
figma | figd_{w40}
firecrawl | fc-{h32}
fireworks | fw_{a24}
flagsmith | ser.{a22}
flutterwave | FLWSECK-{h32}-X
flutterwave | FLWSECK_TEST-{h32}-X
fly | fm2_{s300}
fly | fo1_{w43}
frame-io | fio-u-{w64}
friendli | flp_{a44}
ghost | {h24}:{h64}
gitbook | gb_api_{a40}
github | github_pat_{a22}_{a59}
github | ghp_{a36}
github | ghs_{a36}
gitlab | glpat-{w20}
gitlab | glrt-{w20}
gitlab | glpat-{w40}.01.{n9}
gitlab | glpat-{w40}.{n9}
gitlab | GR1348941{w20}
gocardless | live_{w40}
google | AIza{w35}
google | GOCSPX-{w28}
google | ya29.{w120}
google | 1//0{w40}
google-chat | https://chat.googleapis.com/v1/spaces/{a11}/messages?key={w39}&token={w43}
grafana | glsa_{a32}_{h8}
grafana | glc_{s120}=
groq | gsk_{a52}
harness | pat.{w22}.{h24}.{a20}
helicone | sk-helicone-{n7}-{n7}-{n7}-{n7}
heroku | HRKU-{g}
heroku | HRKU-AA{w58}
honeycomb | hcaik_{n58}
hubspot | pat-na1-{g}
hugging-face | hf_{a34}
ifttt | https://maker.ifttt.com/trigger/door_open/with/key/{w43}
infisical | st.{h24}.{h32}.{h32}
infracost | ico-{a32}
inngest | signkey-prod-{h64}
instagram | IGQV{w140}
intercom | dG9rO{s52}=
jetbrains | perm:{s16}.{s12}.{a30}
jfrog | AKCp{a69}
jina | jina_{a32}{w28}
jumpcloud | jca_{a36}
klaviyo | pk_{h34}
langfuse | sk-lf-{g}
langsmith | lsv2_pt_{h32}_{h10}
launchdarkly | sdk-{g}
launchdarkly | api-{g}
linear | lin_api_{a40}
linkedin | WPL_AP1.{a16}.{a8}
llamacloud | llx-{a48}
lob | test_{h35}
logfire | pylf_v1_eu_{a43}
mailchimp | {h32}-us14
mailersend | mlsn.{h64}
mailgun | key-{h32}
mailgun | {h32}-{h8}-{h8}
make | https://hook.eu1.make.com/{n32}
mandrill | md-{w22}
mapbox | sk.eyJ{a80}.{w22}
matrix | syt_{a10}_{a20}_{a6}
maxmind | {a6}_{a29}_mmk
mem0 | m0-{a40}
mercado-pago | APP_USR-{d16}-{d6}-{h32}-{d9}
microsoft-teams | https://contoso.webhook.office.com/webhookb2/{g}@{g}/IncomingWebhook/{h32}/{g}
midtrans | Mid-server-{w24}
modal | ak-{a22}
mollie | live_{a30}
mongodb-atlas | mdb_sa_sk_{w40}
neon | napi_{n64}
neon | npg_{a12}
netlify | nfp_{a36}
new-relic | NRAK-{N27}
new-relic | NRII-{w32}
nomic | nk-{w43}
notion | ntn_{a46}
notion | secret_{a43}
npm | npm_{a36}
nuget | oy2{n43}
nvidia | nvapi-{w64}
octopus-deploy | API-{N26}
okta | 00{l1}{w39}
onesignal | os_v2_app_{n103}
onfido | api_live.{w11}.{w32}
openai | sk-proj-{w74}T3BlbkFJ{w74}
openai | sk-{a20}T3BlbkFJ{a20}
openai | sk-svcacct-{w60}
openrouter | sk-or-v1-{h64}
openshift | sha256~{w43}
ory | ory_pat_{a32}
packagist | packagist_ort_{h68}
paddle | pdl_live_apikey_01{n24}_{a22}_AbC
perplexity | pplx-{a48}
persona | persona_production_{g}
pinecone | pcsk_{a6}_{a63}
plaid | access-sandbox-{g}
planetscale | pscale_tkn_{w43}
planetscale | pscale_pw_{w43}
polar | polar_oat_{a43}
posthog | phx_{a43}
postman | PMAK-{h24}-{h34}
prefect | pnu_{a36}
prismic | MC5{w40}.{w60}
pubnub | sec-c-{s48}
pulumi | pul-{h40}
pypi | pypi-AgEIcHlwaS5vcmc{w120}
ramp | ramp_tok_{a42}
razorpay | rzp_live_{a14}
readme | rdme_{n70}
render | rnd_{a32}
replicate | r8_{a37}
resend | re_{a8}_{a24}
retool | retool_01{n24}
rootly | rootly_{h64}
rubygems | rubygems_{h48}
runpod | rpa_{N42}
salesforce | 00D{a12}!{a88}
samsara | samsara_api_{a30}
scaleway | SCW{N17}
scalingo | tk-us-{w48}
scrapfly | scp-live-{h32}
segment | sgp_{a64}
sendgrid | SG.{w22}.{w43}
sentry | sntrys_{s160}=_{s43}
sentry | sntryu_{h64}
shipengine | TEST_{s43}
shippo | shippo_live_{h40}
shopify | shpat_{h32}
shopify | shpss_{h32}
slack | xoxb-{d12}-{d13}-{a24}
slack | xapp-1-A{N10}-{d13}-{h64}
slack | https://hooks.slack.com/services/T{N8}/B{N8}/{a24}
snyk | snyk_uat.{h8}.{w60}.{w86}
sonarqube | squ_{h40}
sourcegraph | sgp_{h16}_{h40}
square | sq0atp-{w22}
square | EAAA{w60}
statsig | secret-{a43}
stripe | sk_live_{a24}
stripe | rk_live_{a99}
stripe | whsec_{a32}
stytch | secret-live-{w36}
sumsub | prd:{a26}.{a26}
supabase | sbp_{h40}
supabase | sb_secret_{w31}
tailscale | tskey-auth-{a16}-{a32}
tavily | tvly-dev-{a32}
telegram | {d10}:AA{w33}
telnyx | KEY0{N32}_{a22}
tencent | AKID{a32}
terraform-cloud | {a14}.atlasv1.{w67}
the-things-network | NNSXS.{N39}.{N52}
tiktok | act.{a70}!4521.va
tinybird | p.eyJ{a80}.{w43}
together | tgp_v1_{w43}
totp | otpauth://totp/Shop:ada@example.org?secret={N32}&issuer=Shop
trello | ATTA{h64}{H8}
trigger-dev | tr_prod_{a24}
twilio | SK{h32}
twitter | AAAAAAAAAAAAAAAAAAAAA{a80}
typeform | tfp_{a44}_{w15}
unkey | unkey_{b24}
unleash | default:development.{h56}
upcloud | ucat_{N26}
uptimerobot | u{d7}-{h24}
val-town | vtwn_{a28}
vault | hvs.{w95}
vault | hvb.{w140}
vercel | vcp_{a56}
vk | vk1.a.{w190}
voyage | pa-{w43}
wakatime | waka_{g}
weights-and-biases | wandb_v1_{w70}
wifi | WIFI:T:WPA;S:Guest {d2};P:{a12};;
wix | IST.eyJ{a120}.{a200}
woocommerce | ck_{h40}
xai | xai-{a80}
xata | xau_{a34}
xendit | xnd_production_{a60}
yandex | AQVN{w35}
yandex | y0_{w56}
zapier | https://hooks.zapier.com/hooks/catch/{d7}/{n7}
zhipu | {h32}.{a16}
zoho | 1000.{h32}.{h32}
kubernetes | LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ{s400}
discord | mfa.{w84}
`

/** Issuers whose keys have no mark: the words before name them. */
const BY_NAME = `
ably | ably key {a6}.{a6}:{w43}
abuseipdb | abuseipdb: {h80}
ai21 | AI21 key {a32}
algolia | Algolia admin {h32}
amplitude | AMPLITUDE_API_KEY={h32}
assemblyai | assemblyai {h32}
auth0 | AUTH0_CLIENT_SECRET={w64}
azure | Ocp-Apim-Subscription-Key: {h32}
binance | binance secret {a64}
bitly | bitly token {h40}
box | box_client_secret={a32}
bugsnag | bugsnag {h32}
bybit | bybit {a18}
clarifai | clarifai key {h32}
codacy | codacy: {h32}
codecov | CODECOV_TOKEN={g}
cohere | cohere api key {a40}
coveralls | coveralls repo {a33}
deepgram | deepgram {h40}
deepseek | deepseek sk-{h32}
ethereum | wallet private key 0x{h64}
etherscan | etherscan {N34}
exa | exa_api_key={g}
fastly | fastly {a32}
freshdesk | freshdesk {a20}
hetzner | hcloud {a64}
hex | HEX_API_KEY={h32}
influxdb | influx {a86}==
infura | infura project {h32}
jenkins | jenkins 11{h32}
jira | jira api token {a24}
kraken | kraken private {s86}==
kucoin | kucoin {h24}
line | line channel secret {h32}
linode | linode {h64}
logz-io | logz.io {a32}
mailjet | mailjet {h32}
meilisearch | MEILI_MASTER_KEY={w40}
messagebird | messagebird {a25}
mistral | mistral key: {a32}
mixpanel | mixpanel secret {h32}
nasa | nasa api {a40}
ngrok | ngrok authtoken 2{a26}_{a21}
openweather | openweather {h32}
opsgenie | opsgenie {g}
pagerduty | pagerduty u+{w18}
paypal | paypal secret E{w79}
plivo | plivo auth {a40}
pusher | pusher secret {h20}
railway | RAILWAY_TOKEN={g}
rapidapi | x-rapidapi-key: {n10}msh{n15}p1{n5}jsn{n12}
redis | redis password {a32}
rollbar | rollbar {h32}
serpapi | serpapi {h64}
serper | serper {h40}
shodan | shodan {a32}
snowflake | snowflake pat {a64}
sparkpost | sparkpost {h40}
splunk | splunk hec {g}
spotify | spotify client {h32}
stability | stability.ai {a48}
statuspage | statuspage {g}
sumo-logic | sumo logic {a64}
todoist | todoist {h40}
transifex | transifex 1/{h40}
travis | travis {a22}
twitch | twitch oauth:{n30}
typesense | typesense {a32}
upstash | upstash {s60}
virustotal | virustotal {h64}
vonage | vonage secret {a16}
vultr | vultr {N36}
weaviate | weaviate {a40}
wireguard | PrivateKey = {s42}E=
zendesk | zendesk {a40}
zoom | zoom client {a32}
`

export interface KeySample {
  readonly issuer: string
  readonly template: string
  readonly named: boolean
}

function rows(table: string, named: boolean): readonly KeySample[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.indexOf(' | ')
      return { issuer: line.slice(0, at), template: line.slice(at + 3), named }
    })
}

export const SAMPLES: readonly KeySample[] = [...rows(BY_SHAPE, false), ...rows(BY_NAME, true)]

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = UPPER.toLowerCase()
const DIGITS = '0123456789'
const ALPHABETS: Readonly<Record<string, string>> = {
  h: '0123456789abcdef',
  H: '0123456789ABCDEF',
  d: DIGITS,
  l: LOWER,
  a: UPPER + LOWER + DIGITS,
  n: LOWER + DIGITS,
  N: UPPER + DIGITS,
  w: `${UPPER + LOWER + DIGITS}-_`,
  s: `${UPPER + LOWER + DIGITS}+/`,
  b: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
}

/** The template with its places filled; `fill` gives the characters of one place. */
function filled(template: string, fill: (alphabet: string, length: number) => string): string {
  return template.replace(/\{([a-zA-Z])(\d{0,3})\}/g, (_, name: string, length: string) => {
    if (name === 'g') return [8, 4, 4, 4, 12].map((n) => fill(ALPHABETS['h']!, n)).join('-')
    return fill(ALPHABETS[name]!, Number(length))
  })
}

/** A key as the template says, with no dash or sign at either end of a place: those would be taken for punctuation. */
export function makeKey(rng: Random, template: string): string {
  return filled(template, (alphabet, length) => {
    const solid = alphabet.replace(/[-_+/]/g, '')
    let out = ''
    for (let i = 0; i < length; i++) {
      const from = i === 0 || i === length - 1 ? solid : alphabet
      out += from[rng.integer(from.length)]
    }
    return out
  })
}

/** The same with one repeated character in place of each random part: what documentation shows. */
export function makeBlank(template: string): string {
  return filled(template, (alphabet, length) => (alphabet.includes('x') ? 'x' : '0').repeat(length))
}
