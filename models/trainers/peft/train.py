"""Trains a causal language model with Transformers and PEFT for Sluice.

usage: python train.py JOB_FOLDER

Reads JOB_FOLDER/job.json and the token rows beside it, which Sluice wrote: which rows make up each step, the learning
rate of each step and the first adapter are decided there, so that this script trains what Sluice's own engine would.
Writes JOB_FOLDER/output/ and JOB_FOLDER/checkpoint.pt, and tells what it does as JSON lines on stdout. SIGTERM ends it
after the step it is in, with a checkpoint. It opens no connection.

Under `accelerate launch` with several processes, each takes every n-th micro-batch of a step and the gradients are
added up before the optimizer.
"""

import json
import os
import signal
import sys
import time


class Refusal(Exception):
    """A mistake that a person can correct."""

    def __init__(self, code, message, advice):
        super().__init__(message)
        self.code, self.message, self.advice = code, message, advice


def tell(event, **fields):
    if int(os.environ.get("RANK", "0")) == 0 or event == "error":
        sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
        sys.stdout.flush()


STOPPING = False


def stop(_signal, _frame):
    global STOPPING
    STOPPING = True


class Rows:
    """Token rows: ids and supervised flags of row i stand at offsets[i] … offsets[i + 1]."""

    def __init__(self, folder, name, torch):
        def load(part, kind):
            path = os.path.join(folder, f"{name}.{part}")
            return torch.frombuffer(bytearray(open(path, "rb").read()), dtype=kind)

        self.ids = load("ids", torch.int32).long()
        self.supervised = load("supervised", torch.uint8).bool()
        self.offsets = load("offsets", torch.int32).tolist()
        self.torch = torch

    def batch(self, chosen, pad, device):
        """ids, attention mask and targets [rows, longest]; a target is -100 where nothing is trained."""
        torch = self.torch
        longest = max(self.offsets[row + 1] - self.offsets[row] for row in chosen)
        ids = torch.full((len(chosen), longest), pad)
        mask = torch.zeros((len(chosen), longest), dtype=torch.long)
        targets = torch.full((len(chosen), longest), -100)
        for i, row in enumerate(chosen):
            start, end = self.offsets[row], self.offsets[row + 1]
            ids[i, : end - start] = self.ids[start:end]
            mask[i, : end - start] = 1
            targets[i, : end - start] = torch.where(self.supervised[start:end], self.ids[start:end], -100)
        # The first token of a row is never predicted.
        targets[:, 0] = -100
        return ids.to(device), mask.to(device), targets.to(device)

    def trained(self, chosen):
        return sum(int(self.supervised[self.offsets[row] + 1 : self.offsets[row + 1]].sum()) for row in chosen)


def nats(model, batch, torch):
    """Sum of the losses over the trained tokens of a batch."""
    ids, mask, targets = batch
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1].float()
    return torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets[:, 1:].reshape(-1), ignore_index=-100, reduction="sum"
    )


def held_out(model, rows, job, device, torch):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for chosen in job["evaluation"]:
            trained = rows.trained(chosen)
            if trained == 0:
                continue
            total += float(nats(model, rows.batch(chosen, job["pad"], device), torch))
            count += trained
    model.train()
    return total / count


def open_model(job, folder, device, torch):
    from transformers import AutoModelForCausalLM

    kind = {"float32": torch.float32, "bfloat16": torch.bfloat16}[job["precision"]]
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=kind, local_files_only=True)
    if job["lora"]:
        from peft import PeftModel

        # The first factors are Sluice's, by the job's seed.
        model = PeftModel.from_pretrained(model, os.path.join(folder, "initial"), is_trainable=True)
    if job["recompute"]:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    return model.to(device).train()


def choose_device(job, rank, torch):
    wanted = job["device"]
    if wanted == "cuda" and not torch.cuda.is_available():
        raise Refusal(
            "TRAINER_CUDA_ABSENT",
            "the job asks for a GPU, and this torch sees none",
            "train with device: cpu, or install a torch with CUDA and its driver",
        )
    if wanted == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", rank % torch.cuda.device_count())


def groups_of(trainable, optimizer, torch):
    """Weight decay falls on matrices only."""
    matrices = [p for _, p in trainable if p.dim() > 1]
    vectors = [p for _, p in trainable if p.dim() <= 1]
    groups = [
        {"params": matrices, "weight_decay": optimizer["weightDecay"]},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=0.0,
        betas=(optimizer["beta1"], optimizer["beta2"]),
        eps=optimizer["epsilon"],
    )


