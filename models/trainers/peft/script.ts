import { readFileSync } from 'node:fs'
import { sha256 } from '../../../util/digest.ts'
import { packageFile } from '../../../util/package-root.ts'

/** The script that is run. Its digest is pinned in the evidence. */
export const SCRIPT = packageFile('models/trainers/peft/train.py')

/** SHA-256 of the script. */
export function scriptDigest(): string {
  return sha256(readFileSync(SCRIPT))
}
