import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { readCorpora } from '../../models/tagger/corpora.ts'
import { PACKAGE_ROOT, packageFile } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { cleanTexts } from './clean.ts'
import type { LabelledText } from './labelled-text.ts'
import { syntheticTexts } from './synthetic.ts'

/** Texts to measure on, and what is measured there. */
export interface DataSet {
  readonly name: string
  readonly title: string
  /** `all`: every type. `names`: persons only. `values`: recall only, not all is labelled. `clean`: nothing to find. */
  readonly measure: 'all' | 'names' | 'values' | 'clean'
  /** Whether anything of Sluice was trained or tuned on it. */
  readonly seen: string
  readonly texts: readonly LabelledText[]
}

/** Where the corpora are that are not in the repository; undefined where they are absent. */
export function dataFolder(): string | undefined {
  const folder = process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data')
  return existsSync(join(folder, 'pii/train')) ? folder : undefined
}

export function ownSets(): readonly DataSet[] {
  return [
    {
      name: 'synthetic',
      title: 'own templates, held-out half (synthetic)',
      measure: 'all',
      seen: 'no: templates kept apart, errors not read',
      texts: syntheticTexts('held-out', 1500),
    },
    {
      name: 'tickets',
      title: 'messages of `examples/support-tickets` (synthetic)',
      measure: 'values',
      seen: 'yes: errors were read',
      texts: ticketTexts(1500),
    },
    {
      name: 'clean',
      title: 'own texts without personal data, held-out half (synthetic)',
      measure: 'clean',
      seen: 'no: errors not read',
      texts: cleanTexts('held-out', 600),
    },
  ]
}

export function corpusSets(folder: string): readonly DataSet[] {
  const { uner, wnutDev, wikigold } = readCorpora(join(folder, 'pii/train'))
  const names = (set: string, texts: readonly (typeof uner)[number][]): readonly LabelledText[] =>
    texts.map(({ text, entities }, i) => ({
      id: `${set}/${i}`,
      text,
      spans: entities.filter(({ type }) => type === 'PERSON'),
    }))
  return [
    {
      name: 'uner',
      title: 'UNER-EWT dev: e-mails, reviews, answers, news groups, blogs',
      measure: 'names',
      seen: 'the shipped tagger is trained on it; see the folds',
      texts: names('uner', uner),
    },
    {
      name: 'wnut',
      title: 'WNUT-17 dev: YouTube comments and the like',
      measure: 'names',
      seen: 'no',
      texts: names('wnut', wnutDev),
    },
    {
      name: 'wikigold',
      title: 'WikiGold: Wikipedia',
      measure: 'names',
      seen: 'yes: the shipped tagger is trained on it',
      texts: names('wikigold', wikigold),
    },
    {
      name: 'banking77',
      title: "banking77 test: bank customers' questions",
      measure: 'clean',
      seen: 'no',
      texts: bankingTexts(folder, 1000),
    },
  ]
}

/** The questions are about cards and transfers; those with an `@` or four digits in a row are left out. */
function bankingTexts(folder: string, count: number): readonly LabelledText[] {
  const rows = parse(readFileSync(join(folder, 'corpora/banking77/test.csv'), 'utf8'), {
    columns: true,
  }) as readonly { readonly text: string }[]
  const texts = rows.map(({ text }) => text.trim()).filter((text) => !/@|\d{4}/.test(text))
  return random(1, 'banking77')
    .shuffle(texts)
    .slice(0, count)
    .map((text, i) => ({ id: `banking77/${i}`, text, spans: [] }))
}

interface Ticket {
  readonly id: string
  readonly messages: readonly { readonly content: string }[]
}
interface TicketGold {
  readonly id: string
  readonly spans: readonly {
    readonly message: number | null
    readonly field: string
    readonly start: number
    readonly end: number
    readonly type: string
  }[]
}

/** Types of the tickets' labels that have another name here. */
const TICKET_TYPES: Readonly<Record<string, string>> = { IP: 'IP_ADDRESS', MAC: 'MAC_ADDRESS', API_KEY: 'SECRET' }

/** Messages with at least one labelled value in their text, drawn at random. */
function ticketTexts(count: number): readonly LabelledText[] {
  const gold = new Map(ticketLines<TicketGold>('gold.jsonl').map((line) => [line.id, line.spans]))
  const texts = ticketLines<Ticket>('tickets.jsonl').flatMap(({ id, messages }) =>
    messages.map(({ content }, i) => ({
      id: `${id}/${i}`,
      text: content,
      spans: (gold.get(id) ?? [])
        .filter((span) => span.message === i && span.field === 'content')
        .map(({ start, end, type }) => ({ start, end, type: TICKET_TYPES[type] ?? type })),
    })),
  )
  return random(1, 'tickets')
    .shuffle(texts.filter(({ spans }) => spans.length > 0))
    .slice(0, count)
}

function ticketLines<T>(name: string): readonly T[] {
  return readFileSync(packageFile(`examples/support-tickets/${name}`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

/**
 * Plain text for speed: whole conversations, one text each, of the sample tickets and, where they are, twitter-care and
 * the development part of sgd, shuffled so that any beginning is a sample of all.
 */
export function speedTexts(folder: string | undefined): readonly string[] {
  const tickets = ticketLines<Ticket>('tickets.jsonl').map(({ messages }) =>
    conversation(messages.map((m) => m.content)),
  )
  if (folder === undefined) return random(1, 'speed').shuffle(tickets)
  const twitter = ['dev', 'test'].flatMap((part) =>
    (
      JSON.parse(readFileSync(join(folder, `corpora/twitter-care/${part}.json`), 'utf8')) as readonly {
        readonly dialogContent: readonly { readonly message: string }[]
      }[]
    ).map(({ dialogContent }) => conversation(dialogContent.map(({ message }) => message))),
  )
  const sgd = gunzipSync(readFileSync(join(folder, 'corpora/sgd.dev.jsonl.gz')))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => conversation((JSON.parse(line) as Ticket).messages.map((m) => m.content)))
  return random(1, 'speed').shuffle([...tickets, ...twitter, ...sgd])
}

function conversation(messages: readonly string[]): string {
  return messages.join('\n')
}