def save_checkpoint(path, state, torch):
    temporary = f"{path}.tmp-{os.getpid()}"
    with open(temporary, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def load_checkpoint(path, digest, torch):
    if not os.path.exists(path):
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        tell("note", message="the checkpoint was damaged and was not used: trained from the first step")
        return None
    if state["job"] != digest:
        tell("note", message="the checkpoint belonged to another job and was not used: trained from the first step")
        return None
    return state


def train(folder):
    import torch

    with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
        job = json.load(file)
    world = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    device = choose_device(job, int(os.environ.get("LOCAL_RANK", "0")), torch)
    accelerator = None
    if world > 1:
        from accelerate import Accelerator

        accelerator = Accelerator(cpu=device.type == "cpu")
        device = accelerator.device
    torch.manual_seed(job["seed"])
    torch.set_num_threads(job["threads"])

    train_rows, valid_rows = Rows(folder, "train", torch), Rows(folder, "valid", torch)
    model = open_model(job, folder, device, torch)
    trainable = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    optimizer = groups_of(trainable, job["optimizer"], torch)
    checkpoint = os.path.join(folder, "checkpoint.pt")

    def snapshot():
        return {name: p.detach().cpu().clone() for name, p in trainable}

    def restore(values):
        with torch.no_grad():
            for name, p in trainable:
                p.copy_(values[name])

    plan, steps = job["plan"], len(job["plan"])
    saved = load_checkpoint(checkpoint, job["digest"], torch)
    if saved is not None:
        restore(saved["theta"])
        optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["rng"])
        if device.type == "cuda" and saved["cuda_rng"] is not None:
            torch.cuda.set_rng_state(saved["cuda_rng"], device)
        done, best = saved["step"], saved["best"]
        train_loss, valid_loss = saved["train_loss"], saved["valid_loss"]
    else:
        done, train_loss, valid_loss = 0, [], []
        loss = held_out(model, valid_rows, job, device, torch)
        valid_loss.append([0, loss])
        best = {"step": 0, "loss": loss, "theta": snapshot()}
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    tell("started", steps=steps, resumedAt=done, device=name)
    if saved is None:
        tell("evaluated", step=0, loss=valid_loss[0][1])

    def keep():
        if rank != 0:
            return
        state = {
            "job": job["digest"],
            "step": done,
            "theta": snapshot(),
            "optimizer": optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
            "best": best,
            "train_loss": train_loss,
            "valid_loss": valid_loss,
        }
        save_checkpoint(checkpoint, state, torch)
        tell("checkpoint", step=done)

    def waiting():
        return sum(1 for step, _ in valid_loss if step > best["step"])

    evaluate_at = set(job["evaluateAt"])
    last = time.monotonic()
    while done < steps and not (job["patience"] > 0 and waiting() >= job["patience"]):
        micro = plan[done]
        trained = sum(train_rows.trained(chosen) for chosen in micro)
        done += 1
        total = torch.zeros(2, dtype=torch.float64, device=device)
        if trained > 0:
            for group in optimizer.param_groups:
                group["lr"] = job["rates"][done - 1]
            optimizer.zero_grad(set_to_none=False)
            for _, p in trainable:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
            for chosen in micro[rank::world]:
                if train_rows.trained(chosen) == 0:
                    continue
                loss = nats(model, train_rows.batch(chosen, job["pad"], device), torch) / trained
                loss.backward()
                total[0] += loss.detach().double()
        total[1] = float(STOPPING)
        if accelerator is not None:
            total = accelerator.reduce(total, "sum")
            if trained > 0:
                for _, p in trainable:
                    p.grad.copy_(accelerator.reduce(p.grad, "sum"))
        value = float(total[0]) if trained > 0 else None
        if trained > 0:
            norm = torch.nn.utils.clip_grad_norm_([p for _, p in trainable], job["optimizer"]["clipNorm"])
            if value != value or not bool(torch.isfinite(norm)):
                raise Refusal(
                    "TRAINING_DIVERGED",
                    f"step {done}: the loss or the gradient is not a number any more",
                    "lower the learning rate, lengthen the warm-up or clip to a smaller norm, then run again",
                )
            optimizer.step()
        train_loss.append([done, value])
        tell("step", step=done, steps=steps, loss=value)
        if done in evaluate_at:
            loss = held_out(model, valid_rows, job, device, torch)
            valid_loss.append([done, loss])
            if loss < best["loss"]:
                best = {"step": done, "loss": loss, "theta": snapshot()}
            tell("evaluated", step=done, loss=loss)
        if float(total[1]) > 0 and done < steps:
            keep()
            tell("stopped", step=done)
            return
        if time.monotonic() - last > job["checkpointSeconds"]:
            keep()
            last = time.monotonic()
    restore(best["theta"])
    if rank == 0:
        output = os.path.join(folder, "output")
        model.save_pretrained(output, safe_serialization=True)
    if accelerator is not None:
        accelerator.wait_for_everyone()
    tell(
        "done",
        steps=done,
        planned=steps,
        keptStep=best["step"],
        trainLoss=train_loss,
        validLoss=valid_loss,
        versions=versions(),
    )


def versions():
    import platform
    from importlib.metadata import version

    names = ("torch", "transformers", "peft", "accelerate", "safetensors")
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except Exception:
            pass
    return found


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        train(sys.argv[1])
    except Refusal as refusal:
        tell("error", code=refusal.code, message=refusal.message, next=refusal.advice)
        sys.exit(3)
    except Exception as error:
        import traceback

        traceback.print_exc()
        # A foreign message may quote data: the kind of the error goes out, the rest stays in the log.
        kind = type(error).__name__
        if kind == "OutOfMemoryError":
            code, message = "TRAINER_MEMORY", "the memory of the device is full"
            advice = "train fewer tokens in one go (micro_tokens), or compute activations anew (recompute)"
        else:
            code, message = "TRAINER_FAILED", f"the Python trainer ended with {kind}"
            advice = "read trainer.log in the work folder"
        tell("error", code=code, message=message, next=advice)
        sys.exit(4)


if __name__ == "__main__":
    main()
