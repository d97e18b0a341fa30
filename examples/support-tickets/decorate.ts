import type { Random } from '../../util/random.ts'
import { ABUSE, ANSWER_TO_ABUSE } from './abuse.ts'
import { attachment, quotedMail, signature } from './attachments.ts'
import type { Template } from './conversation.ts'
import type { Customer } from './customers.ts'
import type { DraftMessage } from './draft.ts'
import { GROUP_MENTIONS } from './groups.ts'
import { OWN_LANGUAGE } from './languages.ts'
import { concat, join, type Marked, plain } from './marked.ts'
import { EMOJI, lowerCase, typos, upperCase } from './noise.ts'
import { expand, render, type Scope } from './template.ts'

export type Channel = 'chat' | 'email' | 'web' | 'app'

/** What was put on top of a template; written to the gold file. */
export type Feature =
  | 'typos'
  | 'lower_case'
  | 'upper_case'
  | 'signature'
  | 'quoted_mail'
  | 'log'
  | 'stack_trace'
  | 'table'
  | 'tool_call'
  | 'abuse'
  | 'group_mention'
  | 'own_language'
  | 'careless'
  | 'emoji'
  | 'almost_empty'
  | 'system_prompt'

export interface Decorated {
  readonly messages: readonly DraftMessage[]
  readonly features: readonly Feature[]
  /** `insult`, `threat` … for abuse, the axis for a mention of a group. */
  readonly labels: readonly string[]
}

/** What people type although nobody asked for it. */
const CARELESS: readonly string[] = [
  '{If you need it, my|My} card {number|} is {card}.',
  'You can charge {card} for it.',
  '{Refund it to|My bank account is} {iban}.',
  '{My social security number is|SSN:} {ssn}.',
  '{I was born on|My date of birth is|DOB:} {born}.',
  '{My wife|My husband|My flatmate} {friend} can also answer: {phone2}.',
  '{I also have|My other address is} {email2}.',
  '{The router has|The device has} the MAC {mac}{ and the address {ip}|}.',
  '{My password for the export is in the link:|Here is our export:} {credurl}',
  '{The key we use is|Our token:} {apikey}',
]

interface Surroundings {
  readonly scope: Scope
  readonly random: Random
  readonly customer: Customer
  readonly channel: Channel
  readonly template: Template
}

/** Makes a clean conversation look like a real one: each thing with its own chance. */
export function decorate(clean: readonly DraftMessage[], around: Surroundings): Decorated {
  const { scope, random, channel, customer, template } = around
  const messages = [...clean]
  const features = new Set<Feature>()
  const labels: string[] = []
  const chance = (percent: number): boolean => random.next() * 100 < percent
  const edit = (index: number, change: (content: Marked) => Marked): void => {
    const message = messages[index]!
    messages[index] = { ...message, content: change(message.content) }
  }
  const users = messages.flatMap((message, index) => (message.role === 'user' ? [index] : []))
  const opening = users[0]!

  if (chance(6)) {
    const mention = random.pick(GROUP_MENTIONS)
    edit(opening, (content) => join([content, render(mention.text, scope)], ' '))
    features.add('group_mention')
    labels.push(mention.axis)
  }
  const own = OWN_LANGUAGE[customer.locale]
  if (own !== undefined && chance(12)) {
    edit(opening, (content) => join([render(random.pick(own), scope), content], random.pick([' ', '\n'])))
    features.add('own_language')
  }
  if (chance(9)) {
    edit(random.pick(users), (content) => join([content, render(random.pick(CARELESS), scope)], ' '))
    features.add('careless')
  }
  if (chance(3.2)) {
    const index = random.pick(users)
    const { kind, text } = random.pick(ABUSE)
    edit(index, (content) => join(random.shuffle([content, render(text, scope)]), ' '))
    const answer = messages.findIndex((message, i) => i > index && message.role === 'assistant' && !message.call)
    if (answer !== -1) edit(answer, (content) => concat([random.pick(ANSWER_TO_ABUSE), content]))
    features.add('abuse')
    labels.push(kind)
  }
  if (chance(26)) {
    for (const index of users) edit(index, (content) => typos(content, random))
    features.add('typos')
  }
  const oneLine = users.every((index) => !messages[index]!.content.text.includes('\n'))
  if (oneLine && chance(9)) {
    for (const index of users) edit(index, lowerCase)
    features.add('lower_case')
  } else if (oneLine && chance(1.5)) {
    edit(random.pick(users), upperCase)
    features.add('upper_case')
  }
  if (chance(7)) {
    const emoji = random.pick(EMOJI)
    edit(random.pick(users), (content) => concat([content, ' ', emoji.repeat(chance(25) ? 3 : 1)]))
    features.add('emoji')
  }
  const technical = template.theme === 'devices' || template.theme === 'developers'
  if (technical && chance(14)) {
    edit(opening, (content) => join([content, attachment('log', scope) ?? plain('')], '\n\n'))
    features.add('log')
  }
  if (chance(template.theme === 'orders' || template.theme === 'billing' ? 7 : 1)) {
    edit(opening, (content) => join([content, attachment('table', scope) ?? plain('')], '\n\n'))
    features.add('table')
  }
  if (chance(channel === 'email' ? 45 : 5)) {
    edit(opening, (content) => concat([content, signature(scope)]))
    features.add('signature')
  }
  if (chance(channel === 'email' ? 22 : 1)) {
    edit(random.pick(users), (content) => concat([content, quotedMail(scope)]))
    features.add('quoted_mail')
  }
  if (chance(8)) {
    messages.unshift({
      role: 'system',
      content: expand(
        'You are the assistant of the Larkfield support desk. Be polite, short and correct. Never ask for passwords or full card numbers.',
        scope,
      ),
    })
    features.add('system_prompt')
  }
  const has = (pattern: RegExp): boolean => messages.some((message) => pattern.test(message.content.text))
  if (messages.some((message) => message.call !== undefined)) features.add('tool_call')
  if (has(/^(Traceback|\w*Error: )/m)) features.add('stack_trace')
  if (has(/T\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARN|ERROR|DEBUG)/)) features.add('log')
  if (has(/^\|---\|/m)) features.add('table')
  if (messages.some((message) => message.role === 'user' && message.content.text.length < 4))
    features.add('almost_empty')
  return { messages, features: [...features].sort(), labels }
}

/** A second telling of the same story: same values, slightly other words. */
export function retell(messages: readonly DraftMessage[], random: Random): readonly DraftMessage[] {
  const first = messages.findIndex((message) => message.role === 'user')
  const extra = random.pick(['Any update?', 'Please answer.', 'I already wrote about this.', 'Sending this again.'])
  return messages.map((message, index) =>
    index === first ? { ...message, content: join([typos(message.content, random), plain(extra)], ' ') } : message,
  )
}
