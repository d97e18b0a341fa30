import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildWork, dossierWork, runWork } from '../support/dossier.ts'
import { addWaiver, approve, HAS_SSH, people } from '../support/dossier-review.ts'
import { removeFolder } from '../support/sluice.ts'
import {
  type GuideBlock,
  guideBlocks,
  guideEnvironment,
  lacking,
  readGuide,
  runBlock,
} from '../support/verify-guide.ts'

let work: string
let dossier: string
let blocks: readonly GuideBlock[]
const env = guideEnvironment()

beforeAll(async () => {
  work = dossierWork({ strict: HAS_SSH })
  if (HAS_SSH) {
    people(work, ['ana', 'ben', 'cleo', 'dan'])
    addWaiver(work)
  }
  const record = await runWork(work)
  dossier = (await buildWork(work, record, 'dossier', HAS_SSH ? { review: approve(work, record) } : {})).folder
  blocks = guideBlocks(readGuide(dossier))
})
afterAll(() => removeFolder(work))

/** Runs every block that can run here; says by name which cannot. */
function runAll(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    blocks.map((block) => {
      const missing = lacking(block, env)
      if (missing.length > 0) {
        console.warn(`skipped: "${block.title}" needs ${missing.join(', ')}`)
        return [block.title, 'skipped']
      }
      const { status, output } = runBlock(block, folder, env)
      return [block.title, status === 0 ? 'holds' : `fails: ${output.trim().split('\n').at(-1)}`]
    }),
  )
}

describe('VERIFY.md of a generated dossier', () => {
  it('has a block for each thing to check, and every block holds with stock programs', () => {
    expect(blocks.map(({ title }) => title)).toEqual([
      'The files are those that release.json lists',
      'Nothing else is here',
      'Every attestation, the release and the model are signed',
      'What was signed is this release.json',
      'The checkpoint is signed by the key of the log',
      'Every entry is in the log, and the log only grew',
      'Each decision was logged, and judged the evidence and the policies that are here',
      ...(HAS_SSH ? ['The people who approved signed this very release', 'Waivers are signed by two people'] : []),
      'The same signatures, by Sigstore’s own verifier',
      'The bill of materials is valid CycloneDX and names the files of the model',
      'All of it, and more, by one program',
    ])
    expect(readGuide(dossier).match(/```sh/g)).toHaveLength(blocks.length)
    const results = runAll(dossier)
    expect(Object.values(results).filter((result) => result !== 'holds' && result !== 'skipped')).toEqual([])
  })

  it.each<readonly [string, string, string]>([
    ['a changed report', 'report.html', 'The files are those that release.json lists'],
    ['an added file', 'model/extra.bin', 'Nothing else is here'],
    [
      'a changed attestation',
      'attestations/01-provenance-lines.sigstore.json',
      'Every attestation, the release and the model are signed',
    ],
    ['a changed release.json', 'release.json', 'What was signed is this release.json'],
    ['a changed checkpoint', 'audit/checkpoint', 'The checkpoint is signed by the key of the log'],
    ['a changed entry', 'audit/entries/3.json', 'Every entry is in the log, and the log only grew'],
    ...(HAS_SSH
      ? ([['a changed approval', 'approvals/ana.json', 'The people who approved signed this very release']] as const)
      : []),
    [
      'changed evidence',
      'evidence/train.json',
      'Each decision was logged, and judged the evidence and the policies that are here',
    ],
  ])('finds %s', (_, file, title) => {
    const copy = `${work}/${title.length}-${file.length}`
    cpSync(dossier, copy, { recursive: true })
    const path = join(copy, file)
    const bytes = file === 'model/extra.bin' ? Buffer.from('x') : readFileSync(path)
    // A digit or letter in the middle of a base64 text or a figure.
    const at = file.endsWith('.sigstore.json') ? bytes.indexOf('"payload":"') + 60 : Math.floor(bytes.length / 2)
    bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41
    writeFileSync(path, bytes)
    const block = blocks.find((each) => each.title === title)!
    if (lacking(block, env).length > 0) return
    expect(runBlock(block, copy, env).status).not.toBe(0)
  })
})
