import type { TemplateGroup } from './template.ts'

/** Mail to a help desk, and chats with one. */
export const SUPPORT: readonly TemplateGroup[] = [
  {
    domain: 'mail',
    templates: [
      'Hello,\n\nmy {product} from order {order} arrived with a crack. Could you send a new one to {address}?\n\nBest regards,\n{name}',
      'Hi team,\n\nI moved last month. Please change my address to {address} and my phone number to {phone}.\n\nThanks\n{first}',
      'Dear {title} {last},\n\nthank you for your message. We have refunded {amount} to the card {card}. It may take {n} days.\n\nKind regards\n{first2} from the billing desk',
      'Dear Sir or Madam, I wrote to {email} twice and nobody answered. My name is {name}, my customer number is {customer_no}. Please call me on {phone} before {time}.',
      'Subject: Re: {ticket}\n\n{first},\n\nthe parcel was left with your neighbour, {title2} {last2}, at {street}. Tracking: {tracking}.\n\n{name3}\n{org}',
      'On {date} {name} <{email}> wrote:\n> My account still shows the old address, {street}, {city}.\n> Can you look into it?\n\nDone, you should see the new one now.',
      '---------- Forwarded message ----------\nFrom: {name} <{email}>\nTo: {name2} <{email2}>\nDate: {date}\nSubject: invoice {order}\n\nPlease see below. {first} says that {amount} were charged twice.',
      'Good morning, this is {first} again. The link {url} in your mail is broken, and the code for the {product} does not work either.',
      'To whom it may concern: I, {name}, living at {address}, cancel my contract {customer_no} as of {date}. Please confirm to {email}.',
      'Hello {first},\n\nwe could not deliver to\n\n{address_lines}\n\nbecause nobody was at home. Reply to {email2} or call {phone2} to choose another day.',
      'Please close ticket {ticket}. {first} and I sorted it out over the phone ({phone}). Version {version} works for us.',
      'I bought two of these for my parents, {name} and {name2}, and both {product}s failed within {n} weeks. Send the refund to {iban}, please.',
      "I can't log in any more. User is {email}, I last signed in from {ip} at {time}. Error: invalid session.",
      'Your colleague {first} promised me a voucher of {amount}. I am {name2}, {age} years old, and have been a customer of {org} since {date}.',
      'The delivery note says {caps_name}, but my surname is {last2}. Could you correct it before the invoice goes to {org}?',
      'Hi, {initial_last} here. Is it right that {first2} {last2} can see my orders? I never gave access to {email2}.',
    ],
  },
  {
    domain: 'chat',
    templates: [
      'user: hi, I need help with order {order}\nagent: Sure! May I have your full name and e-mail?\nuser: {name}, {email}\nagent: Thank you {first}.',
      'agent: Could you confirm the last address we have?\nuser: {street}, {city} {zip}\nagent: And your date of birth?\nuser: {dob}',
      'User: Can you text me at {phone}?\nBot: I will send the code to that number. Is {email} still right?\nUser: no, use {email2}',
      'You are speaking with {first}. How can I help you today? — I want to return a {product}. — Of course. What is your order number? — {order}. — Thanks, and the name on it? — {name2}.',
      '[{time}] {first}: the courier is outside, what is the door code?\n[{time}] {first2}: ask {first3}, I am in {city}',
      'My name is {name} and I live in {city}, {country}. Do you ship {product}s there?',
      'Hey, {first} told me to write to you. She works with {title2} {last2} at {org}.',
      "Speaking with {name}? - No, that's my wife. I'm {first2}. - Could I call {first} back on {phone}?",
      'Please charge {card} and not the old card. The name on it is {caps_name}.',
      'I am {name}. My flat is at {address}. The {product} is still not here.',
      'Thanks {first}, that solved it! I will tell {first2} as well.',
      "What's the status of {ticket}? {name} from {org} opened it on {date}.",
      'Reset the password for {email}, please. The temporary password is {password}, change it right away.',
      'Assistant: I have updated the booking for {name}. A confirmation goes to {email}. Anything else, {first}?',
    ],
  },
]
