import { a, call, templates, u } from '../conversation.ts'

export const BILLING = templates('billing', {
  'charged-twice': [
    u(
      '{hi} {I was charged twice|you took the money twice|there are two charges} {for {order}|on my card}{: {amount} on {date} and again on {date2}|}. {My card ends in {last4}.|The card is {card}.} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {Please do not send full card numbers in the chat: the last four digits are enough.|For your safety, the last four digits of a card are all we need.} {a.look} One of the two is a reservation that {was never collected|we did not collect}. {Your bank releases it within 5 to 7 working days.|It disappears from your statement within 5 to 7 working days.} {a.else}',
    ),
  ],
  'update-card': [
    u(
      '{hi} my old card {expired|was stolen|was replaced}. {Can you|Please} put the new one on my account: {card}, {expiry|exp} 0{count}/28, name {name}. {thanks}',
    ),
    a(
      '{a.hi} {I cannot enter card details for you, and please do not share them here.|For your protection we never take card details in a chat.} {You can add the new card yourself|Please add the card} under Account > Payment methods. {The old card is removed as soon as the new one is saved.|It takes a minute.} {a.else}',
    ),
  ],
  'unknown-charge': [
    u(
      '{hi} there is a charge of {amount} from Larkfield on {date} that I {do not recognise|did not make}. {Who ordered this?|What is this?} {My name is {me} and my e-mail is {email}.|} {frust}',
    ),
    call(
      'find_charge',
      { amount: '{amount}', date: '{date}', customer: { email: '{email}', phone: '{phone}' } },
      { kind: 'subscription', plan: '{plan}' },
    ),
    a(
      '{a.hi} {a.look} The charge of {amount} is the {plan} plan on your account, which {renewed|was renewed} on {date}. {If you did not want it to renew, I can cancel it and refund this payment.|I can cancel the plan and refund this payment if you like.} {What would you like to do?|}',
    ),
    u('{Please cancel and refund|Ah, I forgot about that, keep it|OK, then it is fine|Cancel it please}. {ctx}'),
    a(
      '{Understood|All right}{, {first}|}. I have made a note on your account and {you will get a confirmation by e-mail|sent you a confirmation}. {a.bye}',
    ),
  ],
  'sepa-debit': [
    u(
      '{hi} I want to pay by direct debit {from now on|in future}. {My IBAN is|The account is} {iban}{, account holder {name}|}. {please} set it up{?|.} {ctx}',
    ),
    a(
      '{a.hi} {Thank you.|} Direct debit is possible for all plans. {I have prepared the mandate|The mandate is ready} and sent it to your e-mail address. {Please sign it there|Once you have signed it}, {and the next payment is taken from that account|the next payment comes from that account}. {a.else}',
    ),
    u('{Signed|Done|I have signed it}. {Is it active now?|Does it work?}'),
    a(
      'Yes, the mandate is active. {The next payment is due on {date2}.|} {You can stop it any time in your account.|} {a.bye}',
    ),
  ],
  'vat-id': [
    u(
      '{hi} {we are a company|I buy for my company} and need invoices with our VAT id. {Contact is {name}, {email}.|Please use {street}, {city}.} {The last one was for {order}.|} {thanks}',
    ),
    a(
      '{a.hi} {Please enter|You can enter} the VAT id under Account > Company. {All new invoices will show it.|It is printed on every new invoice.} {For {order} I have created a corrected invoice.|Tell me the order numbers and I will correct older invoices.} {a.else}',
    ),
  ],
  'payment-declined': [
    u(
      '{hi} my payment {is declined|fails} {every time|again and again} {with {errcode}|at the last step}. {The card works everywhere else.|I tried two cards.} {It is for {order}.|} {frust} {ctx}',
    ),
    a(
      '{a.hi} {a.sorry} {A decline comes from the bank, and we do not see the reason.|We only see that the bank said no.} {Please check that|Could you check whether} the card is enabled for online payments and that the billing address is the one {your bank has|on your statement}. {You can also pay by bank transfer or with PayPal.|As an alternative you can choose bank transfer.}',
    ),
    u('{It was the address|It works now|OK, bank transfer is fine}. {thanks}'),
    a(
      '{Great|Good to hear}. {Your order is confirmed.|I can see the payment now, and the order is confirmed.} {a.bye}',
    ),
  ],
  'split-payment': [
    u(
      '{hi} can I pay {the|for the} {product} in {instalments|three parts|monthly parts}? {It costs {amount}.|} {What do you need from me?|Do you need my SSN? It is {ssn}.|Is there a credit check?}',
    ),
    a(
      '{a.hello} {Yes, you can pay in three parts without interest for orders above €90.|Orders above €90 can be paid in three monthly parts without interest.} {Choose Pay in 3 at checkout.|It is offered at checkout.} {We never need a social security number, so please do not send one.|The payment partner only asks for your date of birth and phone number.} {a.else}',
    ),
  ],
  'coupon-failed': [
    u(
      '{hi} the code {coupon} {does not work|is refused|says invalid}. {I want to order the {product}.|My basket is {amount}.} {ctx}',
    ),
    a(
      '{a.hello} {Codes are valid once per customer and not on sale items.|A code works once per customer, and not together with a sale.} {a.look} {The {product} is already reduced, so the code cannot be used.|Your code ended on {date}.} {I have added a new code to your account as a courtesy.|As a courtesy I have put a new code into your account.} {a.else}',
    ),
    u('{Oh nice, thanks!|That is kind.|Works now.} {Order is {order}.|}'),
    a('{a.welcome} {a.bye}'),
  ],
  'late-fee': [
    u(
      '{hi} why {do I have to pay|is there} a reminder fee of {amount2}? I paid on {date} {by bank transfer|from {iban}}. {frust}',
    ),
    a(
      '{a.hi} {a.look} {Your transfer arrived|The payment came} two days after the due date, so the reminder was sent automatically. {I have cancelled the fee.|As this is the first time, I have removed the fee.} {Your balance is zero.|Nothing is open on your account.} {a.else}',
    ),
  ],
})
