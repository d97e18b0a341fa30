import { a, call, templates, u } from '../conversation.ts'

export const WARRANTY = templates('warranty', {
  broken: [
    u(
      '{hi} my {product} {stopped working|broke} after {count} months. {Serial|S/N} {serial}, {order|order number} {order}. {Is it covered?|What now?} {ctx} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {Everything we sell has a warranty of two years, so yes, it is covered.|You have two years of warranty, so it is covered.} {Would you like a repair or a new one?|Shall we repair or replace it?}',
    ),
    u('{A new one please|Replace it|Repair is fine}. {Send it to {street}, {city}.|My address is {street}, {city}.}'),
    a(
      '{All right|Done}. {You get a label by e-mail; as soon as the parcel is scanned, the new one leaves our warehouse.|The label is in your inbox.} {a.else}',
    ),
  ],
  'no-receipt': [
    u(
      '{hi} {I lost the receipt|I cannot find the invoice} of my {product}. {I bought it in {month} {with my card ending in {last4}|as {me}}.|My e-mail is {email}.} {Do I still have warranty?|}',
    ),
    call('search_orders', { customer: '{name}', email: '{email}', product: '{product}' }, { orders: ['{order}'] }),
    a(
      '{a.hi} {No problem: we can find it by your e-mail address.|You do not need the paper.} {I have found order {order}, so the warranty is valid.|It is order {order}, and the warranty is valid.} {A copy of the invoice is on its way to you.|} {a.else}',
    ),
  ],
  'repair-status': [
    u(
      '{hi} how is the repair of my {device}{, case {ticket}|}? {I sent it {days} days ago, {tracking}.|} {My phone is {phone}.|} {frust}',
    ),
    a(
      '{a.hi} {a.look} {The repair is finished, and the {device} leaves the workshop {eta}.|It is repaired and leaves us {eta}.} {The power supply was replaced.|A part was replaced free of charge.} {You will get the tracking number by e-mail.|} {a.else}',
    ),
  ],
  'water-damage': [
    u(
      '{hi} my {son|cat|dog|daughter} {pushed|threw} the {product} into {the sink|the bath}. {Is that covered?|I guess that is my fault?} {Serial {serial}.|} {ctx}',
    ),
    a(
      '{a.hi} {Oh dear.|I am sorry to hear that.} {The warranty covers faults, not accidents.|An accident is not covered by the warranty.} {With Larkfield Care it would be; without it, a repair costs {amount2}.|A repair costs {amount2} at a fixed price.} {Would you like to send it in?|}',
    ),
    u('{Yes, {amount2} is OK|No thanks|I will think about it}.'),
    a('{All right|OK}{, {first}|}. {The offer is valid for 30 days.|You can come back to it within 30 days.} {a.bye}'),
  ],
  'spare-part': [
    u('{hi} {where can I buy|do you sell} {a cable|a screw|a lid|a battery|a foot} for the {product}{, {sku}|}? {ctx}'),
    a(
      '{a.hello} {Small parts are free during the warranty.|We send small parts free of charge.} {I only need the address.|Where may I send it?}',
    ),
    u('{name}, {street}, {city}. {thanks}'),
    a('{Thank you|Great}, {the part leaves us {eta}|it is on its way {eta}}. {It comes by letter.|} {a.bye}'),
  ],
  recall: [
    u(
      '{hi} I read {about a recall|that you recall} {the|of the} {product}. {Is mine affected?|What do I do?} {Serial {serial}.|} {I have {two children|a baby} at home.|}',
    ),
    a(
      '{a.hello} {Thank you for asking.|Good that you ask.} {Only devices made before {month} are affected.|The recall is for devices made before {month}.} {Yours is not affected, so you can go on using it.|Your serial number is not on the list.} {If you are not sure, please unplug it and write to us again.|} {a.else}',
    ),
  ],
  'second-hand': [
    u(
      '{hi} I bought {a used|a second-hand} {product} from {person} in {city2}. {Does the warranty move to me?|Can I register it?} {Serial {serial}.|} {My e-mail is {email}.|}',
    ),
    a(
      '{a.hi} {Yes, the warranty belongs to the device.|The warranty goes with the device.} {I have registered it to your account|It is registered to you now}, {and it is valid until next {month}|valid until next {month}}. {Please keep the old invoice if you have it.|} {a.else}',
    ),
  ],
  'third-repair': [
    u(
      '{hi} this is the third time my {product} is {broken|in repair}. {I want my money back.|I do not want another repair.} {Case {ticket}, {me}.|} {My IBAN is {iban}.|} {frust}',
    ),
    a(
      '{a.hi} {You are right, and I am sorry.|I understand, and I am sorry.} {After two repairs without success you get your money back.|Two failed repairs are enough.} {I have started the refund of {amount}.|The refund of {amount} has been sent.} {Please recycle the device; we do not need it back.|} {a.else}',
    ),
    u('{Finally|OK}, {thanks}'),
    a('{Thank you for your patience|Thanks for your patience}{, {first}|}. {a.bye}'),
  ],
})
