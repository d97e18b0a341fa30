/**
 * Phrases that many templates share, by slot name. A name that starts with `a.` is the support desk's voice: the same
 * few habits everywhere, so that a model tuned on these answers sounds like one desk.
 */
export const PHRASES: Readonly<Record<string, string>> = {
  hi: '{Hi|Hello|Hey|Hi there|Good morning|Good afternoon|Hello team|Dear support|Hi all}{,|!|,|.}',
  please: '{Please|Could you|Can you|Would you please}',
  thanks: '{Thanks|Thank you|Many thanks|Cheers|Thanks a lot|Thanks in advance}{.|!|.}',
  frust:
    '{|||This is {really|so|quite} {frustrating|annoying|disappointing}.|I am {not happy|getting tired of this|losing patience}.|I expected better {from you|after {years} years as a customer}.|{I have been waiting for {days} days|Nobody answered my last message|This is the {second|third} time I write}.}',
  ctx: '{||I {need it|was counting on it} {by|before} {weekday}.|It is {a present|a gift} for {my {sister|brother|mother|father|partner|neighbour|colleague}|a friend}.|I {work|am} {from home|away} {this week|until {weekday}}, {so it is a bit urgent|no rush though}.|I {already|have already} {tried the app|looked at the help pages|asked in the chat}.|{Sorry|Apologies} for the long message.|{May I ask you to be quick?|Will it be fixed by {month}?|Mark this as urgent, please.|Grace period or not, I want it solved.|In {month} it was the same.}}',
  urgent:
    '{|||Please {hurry|be quick|reply today}.|It is {urgent|quite urgent}.|When can I expect {an answer|a reply|news}?}',

  'a.hi':
    '{Hi|Hello|Hi|Hello} {first}, {thanks for {getting in touch|reaching out|your message|writing to us|contacting Larkfield}|thank you for {getting in touch|your message|contacting us}}.',
  'a.hello': '{Hello|Hi|Hi there}, {thanks for {getting in touch|reaching out|your message|contacting Larkfield}}.',
  'a.sorry':
    '{I am sorry {about that|for the trouble|for the inconvenience|to hear that}|Sorry {about this|for the trouble}|I am sorry you had to {write in|deal with this}|I understand {how annoying this is|that this is frustrating}, and I am sorry}.',
  'a.look':
    '{Let me {check|look into} {that|this} for you|I will {check|look into} {this|that} right away|I have {checked|looked into} this for you|I have {opened|pulled up} your account}.',
  'a.found': '{I can see|I have found|Our system shows|I see} ',
  'a.wait': '{Please allow|It usually takes|This takes|Please give it} ',
  'a.else':
    '{|Is there anything else I can {help you with|do for you} today?|{Please|Just} let {me|us} know if {you need anything else|there is anything else}.|Can I help with anything else?|I am here if you need anything else.}',
  'a.welcome':
    '{You are welcome|You are very welcome|Happy to help|Glad I could help|My pleasure|No problem at all}{, {first}|}{.|!}',
  'a.bye':
    '{Have a {great|nice|lovely} {day|evening|weekend}|Take care|Thanks for being a Larkfield customer|Enjoy the rest of your {day|week}}{.|!}',
  'a.verify':
    'For your security, {please confirm|could you confirm|I need to confirm} {the e-mail address|the name and the e-mail address|the order number and the postcode} on {the account|your account}.',
}
