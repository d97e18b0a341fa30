import type { Message, TextRecord } from '../../artifacts/record.ts'
import type { Json } from '../../util/json.ts'
import type { IngestConfig } from './config.ts'
import { type Fault, fault, isFault, wrongType } from './faults.ts'
import { messageReader, readContent } from './messages.ts'
import { type Path, parsePath, valueAt } from './path.ts'
import { isPair, mapPair } from './prompt-completion.ts'

/** What a row says, before it has an id. */
export type Mapped = Pick<TextRecord, 'text' | 'messages' | 'meta'>

/** Turns the value of a row into text or messages, or says why it cannot. Pure. */
export type RowMapper = (value: unknown, surrogates: boolean) => Mapped | Fault

export function rowMapper(config: IngestConfig): RowMapper {
  const { fields } = config
  const readMessage = messageReader(fields)
  const textPath = fields.text === '' ? undefined : parsePath(fields.text)
  const messagesPath = fields.messages === '' ? undefined : parsePath(fields.messages)
  const turns = fields.turns.map(({ role, path }) => ({ role, path: parsePath(path) }))
  const usual = textPath === undefined && messagesPath === undefined && turns.length === 0
  const [usualText, usualMessages] = [parsePath('text'), parsePath('messages')]
  const meta = config.meta.map(parsePath)

  const content = (value: Json): Partial<Mapped> | Fault => {
    if (usual && isPair(value)) return mapPair(value, readMessage)
    const ofMessages = usual && valueAt(value, usualMessages) !== undefined ? usualMessages : messagesPath
    if (ofMessages !== undefined || turns.length > 0) return mapMessages(value, ofMessages, turns, readMessage)
    return mapText(value, textPath ?? usualText)
  }
  return (value, surrogates) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fault('NOT_AN_OBJECT', 'a row is not an object')
    }
    const mapped = content(value as Json)
    if (isFault(mapped)) return mapped
    const found = { ...readMeta(value, meta), ...mapped.meta }
    const result: Mapped =
      mapped.messages === undefined
        ? { text: mapped.text ?? '', meta: found }
        : { messages: mapped.messages, meta: found }
    if (surrogates && !isWellFormed(result as unknown as Json)) {
      return fault('LONE_SURROGATE', 'a text has half of a surrogate pair')
    }
    return result
  }
}

/** For grouping: the row is one message. */
export type TurnMapper = (value: unknown, surrogates: boolean) => { readonly messages: readonly Message[] } | Fault

/** Reads a row of a conversation: one message, or those of `fields.turns`. */
export function turnMapper(config: IngestConfig): TurnMapper {
  const { fields } = config
  const readMessage = messageReader(fields.text === '' ? fields : { ...fields, content: fields.text })
  const turns = fields.turns.map(({ role, path }) => ({ role, path: parsePath(path) }))
  return (value, surrogates) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fault('NOT_AN_OBJECT', 'a row is not an object')
    }
    const read = turns.length > 0 ? readTurns(value as Json, turns) : readMessage(value as Json)
    if (isFault(read)) return read
    const messages = 'role' in read ? [read] : read
    if (surrogates && !isWellFormed(messages as unknown as Json)) {
      return fault('LONE_SURROGATE', 'a text has half of a surrogate pair')
    }
    return { messages }
  }
}

export function readMeta(value: unknown, paths: readonly Path[]): Readonly<Record<string, Json>> {
  const meta: Record<string, Json> = {}
  for (const path of paths) {
    const found = valueAt(value, path)
    if (found !== undefined) meta[path.name] = found
  }
  return meta
}

/** A conversation in which nobody says anything and nothing is called. */
export function isEmptyConversation(messages: readonly Message[]): boolean {
  return messages.every((message) => message.tool_calls === undefined && message.content.trim() === '')
}

function mapText(value: Json, path: Path): { readonly text: string } | Fault {
  const text = valueAt(value, path)
  if (text === undefined || text === null) return fault('MISSING_FIELD', `a row has no \`${path.name}\``)
  if (typeof text !== 'string') return wrongType(`\`${path.name}\``, 'a text', text)
  if (text.trim() === '') return fault('EMPTY_TEXT', `\`${path.name}\` is empty`)
  return { text }
}

interface TurnPath {
  readonly role: Message['role']
  readonly path: Path
}

function mapMessages(
  value: Json,
  path: Path | undefined,
  turns: readonly TurnPath[],
  readMessage: (value: Json) => Message | Fault,
): { readonly messages: readonly Message[] } | Fault {
  const messages: Message[] = []
  if (path !== undefined) {
    const found = valueAt(value, path)
    if (found === undefined || found === null) return fault('MISSING_FIELD', `a row has no \`${path.name}\``)
    if (!Array.isArray(found)) return wrongType(`\`${path.name}\``, 'a list of messages', found)
    for (let i = 0; i < found.length; i++) {
      const message = readMessage((found as readonly Json[])[i]!)
      if (isFault(message)) return fault(message.code, `message ${i}: ${message.detail}`)
      messages.push(message)
    }
  }
  if (turns.length > 0) {
    const extra = readTurns(value, turns)
    if (isFault(extra)) return extra
    messages.push(...extra)
  }
  if (isEmptyConversation(messages)) return fault('EMPTY_TEXT', 'a conversation without text')
  return { messages }
}

function readTurns(value: Json, turns: readonly TurnPath[]): readonly Message[] | Fault {
  const messages: Message[] = []
  for (const { role, path } of turns) {
    const found = valueAt(value, path)
    if (found === undefined || found === null || found === '') continue
    const content = readContent(found, path.name, false)
    if (typeof content === 'object') return content
    messages.push({ role, content })
  }
  return messages
}

/** No string inside has half of a surrogate pair. */
function isWellFormed(value: Json): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return (value as readonly Json[]).every(isWellFormed)
  return Object.entries(value).every(([key, member]) => isWellFormed(key) && isWellFormed(member))
}
