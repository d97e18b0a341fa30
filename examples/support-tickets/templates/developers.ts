import { a, call, templates, u } from '../conversation.ts'

export const DEVELOPERS = templates('developers', {
  'leaked-key': [
    u(
      '{hi} I {accidentally|by mistake} {pushed|posted} our API key {to a public repo|in a forum}: {apikey}. {Please revoke it.|What should I do?} {urgent}',
    ),
    a(
      '{a.hi} {Thank you for telling us at once.|Good that you wrote at once.} {I have revoked the key, so it no longer works.|The key is revoked.} {Please create a new one under Developers > Keys, and never share keys in a chat.|You can create a new one under Developers > Keys.} {I see no calls from unknown addresses in the last 24 hours.|} {a.else}',
    ),
  ],
  'http-error': [
    u(
      '{hi} your API {returns|gives} {errcode} for {about half of|all} our calls since {date}. {Request id|Example:} {requestid}. {Our server is {ip}.|We call from {ip}.} {frust}',
    ),
    a(
      '{a.hi} {a.look} {Your calls from that address go over the limit of 60 per minute.|The limit is 60 calls per minute, and you go over it.} {Please wait for the time in the Retry-After header and try again with a growing pause.|The Retry-After header tells you how long to wait.} {If you need more, I can raise the limit for your account.|} {a.else}',
    ),
    u('{Please raise it|We added a pause and it works|120 would be enough}. {Contact for this is {name}, {email}.|}'),
    a('{Done|All right}: {your limit is now 120 calls per minute|the new limit is active in a few minutes}. {a.bye}'),
  ],
  webhook: [
    u(
      '{hi} {webhooks|our webhook calls} {stopped|do not arrive} {since the weekend|since {date}}. The endpoint is {credurl}. {The last one was {requestid}.|} {ctx}',
    ),
    call('webhook_log', { endpoint: '{credurl}', limit: 5, contact: '{email}' }, { last_status: 401, attempts: 5 }),
    a(
      '{a.hi} {Please do not put passwords into URLs: I have hidden yours in our log.|One thing first: passwords in a URL end up in logs.} Your endpoint answers 401, so {our calls are refused|it refuses our calls}. {Please use the signing secret under Developers > Webhooks instead of a password.|A signing secret is the better way: Developers > Webhooks.} {I can send the missed events again.|} {a.else}',
    ),
  ],
  'stack-trace': [
    u(
      '{hi} the {Larkfield|Lark} SDK {version} {crashes|throws} {at startup|when I list the devices}:\n{trace}\n{Any idea?|What am I doing wrong?} {ctx}',
    ),
    a(
      '{Thank you for the stack trace|Thanks for the trace}. {The client is used before it is ready.|The call runs before the client is connected.} {Please wait for client.ready() before the first call.|Add await client.ready() before you list the devices.} {In the next version this gives a clear error.|We will make the message clearer.} {a.else}',
    ),
    u('{That was it!|Works now.|OK, no more crash.} {thanks}'),
    a('{a.welcome} {a.bye}'),
  ],
  sandbox: [
    u(
      '{hi} {is there|do you have} a sandbox for tests? {I do not want to use real orders.|We build a shop integration.} {My account is {email}.|}',
    ),
    a(
      '{a.hello} {Yes: every developer account has a sandbox with test orders.|There is a sandbox for every developer account.} {Use the test key under Developers > Keys and the address sandbox.larkfield.example.|You find the test key under Developers > Keys.} {Nothing there is shipped or charged.|} {a.else}',
    ),
    u('{I get {errcode} there|Works}. {My test key is {apikey}.|The request was {requestid}.}'),
    a(
      '{Thank you|Thanks}. {Please remove the key from the chat history and make a new one.|Test keys should be kept private as well.} {I have reset your sandbox, so it should answer now.|The sandbox was asleep; it is awake now.} {a.bye}',
    ),
  ],
  export: [
    u(
      '{hi} {how do I|can I} export all {orders|devices} as CSV? {The table in the app looks like this:|I only see this:}\n{table}\n{I need all rows.|There must be more.} {ctx}',
    ),
    a(
      '{a.hi} {The page shows the last 50 rows only.|You see the last 50 rows there.} {For everything, choose Export > CSV at the top right; the file is sent by e-mail.|Use Export > CSV, and the file comes by e-mail.} {Large files can take ten minutes.|} {a.else}',
    ),
  ],
  oauth: [
    u(
      '{hi} the login of our app says redirect_uri mismatch{ ({errcode})|}. {We moved to a new server, {ip}.|} {Developer is {person}, {email2}.|} {ctx}',
    ),
    a(
      '{a.hi} {The address in your app must be exactly the one under Developers > Apps, with the same slash at the end.|Both addresses must be the same, letter by letter.} {I see one with http and one with https on your account.|} {Please correct it there; it is active at once.|} {a.else}',
    ),
    u('{It was the slash|http vs https, yes}. {thanks}'),
    a('{a.welcome} {a.bye}'),
  ],
  'config-check': [
    u(
      '{hi} {can you check|please check} our {config|settings}? {It is|We use}\n```\nendpoint = api.larkfield.example\ntoken = {apikey}\nclient = {ip}\nserial = {serial}\n```\n{It does not connect.|Calls time out.}',
    ),
    a(
      '{a.hi} {Please treat the token like a password: I have revoked this one because it was in the chat.|As the token was in the chat, I have revoked it.} {The endpoint needs the version, so api.larkfield.example/v2.|Please add /v2 to the endpoint.} {With a new token it should connect.|} {a.else}',
    ),
  ],
})
