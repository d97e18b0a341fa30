import type { TemplateGroup } from './template.ts'

/** Logs with values in them, JSON of tool calls, code, config. */
export const MACHINES: readonly TemplateGroup[] = [
  {
    domain: 'log',
    templates: [
      '{timestamp} INFO auth - login ok user={email} ip={ip} took {ms} ms',
      '{timestamp} WARN [worker-{n}] could not send mail to {email}: mailbox full (attempt {n})',
      '{timestamp} ERROR payment declined card={card} order={order} trace={uuid}',
      '{ip} - - [{timestamp}] "GET /account?email={email} HTTP/1.1" 200 {ms}',
      'DEBUG session {uuid} created for {name} from {ip} ({city})',
      'dhcpd: DHCPACK on {ip} to {mac} via eth0',
      'sms-gateway: delivered to {phone} in {ms} ms, message {uuid}',
      '{timestamp} audit actor="{name}" action=export rows={ms} reason="{ticket}"',
      'device imei={imei} mac={mac} registered to {email}',
      'panic: connect {conn}: timeout after {ms} ms',
      'build {version} by {first} at {timestamp}, commit {sha}',
      'kernel: {mac} joined, signal -{n}0 dBm; name "{first}\'s phone"',
    ],
  },
  {
    domain: 'json',
    json: true,
    templates: [
      '{"tool":"create_customer","arguments":{"first_name":"{first}","last_name":"{last}","email":"{email}","phone":"{phone}"}}',
      '{"name":"send_email","args":{"to":"{email}","subject":"Your order {order}","body":"Hi {first}, your {product} is on its way to {address}."}}',
      '{"order":"{order}","customer":{"name":"{name}","address":{"street":"{street}","city":"{city}","zip":"{zip}"}},"total":"{amount}"}',
      '{"passengers":[{"name":"{name}","passport":"{passport}"},{"name":"{name2}","passport":"{passport}"}],"flight":"{ticket}"}',
      '{"event":"login","user":"{email}","ip":"{ip}","ok":true,"ms":{ms}}',
      '{"iban":"{iban}","holder":"{caps_name}","amount":"{amount}","reference":"{order}"}',
      '{"type":"note","author":"{name}","text":"Called {title2} {last2} at {phone2}; she will send the {id_name} ({id})."}',
      '{"contact":{"label":"home","value":"{address_lines}"},"born":"{dob}"}',
      '{"query":"flights for {name} from {city} to {city2} on {date}"}',
      '{"messages":[{"role":"user","content":"my name is {name} and my ssn is {ssn}"},{"role":"assistant","content":"Thank you, {first}."}]}',
      '{"status":"ok","version":"{version}","id":"{uuid}","owner":"{email}"}',
    ],
  },
  {
    domain: 'code',
    templates: [
      '# TODO({first}): remove before release, see {ticket}\nAPI_KEY = "{key}"\ntimeout = {ms}',
      '// Reported by {name} <{email}>: rounding is off by one cent for order {order}.',
      "INSERT INTO customers (name, email, city) VALUES ('{name}', '{email}', '{city}');",
      'DATABASE_URL={conn}\nADMIN_EMAIL={email}\nLOG_LEVEL=info',
      'Author: {name} <{email}>\nDate: {timestamp}\n\n    Fix the parser for version {version}\n\n    Reviewed-by: {name2} <{email2}>',
      'curl -H "Authorization: Bearer {key}" "https://api.internal/v2/users?phone={phone}"',
      'const testUser = { name: "{name}", card: "{card}" } // never in production',
      'db_password: {password}\ndb_user: service\ncontact: {email}',
      'git clone git@{domain}:tools/app.git && ssh {ip} # ask {first} for the key',
      'See {url} and the wiki; {first} wrote both. The key {key} is revoked.',
    ],
  },
]
