import { a, call, templates, u } from '../conversation.ts'

export const SUBSCRIPTIONS = templates('subscriptions', {
  upgrade: [
    u(
      '{hi} I {have|am on} the {plan} plan and want to {change|switch} to {plan2}. {What does it cost?|How does that work?} {ctx}',
    ),
    a(
      '{a.hi} {You can switch any time under Account > Plan.|Switching is possible at any time.} {You only pay the difference for the rest of the month.|We charge only the difference until the next payment date.} {Shall I switch you to {plan2} now?|Would you like me to do it for you?}',
    ),
    u('{Yes please|Do it}{, starting now|}. {My mail is {email}.|}'),
    a(
      '{Done|You are now on {plan2}}. {The change is active at once|Everything is active at once}, {and you will see it on the next invoice|and the next invoice shows the new price}. {a.bye}',
    ),
  ],
  cancel: [
    u(
      '{hi} {please cancel|I want to cancel|how do I cancel} my {plan} {plan|subscription}. {I do not use it|It is too expensive|I am moving to {city2}}. {Account {email}.|}',
    ),
    a(
      '{a.hi} {I am sorry to see you go.|I can do that for you.} You can cancel at any time, and the plan {stays active|runs} until the end of the period that you paid for. {Would a pause of up to three months help instead?|We can also pause it for up to three months.}',
    ),
    u('{No, cancel please|OK, pause it for {count} months|Just cancel}. {thanks}'),
    a(
      '{All right|Understood}{, {first}|}. {It is done, and you have the confirmation by e-mail.|I have done that and sent you a confirmation.} {You can come back any time.|} {a.bye}',
    ),
  ],
  'price-rise': [
    u(
      '{hi} why {did the price of|is} {plan} {go up|more expensive now}? {I paid {price} until now.|} {I have been a customer for {years} years.|} {frust}',
    ),
    a(
      '{a.hi} {I understand your question.|Thank you for being with us for so long.} {The price changed on {date} because the plan now includes more video storage.|The new price includes twice the video storage.} {You were told by e-mail 30 days before.|We wrote to all customers 30 days before.} {You can move to a smaller plan or cancel at any time.|} {I have added one month free of charge to your account.|As a thank-you, the next month is free.} {a.else}',
    ),
  ],
  'family-invite': [
    u(
      '{hi} I want to add {my wife|my husband|my partner|my daughter|my son|my flatmate} {friend} to {our|the} Family plan. {The mail is {email2}.|} {It does not let me.|How?} {ctx}',
    ),
    a(
      '{a.hi} {A Family plan has room for six people.|Up to six people can share a Family plan.} {Open Account > Family > Invite and enter the address.|Please go to Account > Family > Invite.} {The invitation is valid for seven days.|} {I have sent the invitation for you.|} {a.else}',
    ),
    u('{friend} {got it|did not get it}. {Can you send it to {email2} again?|thanks}'),
    a('{Of course|Sure}, {it is on its way|I have sent it again}. {a.bye}'),
  ],
  'trial-charged': [
    u(
      '{hi} I {only wanted|signed up for} the free trial and {now you charge|you charged} me {price}! {I want it back.|Refund please.} {My account is {email}, name {me}.|} {frust}',
    ),
    call('refund_payment', { email: '{email}', reason: 'trial', amount: '{price}' }, { ok: true }),
    a(
      '{a.hi} {a.sorry} {The trial lasts 30 days and then becomes a paid plan unless you cancel.|After 30 days a trial becomes a paid plan.} {I have cancelled the plan and refunded {price}.|As you have not used it since, I have cancelled it and sent {price} back.} {The money is with you within 5 to 7 working days.|} {a.else}',
    ),
  ],
  'student-discount': [
    u(
      '{hi} {do you have|is there} a {student|teacher} discount? {I study in {city}.|My university mail is {email2}.} {thanks}',
    ),
    a(
      '{a.hello} {Yes: students and teachers pay half for the Plus plan.|Students and teachers get half off the Plus plan.} {Sign up with your school address, or send us a photo of your student card with the number covered.|You only need an address of your school or university.} {It is valid for one year and can be renewed.|} {a.else}',
    ),
    u('{I signed up with {email2}|Done}. {Is it active?|}'),
    a('{Yes, I can see it|It is active now}. {The next invoice shows half the price.|} {a.bye}'),
  ],
  'storage-full': [
    u(
      '{hi} my video storage is {full|at 98 percent}. {I have {count} cameras.|} {What can I do?|Do I need {plan2}?} {ctx}',
    ),
    a(
      '{a.hi} {Recordings are deleted after seven days, so the storage empties itself.|The oldest recordings are deleted first.} {You can shorten this to three days, or record only when someone moves.|Recording only on movement saves most of the space.} {With Plus you get 100 GB, with Family 300 GB.|} {a.else}',
    ),
  ],
  'moved-country': [
    u(
      '{hi} I moved {from {city} to {city2}|to {city2}}. {Does my {plan} plan still work?|Do I need a new account?} {New address: {street2}, {city2}.|My new number is {phone2}.}',
    ),
    a(
      '{a.hi} {Your plan works in all countries where we ship.|The plan goes with you.} {Please change the country under Account > Address, and prices change to the local currency with the next payment.|I have noted the new address; the currency changes with the next payment.} {Devices need no change.|} {a.else}',
    ),
    u('{Great|Good}, {thanks}'),
    a('{a.welcome} {All the best in {city2}!|} {a.bye}'),
  ],
})
