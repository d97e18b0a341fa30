import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLanguageModel } from '../../models/language-model.ts'
import { PYTHON, pythonHas } from '../support/python.ts'
import { tinyModelFiles } from './tiny-model.ts'

const SCRIPT = `
import json, sys, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
folder, messages = sys.argv[1], json.loads(sys.argv[2])
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(folder)
text = tokenizer.apply_chat_template(messages, tokenize=False)
prompt = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
ids = tokenizer(text, add_special_tokens=False)['input_ids']
masked = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
with torch.no_grad():
    logits = model(torch.tensor([ids])).logits[0].double()
scores = torch.log_softmax(logits, -1)[:-1].gather(1, torch.tensor(ids)[1:, None])[:, 0]
print(json.dumps({
    'class': type(model).__name__,
    'parameters': model.num_parameters(),
    'ids': ids,
    'mask': masked['assistant_masks'],
    'prompt': tokenizer(prompt, add_special_tokens=False)['input_ids'],
    'scores': scores.tolist(),
    'greedy': model.generate(torch.tensor([tokenizer(prompt, add_special_tokens=False)['input_ids']]), max_new_tokens=8, do_sample=False)[0].tolist(),
}))
`

const available = pythonHas('torch', 'transformers')

const MESSAGES = [
  { role: 'system', content: 'let me look that up' },
  { role: 'user', content: "where is my order?\nIt's late 😕" },
  { role: 'assistant', content: 'I am sorry' },
  { role: 'user', content: 'it has not come yet' },
  { role: 'assistant', content: 'the parcel is late' },
] as const

describe.skipIf(!available)('Transformers', () => {
  it('loads the folder and gives the same tokens, mask, log-probabilities and greedy text', {
    timeout: 180_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-transformers-'))
    try {
      const files = tinyModelFiles()
      for (const [name, data] of files) writeFileSync(join(folder, name), data)
      const output = execFileSync(PYTHON, ['-c', SCRIPT, folder, JSON.stringify(MESSAGES)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 170_000,
      })
      const theirs = JSON.parse(output.trim().split('\n').at(-1)!) as {
        class: string
        parameters: number
        ids: number[]
        mask: number[]
        prompt: number[]
        scores: number[]
        greedy: number[]
      }
      const model = await openLanguageModel(files)
      const { ids, supervised } = model.encodeConversation({ messages: MESSAGES })
      expect(theirs.class).toBe('LlamaForCausalLM')
      expect(theirs.parameters).toBe(model.parameters)
      expect(theirs.ids).toEqual([...ids])
      expect(theirs.mask).toEqual([...supervised])
      const prompt = model.encodePrompt(MESSAGES.slice(0, -1))
      expect(theirs.prompt).toEqual(prompt)
      const [scores] = await model.logProbabilities([ids])
      for (const [t, score] of theirs.scores.entries()) expect(Math.abs(scores![t]! - score)).toBeLessThan(1e-4)
      const [written] = await model.generate([prompt], { maxTokens: 8, temperature: 0, seed: 1 })
      const continued = theirs.greedy.slice(prompt.length)
      expect(written).toEqual(
        continued.includes(model.endOfTurn) ? continued.slice(0, continued.indexOf(model.endOfTurn)) : continued,
      )
      await model.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
