/** Words of the report in plain language, in alphabetical order. */
export const GLOSSARY: readonly (readonly [string, string])[] = [
  [
    'Canary',
    'A made-up secret planted in the training data. If the trained model finds it likelier than other secrets of the same form, it has memorised it.',
  ],
  [
    'Checkpoint (of the log)',
    'The signed size and root hash of the log. Whoever keeps one can later prove that nothing before it was changed.',
  ],
  [
    'Conservation',
    'Rows in = rows kept + dropped + quarantined + joined into another record. Checked for every stage: no row disappears silently.',
  ],
  ['Digest', 'A SHA-256 fingerprint. Two files with the same digest are the same, byte for byte.'],
  ['Dropped', 'Taken out on purpose, with a reason: a duplicate, too short, too toxic.'],
  [
    'Exposure',
    'How surprising it is, in bits, that a canary ranks as high as it does among the other secrets it could have been. Low values can come from chance alone.',
  ],
  [
    'Gate',
    'The point after a stage where a policy is judged. A gate that blocks stops what depends on it and nothing else.',
  ],
  [
    'Interval',
    'The range in which the true rate lies with the stated confidence. Few observations give a wide one; policies may judge its worse end.',
  ],
  ['n', 'The number of observations behind a figure.'],
  ['No evidence', 'What the rule needs was not measured, or on too few observations. It blocks like a failure.'],
  ['Perplexity', 'How many words the model hesitates between, on average, on text it has not seen. Lower is better.'],
  ['Policy', 'A file of rules: what must be measured, and what value is needed.'],
  [
    'Quarantined',
    'Could not be processed (broken encoding, a malformed row). Kept aside with its error, never passed on.',
  ],
  ['Redaction', 'Replacing personal data and secrets before anything else looks at the text.'],
  ['Seeded recall', 'The share of planted personal values, of known form and place, that redaction found.'],
  ['Waived', 'A named person accepted for a limited time that a rule is not met.'],
]
