"""A prompt's hidden states, attention weights and logits as a notebook takes them from torch: the
forward pass of a Gemma-3-shaped checkpoint in f32, weights loaded once before.

usage: prototype_forward.py DIR TOKENS PROMPTS: prints the seconds a prompt takes, and
the processors'."""
import json
import math
import struct
import sys
import time

import numpy as np
import torch

folder, nt, prompts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
config = json.load(open(folder + "/config.json"))
raw = np.memmap(folder + "/model.safetensors", dtype=np.uint8, mode="r")
size = struct.unpack("<Q", raw[:8].tobytes())[0]
head = json.loads(raw[8:8 + size].tobytes())


def load(name):
    a, b = (8 + size + x for x in head[name]["data_offsets"])
    bits = raw[a:b].view(np.uint16).astype(np.uint32) << 16
    return torch.from_numpy(bits.view(np.float32).reshape(head[name]["shape"]))


w = {k: load(k) for k in head if k != "__metadata__"}
d, nh, dh = config["hidden_size"], config["num_attention_heads"], config["head_dim"]
nkv, eps = config["num_key_value_heads"], config["rms_norm_eps"]


def norm(x, name):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * (1 + w[name])


def rope(x, base):
    angle = torch.arange(nt)[:, None] * base ** (-torch.arange(0, dh, 2) / dh)
    c, s = torch.cat([angle.cos()] * 2, 1), torch.cat([angle.sin()] * 2, 1)
    a, b = x.chunk(2, -1)
    return x * c + torch.cat([-b, a], -1) * s


def block(x, l):
    p = f"model.layers.{l}."
    y = norm(x, p + "input_layernorm.weight")
    q, k, v = ((y @ w[p + f"self_attn.{n}_proj.weight"].T).view(nt, -1, dh).transpose(0, 1)
               for n in "qkv")
    q = rope(norm(q, p + "self_attn.q_norm.weight"), 1e4)
    k = rope(norm(k, p + "self_attn.k_norm.weight"), 1e4)
    k, v = (t.repeat_interleave(nh // nkv, 0) for t in (k, v))
    mask = torch.full((nt, nt), -math.inf).triu(1)
    attention = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(dh) + mask, -1)
    y = (attention @ v).transpose(0, 1).reshape(nt, -1) @ w[p + "self_attn.o_proj.weight"].T
    x = x + norm(y, p + "post_attention_layernorm.weight")
    y = norm(x, p + "pre_feedforward_layernorm.weight")
    y = torch.nn.functional.gelu(y @ w[p + "mlp.gate_proj.weight"].T) * (
        y @ w[p + "mlp.up_proj.weight"].T)
    y = y @ w[p + "mlp.down_proj.weight"].T
    return x + norm(y, p + "post_feedforward_layernorm.weight"), attention


def forward(ids):
    x = w["model.embed_tokens.weight"][ids] * math.sqrt(d)
    states = [x]
    for l in range(config["num_hidden_layers"]):
        x, _ = block(x, l)
        states.append(x)
    logits = norm(x, "model.norm.weight") @ w["model.embed_tokens.weight"].T
    return states, torch.log_softmax(logits, -1)


with torch.no_grad():
    forward(torch.arange(nt) % 4000 + 5)
    begin, cpu = time.perf_counter(), time.process_time()
    for i in range(prompts):
        forward((torch.arange(nt) * 31 + i) % 4000 + 5)
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"{wall / prompts:.3f} {cpu / prompts:.3f}")
