import { readFileSync } from 'node:fs'
import { sha256 } from '../../util/digest.ts'
import { packageFile } from '../../util/package-root.ts'

/** Versions of the lexicons and the phone metadata: they decide what the rules find. */
export function rulePins(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  return Object.fromEntries(
    ['compromise', 'libphonenumber-js', 'natural'].map((name) => [name, dependencies[name] ?? '']),
  )
}

/** Digest of the tagger that ships. Its description names the digest of its weights. */
export function taggerPin(): string {
  return sha256(readFileSync(packageFile('models/weights/tagger/model.json')))
}

/** What decides the finds of a detector with the default config. */
export function defaultDetectorPins(): Readonly<Record<string, string>> {
  return { ...rulePins(), tagger: taggerPin() }
}
