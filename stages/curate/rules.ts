/**
 * Every quality rule: the reason it drops a row for, which way its threshold works, and its value in each preset.
 * `null` is off. A rule whose name starts with `min_` drops below the value, `max_` drops above it, and the rest are
 * switches. Names and values of the document rules are those of datatrove 0.4 (Gopher: Rae et al. 2021, A1; C4:
 * Raffel et al. 2020, 2.2; FineWeb: Penedo et al. 2024), but each says its direction in its name.
 */
interface RuleSpec {
  readonly reason: string
  readonly applies: 'chat' | 'text' | 'both'
  readonly kind: 'count' | 'share' | 'switch'
  readonly chat: number | boolean | null
  readonly document: number | boolean | null
  readonly description: string
}

export const RULES = {
  require_user_first: {
    reason: 'no_user_start',
    applies: 'chat',
    kind: 'switch',
    chat: true,
    document: null,
    description: 'The first message after system messages must be by the user.',
  },
  require_assistant: {
    reason: 'no_assistant',
    applies: 'chat',
    kind: 'switch',
    chat: true,
    document: null,
    description: 'There must be a message by the assistant after one by the user: without it nothing can be learned.',
  },
  require_answers: {
    reason: 'empty_assistant',
    applies: 'chat',
    kind: 'switch',
    chat: true,
    document: null,
    description: 'No message by the assistant may be empty, unless it calls tools.',
  },
  min_words: {
    reason: 'too_short',
    applies: 'both',
    kind: 'count',
    chat: 4,
    document: 50,
    description: 'Words (runs between white space) in the whole record.',
  },
  max_words: {
    reason: 'too_long',
    applies: 'both',
    kind: 'count',
    chat: 20_000,
    document: 100_000,
    description: 'Words in the whole record.',
  },
  min_assistant_words: {
    reason: 'short_answers',
    applies: 'chat',
    kind: 'count',
    chat: 2,
    document: null,
    description: 'Words by the assistant in the whole conversation (a message that calls a tool counts as enough).',
  },
  max_character_runs: {
    reason: 'character_runs',
    applies: 'both',
    kind: 'share',
    chat: 0.4,
    document: null,
    description:
      'Share of the characters that stand in runs of 8 or more of the same character (white space left out).',
  },
  max_repeated_lines: {
    reason: 'repeated_lines',
    applies: 'both',
    kind: 'share',
    chat: 0.5,
    document: 0.3,
    description:
      'Share of the lines (not empty, trimmed, of a record with at least 4) that stood before in the record.',
  },
  max_repeated_line_characters: {
    reason: 'repeated_line_characters',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.2,
    description: 'Share of the characters that stand in lines that stood before.',
  },
  max_repeated_paragraphs: {
    reason: 'repeated_paragraphs',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.3,
    description: 'Share of the paragraphs (separated by an empty line) that stood before.',
  },
  max_repeated_paragraph_characters: {
    reason: 'repeated_paragraph_characters',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.2,
    description: 'Share of the characters that stand in paragraphs that stood before.',
  },
  max_placeholders: {
    reason: 'over_redacted',
    applies: 'both',
    kind: 'share',
    chat: 0.5,
    document: 0.3,
    description: 'Share of the characters (white space left out) that stand in placeholders written by redaction.',
  },
  min_mean_word_length: {
    reason: 'short_words',
    applies: 'text',
    kind: 'count',
    chat: null,
    document: 3,
    description: 'Mean length of a word (datatrove and Gopher use the mean, dolma the median).',
  },
  max_mean_word_length: {
    reason: 'long_words',
    applies: 'text',
    kind: 'count',
    chat: null,
    document: 10,
    description: 'Mean length of a word.',
  },
  max_hashes_per_word: {
    reason: 'too_many_hashes',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.1,
    description: 'Number signs (#) per word.',
  },
  max_ellipses_per_word: {
    reason: 'too_many_ellipses',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.1,
    description: 'Ellipses (... or …) per word.',
  },
  max_bullet_lines: {
    reason: 'too_many_bullets',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.9,
    description: 'Share of the lines that start with a bullet (•, -, *).',
  },
  max_ellipsis_lines: {
    reason: 'too_many_ellipsis_lines',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.3,
    description: 'Share of the lines that end in an ellipsis.',
  },
  min_alphabetic_words: {
    reason: 'too_few_letters',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.8,
    description: 'Share of the words that have at least one letter.',
  },
  min_stop_words: {
    reason: 'too_few_stop_words',
    applies: 'text',
    kind: 'count',
    chat: null,
    document: 2,
    description:
      'Different words of {the, be, to, of, and, that, have, with}. Judged only where the language is English.',
  },
  max_top_2gram: gramRule('top', 2, 0.2),
  max_top_3gram: gramRule('top', 3, 0.18),
  max_top_4gram: gramRule('top', 4, 0.16),
  max_repeated_5gram: gramRule('repeated', 5, 0.15),
  max_repeated_6gram: gramRule('repeated', 6, 0.14),
  max_repeated_7gram: gramRule('repeated', 7, 0.13),
  max_repeated_8gram: gramRule('repeated', 8, 0.12),
  max_repeated_9gram: gramRule('repeated', 9, 0.11),
  max_repeated_10gram: gramRule('repeated', 10, 0.1),
  min_punctuated_lines: {
    reason: 'unpunctuated_lines',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.12,
    description: 'Share of the lines that end in a punctuation mark (FineWeb).',
  },
  max_short_lines: {
    reason: 'short_lines',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.67,
    description: 'Share of the lines of 30 characters or fewer (FineWeb).',
  },
  max_newlines_per_word: {
    reason: 'list_like',
    applies: 'text',
    kind: 'share',
    chat: null,
    document: 0.3,
    description: 'Line breaks per word (FineWeb).',
  },
  min_sentences: {
    reason: 'too_few_sentences',
    applies: 'text',
    kind: 'count',
    chat: null,
    document: 3,
    description: 'Sentences (ends in . ? or !). C4 asks for 5 of a web page; a company document may be shorter.',
  },
  forbid_lorem_ipsum: {
    reason: 'lorem_ipsum',
    applies: 'both',
    kind: 'switch',
    chat: null,
    document: true,
    description: 'No "lorem ipsum" (C4).',
  },
} as const satisfies Record<string, RuleSpec>

