import type { Message, TextRecord } from '../../artifacts/record.ts'
import type { LanguageModel } from '../../models/language-model.ts'
import type { Random } from '../../util/random.ts'

/** What the model was asked: the messages before one assistant turn (none for plain text). */
export interface Question {
  readonly messages: readonly Message[]
  /** The turn that stood there; the whole text of a record without messages. */
  readonly reference: string
}

/** What the model answered. */
export interface Answer {
  readonly text: string
  readonly tokens: readonly number[]
  /** True if it ended its turn by itself. */
  readonly ended: boolean
}

export interface SamplingOptions {
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly seed: number
}

/**
 * One assistant turn of a record, every turn with content and something before it with the same chance. `null` where
 * there is none.
 */
export function questionOf(record: Pick<TextRecord, 'text' | 'messages'>, random: Random): Question | null {
  const { messages } = record
  if (messages === undefined) return { messages: [], reference: record.text ?? '' }
  const turns = messages.flatMap((message, i) =>
    i > 0 && message.role === 'assistant' && message.content.trim() !== '' ? [i] : [],
  )
  if (turns.length === 0) return null
  const turn = random.pick(turns)
  return { messages: messages.slice(0, turn), reference: messages[turn]!.content }
}

/**
 * The prompt's tokens, with room for `maxTokens` of answer. What does not fit the context is left out from the front:
 * whole messages first (a system message stays), then tokens of the one that is left.
 */
export function promptOf(
  model: Pick<LanguageModel, 'contextLength' | 'encodePrompt'>,
  question: Question,
  maxTokens: number,
): readonly number[] {
  const room = Math.max(1, model.contextLength - maxTokens)
  const head = question.messages[0]?.role === 'system' ? question.messages.slice(0, 1) : []
  let rest = question.messages.slice(head.length)
  let ids = model.encodePrompt([...head, ...rest])
  while (ids.length > room && rest.length > 1) {
    rest = rest.slice(1)
    ids = model.encodePrompt([...head, ...rest])
  }
  return ids.slice(-room)
}

const BATCH = 64

/** Samples one answer for each question. The same model, questions and options give the same answers. */
export async function answer(
  model: Pick<LanguageModel, 'contextLength' | 'encodePrompt' | 'generate' | 'decode'>,
  questions: readonly Question[],
  options: SamplingOptions,
  onAnswered: (answers: number) => void = () => {},
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (let i = 0; i < questions.length; i += BATCH) {
    const batch = questions.slice(i, i + BATCH)
    const generated = await model.generate(
      batch.map((question) => promptOf(model, question, options.maxTokens)),
      {
        maxTokens: options.maxTokens,
        temperature: options.temperature,
        topP: options.topP,
        seed: options.seed + i,
      },
    )
    for (const tokens of generated) {
      answers.push({ text: model.decode(tokens), tokens, ended: tokens.length < options.maxTokens })
    }
    onAnswered(batch.length)
  }
  return answers
}
