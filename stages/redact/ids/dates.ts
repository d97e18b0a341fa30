const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** A day that can be, in a year of four digits from 1800 to 2099. */
export function isDate(year: number, month: number, day: number): boolean {
  if (year < 1800 || year > 2099 || day < 1 || day > (DAYS[month - 1] ?? 0)) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

/** A day that can be, where the century is not known: 29 February of `00` passes, as 2000 had one. */
export function isShortDate(year: number, month: number, day: number): boolean {
  return isDate(2000 + year, month, day)
}

/** Two digits at `at`, as a number. */
export function two(digits: string, at: number): number {
  return Number(digits.slice(at, at + 2))
}

/** `YYMMDD` from `at` on. */
export function isYearFirst(digits: string, at = 0): boolean {
  return isShortDate(two(digits, at), two(digits, at + 2), two(digits, at + 4))
}

/** `DDMMYY` from `at` on. */
export function isDayFirst(digits: string, at = 0): boolean {
  return isShortDate(two(digits, at + 4), two(digits, at + 2), two(digits, at))
}

/** `YYYYMMDD` from `at` on. */
export function isLongDate(digits: string, at = 0): boolean {
  return isDate(Number(digits.slice(at, at + 4)), two(digits, at + 4), two(digits, at + 6))
}
