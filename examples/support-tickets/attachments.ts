import { concat, join, type Marked, plain, rewrite } from './marked.ts'
import { expand, type Scope } from './template.ts'

/** Longer things that customers paste: logs, stack traces, tables, quoted mail, signatures. */
export function attachment(name: string, scope: Scope): Marked | undefined {
  switch (name) {
    case 'log':
      return log(scope)
    case 'trace':
      return trace(scope)
    case 'table':
      return table(scope)
    default:
      return undefined
  }
}

const LOG_LINES = [
  'INFO  dhcp: lease {ip} for {mac}',
  'INFO  boot: firmware {version} serial {serial}',
  'WARN  mqtt: keepalive missed, retry in 5 s',
  'ERROR cloud: connect failed ({errcode}) after 3000 ms',
  'INFO  wifi: joined channel 6, rssi -61',
  'WARN  ntp: clock is off by 4211 ms',
  'ERROR auth: token for {email} refused',
  'DEBUG http: GET /v2/devices 200 in 87 ms {requestid}',
  'INFO  user: {name} opened the app from {ip}',
  'WARN  mem: 18 kB free, largest block 4096',
  'ERROR dns: no answer from the router, port 53',
  'DEBUG queue: 12 jobs, oldest 00:04:17',
]

function log(scope: Scope): Marked {
  const { random } = scope
  let second = random.integer(3600)
  const lines = random
    .shuffle(LOG_LINES)
    .slice(0, 4 + random.integer(4))
    .map((line) => {
      second += 1 + random.integer(40)
      const clock = [8 + Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
      const stamp = clock.map((n) => String(n).padStart(2, '0')).join(':')
      return concat([
        `2025-0${1 + (second % 6)}-1${second % 10}T${stamp}.${100 + (second % 900)}Z `,
        expand(line, scope),
      ])
    })
  return join(lines, '\n')
}

const FRAMES = [
  'at Client.request (/app/node_modules/@larkfield/sdk/dist/client.js:212:17)',
  'at async Client.devices (/app/node_modules/@larkfield/sdk/dist/client.js:88:12)',
  'at async main (/app/src/index.js:14:21)',
  'at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
  'at Home.sync (/app/src/home.js:41:9)',
  'at TLSSocket.emit (node:events:518:28)',
]

function trace(scope: Scope): Marked {
  const { random } = scope
  if (random.integer(3) === 0) {
    const head = expand('Traceback (most recent call last):\n  File "/srv/shop/sync.py", line {days}, in run\n', scope)
    const tail = expand(
      '    client.devices(owner="{email}")\nlarkfield.errors.NotReady: {errcode} ({requestid})',
      scope,
    )
    return concat([head, tail])
  }
  const head = expand('Error: client is not ready ({errcode}, {requestid}{, host {ip}|})', scope)
  const frames = random.shuffle(FRAMES).slice(0, 3 + random.integer(3))
  return join([head, ...frames.map((frame) => plain(`    ${frame}`))], '\n')
}

function table(scope: Scope): Marked {
  const { random } = scope
  const rows = ['| {order} | {name} | {city} | {amount} |']
  for (let n = 4; n < 6 + random.integer(3); n++)
    rows.push(`| {order${n}} | {person${n}} | {city${n}} | {amount${n}} |`)
  return join(
    [plain('| order | customer | city | total |\n|---|---|---|---|'), ...rows.map((row) => expand(row, scope))],
    '\n',
  )
}

/** What stands below a mail. */
export function signature(scope: Scope): Marked {
  return expand(
    scope.random.pick([
      '\n\n{Best|Kind regards|Best regards|Regards},\n{me}',
      '\n\n-- \n{name}\n{street}, {city}\n{phone}',
      '\n\n{Thanks|Cheers},\n{first}',
      '\n\n{Mit freundlichen Grüßen|Cordialement|Un saludo|Saluti|Pozdrawiam}\n{name}',
      '\n\n{name} | {phone} | {email}',
      '\n\nSent from my phone',
      '\n\n{name}\nHead of {Sales|Purchasing|IT}\nTel. {phone}\n{email}',
      '\n\n_This message is confidential. If you are not the intended reader, please delete it._\n{name}',
    ]),
    scope,
  )
}

/** The mail that is being answered. */
export function quotedMail(scope: Scope): Marked {
  const body = expand(
    scope.random.pick([
      'Dear {name},\nthank you for your order {order}.\nWe will write again as soon as it ships.\nYour Larkfield team',
      'Hello {first},\nyour parcel {tracking} is on its way to {street}, {city}.\n{agent}, Larkfield',
      'Dear customer,\nwe could not take the payment of {amount} from your card ending in {last4}.',
      'Hi {first},\ncan you tell us when we may call you on {phone}?\nBest, {agent}',
    ]),
    scope,
  )
  const head = expand('On {weekday}, {date2}, {Larkfield Support <{deskmail}>|{agent} <{deskmail}>} wrote:', scope)
  return concat(['\n\n', head, '\n> ', rewrite(body, (text) => text.replaceAll('\n', '\n> '))])
}
