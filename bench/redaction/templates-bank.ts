import type { TemplateGroup } from './template.ts'

/** Banks, insurers, taxes, payments. */
export const BANK: readonly TemplateGroup[] = [
  {
    domain: 'bank',
    templates: [
      'Dear {title} {last}, a transfer of {amount} from {iban} to {name2} was stopped. Call {phone} if this was you.',
      'Beneficiary: {name}\nIBAN: {iban}\nBIC: {swift}\nReference: {order}\nAmount: {amount}',
      'Please wire {amount} to {org}, account {account}, routing number {routing}.',
      'Your card {card} was used in {city}, {country} on {date} at {time}. If you do not know this payment, write to {email}.',
      'Joint account of {name} and {name2}, {address}. Balance as of {date}: {amount}.',
      'Tax return {n}/40: taxpayer {name}, SSN {ssn}, spouse {name2}, SSN {ssn}.',
      'Direct debit mandate\nDebtor: {caps_name}\nAddress: {address_lines}\nIBAN: {iban}',
      'We have received {amount} in bitcoin at {wallet}. The receipt goes to {email}.',
      'Wallet: {wallet}\nOwner: {name}\nPassport: {passport}',
      'Loan application of {name}, {age}, employed by {org} since {date}. Credit check under SSN {ssn} passed.',
      'Wage slip for {last_first}, {id_name} {id}, bank account {iban}, paid on {date}.',
      'The cheque was drawn on account number {account} by {initial_last}; the bank is {org} in {city}.',
      'Claim {ticket}: policyholder {name}, policy number {customer_no}, vehicle {plate}, accident in {street}, {city}.',
      'SWIFT {swift}, account holder {name}, reference "school fees {first2}".',
      'Fraud desk: the caller said he was {name} and knew the date of birth {dob} and the last address {address}.',
      'Your new PIN was sent to {address}. Do not tell it to anyone, not even to staff of {org}.',
      'For payments by card over the phone: {card}, name {name}, postcode {zip}.',
      'Payment of {amount} declined for {email} (card {card}, IP {ip}).',
      'My {id_name} is {id} and I bank with {org}. Please send the statement to {address}.',
    ],
  },
]
