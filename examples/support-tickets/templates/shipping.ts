import { a, call, templates, u } from '../conversation.ts'

export const SHIPPING = templates('shipping', {
  late: [
    u(
      '{hi} my parcel {is late|should have been here by now|has not arrived}. {Tracking|The tracking number is|Tracking id} {tracking}. {It was promised for {weekday}|It was due on {date}}. {frust} {ctx}',
    ),
    call('track_parcel', { tracking_id: '{tracking}' }, { state: 'in_transit', last_scan: '{city}', eta: '{eta}' }),
    a(
      '{a.hi} {a.sorry} The parcel was last scanned in {city}, and the carrier expects to deliver it {eta}. {If it has not arrived by then, please write again and we will send a replacement.|If nothing arrives, we will replace it free of charge.} {a.else}',
    ),
  ],
  'marked-delivered': [
    u(
      '{hi} tracking {tracking} says delivered {but I have nothing|but there is no parcel here}. {I was at home all day.|I asked {the neighbours|my neighbour {person}}.} {My address is {street} in {city}.|} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {Sometimes a parcel is scanned a day early.|Drivers sometimes scan a parcel before they hand it over.} {Please look|Could you look} {near the door, in the letter box and with your neighbours|in the usual places and ask your neighbours}. If it does not turn up within 24 hours, {I will open a search with the carrier|we will start a search}.',
    ),
    u(
      '{Still nothing|No luck|I looked everywhere}. {You can reach me at {phone}.|My number is {phone} if the driver wants to call.} {urgent}',
    ),
    a(
      '{Thank you for checking|Thanks}. I have opened a search with the carrier and passed on your phone number. {It takes up to three working days|The carrier answers within three working days}. {If the parcel stays lost, you choose between a replacement and a refund.|You will then get a replacement or a full refund, as you prefer.}',
    ),
  ],
  'change-day': [
    u(
      '{hi} {can you|could you|is it possible to} deliver {order} on {weekday}{ instead|}? {I am at work|I am away|Nobody is home} {on the planned day|until then}. {You can call me on {phone}.|} {ctx}',
    ),
    a(
      '{a.hi} {You can choose another day|Another day is possible} as long as the parcel is not in the van. {I have asked the carrier for|I have moved the delivery to} {weekday}. {The driver comes between 8 am and 6 pm.|You will get a two-hour window by text message in the morning.} {a.else}',
    ),
  ],
  'pickup-point': [
    u(
      '{hi} {please send|can you send} {my order|order} {order} to a pickup point {near|in} {city}{, I am never at home|}. {Which ones are there?|Is that possible?} {ctx}',
    ),
    call('find_pickup_points', { near: '{city}', limit: 2 }, { points: ['Station kiosk', 'Larkfield shop'] }),
    a(
      '{a.hi} There are two pickup points near you: the kiosk at the station and our own shop. {Both keep parcels for seven days.|A parcel waits there for seven days.} {Which one would you like?|Which one suits you?}',
    ),
    u(
      '{The kiosk|The shop|The second one} {please|is fine}. {My friend {friend} may collect it, is that OK?|I will bring my id.|}',
    ),
    a(
      '{Done|All set}! The parcel will go to the pickup point. {Please bring the code from our e-mail; anyone who has the code can collect it.|Whoever collects it only needs the code from our e-mail.} {a.bye}',
    ),
  ],
  customs: [
    u(
      '{hi} the {carrier|courier} asks me to pay {amount2} customs for {order}. {I live in {city}.|} {Nobody told me about this.|Why is that?} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} Orders to countries outside our customs area may be charged import tax by the local customs office. {The checkout page shows an estimate|We show an estimate at checkout}, but we cannot pay it for you. {If you refuse the parcel, it comes back to us and we refund the price of the goods.|If you do not want to pay, refuse the parcel and we will refund the goods.} {a.else}',
    ),
  ],
  damaged: [
    u(
      '{hi} the box {arrived|came} {crushed|wet|torn|open} and the {product} is {defect}. {Order|It is order} {order}. {I have photos.|I can send photos.} {ctx} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {Please send|Could you send} {one or two photos|a photo} of the box and of the {product}{ as a reply to this message|}. {Keep the box until we have answered.|Please keep the packaging for now.}',
    ),
    u('{Attached|Here they are|I sent them by mail from {email}}. {The label says {tracking}.|} {urgent}'),
    a(
      '{Thank you|Thanks}, the photos {are clear|show it well}. {I have ordered a new {product} for you|A new {product} is on its way}; it ships {eta}. {You do not have to send the damaged one back.|Please recycle the damaged one; there is no need to return it.} {a.else}',
    ),
  ],
  'no-tracking': [
    u(
      '{hi} I got {a|the} shipping {mail|e-mail} for {order} but {the tracking link does not work|the tracking number {tracking} is unknown}. {ctx}',
    ),
    a(
      '{a.hi} {A new tracking number works after the first scan, which can take up to 24 hours.|Tracking starts with the first scan at the depot, up to 24 hours after our e-mail.} {Your parcel left us {yesterday evening|this morning}, so please try again {tonight|tomorrow}.|} {If it is still unknown after two days, write to us and we will start a search.|} {a.else}',
    ),
  ],
  'express-upgrade': [
    u(
      '{hi} how {fast|quickly} can you get {a|the} {product} to {city}? {I need it by {weekday}.|There is {a party|a birthday} on {weekday}.} {What does express cost?|Is express possible?}',
    ),
    a(
      '{a.hello} {Standard shipping takes three to five working days and is free above €40.|Standard delivery is three to five working days.} Express takes one to two working days and costs €7.90. {If you order before 2 pm, it leaves the same day.|Orders before 2 pm leave the same day.}',
    ),
    u(
      '{Great|OK}, I have just ordered: {order}. {Please upgrade it to express|Can you make it express}. {My mobile is {phone}|Driver can call {phone}}.',
    ),
    a(
      '{Done|I have upgraded {order} to express}. {The driver will call your number before delivery.|Your phone number is on the label now.} {You should have it {eta}.|} {a.bye}',
    ),
  ],
  'neighbour-took-it': [
    u(
      '{hi} the card says a neighbour took my parcel, but {I cannot read the name|it only says "{person}"|the name {person} means nothing to me}. {Tracking {tracking}.|} {I live at {street}.|} {ctx}',
    ),
    a(
      '{a.hi} {a.look} The driver noted {a house number two doors down|the flat on the ground floor|the house on the corner}. {Please try there first.|} If nobody has it, {tell me|let me know} and I will ask the carrier for the signature. {a.else}',
    ),
    u('{Found it, thank you!|They had it, thanks.|It was next door after all.}'),
    a(
      '{a.welcome} {You can set a preferred neighbour in the app under Delivery.|In the app you can choose a safe place for next time.} {a.bye}',
    ),
  ],
})
