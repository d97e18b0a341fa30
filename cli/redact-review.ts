import type { Command } from 'commander'
import type { Decision } from '../stages/redact/decision.ts'
import type { Detector } from '../stages/redact/detector.ts'
import type { Part } from '../stages/redact/labelling/item.ts'
import { readItems } from '../stages/redact/labelling/read-items.ts'
import { typesOf } from '../stages/redact/options.ts'
import { disagreements, type ReviewEntry, ReviewQueue, RULES, type Source } from '../stages/redact/review-queue.ts'
import { sha256 } from '../util/digest.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { positiveInteger } from './options.ts'
import { ownOptions } from './redact-label.ts'
import { type Styles, styles, wantsColor } from './terminal/colour.ts'

interface Flags {
  readonly config?: string
  readonly top: number
  readonly out?: string
  readonly withText?: boolean
}

/** Adds `review` to the command `redact`. */
export function reviewCommand(parent: Command): void {
  ownOptions(parent)
  parent
    .command('review')
    .description('list the places where rules, tagger and models disagree, the most uncertain and rarest first')
    .argument('<file>', 'raw file: JSON Lines, CSV, TSV or text')
    .option('--config <file>', 'YAML with the fields of the redact stage: types, models')
    .option('--top <n>', 'how many places', positiveInteger, 50)
    .option('--out <file>', 'write the queue as JSON Lines: rows, offsets, types, no text')
    .option('--with-text', 'excerpts in files and pipes too: what is written then is raw data')
    .action(review)
}

async function review(file: string, flags: Flags): Promise<void> {
  const { detector, sources } = await open(flags.config)
  try {
    const queue = new ReviewQueue()
    let items = 0
    for await (const { id, parts } of readItems(file)) {
      items += 1
      for (const part of parts) {
        for (const place of disagreements(await explained(detector, part), sources)) {
          const digest = sha256(part.text.slice(place.start, place.end).normalize('NFC').toLowerCase())
          queue.add(rowOf(id), part.path, place, digest)
        }
      }
    }
    const entries = queue.ranked(flags.top)
    const toTerminal = process.stdout.isTTY === true
    const excerpts =
      flags.withText === true || toTerminal ? await excerptsOf(file, entries, detector) : new Map<string, string>()
    if (flags.out !== undefined) {
      const lines = entries.map((entry) => {
        const excerpt = flags.withText === true ? excerpts.get(keyOf(entry)) : undefined
        return `${JSON.stringify({ ...entry, ...(excerpt === undefined ? {} : { excerpt }) })}\n`
      })
      writeFileDurable(flags.out, lines.join(''), 0o600)
    }
    const paint = styles(wantsColor(process.env, toTerminal))
    process.stdout.write(entries.map((entry) => shown(entry, excerpts.get(keyOf(entry)), paint)).join(''))
    const left = queue.dropped === 0 ? '' : `; ${queue.dropped} less uncertain ones were too many to keep`
    process.stderr.write(
      `${queue.total} disagreements in ${items} items among ${sources.map(({ name }) => name).join(', ')}; ${entries.length} shown${left}\n`,
    )
  } finally {
    await detector.close()
  }
}

async function open(file: string | undefined): Promise<{ detector: Detector; sources: readonly Source[] }> {
  const { detectorOptions, openTaggers, redactConfig } = await import('../stages/redact/configured.ts')
  const { createDetector } = await import('../stages/redact/detector.ts')
  const { baseDirOf, readRedactorConfig } = await import('./redact-config.ts')
  const config = redactConfig(readRedactorConfig(file))
  const taggers = await openTaggers(config, baseDirOf(file))
  if (taggers.length === 0) {
    throw new SluiceError({
      code: 'REDACT_NO_SECOND_LOOK',
      message: 'only the rules look, so nobody can disagree with them',
      next: 'leave tagger on, or name models in --config',
    })
  }
  const wanted = new Set(typesOf(config.types, config.countries))
  // All rules look here, also those whose guesses need a tagger's suspicion elsewhere.
  const detector = createDetector({ ...detectorOptions(config), taggers, guesses: [] })
  return {
    detector,
    sources: [
      { name: RULES, types: wanted },
      ...taggers.map(({ name, types }) => ({ name, types: new Set(types.filter((type) => wanted.has(type))) })),
    ],
  }
}

/** The name of the member that holds a part says what it is; a path of several names is known by its last. */
function explained(detector: Detector, { path, text }: Part): Promise<readonly Decision[]> {
  const field =
    path === 'text'
      ? undefined
      : path
          .replace(/\[\d+\]/g, '')
          .split('.')
          .at(-1)
  return detector.explain({ text, field })
}

/** Ids of items hold a digest of their text, which here is raw: the queue names rows. */
function rowOf(id: string): string {
  return id.split('-')[0]!
}

function keyOf({ id, path, start, end }: Pick<ReviewEntry, 'id' | 'path' | 'start' | 'end'>): string {
  return `${id} ${path} ${start} ${end}`
}

/** Reads the file once more for the entries that are shown: until then no text was kept. */
async function excerptsOf(
  file: string,
  entries: readonly ReviewEntry[],
  detector: Detector,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, ReviewEntry[]>()
  for (const entry of entries) wanted.set(entry.id, [...(wanted.get(entry.id) ?? []), entry])
  const out = new Map<string, string>()
  for await (const { id, parts } of readItems(file)) {
    for (const entry of wanted.get(rowOf(id)) ?? []) {
      const part = parts.find(({ path }) => path === entry.path)
      if (part !== undefined) out.set(keyOf(entry), excerpt(part.text, entry, await explained(detector, part)))
    }
  }
  return out
}

const AROUND = 40

/** The place and forty characters around it, what else was found there masked. */
function excerpt(text: string, { start, end }: ReviewEntry, decisions: readonly Decision[]): string {
  const from = Math.max(0, start - AROUND)
  const to = Math.min(text.length, end + AROUND)
  const masked = text.split('')
  for (const other of decisions) {
    if (other.outcome !== 'found' && other.outcome !== 'overlapped') continue
    for (let at = other.start; at < other.end; at++) {
      if ((at < start || at >= end) && /[\p{L}\p{N}]/u.test(masked[at] ?? '')) masked[at] = '•'
    }
  }
  const part = (a: number, b: number): string => printable(masked.slice(a, b).join(''))
  return `${from > 0 ? '…' : ''}${part(from, start)}⟦${part(start, end)}⟧${part(end, to)}${to < text.length ? '…' : ''}`
}

function shown(entry: ReviewEntry, text: string | undefined, paint: Styles): string {
  const views = entry.views.map(({ source, type, score }) => `${source}: ${type ?? 'nothing'} ${score.toFixed(2)}`)
  const seen = entry.seen === 1 ? '' : ` (${entry.seen} times)`
  const head = `${entry.rank.toFixed(3)}  row ${entry.id} ${entry.path} ${entry.start}–${entry.end}  ${views.join(' · ')}${seen}`
  return `${paint.bold(head)}\n${text === undefined ? '' : `  ${text}\n`}`
}

/** One line, and nothing that steers the terminal. Half a character at the edge of the window is left out. */
function printable(text: string): string {
  return text
    .replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '?')
}
