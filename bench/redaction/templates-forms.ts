import type { TemplateGroup } from './template.ts'

/** Forms, tables, lists: values that stand alone beside a label. */
export const FORMS: readonly TemplateGroup[] = [
  {
    domain: 'form',
    templates: [
      'First name: {first}\nLast name: {last}\nStreet: {street}\nCity: {city}\nPostal code: {zip}\nPhone: {phone}\nE-mail: {email}',
      'Name: {name}\nDate of birth: {dob}\nSSN: {ssn}\nDriver license: {license}',
      'Applicant: {last_first}\nNationality: {nrp}\n{id_name}: {id}\nResident since: {date}',
      'FULL NAME  {caps_name}\nADDRESS    {address}\nTEL        {phone}\nFAX        {phone2}',
      'Emergency contact: {name} ({phone})\nSecond contact: {name2} ({phone2})',
      'Registration\n- company: {org}\n- contact: {title} {name}\n- VAT or other id ({id_name}): {id}\n- website: {url}',
      'Name des Kindes / child: {first} {last}\nParent: {name2}\nSchool: {org}\nAllergies: none',
      'Visitor badge\nName: {name}\nCompany: {org}\nHost: {name2}\nLicence plate: {plate}\nArrival: {time}',
      'Warranty card. Owner: {name}. Bought on: {date}. Serial: {serial}. Address: {address}.',
      'Cardholder: {caps_name}\nCard number: {card}\nBilling ZIP: {zip}',
      'Tenant: {name}, born {dob}, previous address {address}, employer {org}, IBAN {iban}.',
      'Vehicle\nVIN: {vin}\nPlate: {plate}\nOwner: {name}\nDriver licence: {license}',
      '{id_name}: {id}',
      'Please enter your {id_name}: {id}\nThank you. Your request is being processed.',
      'Member: {name} | {id_name}: {id} | Status: active',
      'I enclose a copy of my papers. {id_name} {id}, passport {passport}.',
      'Form 12-B, section 3\nName of spouse: {name}\nPlace of birth: {city}, {country}\nReligion: {nrp}\nAge: {age}',
    ],
  },
  {
    domain: 'table',
    templates: [
      '| Name | E-mail | Phone |\n|---|---|---|\n| {name} | {email} | {phone} |\n| {name2} | {email2} | {phone2} |',
      'name,street,city,zip\n{name},{street},{city},{zip}',
      'id;first_name;last_name;email;status\n{n};{first};{last};{email};open\n{n};{first2};{last2};{email2};closed',
      'Employee\tOffice\tExtension\n{last_first}\t{city}\t{n}\n{last_first2}\t{city2}\t{n}',
      '| order | customer | total |\n| --- | --- | ---: |\n| {order} | {name} | {amount} |\n| {order} | {name2} | {amount} |',
      '| Patient | DOB | MRN |\n|:--|:--|--:|\n| {last_first} | {dob} | {mrn} |',
      'account_holder,iban,bic\n"{name}",{iban},{swift}',
      'Guest list\n1. {name} + 1\n2. {name2} (vegetarian)\n3. {title3} {last3}\n4. {first4}',
      'host | ip | mac | owner\nprinter-{n} | {ip} | {mac} | {first}\nlaptop-{n} | {ip} | {mac} | {name2}',
      'ticket,reporter,assignee,version\n{ticket},{name},{name2},{version}',
      '| {id_name} | holder | country |\n|---|---|---|\n| {id} | {name} | {country} |',
    ],
  },
]
