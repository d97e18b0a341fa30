"""Makes small random models with Transformers and writes what they compute: `make FOLDER`.

Reads models that Sluice wrote back and writes their logits: `read FOLDER`.
"""

import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

COMMON = dict(vocab_size=61, hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=6,
              max_position_embeddings=64)
SCALED = dict(original_max_position_embeddings=16, factor=4.0, rope_theta=500.0)

MODELS = {
    'gpt2': GPT2Config(vocab_size=61, n_embd=48, n_layer=2, n_head=4, n_positions=64, resid_pdrop=0, embd_pdrop=0,
                       attn_pdrop=0),
    'gpt2-untied-exact-gelu': GPT2Config(vocab_size=61, n_embd=32, n_layer=2, n_head=2, n_inner=72, n_positions=64,
                                         activation_function='gelu', tie_word_embeddings=False, resid_pdrop=0,
                                         embd_pdrop=0, attn_pdrop=0),
    'llama-llama3': LlamaConfig(**COMMON, num_key_value_heads=2, rope_parameters=dict(
        SCALED, rope_type='llama3', low_freq_factor=1.0, high_freq_factor=4.0)),
    'llama-yarn-wide-heads': LlamaConfig(**COMMON, num_key_value_heads=3, head_dim=16, tie_word_embeddings=True,
                                         rope_parameters=dict(SCALED, rope_type='yarn')),
    'llama-linear-biases': LlamaConfig(**COMMON, num_key_value_heads=6, attention_bias=True, mlp_bias=True,
                                       hidden_act='gelu', rope_parameters=dict(
                                           rope_type='linear', factor=2.0, rope_theta=10000.0)),
    'llama-dynamic': LlamaConfig(**COMMON, num_key_value_heads=1, rope_parameters=dict(
        rope_type='dynamic', factor=2.0, rope_theta=10000.0)),
    'mistral': MistralConfig(**COMMON, num_key_value_heads=2, sliding_window=None),
    'qwen2': Qwen2Config(**COMMON, num_key_value_heads=2, tie_word_embeddings=True),
    'qwen3': Qwen3Config(**COMMON, num_key_value_heads=2, head_dim=16, attention_bias=True),
    # SmolLM2 in small: three key-value heads of nine, tied, rope_theta 100000.
    'smollm2': LlamaConfig(**{**COMMON, 'hidden_size': 72, 'num_attention_heads': 9}, num_key_value_heads=3,
                           tie_word_embeddings=True, rms_norm_eps=1e-5, rope_parameters=dict(
                               rope_type='default', rope_theta=100000.0)),
}


def shake(model):
    """Random weights far from their first values, so that no part of the network is close to doing nothing."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape)
            if parameter.dim() == 2:
                parameter.copy_(noise * 0.15)
            elif name.endswith('bias'):
                parameter.copy_(noise * 0.1)
            else:
                parameter.copy_(1 + noise * 0.1)


def save(folder, model, results):
    os.makedirs(folder)
    model.save_pretrained(folder)
    tensors = {f'gradient.{name}': parameter.grad for name, parameter in model.named_parameters()}
    save_file({**{key: value.contiguous() for key, value in {**tensors, **results}.items()}},
              os.path.join(folder, 'expected.safetensors'))


def make(root):
    torch.manual_seed(11)
    for name, config in MODELS.items():
        config._attn_implementation = 'eager'
        model = AutoModelForCausalLM.from_config(config).float().eval()
        shake(model)
        ids = torch.randint(0, config.vocab_size, (2, 40))
        labels = ids.clone()
        labels[torch.rand(ids.shape) < 0.5] = -100
        out = model(ids, labels=labels)
        out.loss.backward()
        written = model.generate(ids[:, :9], attention_mask=torch.ones(2, 9, dtype=torch.long), max_new_tokens=20,
                                 do_sample=False, eos_token_id=None, pad_token_id=0)
        save(os.path.join(root, name), model, {
            'greedy': written.float(), 'ids': ids.float(), 'labels': labels.float(), 'logits': out.logits.detach(), 'loss': out.loss.detach()[None]})

    for name, kind in {'bert-pooled': BertForSequenceClassification, 'bert-tags': BertForTokenClassification}.items():
        config = BertConfig(vocab_size=61, hidden_size=48, intermediate_size=80, num_hidden_layers=2,
                            num_attention_heads=4, max_position_embeddings=40, num_labels=5, pad_token_id=None,
                            hidden_dropout_prob=0, attention_probs_dropout_prob=0)
        config._attn_implementation = 'eager'
        model = kind(config).float().eval()
        shake(model)
        ids = torch.randint(0, 61, (3, 24))
        lengths = torch.tensor([24, 9, 17])
        seen = (torch.arange(24)[None] < lengths[:, None]).long()
        types = (torch.arange(24)[None] > 6).long().expand(3, -1).contiguous()
        labels = torch.randint(0, 5, (3,) if name == 'bert-pooled' else (3, 24))
        if name == 'bert-tags':
            labels[seen == 0] = -100
        out = model(ids, attention_mask=seen, token_type_ids=types, labels=labels)
        out.loss.backward()
        save(os.path.join(root, name), model, {
            'ids': ids.float(), 'seen': seen.float(), 'types': types.float(), 'labels': labels.float(),
            'logits': out.logits.detach(), 'loss': out.loss.detach()[None]})


def read(root):
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation='eager',
                                                           output_loading_info=True)
        assert not info['missing_keys'] and not info['unexpected_keys'] and not info['mismatched_keys'], (name, info)
        ids = torch.tensor(json.load(open(os.path.join(folder, 'ids.json'))))
        with torch.no_grad():
            save_file({'logits': model(ids).logits.contiguous()}, os.path.join(folder, 'read.safetensors'))


if __name__ == '__main__':
    {'make': make, 'read': read}[sys.argv[1]](sys.argv[2])
