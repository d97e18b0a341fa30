"""The peer of `training-peers`: the same task on Transformers and PEFT, in a process of its own.

Reads the task file that bench/training-peers.ts wrote, takes a step for each line it is sent, prints JSON at the end.
Plain PyTorch as its documentation has it: a model in float32, `cross_entropy` over every token, AdamW, clipping by the
global norm.
"""

import json
import resource
import sys
import time

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)
torch.set_num_threads(task["threads"])
base = AutoModelForCausalLM.from_pretrained(task["model"], dtype=torch.float32)
base.config.use_cache = False
model = PeftModel.from_pretrained(base, task["adapter"], is_trainable=True)
model.train()
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(
    trained,
    lr=task["learningRate"],
    betas=(task["beta1"], task["beta2"]),
    eps=task["epsilon"],
    weight_decay=task["weightDecay"],
)
rows = torch.tensor(task["rows"])
seconds, losses = [], []
for step in range(task["warmup"] + task["steps"]):
    if step == task["warmup"]:
        print("ready", flush=True)
    if step >= task["warmup"] and not sys.stdin.readline():
        break
    start = time.perf_counter()
    part = rows[step * task["batch"] : (step + 1) * task["batch"]]
    logits = model(input_ids=part[:, :-1], attention_mask=torch.ones_like(part[:, :-1])).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), part[:, 1:].flatten())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, task["clipNorm"])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    losses.append(loss.item())
    # The graph of this step must not lie beside that of the next.
    del logits, loss
    if step >= task["warmup"]:
        seconds.append(time.perf_counter() - start)
        print("done", flush=True)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "losses": losses, "peakMemoryMb": peak}))
