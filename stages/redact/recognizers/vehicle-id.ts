import { Feature } from '../feature.ts'
import { pattern } from '../recognizer.ts'

/** Value of a letter in the check digit (49 CFR 565.15, table IV): I, O and Q do not occur. */
const LETTERS: Readonly<Record<string, number>> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  E: 5,
  F: 6,
  G: 7,
  H: 8,
  J: 1,
  K: 2,
  L: 3,
  M: 4,
  N: 5,
  P: 7,
  R: 9,
  S: 2,
  T: 3,
  U: 4,
  V: 5,
  W: 6,
  X: 7,
  Y: 8,
  Z: 9,
}
const WEIGHTS: readonly number[] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

/** Whether the ninth character is the check digit of the others (ISO 3779, mandatory in North America and China). */
export function isVin(vin: string): boolean {
  if (!/^[A-HJ-NPR-Z\d]{17}$/.test(vin)) return false
  let sum = 0
  for (let i = 0; i < 17; i++) sum += (LETTERS[vin[i]!] ?? Number(vin[i])) * WEIGHTS[i]!
  const rest = sum % 11
  return vin[8] === (rest === 10 ? 'X' : String(rest))
}

/**
 * Vehicle identification numbers with the right check digit. One random run of 17 in eleven has it, so a bare one must look
 * the part: capitals, at least three letters, and four digits at the end. Others need their label (`labelled-number`).
 */
export const vehicleId = pattern({
  name: 'vehicle-id',
  type: 'VEHICLE_ID',
  needs: Feature.LONG_TOKEN,
  priority: 6,
  pattern: /(?<![A-Za-z\d_/+=.-])[A-HJ-NPR-Z\d]{17}(?![A-Za-z\d_/+=-])/g,
  score: 0.8,
  contextScore: 0.97,
  context: /\bvin\b|vehicle|chassis|\bcar\b|truck|fahrgestell|\bfin\b|bastidor|telaio|dealer|auto/,
  validate(value, score) {
    if (!isVin(value)) return 0
    const letters = value.replace(/\d/g, '').length
    if (score > 0.9) return letters > 0 ? score : 0
    return letters >= 3 && /\d{4}$/.test(value) && /^[1-9A-Z]/.test(value) ? score : 0
  },
})
