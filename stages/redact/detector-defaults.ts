/** Least score of a span where the configuration names none. */
export const DEFAULT_MIN_SCORE = 0.5

/** Countries in which a phone number without country code is tried. */
export const DEFAULT_REGIONS: readonly string[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'ES',
  'IT',
  'NL',
  'PL',
  'SE',
  'BR',
  'TR',
  'IN',
  'AU',
]
