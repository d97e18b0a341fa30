import type { Message, TextRecord } from '../../artifacts/record.ts'
import { plainText } from '../../artifacts/record.ts'
import { protectedRanges } from '../redact/placeholder.ts'
import { measureDocument } from './document-measures.ts'
import { RULES, type RuleName, type RuleValues } from './rules.ts'
import { characterRunShare, countWords, lineRepeats } from './text-measures.ts'

type Content = Pick<TextRecord, 'text' | 'messages'>

/** The first rule that a record breaks, in a fixed order (cheap ones first), as its reason; undefined where it passes. */
export function judgeQuality(record: Content, rules: RuleValues, language: string): string | undefined {
  const broken = judgeTurns(record.messages, rules) ?? judgeText(plainText(record), rules, language)
  return broken === undefined ? undefined : RULES[broken].reason
}

function judgeTurns(messages: readonly Message[] | undefined, rules: RuleValues): RuleName | undefined {
  if (messages === undefined) return undefined
  const firstSpoken = messages.find((message) => message.role !== 'system')
  if (rules.require_user_first === true && firstSpoken?.role !== 'user') return 'require_user_first'
  const firstUser = messages.findIndex((message) => message.role === 'user')
  const answers = messages.filter((message) => message.role === 'assistant')
  if (rules.require_assistant === true) {
    if (firstUser < 0 || !messages.some((message, i) => i > firstUser && message.role === 'assistant'))
      return 'require_assistant'
  }
  if (rules.require_answers === true && answers.some((answer) => isEmpty(answer) && !callsTools(answer)))
    return 'require_answers'
  const least = rules.min_assistant_words
  if (typeof least === 'number' && !answers.some(callsTools)) {
    let words = 0
    for (const answer of answers) words += countWords(answer.content)
    if (words < least) return 'min_assistant_words'
  }
  return undefined
}

function judgeText(text: string, rules: RuleValues, language: string): RuleName | undefined {
  const words = countWords(text)
  if (below(words, rules.min_words)) return 'min_words'
  if (above(words, rules.max_words)) return 'max_words'
  if (rules.forbid_lorem_ipsum === true && /lorem ipsum/i.test(text)) return 'forbid_lorem_ipsum'
  if (rules.max_character_runs !== null && above(characterRunShare(text), rules.max_character_runs))
    return 'max_character_runs'
  if (rules.max_placeholders !== null && above(placeholderShare(text), rules.max_placeholders))
    return 'max_placeholders'
  if (rules.max_repeated_lines !== null && above(lineRepeats(text).lines, rules.max_repeated_lines))
    return 'max_repeated_lines'
  return DOCUMENT_RULES.some((name) => rules[name] !== null) ? judgeDocument(text, rules, language) : undefined
}

const DOCUMENT_RULES = (Object.keys(RULES) as RuleName[]).filter((name) => RULES[name].applies === 'text')

function judgeDocument(text: string, rules: RuleValues, language: string): RuleName | undefined {
  const measures = measureDocument(text, (name) => rules[name] !== null)
  for (const name of DOCUMENT_RULES) {
    // The stop words are English: on other languages the rule says nothing.
    if (name === 'min_stop_words' && language !== 'en') continue
    const value = measures[name]
    if (value === undefined) continue
    if (name.startsWith('min_') ? below(value, rules[name]) : above(value, rules[name])) return name
  }
  return undefined
}

/** Share of the characters (white space left out) that redaction wrote. */
function placeholderShare(text: string): number {
  const ranges = protectedRanges(text)
  if (ranges.length === 0) return 0
  let covered = 0
  for (const [start, end] of ranges) covered += text.slice(start, end).replace(/\s+/g, '').length
  return covered / Math.max(1, text.replace(/\s+/g, '').length)
}

function below(value: number, limit: number | boolean | null): boolean {
  return typeof limit === 'number' && value < limit
}

function above(value: number, limit: number | boolean | null): boolean {
  return typeof limit === 'number' && value > limit
}

function isEmpty(message: Message): boolean {
  return message.content.trim() === ''
}

function callsTools(message: Message): boolean {
  return (message.tool_calls?.length ?? 0) > 0
}
