import type { TemplateGroup } from './template.ts'

/** Careless typing, reviews, social posts, signatures, spoken text. */
export const CASUAL: readonly TemplateGroup[] = [
  {
    domain: 'lower',
    lower: true,
    templates: [
      'hi my name is {name} and my email is {email}',
      'call me on {phone}, ask for {first}',
      'im {first}, {age}, from {city}. where is my order',
      'pls send it to {address} thx',
      'this is {name} again, still no answer from {first2}',
      'my wife {first} paid with card {card} and you charged us twice',
      'can u change the name to {name}? i got married',
      'yo its {first}, my new number is {phone}',
      'account is under {name}, {email}, zip {zip}',
      'i live at {street} in {city}, the {product} never came',
    ],
  },
  {
    domain: 'social',
    templates: [
      '{handle} I have been waiting {n} hours!! my number is {phone}, please call',
      'Thanks {handle} and {handle2}, {first} at the desk was great',
      'RT {handle}: {name} just announced a show in {city} on {date}',
      'Five stars. {first} fixed my {product} in an hour, and {first2} even made coffee.',
      'Never again. The clerk at {org} in {city}, {first} I think, was rude to my mother.',
      'Happy birthday {first}! {age} today. Love, {first2} & {first3}',
      'Does anyone know {name}? We were at {org} together, she later moved to {country}.',
      'DM me at {email} or {handle} if you want the {product}. Pick-up in {city} only.',
      'My {nrp} neighbours, {first} and {first2}, cook every weekend. Best food in {city}.',
      'Check out {url} - my brother {first} made it',
      'Is {name} still at {org}? asking for {first2}',
      'Got a call from {phone}, said they were from {org}. Scam?',
    ],
  },
  {
    domain: 'signature',
    templates: [
      'Best,\n\n{name}\nHead of Sales, {org}\n{address}\nT {phone} | {email} | {url}',
      'Kind regards\n{title} {name}\n{org}\n{street}\n{city} {zip}\n{country}',
      '--\n{name}\nmobile: {phone}\nweb: {domain}',
      'Cheers,\n{first}\n\nSent from my phone',
      'Yours sincerely,\n\n\n{initial_last}\nfor {org}',
      '{first} {last}\nSenior Account Manager\n{email}\n{phone}\nThis message is confidential.',
    ],
  },
  {
    domain: 'spoken',
    templates: [
      'So I said to {first}, look, if {first2} wants the house in {city}, let him pay for it.',
      'Yes, hello, {last} speaking, {first} {last}. I am calling about my mother, {title2} {last2}, she turned {age}.',
      "Um, it's {name}, and the postcode is {zip}, and the street, that's {street}.",
      'When {first} was {age} they left {country} for {city} with nothing but a suitcase.',
      'I asked {name}, {name2} and a {nrp} friend of theirs, and nobody knew.',
      '{first}, could you read me the long number on the card? - Sure: {card}.',
      'Grandma {first} always said that {city} was prettier than {city2}.',
      'Ask {first} if {first2} has the keys, otherwise ring {last3} at {phone}.',
      'Not {first}! It was {first2} who took the {product} to {org}.',
    ],
  },
]
