import type { TemplateGroup } from './template.ts'

/** Bookings, deliveries, property, schools, clubs. */
export const TRAVEL: readonly TemplateGroup[] = [
  {
    domain: 'travel',
    templates: [
      'Passenger: {caps_name}\nFrom: {city} to {city2}\nDate: {date}\nPassport: {passport}\nNationality: {nrp}',
      'Booking for {title} {last}, two nights in {city} from {date}. Late arrival at {time}. Phone {phone}.',
      'Hello, this is {name}. We land in {city} at {time}; could someone pick us up? My sister {first2} waits at the exit. {phone}',
      'Your driver {first} arrives in {n} minutes in a grey van, plate {plate}. Call {phone}.',
      'Visa application: {name}, born on {dob} in {city}, {country}. Host in {country}: {name2}, {address2}.',
      'The flat at {address} belongs to {name}; keys are with {first2} next door.',
      'We hiked from {city} to {city2} with {first} and {first2}. GPS: {coords}.',
      'Lost: a blue suitcase with the tag {name}, {phone}. Last seen in {city}.',
      'Rental agreement\nDriver: {name}\nLicence: {license}\nAge: {age}\nCar: {plate}, VIN {vin}\nCard: {card}',
      'Is {city} worth a visit in winter? {first} says {country} is cheaper.',
      'Deliver to {name}, c/o {name2}, {address}. Ring twice. Gate code 44.',
      'Meet me at {street} at {time}, then we drive to {city} and pick up {first}.',
    ],
  },
  {
    domain: 'school',
    templates: [
      'Dear parents, {name} replaces {title2} {last2} as the teacher of class {n}B. Questions to {email}.',
      '{first} missed {n} lessons. Please call the office ({phone2}) or write to {title2} {last2}.',
      'Student: {last_first}\nStudent number: {customer_no}\nSchool: {org}\nGuardian: {name2}, {phone2}',
      '{name} ({age}) plays for {org} and studies in {city}.',
      'Prize winners: {name}, {name2} and {name3}. {first} gets the book, the others a medal.',
    ],
  },
]
