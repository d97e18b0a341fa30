import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../../artifacts/record.ts'
import { completeConfig } from '../../../bench/drive-stage.ts'
import type { CurateConfig } from '../../../stages/curate/config.ts'
import { measureDocument } from '../../../stages/curate/document-measures.ts'
import { curate } from '../../../stages/curate/index.ts'
import { judgeQuality } from '../../../stages/curate/quality.ts'
import { RULE_NAMES, RULES, resolveRules } from '../../../stages/curate/rules.ts'
import { characterRunShare, countWords, lineRepeats } from '../../../stages/curate/text-measures.ts'
import { leastTime } from '../../support/least-time.ts'

const say = (...turns: readonly (readonly [Message['role'], string])[]) => ({
  messages: turns.map(([role, content]): Message => ({ role, content })),
})

describe('the chat preset', () => {
  const rules = resolveRules('chat')
  const judge = (record: Parameters<typeof judgeQuality>[0]) => judgeQuality(record, rules, 'en')
  const answer = ['assistant', 'It left our house this morning.'] as const

  it('keeps short and plain conversations, logs, tables and tool calls', () => {
    expect(judge(say(['user', 'where is it'], answer))).toBeUndefined()
    expect(judge(say(['system', 'Be polite.'], ['user', 'where is it'], answer, ['user', 'thx']))).toBeUndefined()
    const table = '| a | b |\n|----------|----------|\n| one row | of values |\n| two rows | of values |'
    expect(judge(say(['user', `what does this mean\n${table}`], answer))).toBeUndefined()
    const call = { id: '1', type: 'function' as const, function: { name: 'find', arguments: '{}' } }
    const messages: readonly Message[] = [
      { role: 'user', content: 'where is my parcel now' },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', content: '{"status":"sent"}' },
      { role: 'assistant', content: 'It left.' },
    ]
    expect(judge({ messages })).toBeUndefined()
  })

  it('names what is wrong with the turns', () => {
    expect(judge(say(answer, ['user', 'where is it then']))).toBe('no_user_start')
    expect(judge(say(['user', 'is anybody there at all']))).toBe('no_assistant')
    expect(judge(say(['user', 'where is my parcel'], ['assistant', ' '], answer))).toBe('empty_assistant')
    expect(judge(say(['user', 'where is my parcel'], ['assistant', 'ok']))).toBe('short_answers')
  })

  it('names what is wrong with the text', () => {
    expect(judge(say(['user', 'hm'], ['assistant', 'hello there']))).toBe('too_short')
    expect(judge(say(['user', `why ${'a'.repeat(60)} ${'!'.repeat(40)}`], answer))).toBe('character_runs')
    expect(judge(say(['user', 'this is spam\n'.repeat(12)], answer))).toBe('repeated_lines')
    expect(
      judge(say(['user', '<PERSON_0a1b2c3d> <EMAIL> <PHONE> <ADDRESS> or <PERSON>'], ['assistant', 'to <EMAIL> now'])),
    ).toBe('over_redacted')
    expect(judge({ text: '•••••••••••• •••••••••••• 1234 yes it is' })).toBe('character_runs')
  })
})

describe('the document preset', () => {
  const rules = resolveRules('document')
  const prose = [
    'The harbour office opens at seven, and boats that arrive before then have to wait outside the wall. A small fee is due for each night.',
    'Visitors find the keys to the washing rooms in a box beside the door. Please bring them back before you leave with the tide.',
    'Fuel is sold on Mondays. The pump takes coins only, since its card reader broke during last winter and nobody has repaired it yet.',
    'When a storm is expected, the master of the harbour raises two red lamps on the mast; then every line must be doubled.',
  ].join('\n\n')

  it('keeps prose and drops what each rule is for', () => {
    const judge = (text: string, language = 'en') => judgeQuality({ text }, rules, language)
    expect(judge(prose)).toBeUndefined()
    expect(judge('Only a few words here.')).toBe('too_short')
    expect(judge(`${prose}\nlorem ipsum dolor`)).toBe('lorem_ipsum')
    expect(judge(`${prose}\n`.repeat(3))).toBe('repeated_lines')
    expect(judge(Array.from({ length: 80 }, (_, i) => `#tag${i} word`).join(' '))).toBe('too_many_hashes')
    expect(judge(Array.from({ length: 80 }, (_, i) => `${i} ${i * 7}`).join(' '))).toMatch(
      /short_words|too_few_letters/,
    )
    const german = prose.replace(/\b(the|of|and|that|with|to|have|be)\b/gi, 'und')
    expect(judge(german)).toBe('too_few_stop_words')
    expect(judge(german, 'de')).toBeUndefined()
    const bullets = '• one of these\n- two of those\n* three of them'
    expect(judgeQuality({ text: bullets }, resolveRules('none', { max_bullet_lines: 0.9 }), 'en')).toBe(
      'too_many_bullets',
    )
  })
})