export type RuleName = keyof typeof RULES
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[]
export type PresetName = 'chat' | 'document' | 'none'
/** What is asked of a record: a limit, `true` for a switch, `null` where the rule is off. */
export type RuleValues = Readonly<Record<RuleName, number | boolean | null>>
/** A field of the stage's `rules`: as in the preset, off, or a value of its own. */
export type RuleChoice = 'preset' | 'off' | number | boolean

/** The values of a preset with the choices of a pipeline file laid over it. */
export function resolveRules(
  preset: PresetName,
  choices: Readonly<Partial<Record<string, RuleChoice>>> = {},
): RuleValues {
  const value = (name: RuleName): number | boolean | null => {
    const choice = choices[name] ?? 'preset'
    if (choice === 'off' || choice === false) return null
    if (choice !== 'preset') return choice
    return preset === 'none' ? null : RULES[name][preset]
  }
  return Object.fromEntries(RULE_NAMES.map((name) => [name, value(name)])) as Record<RuleName, number | boolean | null>
}

function gramRule<N extends number, V extends number>(kind: 'top' | 'repeated', n: N, document: V) {
  return {
    reason: kind === 'top' ? (`top_${n}gram` as const) : (`repeated_${n}gram` as const),
    applies: 'text',
    kind: 'share',
    chat: null,
    document,
    description:
      kind === 'top'
        ? `Share of the characters that stand in the most frequent ${n}-gram of words, where it stands more than once.`
        : `Share of the characters that stand in ${n}-grams of words that stood before (no character counted twice).`,
  } as const
}
