import { SluiceError } from '../../util/errors.ts'
import type { SpecialTokens } from '../checkpoints/source.ts'
import type { ChatEncoder, ChatMessage, ChatRecord, Rendered } from './chat.ts'
import { PROMPT_COMPLETION } from './chat.ts'
import { createGuard, type Guard, guardedNames } from './guard.ts'
import { openChatTemplate, type Render } from './jinja.ts'
import { checkKept, textsOf } from './kept.ts'
import { type ArgumentForm, argumentForm, templateMessage, templateValue } from './template-messages.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface TemplateOptions {
  /** Jinja. Without one a plain form is used: see `defaultTemplate`. */
  readonly template?: string
  readonly special: SpecialTokens
  /** The date of templates that write today's. */
  readonly now?: Date
}

/**
 * The form of conversations with a model that has no template: roles as words, each answer closed by the model's own end
 * of text. Only the end is a token, so a user who writes `Assistant:` can pretend; models with a template are safe of it.
 */
export function defaultTemplate(special: SpecialTokens): string {
  return [
    special.addBos ? '{{- bos_token -}}' : '',
    '{%- for message in messages -%}',
    "{%- if message['role'] == 'assistant' -%}",
    "{{- 'Assistant:' -}}{%- generation -%}{{- ' ' + message['content'] + eos_token -}}{%- endgeneration -%}",
    "{{- '\\n' -}}",
    "{%- elif message['role'] == 'system' -%}{{- message['content'] + '\\n\\n' -}}",
    "{%- elif message['role'] == 'user' -%}{{- 'User: ' + message['content'] + '\\n' -}}",
    "{%- else -%}{{- 'Tool: ' + message['content'] + '\\n' -}}{%- endif -%}",
    '{%- endfor -%}',
    "{%- if add_generation_prompt -%}{{- 'Assistant:' -}}{%- endif -%}",
  ].join('')
}

/** One of the assistant's turns in rendered text: the end of the prompt, of what is trained, and of the turn. */
interface Turn {
  readonly prompt: string
  readonly trained: number
  readonly whole: string
}

/**
 * Renders conversations by a model's own chat template. What is trained is known by construction: for each of the
 * assistant's turns the conversation before it is rendered with the generation prompt, and once more with the turn; what
 * the second has more is the turn. A token ends where the prompt ends, as it does when the model is asked.
 *
 * Names of special tokens in data stay text. Tokens that the vocabulary has as ordinary words (`<think>`) are tokens in
 * what the assistant writes; elsewhere those that the template itself writes stay text, so that no user forges a call.
 *
 * @throws SluiceError CHAT_END_UNKNOWN, TOKENIZER_FORGES, CHAT_TEMPLATE_BROKEN
 */
