import { a, call, templates, u } from '../conversation.ts'

export const ORDERS = templates('orders', {
  status: [
    u(
      '{hi} {where is my order|what is the status of order|any news about order} {order}? {I {placed|ordered} it {days} days ago|It was placed on {date}} {and {I have not heard anything|it still says processing|nothing arrived}|}. {ctx} {frust}',
    ),
    call('lookup_order', { order_id: '{order}', email: '{email}' }, { status: 'packed', items: 2, ships: '{eta}' }),
    a(
      '{a.hi} {a.found}that order {order} is {packed and ready|packed} {in our warehouse|}. It {leaves|will leave} the warehouse {eta}, and you will get {an e-mail|a message} with the tracking number {then|as soon as it ships}. {a.else}',
    ),
  ],
  'change-address': [
    u(
      '{hi} I {made a mistake with|need to change|want to correct} the delivery address {of|for} order {order}. {It should go to|The right one is|Please send it to} {street}, {city}. {thanks} {ctx}',
    ),
    a(
      '{a.hi} I can change the address as long as the order has not been packed. {a.look} {One moment please.|Please hold on for a moment.|}',
    ),
    call(
      'update_address',
      { order_id: '{order}', address: { street: '{street}', city: '{city}', name: '{name}' } },
      { ok: true, state: 'open' },
    ),
    a(
      '{Good news:|Done:} the order was still open, so I have {changed|updated} the delivery address. You will {receive|get} a new confirmation by e-mail {in a few minutes|shortly}. {a.else}',
    ),
  ],
  cancel: [
    u(
      '{hi} {please cancel|I want to cancel|can I still cancel} {my order|order} {order}. {I ordered the wrong {size|colour|model}|I found it cheaper elsewhere|I do not need the {product} any more|I ordered it twice by accident}. {ctx}',
    ),
    a(
      '{a.hi} {You can cancel an order free of charge until it is packed.|An order can be cancelled until it is packed.} {a.look} {Could you confirm|Please confirm} the e-mail address {on the order|that you used}?',
    ),
    u('{It is|Sure, it is|The address is|} {email}. {urgent}'),
    a(
      '{Thank you|Thanks}{, {first}|}. Order {order} is now cancelled. {Your payment was only reserved, so nothing will be charged.|The {full amount|payment} goes back to your original payment method within 5 to 7 working days.} {a.else}',
    ),
  ],
  'missing-item': [
    u(
      '{hi} {my parcel arrived|I just got my order|the delivery came} {today|yesterday|on {weekday}} but the {product} is {missing|not in the box}. {Order number is|Order} {order}, {SKU|article} {sku}. {frust} {ctx}',
    ),
    a(
      '{a.hi} {a.sorry} {Larger orders are sometimes sent in two parcels.|Sometimes an order is split into two parcels.} {a.look} {Could you tell me|Please tell me} how many parcels you {received|got}?',
    ),
    u('{Only one|Just one|One box}{, and the slip says it should be complete|}. {The seal was {open|intact}.|}'),
    a(
      '{Thank you for checking|Thanks for checking}. I have ordered a replacement of the {product} for you, free of charge. It {ships|leaves our warehouse} {eta}. You do not need to do anything else. {a.else}',
    ),
  ],
  'wrong-item': [
    u(
      '{hi} I ordered the {product} and {received|got} {a|the} {product2} instead. {Order|My order number is} {order}. {My name is {me}.|} {ctx} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} That is our mistake, and we will put it right. {I will send the {product} {today|right away}|The right item will be sent {today|right away}}. {Please keep|Keep} the {product2} in its box: you will get a free return label by e-mail. {Does that work for you?|}',
    ),
    u('{Yes please|That works|OK}. {Send the label to {email}|My e-mail is {email}}. {thanks}'),
    a(
      '{Perfect|Great}, the label is on its way to {email}. {Please hand the parcel in within 14 days.|You have 14 days to hand the parcel in.} {a.bye}',
    ),
  ],
  'add-item': [
    u(
      '{hi} is it possible to add {a|another|one more} {product} to {my order|order} {order}? {I forgot it.|I just saw it on the site.|My {sister|brother|mother} wants one too.} {thanks} {ctx}',
    ),
    a(
      '{a.hi} {I am afraid that we cannot add items to an order that was placed.|Once an order is placed, items cannot be added.} {You can place a second order, and if both are still open we ship them together, so you pay shipping once.|The easiest way is to place a second order: we will ship both together and refund the second shipping fee.} {Shall I make a note of this for you?|}',
    ),
    u('{Yes please|OK, do that}. {The new order is|I placed it just now:} {order2}. {It is under the name {me}.|}'),
    a(
      '{Thank you|Thanks}{, {first}|}. I have linked {order} and {order2}. {They will leave our warehouse together {eta}.|You will get one tracking number for both.} {a.else}',
    ),
  ],
  invoice: [
    u(
      '{hi} I need {an invoice|a proper invoice|a receipt} for order {order} {for my tax return|for my accountant|for my company|with our company address}. {Please send it to {email}.|} {The name on it should be {name}.|} {thanks}',
    ),
    a(
      '{a.hi} {You can download invoices any time|Invoices are always available} in your account under Orders > Invoices. {I have also sent|I will also send} a copy {to the e-mail address on your account|by e-mail}. {a.else}',
    ),
    u('{Could you|Can you|Please} {also add|add} our address{?|:} {street}, {city}. {ctx}'),
    a(
      '{Of course|Certainly}. I have added the address and created the invoice again. {The new copy is on its way|You will have the new copy in a few minutes}. {a.bye}',
    ),
  ],
  'gift-message': [
    u(
      '{hi} order {order} is a {birthday|wedding|housewarming} {present|gift} for {person}. {Can you|Could you} {add a card|include a gift message} and {leave out the price|hide the invoice}? {ctx}',
    ),
    a(
      '{a.hi} {What a nice idea.|With pleasure.} Gift orders come without prices on the slip, and a card is free. {What should the card say?|Please send me the text for the card (up to 200 characters).}',
    ),
    u(
      '{Please write|It should say}: "{Happy birthday|All the best|Congratulations} {friend}, {from|love from} {first}{ and {friend2}|}". {thanks}',
    ),
    a(
      '{Lovely|Done}! The card is {added|part of the order now}, and the invoice {goes|will go} only to your e-mail address. {The parcel leaves {eta}.|} {a.else}',
    ),
  ],
  'order-twice': [
    u(
      '{hi} {it looks like|I think} I {ordered|was charged for} the {product} twice. {The orders are|I see} {order} and {order2} {on my account|in the app}. {I only want one.|Please cancel one of them.} {frust}',
    ),
    a(
      '{a.hi} {a.found}both orders, placed {two minutes|a few minutes|one minute} apart. {This happens when the payment page is loaded twice.|} I have cancelled {order2}. {order} {stays as it is|will be delivered as planned}. {The second payment goes back to you within 5 to 7 working days.|Your bank will release the second payment within 5 to 7 working days.} {a.else}',
    ),
  ],
})
