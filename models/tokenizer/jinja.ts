import { Environment, Interpreter, Template } from '@huggingface/jinja'
import { SluiceError } from '../../util/errors.ts'
import { strftime } from './strftime.ts'

export interface RenderOptions {
  /** `bos_token`, `eos_token` …: text of the special tokens. */
  readonly tokens: Readonly<Record<string, string>>
  /** What `strftime_now` tells; without it a template that asks is refused. */
  readonly now?: Date
}

export interface Conversation {
  readonly messages: readonly unknown[]
  readonly tools: readonly unknown[] | null
}

/** Writes the first `count` messages of a conversation. */
export type Render = (count: number, addGenerationPrompt: boolean) => string

class Refusal extends Error {}
class ClockAsked extends Error {}

/**
 * Opens a chat template (Jinja, in Hugging Face's dialect).
 *
 * @returns a function that takes a conversation and gives one that writes its beginnings as text
 * @throws SluiceError CHAT_TEMPLATE_BROKEN; the last function also CHAT_TEMPLATE_REFUSED and CHAT_TEMPLATE_CLOCK
 */
export function openChatTemplate(source: string, options: RenderOptions): (conversation: Conversation) => Render {
  const { parsed } = parse(source)
  const globals: Readonly<Record<string, unknown>> = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    ...options.tokens,
    documents: null,
    range,
    raise_exception(message: unknown): never {
      throw new Refusal(String(message))
    },
    strftime_now(format: unknown): string {
      if (options.now === undefined) throw new ClockAsked()
      return strftime(options.now, String(format))
    },
  }
  // Not `Template.render`, whose own `strftime_now` reads the clock and cannot be replaced.
  const outer = new Environment()
  for (const [name, value] of Object.entries(globals)) outer.set(name, value)
  return ({ messages, tools }) => {
    // Values are made once: a conversation is written twice for each of its answers.
    const made = new Environment()
    made.set('messages', messages)
    made.set('tools', tools)
    const list = made.lookupVariable('messages') as RuntimeArray
    return (count, addGenerationPrompt) => {
      const environment = new Environment(outer)
      environment.setVariable('messages', new list.constructor(list.value.slice(0, count)))
      environment.setVariable('tools', made.lookupVariable('tools'))
      environment.set('add_generation_prompt', addGenerationPrompt)
      try {
        return String(new Interpreter(environment).run(parsed).value)
      } catch (cause) {
        throw renderError(cause, source)
      }
    }
  }
}

type RuntimeValue = ReturnType<Environment['lookupVariable']>

/** The package's class of lists is not exported. */
interface RuntimeArray {
  readonly value: readonly RuntimeValue[]
  readonly constructor: new (value: readonly RuntimeValue[]) => RuntimeValue
}

/** Python's, with one to three numbers. */
function range(from: unknown, to?: unknown, step?: unknown): readonly number[] {
  const [start, stop] = typeof to === 'number' ? [Number(from), to] : [0, Number(from)]
  const by = typeof step === 'number' ? step : 1
  const out: number[] = []
  for (let i = start; by > 0 ? i < stop : i > stop && by < 0; i += by) out.push(i)
  return out
}

function parse(source: string): Template {
  try {
    return new Template(source)
  } catch (cause) {
    throw new SluiceError({
      code: 'CHAT_TEMPLATE_BROKEN',
      message: 'the chat template of the model cannot be parsed',
      next: 'check `chat_template` in tokenizer_config.json, or chat_template.jinja',
      cause,
    })
  }
}

function renderError(cause: unknown, source: string): SluiceError {
  if (cause instanceof ClockAsked) {
    return new SluiceError({
      code: 'CHAT_TEMPLATE_CLOCK',
      message: "the chat template writes today's date, so the tokens would change from day to day",
      next: 'set the day that it writes: `template_date` of finetune, or --date of the preview',
      cause,
    })
  }
  if (cause instanceof Refusal) {
    // The template's own words, unless it put data in them.
    const words = source.includes(cause.message) ? `: ${cause.message}` : ''
    return new SluiceError({
      code: 'CHAT_TEMPLATE_REFUSED',
      message: `the chat template refuses the conversation${words}`,
      next: 'check the order and the roles of the messages, or leave the row out',
      cause,
    })
  }
  return new SluiceError({
    code: 'CHAT_TEMPLATE_BROKEN',
    message: 'the chat template fails on the conversation',
    next: 'check that the template knows the roles and members of the messages',
    cause,
  })
}
