import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Entity, EntityType, Example, Source } from './example.ts'

/** Labels of the corpora that mean a person, a place or an organisation; all others count as none. */
const TYPES: Readonly<Record<string, EntityType>> = {
  PER: 'PERSON',
  person: 'PERSON',
  politician: 'PERSON',
  writer: 'PERSON',
  musicalartist: 'PERSON',
  scientist: 'PERSON',
  researcher: 'PERSON',
  LOC: 'LOCATION',
  location: 'LOCATION',
  country: 'LOCATION',
  ORG: 'ORGANIZATION',
  organisation: 'ORGANIZATION',
  corporation: 'ORGANIZATION',
  group: 'ORGANIZATION',
  politicalparty: 'ORGANIZATION',
  band: 'ORGANIZATION',
  university: 'ORGANIZATION',
}

export interface Corpora {
  /** UNER-EWT, development part: the one that is also held out by folds. */
  readonly uner: readonly Example[]
  readonly wnutTrain: readonly Example[]
  readonly wnutDev: readonly Example[]
  readonly broadTrain: readonly Example[]
  readonly broadDev: readonly Example[]
  readonly wikigold: readonly Example[]
  readonly crossner: readonly Example[]
}

/** Reads the labelled corpora below `folder` (`SLUICE_DATA/pii/train`). */
export function readCorpora(folder: string): Corpora {
  const conll = (path: string, source: Source): readonly Example[] => readConll(unzip(join(folder, path)), source)
  return {
    uner: readUner(unzip(join(folder, 'uner_ewt/dev.iob2.gz'))),
    wnutTrain: conll('wnut17/train.conll.gz', 'wnut'),
    wnutDev: conll('wnut17/dev.conll.gz', 'wnut'),
    broadTrain: conll('broad_twitter/train.conll.gz', 'broad'),
    broadDev: conll('broad_twitter/dev.conll.gz', 'broad'),
    wikigold: conll('wikigold/wikigold.conll.gz', 'wikigold'),
    crossner: readdirSync(join(folder, 'crossner'))
      .sort()
      .flatMap((name) => conll(join('crossner', name), 'crossner')),
  }
}

function unzip(path: string): string {
  return gunzipSync(readFileSync(path)).toString('utf8')
}

interface Word {
  readonly text: string
  readonly label: string
}

function readConll(content: string, source: Source): readonly Example[] {
  return sentences(content).map((lines) => {
    const words = lines.map((line) => {
      const columns = line.split(/[\t ]/)
      return { text: columns[0]!, label: columns.at(-1)! }
    })
    return assemble(words, source)
  })
}

function sentences(content: string): readonly (readonly string[])[] {
  const out: string[][] = []
  let current: string[] = []
  for (const line of content.split('\n')) {
    if (line.trim() === '' || line.startsWith('-DOCSTART-')) {
      if (current.length > 0) out.push(current)
      current = []
    } else current.push(line.trimEnd())
  }
  if (current.length > 0) out.push(current)
  return out
}

/** Puts the words of a corpus together as people write them, and says where the entities are. */
function assemble(words: readonly Word[], source: Source): Example {
  let text = ''
  let quoted = false
  const places: { start: number; end: number }[] = []
  words.forEach(({ text: word }, i) => {
    const before = words[i - 1]?.text
    const closes = word === '"' && quoted
    const glued =
      before === undefined ||
      closes ||
      /^(?:[.,!?;:%)\]}…”’]|\.{2,}|n['’]t|['’](?:s|m|d|ll|re|ve|S))$/.test(word) ||
      /^[([{#@$£€“‘]$/.test(before) ||
      (before === '"' && quoted && text.endsWith('"'))
    if (!glued) text += ' '
    if (word === '"') quoted = !quoted
    places.push({ start: text.length, end: text.length + word.length })
    text += word
  })
  return { text, entities: entitiesOf(text, words, places), source }
}

function entitiesOf(
  text: string,
  words: readonly Word[],
  places: readonly { readonly start: number; readonly end: number }[],
): readonly Entity[] {
  const entities: Entity[] = []
  let open: { start: number; end: number; type: EntityType; label: string } | undefined
  const close = (): void => {
    // Handles are a type of their own: `@SportsCenter` is labelled as an organisation in one corpus only.
    if (open !== undefined && text[open.start] !== '@' && text[open.start - 1] !== '@')
      entities.push({ start: open.start, end: open.end, type: open.type })
    open = undefined
  }
  words.forEach(({ label }, i) => {
    const type = TYPES[label.slice(2)]
    const { start, end } = places[i]!
    if (type === undefined) close()
    else if (open !== undefined && label.startsWith('I-') && open.label === label.slice(2)) open.end = end
    else {
      close()
      open = { start, end, type, label: label.slice(2) }
    }
  })
  close()
  return entities
}

/** The texts of UNER as they were written; words are looked for in them one after the other. */
function readUner(content: string): readonly Example[] {
  let document = ''
  return sentences(content).map((lines) => {
    let text = ''
    const words: Word[] = []
    for (const line of lines) {
      if (line.startsWith('# newdoc id = ')) document = line.slice(14)
      else if (line.startsWith('# text = ')) text = line.slice(9)
      else if (!line.startsWith('#')) {
        const columns = line.split('\t')
        words.push({ text: columns[1]!, label: columns[2]! })
      }
    }
    let at = 0
    const places = words.map((word) => {
      const start = text.indexOf(word.text, at)
      if (start < 0) throw new Error('UNER: a word is not in its sentence')
      at = start + word.text.length
      return { start, end: at }
    })
    return { text, entities: entitiesOf(text, words, places), source: 'uner' as const, document }
  })
}
