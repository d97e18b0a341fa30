import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageFile } from '../../../util/package-root.ts'

/** Where `install-peers.mjs` puts the peers; git-ignored. */
export const PEERS_FOLDER = packageFile('bench/.peers')

const HOW = 'node bench/redaction/install-peers.mjs'

export function missingPackage(name: string): string | undefined {
  return existsSync(join(PEERS_FOLDER, 'node_modules', name, 'package.json'))
    ? undefined
    : `peer ${name} not installed: ${HOW}`
}

export function packageVersion(name: string): string {
  return JSON.parse(readFileSync(join(PEERS_FOLDER, 'node_modules', name, 'package.json'), 'utf8')).version
}

export const peerRequire = createRequire(join(PEERS_FOLDER, 'package.json'))

/** A file of the Python environment, or a line that says how to get it. */
export function missingPython(): string | undefined {
  return existsSync(pythonPath()) ? undefined : `peer presidio not installed: ${HOW}`
}

export function pythonPath(): string {
  return join(PEERS_FOLDER, 'python/bin/python')
}
