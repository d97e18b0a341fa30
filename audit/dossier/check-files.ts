import { kindOf } from './codes.ts'
import type { Dossier } from './dossier.ts'
import type { Findings } from './findings.ts'
import { LATER, parseRelease, RELEASE, SEALS } from './release-document.ts'
import { type DossierSource, MAX_DOCUMENT } from './source.ts'

/** Without these nothing could be checked, or a reader would miss what every release has. */
const NEEDED: readonly string[] = [
  'VERIFY.md',
  'audit/checkpoint',
  'audit/plan.json',
  'junit.xml',
  'keys/bundle.pub',
  'keys/ledger.pub',
  'keys/ledger.vkey',
  'lineage.ndjson',
  'model-card.md',
  'oscal-ar.json',
  'report.html',
  'report.sarif',
  'run.json',
]
const NEEDED_WITH_MODEL: readonly string[] = ['bom.cdx.json', 'model.sig']

/** Reads `release.json` and compares every file with its list. `undefined` where there is no list to go by. */
export function checkFiles(source: DossierSource, findings: Findings): Dossier | undefined {
  const report = findings.in('files')
  if (findings.has('TAR_MALFORMED')) return undefined
  if (!source.files.has(RELEASE)) {
    report('RELEASE_MISSING', RELEASE)
    return undefined
  }
  const releaseBytes = source.read(RELEASE)
  const release = parseRelease(releaseBytes)
  if (release === undefined) {
    report('RELEASE_MALFORMED', RELEASE)
    return undefined
  }
  const listed = new Map(release.files.map((file) => [file.path, file]))
  const intact = new Set<string>()
  for (const { path, sha256, bytes } of release.files) {
    const size = source.files.get(path)
    if (size === undefined) report(`${kindOf(path)}_MISSING`, path)
    else if (size === bytes && source.digest(path) === sha256) {
      // A larger document was reported already; it is not read.
      if (size <= MAX_DOCUMENT || path.startsWith('model/')) intact.add(path)
    } else report(`${kindOf(path)}_CHANGED`, path)
  }
  for (const path of [...NEEDED, ...(release.candidate === undefined ? [] : NEEDED_WITH_MODEL)]) {
    if (!listed.has(path)) report(`${kindOf(path)}_MISSING`, path)
  }
  const known = new Set([RELEASE, ...SEALS, ...LATER])
  for (const path of source.files.keys()) {
    if (!known.has(path) && !listed.has(path)) report(`${kindOf(path)}_UNLISTED`, path)
  }
  return { release, releaseBytes, listed, intact, source, findings }
}
