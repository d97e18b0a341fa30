import { a, type Turn, u } from './conversation.ts'

/** Short exchanges that can follow any case. */
export const FOLLOW_UPS: readonly (readonly Turn[])[] = [
  [
    u(
      '{One more thing|Another question|By the way}: {how long does standard shipping take|when would a new order arrive}?',
    ),
    a('Standard shipping takes three to five working days and is free above €40. {Express takes one to two.|}'),
  ],
  [
    u(
      '{Can you|Could you} {confirm that by e-mail|send me that in writing}? {My address is {email}.|To {email} please.|}',
    ),
    a(
      '{Of course|Sure}, {the confirmation is on its way|I have sent the confirmation}. {It should arrive within a few minutes.|}',
    ),
  ],
  [
    u(
      '{Can someone call me|I would rather talk on the phone|Please call me}: {phone}{, after 5 pm|, in the morning|}.',
    ),
    a(
      '{Certainly|Of course}. {I have booked a call for you|A colleague will call you} {today|tomorrow} at the number that you gave us.',
    ),
  ],
  [
    u('{Who am I talking to?|What is your name?|Are you a bot?}'),
    a(
      'I am {agent}, {the assistant of the Larkfield support desk|from the Larkfield support desk}. {A human colleague can take over at any time.|}',
    ),
  ],
  [
    u('{How long will that take?|When will that be done?|And when?}'),
    a(
      '{It usually takes one working day.|Normally it is done within one working day.} {You will get a message as soon as it is finished.|We write to you when it is finished.}',
    ),
  ],
  [
    u('{Where do I find that in the app?|I cannot find it in the app.|I do not see that page.}'),
    a(
      '{Tap the person at the top right|Open the menu at the top left}, {then choose Account|and go to Account}. {If the page is missing, please update the app.|}',
    ),
  ],
  [
    u('{What is the ticket number?|Is there a case number?}'),
    a('Your case number is {ticket}. {Please mention it if you write again.|}'),
  ],
  [
    u(
      '{Can my partner|Can {friend}|May my wife {friend}|May my husband {friend}} {ask about this too|call you about this}?',
    ),
    a(
      '{Yes, if they know|Yes: they only need} the case number {and your customer number|}. {I have noted it on the case.|}',
    ),
  ],
  [
    u('{Is there a warranty on|How long is the warranty of} the {product}?'),
    a(
      '{All our products have|Everything comes with} a warranty of two years. {With Larkfield Care it is three years and covers accidents too.|}',
    ),
  ],
  [
    u('{Do you have a shop near {city}|Is there a shop in {city}}?'),
    a('{Yes, there is one|You find one} in the centre of {city}. {It is open from 10 am to 7 pm, except on Sundays.|}'),
  ],
  [
    u('{Do you speak {German|French|Spanish|Polish|Italian}?|Can I write in {German|French|Spanish|Portuguese}?}'),
    a(
      '{Our written support is in English for now.|I can read it, but I answer in English.} {I will keep my answers short and simple.|}',
    ),
  ],
  [
    u('{Will my data be kept?|What happens to my data?}'),
    a(
      '{We keep the case for two years and then erase it.|Cases are erased after two years.} {You can ask for a copy under Account > Privacy.|}',
    ),
  ],
  [
    u('{Can I pay with {PayPal|a gift card|bank transfer}?|Which payment methods do you take?}'),
    a(
      'You can pay by card, PayPal, direct debit, bank transfer and gift card. {You can change it under Account > Payment methods.|}',
    ),
  ],
  [
    u('{Sorry, I meant|Correction:} order {order3}, not the other one. {My mistake.|}'),
    a('{No problem|Thanks for the correction}, I have changed it to {order3}. {Everything else stays the same.|}'),
  ],
  [
    u('{Hello?|Are you still there?|??|...}'),
    a('{Yes, I am still here.|I am here, sorry for the wait.} {I am checking with a colleague.|One moment please.}'),
  ],
  [u('{ok|k|fine|...|👍|}'), a('{Good.|All right.} {Take your time.|I am here if you have questions.}')],
]

/** How conversations end. */
export const CLOSINGS: readonly (readonly Turn[])[] = [
  [u('{No, that is all.|No thanks.|That is everything.} {thanks}'), a('{a.welcome} {a.bye}')],
  [u('{thanks} {You were very helpful.|That was quick.|}'), a('{a.welcome} {a.bye}')],
  [u('{Great, thank you {agent}!|Perfect.|OK 👍|Thx|ty 😊}'), a('{a.welcome} {a.bye}')],
  [
    u('{OK, I will wait then.|Let us see.|I hope so.}'),
    a('{Thank you for your patience.|Thanks for your patience.} {a.bye}'),
  ],
]
