import type { TemplateGroup } from './template.ts'

/** Offices: staff, applications, contracts, courts, meetings, news of a firm. */
export const WORK: readonly TemplateGroup[] = [
  {
    domain: 'hr',
    templates: [
      'We are glad that {name} joins {org} as an engineer on {date}. {first} comes from {city} and speaks three languages.',
      '{name} has worked with {name2} at {org} for {n} years. I can recommend {first} without reserve.',
      'Curriculum vitae\n{name}\n{address}\n{phone}\n{email}\n\nExperience: {org}, {city}, since {date}',
      'Minutes of the meeting. Present: {name}, {name2}, {name3}. Apologies: {first4}. {last} to send the budget by {date}.',
      'Sick leave: {last_first} from {date} to {date}. Deputy: {name2}.',
      'Please add {name} ({email}) to the payroll. {id_name}: {id}. Bank: {iban}.',
      'Complaint: {first} says that {title2} {last2} made remarks about her being {nrp}. Witness: {name3}.',
      'Out of office: I am back on {date}. In urgent cases call {name2} on {phone2} or write to {email2}. {first}',
      'Interview with {name} ({age}) went well. Currently at {org}, asks for a move to {city}.',
      'The badge of {name} opens door {n}; {first2} still waits for one.',
      '{first} {last} was born in {city} in {country} and is now a {nrp} citizen.',
      'Reporting line: {name} → {name2} → {name3}.',
    ],
  },
  {
    domain: 'legal',
    templates: [
      'This agreement is made on {date} between {org}, with offices at {address}, and {name}, resident at {address2} (the "Tenant").',
      'In the matter of {last} v. {last2}, the witness {name3} stated that she met {title2} {last2} in {city} on {date}.',
      'I, the undersigned {name}, holder of passport {passport}, hereby authorise {name2} to act on my behalf.',
      'Power of attorney for {title} {name}, born {dob} in {city}, {country}.',
      'Counsel for the plaintiff: {name}, {org}, {street}, {city}, {state} {zip}.',
      'The deceased, {name}, left the house at {address} to her nephew {first2}.',
      'Signed in {city} on {date}\n\n{name}\n({caps_name})\nDriver license no. {license}',
      'Police report {ticket}: {caps_name}, age {age}, {nrp}, driver license {license}, plate {plate}, VIN {vin}, was stopped at {street} at {time}.',
      'The data subject {name} ({email}) asks for a copy of all records under {id_name} {id}.',
      'Notice to {org}: our client {name} claims {amount}. Serve documents at {address}.',
    ],
  },
  {
    domain: 'news',
    templates: [
      'The board of {org} named {name} its new head. {last} had led the {city} office since {date}.',
      '{name}, {age}, of {city}, won the race ahead of {name2} from {country}.',
      'Residents of {street} in {city} have asked the council to act, {name} told reporters.',
      '"We did not expect this," said {name}, who speaks for {org}. {last} would not comment further.',
      '{org} buys {org2}, the firm of {name}. The {nrp} founder will stay on for {n} years.',
      'Mayor {name} opened the bridge in {city}, {state}, together with {title2} {last2}.',
      'Photo: {name} (left) with {first2} and {first3} at the fair in {city}.',
      '{first} and {first2} met in {country}, married in {city} and now run a bakery in {city2}.',
    ],
  },
]
