#!/usr/bin/env python3
"""Writes data/learn.json: for a small Gemma 3 and a small GPT-2 the loss of a batch, some numbers
of every gradient, and the losses of ten steps of AdamW, all by PyTorch in f32.

Weights and tokens come from a formula (noise below), so that the tests make the same ones."""
import json
import math
import os

import numpy
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
SHAPE = {
    "gemma3": dict(vocab=37, d=24, nl=3, nh=4, nkv=2, dh=8, ff=40, context=32, window=5,
                   pattern=3, theta=1e6, local=1e4, eps=1e-6),
    "gpt2": dict(vocab=37, d=24, nl=2, nh=3, nkv=3, dh=8, ff=40, context=32, eps=1e-5),
}
BATCH, SEQ, STEPS, RATE, DECAY, CLIP = 11, 14, 10, 3e-3, 0.1, 1.0


def noise(i):
    """In -1..1, from a 64-bit mix of i."""
    i = numpy.asarray(i, dtype=numpy.uint64)
    with numpy.errstate(over="ignore"):
        i = (i + numpy.uint64(0x9e3779b97f4a7c15)) * numpy.uint64(0xbf58476d1ce4e5b9)
        i = (i ^ i >> numpy.uint64(31)) * numpy.uint64(0x94d049bb133111eb)
    return ((i >> numpy.uint64(40)).astype(numpy.float64) / (1 << 23) - 1).astype(numpy.float32)


def gemma_names(s):
    yield "model.embed_tokens.weight", (s["vocab"], s["d"])
    yield "model.norm.weight", (1, s["d"])
    for l in range(s["nl"]):
        at = f"model.layers.{l}."
        yield at + "input_layernorm.weight", (1, s["d"])
        yield at + "self_attn.q_proj.weight", (s["nh"] * s["dh"], s["d"])
        yield at + "self_attn.k_proj.weight", (s["nkv"] * s["dh"], s["d"])
        yield at + "self_attn.v_proj.weight", (s["nkv"] * s["dh"], s["d"])
        yield at + "self_attn.o_proj.weight", (s["d"], s["nh"] * s["dh"])
        yield at + "self_attn.q_norm.weight", (1, s["dh"])
        yield at + "self_attn.k_norm.weight", (1, s["dh"])
        yield at + "post_attention_layernorm.weight", (1, s["d"])
        yield at + "pre_feedforward_layernorm.weight", (1, s["d"])
        yield at + "mlp.gate_proj.weight", (s["ff"], s["d"])
        yield at + "mlp.up_proj.weight", (s["ff"], s["d"])
        yield at + "mlp.down_proj.weight", (s["d"], s["ff"])
        yield at + "post_feedforward_layernorm.weight", (1, s["d"])


def gpt2_names(s):
    d = s["d"]
    yield "transformer.wte.weight", (s["vocab"], d)
    yield "transformer.wpe.weight", (s["context"], d)
    yield "transformer.ln_f.weight", (1, d)
    yield "transformer.ln_f.bias", (1, d)
    for l in range(s["nl"]):
        at = f"transformer.h.{l}."
        yield at + "ln_1.weight", (1, d)
        yield at + "ln_1.bias", (1, d)
        yield at + "attn.c_attn.weight", (3 * d, d)
        yield at + "attn.c_attn.bias", (1, 3 * d)
        yield at + "attn.c_proj.weight", (d, d)
        yield at + "attn.c_proj.bias", (1, d)
        yield at + "ln_2.weight", (1, d)
        yield at + "ln_2.bias", (1, d)
        yield at + "mlp.c_fc.weight", (s["ff"], d)
        yield at + "mlp.c_fc.bias", (1, s["ff"])
        yield at + "mlp.c_proj.weight", (d, s["ff"])
        yield at + "mlp.c_proj.bias", (1, d)


def rms(x, w, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * (1 + w)


def turn(x, theta):
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[-2]).double()[:, None] * theta ** (
        -torch.arange(half).double() / half)
    c, s = angle.cos().float(), angle.sin().float()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * c - b * s, b * c + a * s], -1)


def heads(x, n):
    b, t, _ = x.shape
    return x.view(b, t, n, -1).transpose(1, 2)


