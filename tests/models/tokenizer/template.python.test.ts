import { describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../../models/tokenizer/chat.ts'
import { createTemplateEncoder } from '../../../models/tokenizer/template-encoder.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { pythonHas } from '../../support/python.ts'
import { askPython } from './python.ts'
import { CHATML, HEADERS, INSTRUCT, THINKING, WORDS } from './templates.ts'
import { TRAINING_TEXTS } from './texts.ts'

/** Two small tokenizers, byte-level and SentencePiece's way, and what Transformers makes of the conversations. */
const SCRIPT = String.raw`
import json, sys
from tokenizers import Tokenizer, Regex, models, trainers, normalizers, pre_tokenizers, decoders
from transformers import PreTrainedTokenizerFast
question = json.load(sys.stdin)
SPECIAL = ['<unk>', '<s>', '</s>', '<|im_start|>', '<|im_end|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>']
PATTERN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
def byte_level():
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(PATTERN), 'isolated', False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(question['corpus'], trainers.BpeTrainer(vocab_size=420, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return t
def sentence_piece():
    t = Tokenizer(models.BPE(unk_token='<unk>', fuse_unk=True, byte_fallback=True))
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.train_from_iterator(question['corpus'], trainers.BpeTrainer(vocab_size=760, show_progress=False,
        special_tokens=SPECIAL + ['<0x%02X>' % i for i in range(256)], limit_alphabet=60))
    body = json.loads(t.to_str())
    body['added_tokens'] = [a for a in body['added_tokens'] if not a['content'].startswith('<0x')]
    body['pre_tokenizer'] = None
    t = Tokenizer.from_str(json.dumps(body))
    t.normalizer = normalizers.Sequence([normalizers.Prepend('▁'), normalizers.Replace(' ', '▁')])
    t.decoder = decoders.Sequence([decoders.Replace('▁', ' '), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(' ', 1, 0)])
    return t
tokenizers = {'byte-level': byte_level(), 'sentence-piece': sentence_piece()}
out = {'json': {name: t.to_str() for name, t in tokenizers.items()}, 'rows': []}
for kind, template, end, conversation, tools in question['asked']:
    t = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(out['json'][kind]), bos_token='<s>', eos_token=end, unk_token='<unk>')
    t.chat_template = template
    got = t.apply_chat_template(conversation, tools=tools, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
    prompt = t.apply_chat_template(conversation[:-1], tools=tools, tokenize=True, return_dict=True, add_generation_prompt=True)
    out['rows'].append({'ids': got['input_ids'], 'mask': got['assistant_masks'], 'prompt': prompt['input_ids']})
print(json.dumps(out))
`

interface Answer {
  readonly json: Readonly<Record<string, string>>
  readonly rows: readonly { readonly ids: number[]; readonly mask: number[]; readonly prompt: number[] }[]
}

const TALKS: readonly (readonly ChatMessage[])[] = [
  [
    { role: 'user', content: 'Hello, where is my order?' },
    { role: 'assistant', content: "I'm sorry to hear that. It is late." },
  ],
  [
    { role: 'user', content: 'Grüße aus Köln! Wo ist 20481?\n\nDanke 😕' },
    { role: 'assistant', content: 'Une réponse — “quoted”\n- a\n- b' },
    { role: 'user', content: 'مرحبا، أين طلبي؟ <b>x</b> {"a": [1, 2]}' },
    { role: 'assistant', content: 'これはテストです。\tтест' },
  ],
]
const WITH_SYSTEM = TALKS.map((talk) => [{ role: 'system', content: 'Be short.\nBe kind.' } as const, ...talk])
const CALLS: readonly ChatMessage[] = [
  { role: 'user', content: 'Where is 7?' },
  {
    role: 'assistant',
    content: '',
    tool_calls: [{ function: { name: 'find', arguments: '{"id": 7, "list": [1.5, "é", null, true]}' } }],
  },
]
const TOOLS = [{ type: 'function', function: { name: 'find', parameters: { type: 'object', properties: {} } } }]

const FORMS = [
  { name: 'ChatML', template: CHATML, end: '<|im_end|>', talks: [...TALKS, ...WITH_SYSTEM] },
  { name: 'headers', template: HEADERS, end: '<|eot_id|>', talks: [...TALKS, ...WITH_SYSTEM, CALLS] },
  { name: 'instruct', template: INSTRUCT, end: '</s>', talks: TALKS },
  { name: 'words', template: WORDS, end: '</s>', talks: [...TALKS, ...WITH_SYSTEM] },
]

// Python is asked while tests are collected, which happens in a skipped suite too.
const has = pythonHas('tokenizers', 'transformers')
if (!has) it.skip('needs Python', () => {})
if (has)
  describe('Transformers', () => {
    const cases = ['byte-level', 'sentence-piece'].flatMap((kind) =>
      FORMS.flatMap(({ name, template, end, talks }) => talks.map((talk) => ({ kind, name, template, end, talk }))),
    )
    // The date is not the same there and here, so tools are asked for without it.
    const dateless = HEADERS.replace("Today: ' + strftime_now('%d %b %Y') + '", 'Tools:')
    const withTools = {
      kind: 'byte-level',
      name: 'tools',
      template: dateless,
      end: '<|eot_id|>',
      talk: CALLS,
      tools: TOOLS,
    }
    const all: readonly (typeof withTools | (typeof cases)[number])[] = [...cases, withTools]
    const thinking = TALKS.map((talk) => ({ kind: 'byte-level', template: THINKING, end: '<|im_end|>', talk }))
    const forPython = (message: ChatMessage): unknown => ({
      ...message,
      ...(message.tool_calls === undefined
        ? {}
        : {
            tool_calls: message.tool_calls.map(({ function: { name, arguments: text } }) => ({
              type: 'function',
              function: { name, arguments: JSON.parse(text) as unknown },
            })),
          }),
    })
    const answer = askPython<Answer>(SCRIPT, {
      corpus: TRAINING_TEXTS,
      asked: [...all, ...thinking].map((row) => [
        row.kind,
        row.template,
        row.end,
        row.talk.map(forPython),
        'tools' in row ? row.tools : null,
      ]),
    })
    const opened = Object.fromEntries(Object.entries(answer.json).map(([kind, json]) => [kind, openTokenizer(json)]))

    it.each(
      all.map((row, i) => [`${row.name} by a ${row.kind} tokenizer, ${row.talk.length} messages`, row, i] as const),
    )('gives the same ids, mask and prompt: %s', (_, row, i) => {
      const tokenizer = opened[row.kind]!
      const special = { bos: tokenizer.special('<s>'), eos: [tokenizer.special(row.end)], addBos: false }
      const chat = createTemplateEncoder(tokenizer, { template: row.template, special })
      const theirs = answer.rows[i]!
      const meta = 'tools' in row ? { tools: row.tools } : {}
      const { ids, supervised } = chat.encodeConversation({ messages: row.talk, meta })
      const named = (list: ArrayLike<number>): readonly unknown[] => Array.from(list, (id) => tokenizer.tokenOf(id))
      expect(named(ids)).toEqual(named(theirs.ids))
      expect([...supervised]).toEqual(theirs.mask)
      if (!('tools' in row)) expect(named(chat.encodePrompt(row.talk.slice(0, -1)))).toEqual(named(theirs.prompt))
    })

    it('gives the last turn of a template that rewrites earlier ones', () => {
      const tokenizer = opened['byte-level']!
      const special = { eos: [tokenizer.special('<|im_end|>')], addBos: false }
      const chat = createTemplateEncoder(tokenizer, { template: THINKING, special })
      for (const [i, { talk }] of thinking.entries()) {
        const theirs = answer.rows[all.length + i]!
        const last = chat.encodeSequences({ messages: talk }).at(-1)!
        expect([...last.ids]).toEqual(theirs.ids)
        expect(chat.encodePrompt(talk.slice(0, -1))).toEqual(theirs.prompt)
        expect(last.supervised.indexOf(1)).toBe(theirs.prompt.length)
      }
    })
  })
