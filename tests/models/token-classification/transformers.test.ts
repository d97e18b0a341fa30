import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTokenClassifier } from '../../../models/token-classification/classifier.ts'
import { readModelFolder } from '../../../models/token-classification/folder.ts'
import { PYTHON, pythonHas } from '../../support/python.ts'
import { wordPieceTokenizer } from './tiny-models.ts'

/** A random BERT, exported, and what Transformers' own pipeline finds with it. */
const SCRIPT = `
import json, sys, torch
from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast, pipeline
folder, texts = sys.argv[1], json.loads(sys.argv[2])
tokenizer = PreTrainedTokenizerFast(tokenizer_file=folder + '/tokenizer.json', unk_token='[UNK]', pad_token='[PAD]',
    cls_token='[CLS]', sep_token='[SEP]', model_max_length=128)
torch.manual_seed(5)
labels = ['O', 'PER', 'LOC', 'ORG']
config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
    intermediate_size=64, max_position_embeddings=128, id2label=dict(enumerate(labels)), label2id={l: i for i, l in enumerate(labels)})
config._attn_implementation = 'eager'
model = BertForTokenClassification(config).eval()
with torch.no_grad():
    for p in model.parameters():
        p.mul_(6 if p.dim() > 1 else 1)
class Logits(torch.nn.Module):
    def __init__(self, m):
        super().__init__()
        self.m = m
    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.m(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits
x = torch.ones((2, 7), dtype=torch.int64)
axes = {n: {0: 'batch', 1: 'sequence'} for n in ['input_ids', 'attention_mask', 'token_type_ids', 'logits']}
mask = x.clone()
mask[1, 5:] = 0
torch.onnx.export(Logits(model).eval(), (x, mask, x * 0), folder + '/model.onnx', dynamo=False, opset_version=17,
    input_names=['input_ids', 'attention_mask', 'token_type_ids'], output_names=['logits'], dynamic_axes=axes)
config.save_pretrained(folder)
found = pipeline('token-classification', model=model, tokenizer=tokenizer, aggregation_strategy='first')(texts)
print(json.dumps([[[s['start'], s['end'], s['entity_group'], float(s['score'])] for s in spans] for spans in found]))
`

const available = pythonHas('torch', 'transformers', 'onnx')

const WORDS = [
  'Lily',
  'Chen',
  'Mü',
  '##ller',
  'order',
  '##s',
  'my',
  'late',
  'Ber',
  '##lin',
  'Acme',
  '.',
  ',',
  '-',
  '李',
  '莉',
]
const TEXTS = [
  'Lily Chen, my orders are late.',
  'my Müller-Chen  orders\r\nLily',
  'Berlin Acme Lily-Chen . late 李莉 unknown',
  'orders',
  'late late late Acme, Acme Berlin my my my Lily Müller Chen orders order',
]

describe.skipIf(!available)('Transformers', () => {
  it('finds the same spans with the same model', { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-ner-'))
    try {
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ ...wordPieceTokenizer(WORDS), truncation: null }))
      const output = execFileSync(PYTHON, ['-c', SCRIPT, folder, JSON.stringify(TEXTS)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 170_000,
      })
      const theirs = JSON.parse(output.trim().split('\n').at(-1)!) as readonly (readonly [
        number,
        number,
        string,
        number,
      ])[][]
      const classifier = await openTokenClassifier(readModelFolder(folder))
      const ours = await classifier.classify(TEXTS)
      await classifier.close()
      expect(theirs.flat().length).toBeGreaterThan(10)
      expect(ours.map((spans) => spans.map(({ start, end, entity }) => [start, end, entity]))).toEqual(
        theirs.map((spans) => spans.map(([start, end, entity]) => [start, end, entity])),
      )
      for (const [i, spans] of theirs.entries()) {
        for (const [k, [, , , score]] of spans.entries()) expect(Math.abs(ours[i]![k]!.mean - score)).toBeLessThan(2e-4)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
