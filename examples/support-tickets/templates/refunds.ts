import { a, call, templates, u } from '../conversation.ts'

export const REFUNDS = templates('refunds', {
  'how-to-return': [
    u(
      '{hi} {how do I|how can I|I want to} {return|send back} the {product}{?|.} {Order {order}.|I bought it on {date}.} {It is {too big|too small|not what I expected}|It does not fit|I changed my mind}. {ctx}',
    ),
    a(
      '{a.hi} You can return anything within 30 days{, free of charge|}. {Open|Go to} Orders in your account, choose the item and print the label. {Pack it in the original box if you can.|Please use the original box if you still have it.} {The refund follows within 5 to 7 working days after we receive the parcel.|You get your money 5 to 7 working days after the parcel reaches us.} {a.else}',
    ),
  ],
  'where-is-refund': [
    u(
      '{hi} I {returned|sent back} {order} {days} days ago and {still have no refund|have not seen the money}. {Return tracking|The parcel was} {tracking}. {frust}',
    ),
    call('refund_status', { order_id: '{order}', customer_name: '{name}' }, { state: 'received', amount: '{amount}' }),
    a(
      '{a.hi} {a.sorry} Your parcel {reached|arrived at} our warehouse on {date}, and the refund of {amount} was sent {today|yesterday}. {Banks need|Your bank needs} up to five working days to show it. {a.else}',
    ),
  ],
  'other-account': [
    u(
      '{hi} {please|can you} refund {order} to {a different|another} account{, my old card is closed|}: {iban}, {name}. {thanks}',
    ),
    a(
      '{a.hi} {A refund normally goes back to the original payment method.|We usually refund to the payment method of the order.} {As your card is closed, I can send it to your bank account instead.|For a closed card we can use a bank account.} {a.verify}',
    ),
    u('{It is|Sure:} {email}{, postcode as in the order|}. {The last digits of the old card were {last4}.|}'),
    a(
      '{Thank you|Thanks}, {that matches|everything matches}. The refund {goes|will go} to the account that you gave us{, which takes two to three working days|}. {I have removed the account number from this chat.|} {a.bye}',
    ),
  ],
  'partial-refund': [
    u(
      '{hi} the {product} {is {defect}|came {defect}} but {I would keep it for a discount|it still works}. {Order|It is} {order}. {What can you offer?|Would {amount2} back be possible?}',
    ),
    a(
      '{a.hi} {a.sorry} {I can offer you|We can offer} 20 percent of the price back if you keep it{, or a full refund if you send it back|}. {Which do you prefer?|What would you like?}',
    ),
    u('{20 percent is fine|I take the discount|OK, keep it}. {Please refund to the same card.|} {thanks}'),
    a(
      '{Done|All right}. {The partial refund is on its way|I have sent the partial refund} to your original payment method{; please allow 5 to 7 working days|}. {a.bye}',
    ),
  ],
  'return-window': [
    u(
      '{hi} I am a few days {over|past} the 30 days {because I was {in hospital|abroad|ill}|because the parcel came late}. {Can I still return {order}?|Is a return of the {product} still possible?} {ctx}',
    ),
    a(
      '{a.hi} {I understand|Thank you for explaining}. {The window is 30 days, but we can make an exception once.|Normally 30 days are the limit; I can make an exception for you.} {I have reopened the return for seven days.|You now have seven more days.} {The label is in your account.|You find the label under Orders.} {a.else}',
    ),
  ],
  'gift-return': [
    u(
      '{hi} I got the {product} {as a gift|as a present} from {person}, and I {already have one|would like to exchange it}. {They must not know :)|Can I return it without the receipt?} {I do not have the order number.|}',
    ),
    a(
      '{a.hello} {Yes, gifts can be returned for store credit.|Of course: a gift can be returned for store credit.} {All I need is the gift code on the packing slip|Please send me the gift code from the packing slip}, {and the person who ordered it will not be told|and nobody will be told}.',
    ),
    u('{It says|The code is} {sku}. {Send the credit to {email}.|My e-mail is {email}.}'),
    a(
      '{Thank you|Perfect}. {Please send the {product} back with the label that I have e-mailed to you.|The label is in your inbox.} {The credit is added as soon as the parcel is scanned.|Your credit appears when the parcel is scanned.} {a.bye}',
    ),
  ],
  'refused-return': [
    u(
      '{hi} you {refused|rejected} my return of {order} {because it was "used"|saying that parts were missing}. {That is not true.|I only tried it once.} {I want to talk to a supervisor.|Call me at {phone}.|} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {I will have the return checked again by a colleague|A second colleague will check the return}. {Could you send|Please send} photos {from the day you packed it|of the parts}, if you have any? {You get an answer within two working days.|We answer within two working days.}',
    ),
    u('{Sent from {email}|I have no photos|Photos are attached}. {My name is {me}.|} {urgent}'),
    a(
      '{Thank you|Thanks for your patience}. {The second check was in your favour, and the full refund has been sent.|My colleague agrees with you: the refund is on its way.} {a.else}',
    ),
  ],
  'exchange-size': [
    u(
      '{hi} can I {swap|exchange} the {product} from {order} for {a bigger one|a smaller one|another colour}{, SKU {sku}|}? {Do I pay shipping?|} {ctx}',
    ),
    a(
      '{a.hi} {Yes, exchanges are free within 30 days.|Exchanges within 30 days are free.} {I have reserved the new one for you|The new one is reserved for you}, and it ships as soon as your return is scanned. {The label is in your account.|You will find the label in your account.} {a.else}',
    ),
  ],
})
