import { a, call, templates, u } from '../conversation.ts'

export const SHOPS = templates('shops', {
  'opening-hours': [
    u('{hi} {when is|is} your shop in {city} open {on {weekday}|this {weekday}|over the holidays}? {ctx}'),
    call('shop_hours', { city: '{city}', day: '{weekday}' }, { open: '10:00', close: '19:00' }),
    a(
      '{a.hello} {The shop in {city} is open from 10 am to 7 pm on {weekday}.|On {weekday} it is open from 10 am to 7 pm.} {On Sundays it is closed.|} {Parking is free for one hour.|There is a tram stop in front of the door.} {a.else}',
    ),
  ],
  'in-stock': [
    u(
      '{hi} {do you have|is} the {product} {in stock in|available in} {city}? {SKU {sku}.|} {I would come on {weekday}.|}',
    ),
    a(
      '{a.hello} {a.look} {Yes, there are three left.|Yes, there are some left.} {I can reserve one for you until {weekday} evening.|Shall I reserve one for you?} {I only need your name and a phone number.|Please tell me your name and phone number.}',
    ),
    u('{name}, {phone}. {thanks}'),
    a(
      '{Reserved|It is reserved}! {Please say the number {ticket} at the counter.|Your reservation is {ticket}.} {a.bye}',
    ),
  ],
  'left-behind': [
    u(
      '{hi} I {left|forgot} my {umbrella|scarf|phone|glasses|bag} in your shop in {city} {yesterday|on {weekday}}. {Did you find it?|} {My name is {me}, {phone}.|Please call {phone}.}',
    ),
    a(
      '{a.hi} {I have asked the shop|I have called the colleagues there}: {it is waiting for you at the counter|they have found it}. {Please bring your id.|} {It is kept for four weeks.|} {a.else}',
    ),
  ],
  'rude-staff': [
    u(
      '{hi} your {colleague|employee} {agent2} in {city} was {very rude|unfriendly} {to me|to my mother}. {I only asked about the {product}.|} {I want an apology.|} {You can reach me at {email}.|} {frust}',
    ),
    a(
      '{a.hi} {I am very sorry that you were treated like this.|I am sorry: this is not how we want to treat people.} {I have passed it on to the manager of the shop, who will write to you.|The manager of the shop will contact you within two days.} {Thank you for telling us.|} {a.else}',
    ),
    u('{Thank you for taking it seriously|OK}. {thanks}'),
    a('{Of course|That is the least we can do}. {a.bye}'),
  ],
  praise: [
    u(
      '{hi} {just|I just} wanted to say that {agent2} {in your {city} shop|on the phone} was {wonderful|so helpful|very kind}! {Please tell {agent2}.|} {I will be back.|} {Best, {me}|}',
    ),
    a(
      '{a.hi} {What a nice message!|That made our day!} {I will pass it on to {agent2} and the team.|{agent2} will be happy to read it.} {a.bye}',
    ),
  ],
  job: [
    u(
      '{hi} {are you hiring|do you have jobs} in {city}? {I am {name}, {phone}.|My CV is attached, {email}.} {I have {years} years of experience in sales.|} {thanks}',
    ),
    a(
      '{a.hi} {Thank you for your interest.|How nice that you want to work with us.} {All open positions are on our careers page, where you can also send your CV.|Please apply on our careers page.} {This chat cannot take applications, so I will delete the attachment.|} {Good luck!|All the best!}',
    ),
  ],
  workshop: [
    u(
      '{hi} I want to {join|book} the {cooking|repair|yoga|gardening} workshop in {city} on {date}. {We are {count}: {name}, {person} and a friend.|Two people, {name} and {friend}.} {ctx}',
    ),
    a(
      '{a.hi} {There are still places.|We still have places.} {I have put you on the list, and the confirmation comes by e-mail.|You are on the list.} {Please be there ten minutes early.|Everything you need is there.} {a.else}',
    ),
    u('{Can I cancel?|What does it cost?|Great!}'),
    a(
      '{It is free, and you can cancel until the day before.|Workshops are free; please cancel a day before if you cannot come.} {a.bye}',
    ),
  ],
  'loyalty-card': [
    u(
      '{hi} my {loyalty card|points} {is not recognised|are missing} in {city}. {Customer {customerid}.|Card on the name {me}.} {I bought the {product} for {amount}.|} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {Points are added one day after a purchase.|It takes one day until points are added.} {I have added the points for this purchase by hand.|The points are on your account now.} {You can see them in the app under Points.|} {a.else}',
    ),
  ],
  accessibility: [
    u(
      '{hi} is {the shop|your shop} in {city} {accessible with a wheelchair|accessible}? {My {friend|sister|father} {friend} is blind and comes with a guide dog.|I use a walker.|} {thanks}',
    ),
    a(
      '{a.hello} {Yes, the entrance has no step and there is a lift.|The shop has no steps, and there is a lift to the first floor.} {Guide dogs are welcome.|Assistance dogs are welcome.} {If you tell us when you come, a colleague will meet you at the door.|} {a.else}',
    ),
  ],
})
