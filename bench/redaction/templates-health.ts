import type { TemplateGroup } from './template.ts'

/** Notes of doctors, letters of clinics and health insurers. */
export const HEALTH: readonly TemplateGroup[] = [
  {
    domain: 'health',
    templates: [
      '{title} {last} is a {age}-year-old patient with chest pain since {date}. MRN {mrn}. Seen by {dr} {last2}.',
      'Patient: {name}, DOB {dob}, MRN: {mrn}\nReferred by {name2} of {org}.\nPlan: follow-up in {n} weeks.',
      'Discharge summary for {name} ({age} y/o). Admitted {date}, discharged {date}. Contact of next of kin: {name2}, {phone}.',
      'Rx for {name}\nDEA {dea}\nTake one tablet twice a day.\n{dr} {name2}, {org}',
      'Insurance: {org}, member ID {plan}, subscriber {name}, group {n}.',
      'Spoke with the daughter, {first}, at {phone}. She reports that her father, {name2}, refuses his tablets.',
      'Medicare beneficiary {name}; {id_name} {id}. Please bill the supplementary plan {plan}.',
      'The {nrp} interpreter, {first}, was present. {title2} {last2} consented to the procedure at {time}.',
      'Vaccination record\nName: {name}\nBorn: {dob}\nBatch: {serial}\nGiven at: {org}, {city}',
      'Lab results for {last_first}, sample taken on {date}, were sent to {email2}.',
      'Pt {initial_last}, {age}, lives alone in {city}; neighbour {name2} checks on her. No fever, BP 130/80.',
      'Dear {title} {last}, your appointment with {dr} {last2} is on {date} at {time}. Please bring your insurance card. Questions: {phone2}.',
      'NPI of the referring provider and {id_name}: {id}. Patient phone {phone}.',
      'Therapy note: {first} spoke about the divorce from {first2}. Works at {org}. Denies thoughts of self-harm.',
      'Family history: mother ({first2}, {age}) diabetic, brother {first3} healthy. Ethnicity: {nrp}.',
    ],
  },
]
