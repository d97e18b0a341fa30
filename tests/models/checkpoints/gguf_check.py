"""What llama.cpp's own Python package makes of GGUF blocks and files. Called by gguf-python.test.ts: COMMAND FOLDER."""
import json, os, sys
import numpy as np
import gguf

command, folder = sys.argv[1], sys.argv[2]
path = lambda name: os.path.join(folder, name)
T = gguf.GGMLQuantizationType
NAMES = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q4_K', 'Q5_K', 'Q6_K']

# Offsets of half-precision scales within a block: random bits there would often be NaN.
SCALES = {'Q8_0': [0], 'Q4_0': [0], 'Q4_1': [0, 2], 'Q5_0': [0], 'Q5_1': [0, 2], 'Q4_K': [0, 2], 'Q5_K': [0, 2], 'Q6_K': [208]}

def random_blocks(name, rng, count):
    size, width = gguf.GGML_QUANT_SIZES[T[name]]
    if name in ('F32', 'F16', 'BF16'):
        x = (rng.standard_normal(count * 256) * 10.0 ** rng.integers(-9, 4, count * 256)).astype(np.float32)
        return gguf.quants.quantize(x.reshape(-1, 256), T[name]) if name != 'F32' else x.reshape(-1, 256)
    blocks = rng.integers(0, 256, (count, width), dtype=np.uint8)
    for at in SCALES[name]:
        # Any finite half, subnormals included.
        bits = rng.integers(0, 0x7c00, count) | (rng.integers(0, 2, count) << 15)
        blocks[:, at:at + 2] = bits.astype(np.uint16).view(np.uint8).reshape(count, 2)
    return blocks

if command == 'dequantise':
    rng = np.random.default_rng(5)
    for name in NAMES:
        blocks = random_blocks(name, rng, 64)
        open(path(name + '.raw'), 'wb').write(np.ascontiguousarray(blocks).tobytes())
        open(path(name + '.f32'), 'wb').write(gguf.quants.dequantize(blocks, T[name]).astype(np.float32).tobytes())
elif command == 'quantise':
    x = np.fromfile(path('numbers.f32'), dtype=np.float32).reshape(-1, 32)
    for name in ['F16', 'BF16', 'Q8_0']:
        open(path(name + '.quantised'), 'wb').write(np.ascontiguousarray(gguf.quants.quantize(x, T[name])).tobytes())
elif command == 'read':
    reader = gguf.GGUFReader(path('ours.gguf'))
    for i, tensor in enumerate(reader.tensors):
        open(path(f'{i}.f32'), 'wb').write(gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32).tobytes())
    print(json.dumps({
        'tensors': [{'name': t.name, 'shape': [int(n) for n in t.shape][::-1], 'type': t.tensor_type.name} for t in reader.tensors],
        'fields': {k: f.contents() for k, f in reader.fields.items() if not k.startswith('GGUF.')},
    }))
elif command == 'write':
    # A file of theirs: one tensor of every type, every type of value.
    writer = gguf.GGUFWriter(path('theirs.gguf'), 'llama')
    writer.add_uint8('a.uint8', 200); writer.add_int8('a.int8', -100); writer.add_uint16('a.uint16', 60000)
    writer.add_int16('a.int16', -30000); writer.add_uint32('a.uint32', 4000000000); writer.add_int32('a.int32', -2000000000)
    writer.add_uint64('a.uint64', 2**40); writer.add_int64('a.int64', -2**40); writer.add_float32('a.float32', 0.5)
    writer.add_float64('a.float64', 0.1); writer.add_bool('a.bool', True); writer.add_string('a.string', 'ß 😕')
    writer.add_array('a.strings', ['', 'a', 'é']); writer.add_array('a.ints', [1, -2, 3])
    rng = np.random.default_rng(6)
    for name in NAMES:
        blocks = np.ascontiguousarray(random_blocks(name, rng, 12))
        raw = blocks.reshape(4, -1)
        open(path(name + '.f32'), 'wb').write(gguf.quants.dequantize(raw, T[name]).astype(np.float32).tobytes())
        writer.add_tensor(f'tensor.{name}', raw, raw_dtype=T[name])
    writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
elif command == 'sentencepiece':
    import sentencepiece
    texts = json.load(open(path('texts.json')))
    open(path('corpus.txt'), 'w').write('\n'.join(json.load(open(path('corpus.json')))))
    sentencepiece.SentencePieceTrainer.train(
        input=path('corpus.txt'), model_prefix=path('spm'), vocab_size=700, model_type='bpe', byte_fallback=True,
        normalization_rule_name='identity', remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
        split_digits=True, hard_vocab_limit=False, minloglevel=2)
    model = sentencepiece.SentencePieceProcessor(model_file=path('spm.model'))
    kind = lambda i: 2 if model.is_unknown(i) else 3 if model.is_control(i) else 5 if model.is_unused(i) else 6 if model.is_byte(i) else 1
    writer = gguf.GGUFWriter(path('spm.gguf'), 'llama')
    n = model.vocab_size()
    writer.add_tokenizer_model('llama'); writer.add_tokenizer_pre('default')
    writer.add_token_list([model.id_to_piece(i) for i in range(n)])
    writer.add_token_scores([model.get_score(i) for i in range(n)])
    writer.add_token_types([kind(i) for i in range(n)])
    writer.add_bos_token_id(model.bos_id()); writer.add_eos_token_id(model.eos_id())
    writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
    print(json.dumps([model.encode(text) for text in texts]))
elif command == 'transformers':
    # Transformers reads GGUF by code of its own: the same logits and ids as from the Hugging Face folder?
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    out = {}
    ids = torch.tensor([[(7 * i + 3) % 300 for i in range(24)]])
    for name in json.load(open(path('models.json'))):
        one = AutoModelForCausalLM.from_pretrained(path(name), dtype=torch.float32)
        two = AutoModelForCausalLM.from_pretrained(path(name), gguf_file='model.gguf', dtype=torch.float32)
        with torch.no_grad():
            a, b = one(ids).logits, two(ids).logits
        out[name] = {'difference': float((a - b).abs().max()), 'largest': float(a.abs().max()), 'class': type(two).__name__}
        a[0].numpy().astype(np.float32).tofile(path(name + '.logits'))
    print(json.dumps(out))
