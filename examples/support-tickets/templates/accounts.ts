import { a, call, templates, u } from '../conversation.ts'

export const ACCOUNTS = templates('accounts', {
  'password-reset': [
    u(
      '{hi} {I cannot log in|I forgot my password|the password reset does not work}. {My e-mail is {email}|Account: {email}}. {I never get the mail.|The link says expired.|} {frust}',
    ),
    a(
      '{a.hi} I have sent you a new reset link. {It is valid for 30 minutes|The link works for 30 minutes}. {Please also look in your spam folder.|If you do not see it, check the spam folder.} {We will never ask you for your password.|} {a.else}',
    ),
    u('{Got it|It worked|OK, I am in}. {thanks}'),
    a(
      '{a.welcome} {I recommend turning on two-step sign-in under Account > Security.|You may want to turn on two-step sign-in under Account > Security.} {a.bye}',
    ),
  ],
  'change-email': [
    u(
      '{hi} {please|can you} change my {e-mail|email address|login} from {email} to {email2}. {I got married|I changed jobs|The old one is closed}. {ctx}',
    ),
    a(
      '{a.hi} {For your security, I have sent a confirmation link to both addresses.|You will get a link at both addresses.} {As soon as you confirm, the new one is your login.|Please confirm both, and the change is done.} {If you can no longer open the old one, I need to verify you in another way.|}',
    ),
    u(
      '{I cannot open the old one|The old one is gone}. {My phone is {phone} and I was born on {born}.|Customer number {customerid}, date of birth {born}.}',
    ),
    a(
      '{Thank you|Thanks}, {that is enough to verify you|this matches our records}. The new address is active {now|from now on}. {Please sign in once with the new address.|} {a.bye}',
    ),
  ],
  'delete-account': [
    u(
      '{hi} {please delete|I want to delete|close} my account {and all my data|}. {E-mail {email}.|Customer {customerid}, {name}.} {I do not use it any more.|} {urgent}',
    ),
    a(
      '{a.hi} {I can do that for you.|I am sorry to see you go.} {Please note that|Note that} {your order history and your store credit will be lost|open warranties stay valid with the invoice}. {Invoices must be kept for the period required by law; everything else is deleted within 30 days.|We delete everything within 30 days, except invoices, which the law makes us keep.} {Shall I go ahead?|Do you want to go on?}',
    ),
    u('{Yes|Yes please|Go ahead}.'),
    a('{Done|It is done}: the account is closed, and you will get a final confirmation by e-mail. {a.bye}'),
  ],
  'two-step': [
    u(
      '{hi} I {lost my phone|have a new phone} and cannot get the {code|login code}. {The new number is {phone2}|Please send it to {phone2}}{, the old one was {phone}|}. {urgent}',
    ),
    call(
      'start_identity_check',
      { customer_id: '{customerid}', name: '{name}', date_of_birth: '{born}' },
      { ok: true, method: 'backup codes' },
    ),
    a(
      '{a.hi} {I can help you with that.|No problem.} {Do you still have one of the backup codes that we gave you when you turned on two-step sign-in?|Please try one of your backup codes first.} {If not, I will start an identity check, which takes one working day.|}',
    ),
    u('{No codes, sorry|I found a code and it worked|I do not have them}. {I was born on {born} if that helps.|}'),
    a(
      '{Thank you|Thanks}. {The identity check is open|I have started the check}; you will get an e-mail with the next step. {After that you can set the new phone number yourself.|} {a.else}',
    ),
  ],
  hacked: [
    u(
      '{hi} {someone|somebody} {got into|is using} my account! {There was a login from {ip}|I see an order to {street2}, {city2}|The mail was changed to {email2}}. {Please lock it.|Do something!} {My name is {me}.|}',
    ),
    a(
      '{a.hi} {Thank you for telling us so quickly.|You did the right thing to write.} I have locked the account and signed out all devices. {Any open order has been stopped.|Orders that were not sent are stopped.} {Please check your e-mail account as well and change its password.|Please change the password of your e-mail account too.} {a.verify}',
    ),
    u('{name}, {email}, {phone}. {What happens now?|Will I lose money?}'),
    a(
      '{Thank you|Thanks}. {You will not lose any money: we refund every order that you did not place.|Every order that you did not place is refunded.} {I have sent you a link to set a new password.|Set a new password with the link that I have sent.} {a.bye}',
    ),
  ],
  'merge-accounts': [
    u(
      '{hi} I have two accounts, {email} and {email2}. {Can you merge them?|Please put them together.} {The name is {name} on both.|One is under {me}.} {ctx}',
    ),
    a(
      '{a.hi} {Yes, we can merge two accounts of the same person.|Merging is possible.} {Orders, store credit and devices move to the account that you keep.|Your orders, credit and devices are kept.} {Which one do you want to keep?|Which address should stay?}',
    ),
    u('{The first one|Keep {email}|{email2} please}.'),
    a('{Done|I have merged them}. {Please sign in again on all devices.|You will be asked to sign in again.} {a.else}'),
  ],
  newsletter: [
    u(
      '{hi} {please stop|stop} sending {me|} {newsletters|ads|marketing mails} to {email}. {I unsubscribed twice.|I never signed up.} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} I have removed your address from all newsletters. {One last mail may still be on its way.|It may take a day until the last one stops.} {You will still get messages about your orders.|Order confirmations will still reach you.} {a.else}',
    ),
  ],
  'name-change': [
    u(
      '{hi} my {last name|name} changed from {name} to {first} {newlast}{ after the wedding| after my divorce|}. {Please|Can you} {update|correct} it {on my account|in the system}. {Customer number {customerid}.|}',
    ),
    a(
      '{a.hi} {Congratulations on the change.|Of course.} {I have updated the name on your account|Your new name is on the account}, and it will be on all new invoices. {Older invoices keep the old name.|} {a.else}',
    ),
  ],
  'locked-out': [
    u(
      '{hi} my account is locked {after too many attempts|and I do not know why}. {My user is {email}.|I am {me}, {email}.} {It says {errcode}.|} {urgent}',
    ),
    a(
      '{a.hi} {An account locks itself for one hour after five wrong passwords.|After five wrong passwords an account is locked for one hour.} {I have unlocked it for you.|It is open again now.} {If you are not sure of the password, use Forgot password on the sign-in page.|} {a.else}',
    ),
  ],
})