def attend(q, k, v, mask):
    k, v = (x.repeat_interleave(q.shape[1] // x.shape[1], 1) for x in (k, v))
    score = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    out = score.masked_fill(~mask, -math.inf).softmax(-1) @ v
    return out.transpose(1, 2).reshape(out.shape[0], out.shape[2], -1)


def gemma(p, s, ids):
    p = dict(p)
    at = torch.arange(ids.shape[1])
    causal = at[:, None] >= at
    near = causal & (at[:, None] - at < s["window"])
    x = p["model.embed_tokens.weight"][ids] * math.sqrt(s["d"])
    for l in range(s["nl"]):
        w = {k.split(".", 3)[3]: v[0] if v.shape[0] == 1 else v for k, v in p.items()
             if k.startswith(f"model.layers.{l}.")}
        whole = (l + 1) % s["pattern"] == 0
        theta = s["theta"] if whole else s["local"]
        h = rms(x, w["input_layernorm.weight"], s["eps"])
        q = heads(F.linear(h, w["self_attn.q_proj.weight"]), s["nh"])
        k = heads(F.linear(h, w["self_attn.k_proj.weight"]), s["nkv"])
        v = heads(F.linear(h, w["self_attn.v_proj.weight"]), s["nkv"])
        q = turn(rms(q, w["self_attn.q_norm.weight"], s["eps"]), theta)
        k = turn(rms(k, w["self_attn.k_norm.weight"], s["eps"]), theta)
        h = F.linear(attend(q, k, v, causal if whole else near), w["self_attn.o_proj.weight"])
        x = x + rms(h, w["post_attention_layernorm.weight"], s["eps"])
        h = rms(x, w["pre_feedforward_layernorm.weight"], s["eps"])
        gate = F.linear(h, w["mlp.gate_proj.weight"])
        gate = 0.5 * gate * (1 + torch.tanh(math.sqrt(2 / math.pi) *
                                            (gate + 0.044715 * gate ** 3)))
        h = F.linear(gate * F.linear(h, w["mlp.up_proj.weight"]), w["mlp.down_proj.weight"])
        x = x + rms(h, w["post_feedforward_layernorm.weight"], s["eps"])
    return rms(x, p["model.norm.weight"][0], s["eps"]) @ p["model.embed_tokens.weight"].T


def gpt2(p, s, ids):
    d, at = s["d"], torch.arange(ids.shape[1])
    causal = at[:, None] >= at
    x = p["transformer.wte.weight"][ids] + p["transformer.wpe.weight"][:ids.shape[1]]
    for l in range(s["nl"]):
        w = {k.split(".", 3)[3]: v[0] if v.shape[0] == 1 else v for k, v in p.items()
             if k.startswith(f"transformer.h.{l}.")}
        h = F.layer_norm(x, (d,), w["ln_1.weight"], w["ln_1.bias"], s["eps"])
        q, k, v = (heads(part, s["nh"]) for part in
                   F.linear(h, w["attn.c_attn.weight"], w["attn.c_attn.bias"]).split(d, -1))
        x = x + F.linear(attend(q, k, v, causal), w["attn.c_proj.weight"], w["attn.c_proj.bias"])
        h = F.layer_norm(x, (d,), w["ln_2.weight"], w["ln_2.bias"], s["eps"])
        h = F.linear(h, w["mlp.c_fc.weight"], w["mlp.c_fc.bias"])
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h ** 3)))
        x = x + F.linear(h, w["mlp.c_proj.weight"], w["mlp.c_proj.bias"])
    x = F.layer_norm(x, (d,), p["transformer.ln_f.weight"][0], p["transformer.ln_f.bias"][0],
                     s["eps"])
    return x @ p["transformer.wte.weight"].T


def case(arch):
    s = SHAPE[arch]
    p = {}
    for i, (name, shape) in enumerate((gemma_names if arch == "gemma3" else gpt2_names)(s)):
        v = 0.3 * noise(i * 1000003 + numpy.arange(shape[0] * shape[1])).reshape(shape)
        if arch == "gpt2" and shape[0] == 1 and name.endswith("weight"):
            v += 1
        p[name] = torch.tensor(v, dtype=torch.float32, requires_grad=True)
    raw = noise(77000 + numpy.arange(BATCH * (SEQ + 1)))
    ids = torch.tensor(((raw.astype(numpy.float64) + 1) / 2 * s["vocab"]).astype(numpy.int64))
    ids = ids.view(BATCH, SEQ + 1)
    matrices = [v for v in p.values() if v.shape[0] > 1]
    vectors = [v for v in p.values() if v.shape[0] == 1]
    opt = torch.optim.AdamW([{"params": matrices, "weight_decay": DECAY},
                             {"params": vectors, "weight_decay": 0.0}],
                            lr=RATE, betas=(0.9, 0.98), eps=1e-8)
    out = {"arch": arch, "losses": [], "norms": [], "grads": {}}
    for step in range(STEPS):
        logits = (gemma if arch == "gemma3" else gpt2)(p, s, ids[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, s["vocab"]), ids[:, 1:].reshape(-1))
        opt.zero_grad()
        loss.backward()
        if step == 0:
            for name, v in p.items():
                g = v.grad.reshape(-1)
                out["grads"][name] = {"norm": float(g.norm()), "some": [
                    float(f"{float(g[k]):.8g}") for k in range(0, len(g), max(1, len(g) // 5))]}
        norm = torch.nn.utils.clip_grad_norm_(list(p.values()), CLIP)
        opt.step()
        out["losses"].append(float(loss))
        out["norms"].append(float(norm))
    return out


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "learn.json")
    with open(path, "w") as f:
        json.dump({"batch": BATCH, "seq": SEQ, "rate": RATE, "decay": DECAY, "clip": CLIP,
                   "cases": [case(arch) for arch in SHAPE]}, f)
        f.write("\n")


if __name__ == "__main__":
    main()