export function createTemplateEncoder(tokenizer: Tokenizer, options: TemplateOptions): ChatEncoder {
  const { special } = options
  const [end] = special.eos
  if (end === undefined) {
    throw new SluiceError({
      code: 'CHAT_END_UNKNOWN',
      message: 'the model names no token that ends a text, so a tuned model would never stop',
      next: 'set `eos_token` in tokenizer_config.json',
    })
  }
  if (tokenizer.unknown !== undefined && [special.bos, ...special.eos].includes(tokenizer.unknown)) {
    throw new SluiceError({
      code: 'TOKENIZER_FORGES',
      message: 'the token for unknown characters also begins or ends a text, so data could end a turn',
      next: 'give the tokenizer an unknown token of its own',
    })
  }
  const source = options.template ?? defaultTemplate(special)
  const tokens = Object.fromEntries(
    [
      ['bos_token', special.bos],
      ['eos_token', end],
      ['pad_token', special.pad],
      ['unk_token', tokenizer.unknown],
    ].flatMap(([name, id]) => {
      const text = typeof id === 'number' ? tokenizer.tokenOf(id) : undefined
      return text === undefined ? [] : [[name, text]]
    }),
  ) as Readonly<Record<string, string>>
  const write = openChatTemplate(source, { tokens, ...(options.now === undefined ? {} : { now: options.now }) })
  const ends = tokenizer.added.filter(({ content }) =>
    special.eos.some((id) => tokenizer.isSpecial(id) && tokenizer.tokenOf(id) === content),
  )
  const specials = tokenizer.added.filter((token) => token.special).map(({ content }) => content)
  const marks = tokenizer.added
    .filter((token) => !token.special && token.content.trim() !== '' && source.includes(token.content))
    .map(({ content }) => content)
  const forAssistant = guardedNames(specials)
  const forOthers = guardedNames([...specials, ...marks])
  let form: ArgumentForm | undefined

  const open = (messages: readonly ChatMessage[], tools: readonly unknown[] | null): Conversation => {
    const everything = textsOf(messages, tools).join('\n')
    const guard = createGuard(forAssistant, everything)
    const strict = createGuard(forOthers, everything)
    if (messages.some(hasCalls)) form ??= argumentForm((probe) => write({ messages: probe, tools: null }))
    const given = messages.map((message) =>
      templateMessage(message, form, (message.role === 'assistant' ? guard : strict).protect),
    )
    const givenTools = tools === null ? null : (templateValue(tools, strict.protect) as readonly unknown[])
    const render = write({ messages: given, tools: givenTools })
    return { messages, guard, render }
  }

  /** Where the last end token of the assistant's turn ends; templates put white space behind it. */
  const trainedEnd = (prompt: string, whole: string): number => {
    let best = -1
    for (const { content, takesSpace } of ends) {
      const at = whole.lastIndexOf(content)
      if (at < prompt.length) continue
      let after = at + content.length
      if (takesSpace) while (after < whole.length && /\s/.test(whole[after]!)) after += 1
      best = Math.max(best, after)
    }
    if (best !== -1) return best
    throw new SluiceError({
      code: 'CHAT_END_NOT_LEARNED',
      message: "the chat template closes the assistant's turn with none of the model's end tokens: it would never stop",
      next: 'add the token that closes a turn to `eos_token_id` in generation_config.json',
    })
  }

  const turnsOf = ({ messages, render }: Conversation): readonly (Turn | undefined)[] =>
    messages.map((message, i) => {
      if (message.role !== 'assistant') return undefined
      const prompt = render(i, true)
      const whole = render(i + 1, false)
      if (!whole.startsWith(prompt)) {
        throw new SluiceError({
          code: 'CHAT_PROMPT_NOT_PREFIX',
          message: `the chat template writes the prompt before message ${i} differently once the answer follows`,
          next: 'use a template whose generation prompt begins the turn that it asks for',
        })
      }
      return { prompt, trained: trainedEnd(prompt, whole), whole }
    })

  const encode = (text: string, guard: Guard, turns: readonly Turn[], trains: (turn: Turn) => boolean): Rendered => {
    const cuts = turns.flatMap(({ prompt, trained }) => [prompt.length, trained])
    const { ids, at } = tokenizer.encodeTemplated(text, { guard: guard.character, cuts })
    refuseDoubledBos(ids, special.bos)
    const supervised = new Uint8Array(ids.length)
    for (const [i, turn] of turns.entries()) if (trains(turn)) supervised.fill(1, at[2 * i]!, at[2 * i + 1]!)
    // The first token is predicted from nothing.
    supervised[0] = 0
    return { ids: Int32Array.from(ids), supervised, exchanges: turns.map((_, i) => at[2 * i + 1]!) }
  }

  const encodeMessages = (record: ChatRecord): readonly Rendered[] => {
    const messages = record.messages!
    const conversation = open(messages, toolsOf(record))
    const { guard, render } = conversation
    const byMessage = turnsOf(conversation)
    const text = messages.at(-1)?.role === 'assistant' ? byMessage.at(-1)!.whole : render(messages.length, false)
    checkKept(messages, byMessage, text, guard)
    const turns = byMessage.filter((turn) => turn !== undefined)
    const trains = (turn: Turn): boolean => record.meta?.['form'] !== PROMPT_COMPLETION || turn === turns.at(-1)
    const isStable = turns.every(({ whole }) => text.startsWith(whole))
    if (isStable) return [encode(text, guard, turns, trains)]
    return turns.filter(trains).map((turn) => encode(turn.whole, guard, [turn], () => true))
  }

  const encodePlain = (before: string, text: string): Rendered => {
    const begin = special.addBos && special.bos !== undefined ? [special.bos] : []
    const prompt = [...begin, ...tokenizer.encode(before)]
    const ids = [...prompt, ...tokenizer.encodeAfter(before, text), end]
    const supervised = new Uint8Array(ids.length).fill(1, Math.max(1, prompt.length))
    refuseDoubledBos(ids, special.bos)
    return { ids: Int32Array.from(ids), supervised }
  }

  const encodeSequences = (record: ChatRecord): readonly Rendered[] => {
    if (record.messages === undefined) return [encodePlain('', record.text ?? '')]
    const plain = options.template === undefined ? plainPair(record) : undefined
    return plain === undefined ? encodeMessages(record) : [encodePlain(...plain)]
  }

  return {
    ...(special.bos === undefined || !startsWithBos() ? {} : { bos: special.bos }),
    pad: special.pad ?? end,
    endOfTurn: probedEnd() ?? end,
    encodeSequences,
    encodeConversation(record) {
      const sequences = encodeSequences(record)
      if (sequences.length === 1) return sequences[0]!
      throw new SluiceError({
        code: 'CHAT_TEMPLATE_REWRITES',
        message: 'the chat template writes earlier turns differently once others follow: there is no one sequence',
        next: 'take one sequence for each turn, as training does, or conversations with one answer',
      })
    },
    encodePrompt(messages) {
      if (messages.length === 0) return [special.bos ?? end]
      const conversation = open(messages, null)
      const text = conversation.render(messages.length, true)
      const turns = turnsOf(conversation).filter((turn) => turn !== undefined)
      const kept = turns.every(({ whole }) => text.startsWith(whole)) ? turns : []
      return [...encode(text, conversation.guard, kept, () => false).ids]
    },
    continuesCharacter: tokenizer.continuesCharacter,
  }

  /** The end token of an answer, by asking for one. */
  function probedEnd(): number | undefined {
    const turn = probe()
    const closing = turn?.whole.slice(0, turn.trained).trimEnd()
    const name = closing === undefined ? undefined : ends.find(({ content }) => closing.endsWith(content))?.content
    return special.eos.find((id) => tokenizer.tokenOf(id) === name)
  }

  function startsWithBos(): boolean {
    const turn = probe()
    const name = special.bos === undefined ? undefined : tokenizer.tokenOf(special.bos)
    return special.addBos || (name !== undefined && turn?.whole.startsWith(name) === true)
  }

  /** Undefined where the template wants other conversations than a question and an answer. */
  function probe(): Turn | undefined {
    try {
      const conversation = open(
        [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
        null,
      )
      return turnsOf(conversation)[1]
    } catch (error) {
      if (error instanceof SluiceError) return undefined
      throw error
    }
  }
}

interface Conversation {
  readonly messages: readonly ChatMessage[]
  readonly guard: Guard
  /** The first `count` messages as text. */
  readonly render: Render
}

function hasCalls({ tool_calls }: ChatMessage): boolean {
  return tool_calls !== undefined && tool_calls.length > 0
}

function toolsOf({ meta }: ChatRecord): readonly unknown[] | null {
  const tools = meta?.['tools']
  return Array.isArray(tools) && tools.length > 0 ? tools : null
}

/** Prompt and completion of a record that was one, else undefined. */
function plainPair({ messages = [], meta }: ChatRecord): readonly [string, string] | undefined {
  const [prompt, completion] = messages
  const isPair =
    meta?.['form'] === PROMPT_COMPLETION &&
    messages.length === 2 &&
    prompt?.role === 'user' &&
    completion?.role === 'assistant' &&
    !hasCalls(completion)
  return isPair ? [prompt.content, completion.content] : undefined
}

/** A template that writes the token and a tokenizer that adds it once more (alignment-handbook issue 127). */
function refuseDoubledBos(ids: readonly number[], bos: number | undefined): void {
  if (bos === undefined || ids[0] !== bos || ids[1] !== bos) return
  throw new SluiceError({
    code: 'CHAT_DOUBLED_BOS',
    message: 'a sequence begins with the beginning-of-text token twice',
    next: 'let either the chat template or the data begin the text, not both',
  })
}