describe('the rules', () => {
  it('take choices field by field', () => {
    expect(resolveRules('chat', { min_words: 9, require_assistant: 'off', max_words: 'preset' })).toEqual({
      ...resolveRules('chat'),
      min_words: 9,
      require_assistant: null,
    })
    expect(Object.values(resolveRules('none')).every((value) => value === null)).toBe(true)
  })

  it('each have a reason of their own and say their direction in their name', () => {
    const reasons = RULE_NAMES.map((name) => RULES[name].reason)
    expect(new Set(reasons).size).toBe(reasons.length)
    for (const name of RULE_NAMES)
      expect(name).toMatch(RULES[name].kind === 'switch' ? /^(require|forbid)_/ : /^(min|max)_/)
  })

  it('never throw, and judge any text the same twice', () => {
    const rules = { ...resolveRules('document'), min_words: null }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        expect(judgeQuality({ text }, rules, 'en')).toBe(judgeQuality({ text }, rules, 'en'))
      }),
    )
  })
})

describe('the measures', () => {
  it('agree with the simple way to count', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bb', ' ', '\n', '......', '\t', 'zzzzzzzzzz'), { maxLength: 60 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (value) => {
        expect(countWords(value)).toBe(value.split(/\s+/).filter((word) => word !== '').length)
        const dense = value.replace(/\s/g, '').length
        const runs = [...value.matchAll(/(\S)\1{7,}/g)].reduce((sum, match) => sum + match[0].length, 0)
        expect(characterRunShare(value)).toBeCloseTo(dense === 0 ? 0 : runs / dense, 10)
      }),
    )
  })

  it('count repeated lines and n-grams', () => {
    expect(lineRepeats('a\nb\na\na')).toEqual({ lines: 0.5, characters: 0.5 })
    expect(lineRepeats('a\na')).toEqual({ lines: 0, characters: 0 })
    const all = (): boolean => true
    // "ab cd" stands three times: 12 of the 14 characters; no 5-gram stands twice.
    expect(measureDocument('ab cd e ab cd f ab cd', all)).toMatchObject({
      max_top_2gram: 12 / 14,
      max_repeated_5gram: 0,
    })
    expect(measureDocument('a b c d e x a b c d e', all).max_repeated_5gram).toBe(5 / 11)
  })

  it('stay linear on long text without spaces or with one word', () => {
    const all = (): void => {
      measureDocument('a'.repeat(500_000), () => true)
      measureDocument('a '.repeat(250_000), () => true)
      judgeQuality({ text: `${'<PERSON_'.repeat(60_000)}` }, resolveRules('chat'), 'en')
    }
    expect(leastTime(() => all, 3, 6000)).toBeLessThan(6000)
  })
})

describe('the config', () => {
  const check = (config: Readonly<Record<string, unknown>>): readonly string[] =>
    (curate.check?.(completeConfig(curate, config) as CurateConfig, undefined as never, undefined as never) ?? []).map(
      (problem) => problem.code,
    )

  it('has a default for every field, and the defaults have no problem', () => {
    expect(check({})).toEqual([])
    expect(completeConfig(curate, {})).toMatchObject({
      preset: 'chat',
      rules: { min_words: 'preset' },
      duplicates: { bands: 20 },
    })
  })

  it('finds contradictions before a byte moves', () => {
    expect(check({ drop_when: [{ score: 'a.b' }, { score: 'a.b', at_least: 1, at_most: 2 }] })).toEqual([
      'CURATE_THRESHOLD',
      'CURATE_THRESHOLD',
    ])
    expect(check({ split: { valid: 0.5, test: 0.5 } })).toEqual(['CURATE_SPLIT'])
    expect(check({ duplicates: { exact: 'keep' } })).toEqual(['CURATE_DUPLICATES'])
    expect(check({ duplicates: { bands: 64, rows: 32 } })).toEqual(['CURATE_BANDS'])
    expect(check({ canaries: { alphabet: 'aab' } })).toEqual(['CURATE_ALPHABET'])
    expect(() => completeConfig(curate, { rules: { min_word: 3 } })).toThrow()
    expect(() => completeConfig(curate, { rules: { max_bullet_lines: 3 } })).toThrow()
  })
})
