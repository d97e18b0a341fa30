import { a, call, templates, u } from '../conversation.ts'

export const PRIVACY = templates('privacy', {
  'access-request': [
    u(
      '{hi} {I want to know|please tell me} {what data you have about me|which data of mine you keep}. {I am {name}, born {born}, {email}.|Name: {name}. Address: {street}, {city}.} {thanks}',
    ),
    a(
      '{a.hi} {You have the right to a copy of your data.|Of course: you can have a copy of all your data.} {You can download it at once under Account > Privacy > My data.|It is under Account > Privacy > My data.} {If you want it on paper, we send it within 30 days.|We can also send it by post within 30 days.} {a.else}',
    ),
  ],
  erasure: [
    u(
      '{hi} under {the GDPR|data protection law} I ask you to {delete|erase} my {data|personal data}. {name}, {street}, {city}, {phone}. {Please confirm in writing.|}',
    ),
    call(
      'open_privacy_case',
      { kind: 'erasure', subject: { name: '{name}', phone: '{phone}', city: '{city}' } },
      { case: '{ticket}' },
    ),
    a(
      '{a.hi} {I have opened a privacy case for you: {ticket}.|Your request is case {ticket}.} {We answer within 30 days and usually much faster.|You get an answer within 30 days.} {Invoices must be kept as long as the law says; all other data is erased.|Only invoices are kept, because the law asks for it.} {a.else}',
    ),
  ],
  'shared-by-mistake': [
    u(
      '{hi} {I sent|I think I sent} {the wrong file|something wrong} to you {with my {SSN|social security number}: {ssn}|with my bank details, {iban}}. {Please delete it.|Can you remove it?} {urgent}',
    ),
    a(
      '{a.hi} {Do not worry.|Thank you for telling us.} {I have removed the file and the message from our system.|The file is deleted, and the number is hidden in this chat.} {Nobody has opened it.|} {We never need such numbers, so please do not send them.|} {a.else}',
    ),
  ],
  'wrong-recipient': [
    u(
      '{hi} I got {an e-mail|an invoice} that is not for me! {It is for {person}, {street2}, {city2}.|It has the name {person} and the phone {phone2} on it.} {What should I do?|That is a data breach!}',
    ),
    a(
      '{a.hello} {Thank you for telling us, and I am sorry that this happened.|I am sorry about this, and thank you for writing.} {Please delete the message and do not use its content.|Please delete it.} {I have told our privacy team, which looks into it today.|Our privacy team has been told and will find out how it happened.} {May we contact you if there are questions?|}',
    ),
    u('{Yes, {email}|Sure, I am {me}, {phone}|I deleted it}.'),
    a('{Thank you very much|Thank you for your help}{, {first}|}. {a.bye}'),
  ],
  'call-recording': [
    u(
      '{hi} was my call on {date} recorded? {I called from {phone} and spoke with {agent}.|My number is {phone}.} {I did not agree.|Please delete it.}',
    ),
    a(
      '{a.hi} {We record calls only if you say yes at the beginning.|A call is recorded only with your consent.} {a.look} {There is no recording of your call.|The call from your number was not recorded.} {Only a short note about the reason is kept.|} {a.else}',
    ),
  ],
  'minor-account': [
    u(
      '{hi} my {son|daughter} {friend} is {count} years old (born {born}) and made an account {with {email2}|}. {Please close it.|I did not allow that.} {frust}',
    ),
    a(
      '{a.hi} {Thank you for telling us.|I understand.} {Accounts are for people from 16 on, so I have closed it.|We do not allow accounts under 16, so it is closed.} {All data of the account is erased within seven days, and an open order is refunded.|Its data is erased within seven days.} {a.else}',
    ),
  ],
  'third-party': [
    u(
      '{hi} I am the {lawyer|carer|daughter|son} of {person} and {need|want} to {change|see} {their|the} orders. {The customer lives at {street2} in {city2}.|You can reach me at {phone}, {email}.}',
    ),
    a(
      "{a.hello} {I am happy to help, but we need a written permission from the customer first.|We need the customer's permission first.} {A photo of a signed letter is enough; please cover numbers that we do not need.|A signed letter is enough.} {As soon as we have it, you can act on the account.|} {Thank you for your understanding.|{a.else}}",
    ),
    u('{I will send it|Letter is on its way from {email}|That is a lot of paperwork, but OK}.'),
    a(
      '{Thank you|Thanks}. {I have opened case {ticket}, please put it on the letter.|Please write {ticket} on the letter.} {a.bye}',
    ),
  ],
  'ads-tracking': [
    u(
      '{hi} {why do I see|I see} ads for the {product} everywhere since I {looked at it|visited your shop}. {How do I stop that?|Please stop tracking me.} {frust}',
    ),
    a(
      '{a.hello} {You can turn this off|It can be turned off} under Account > Privacy > Advertising, and in the cookie settings at the bottom of every page. {It takes up to two days until the last ads are gone.|The last ads disappear within two days.} {We do not sell your data.|} {a.else}',
    ),
  ],
})
