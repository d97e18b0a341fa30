import type { TextRecord } from '../../../artifacts/record.ts'
import type { Json } from '../../../util/json.ts'
import { addDays, type DateReading, readDate } from './dates/written-date.ts'
import { keyedDraw } from './draw.ts'

/**
 * Days by which all dates of a subject move: −max … max, never 0, decided by the key and the subject alone.
 *
 * @param max days, at least 1
 */
export function daysOfSubject(key: Uint8Array, subject: string, max: number): number {
  const draw = keyedDraw(key, 'subject', subject).integer(2 * max)
  return draw < max ? draw - max : draw - max + 1
}

/**
 * The date moved by so many days, in the notation it was written in. `undefined` where the value is no date of any known
 * notation, or says too little to move (a month or a year that stays the same, a time of day alone).
 */
export function shiftDate(value: string, days: number, reading: DateReading): string | undefined {
  const date = readDate(value, reading)
  if (date === undefined) return undefined
  const moved = date.write(addDays(date, days))
  return moved === value ? undefined : moved
}

/**
 * Whom a record is about: the value at a path of it (`meta.customer_id`), else the record's id. A text on its own has the
 * subject of all such texts.
 */
export function subjectOf(record: TextRecord | undefined, path: string | undefined): string {
  if (record === undefined) return 'text'
  const found = path === undefined ? undefined : valueAt(record as unknown as Json, path.split('.'))
  return found === undefined ? `record:${record.id}` : `field:${String(found)}`
}

function valueAt(value: Json | undefined, path: readonly string[]): string | number | undefined {
  const [key, ...rest] = path
  if (key === undefined) return typeof value === 'string' || typeof value === 'number' ? value : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, key) ? valueAt((value as Readonly<Record<string, Json>>)[key], rest) : undefined
}
