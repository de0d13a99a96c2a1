#!/usr/bin/python3
"""References for the forward pass, by PyTorch in f64.

Usage: lm_oracle.py        (rewrites data/lm_cases.json and data/lm_cases.f32)

Small random models of every family, with every odd feature that a configuration can ask for. The
weights come from a formula that tests/unit/fixture_lm.h repeats, so that only configurations, tensor
lists and results are committed: hidden states after the embedding and after every block, logits.
Each family is written out here from its paper and the behaviour of transformers' classes, in another
shape than the C code: whole sequences, full T x T attention with boolean masks, rotations as complex
numbers. Running this is not part of `make test`.
"""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)


# ---- weights by formula -----------------------------------------------------------------------

def fnv1a(text):
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def formula(name, n):
    """n whole numbers from -128 to 127: the top bytes of SplitMix64, seeded by the name."""
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a(name)) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(56)).astype(np.int64) - 128


class Weights:
    """Makes tensors as they are asked for, and remembers which."""

    def __init__(self, dtype):
        self.dtype, self.list, self.made = dtype, [], {}

    def get(self, name, *shape, shift=2, offset=0.0):
        if name not in self.made:
            v = offset + formula(name, math.prod(shape)) / 128 * 2.0 ** -shift
            dtype = self.dtype if len(shape) > 1 else "F32"
            self.list.append({"name": name, "dtype": dtype, "shape": shape, "shift": shift, "offset": offset})
            self.made[name] = torch.tensor(v).reshape(shape)
        return self.made[name]


# ---- pieces -----------------------------------------------------------------------------------

def rms(x, w, eps):
    return x / torch.sqrt(torch.mean(x ** 2, -1, keepdim=True) + eps) * w


ACTS = {"silu": F.silu, "gelu": F.gelu, "relu": F.relu,
        "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
        "gelu_pytorch_tanh": lambda x: F.gelu(x, approximate="tanh")}


def frequencies(scaling, theta, dim, context, length, original=None):
    """Angles a position, and the factor on the rotated values."""
    inv = 1.0 / theta ** (torch.arange(0, dim, 2) / dim)
    s = scaling or {}
    kind = s.get("rope_type", s.get("type", "default"))
    if kind == "linear":
        return inv / s["factor"], 1.0
    if kind == "llama3":
        old = s["original_max_position_embeddings"]
        wavelength = 2 * math.pi / inv
        low, high = old / s["low_freq_factor"], old / s["high_freq_factor"]
        smooth = (old / wavelength - s["low_freq_factor"]) / (s["high_freq_factor"] - s["low_freq_factor"])
        middle = (1 - smooth) * inv / s["factor"] + smooth * inv
        out = torch.where(wavelength > low, inv / s["factor"], inv)
        return torch.where((wavelength >= high) & (wavelength <= low), middle, out), 1.0
    if kind == "yarn":
        old = s.get("original_max_position_embeddings", context)
        factor = s["factor"]

        def mscale(scale, m=1.0):
            return 1.0 if scale <= 1 else 0.1 * m * math.log(scale) + 1.0
        attention = s.get("attention_factor")
        if attention is None and s.get("mscale") and s.get("mscale_all_dim"):
            attention = mscale(factor, s["mscale"]) / mscale(factor, s["mscale_all_dim"])
        elif attention is None:
            attention = mscale(factor)
        fast, slow = s.get("beta_fast", 32), s.get("beta_slow", 1)
        edge = [dim * math.log(old / (r * 2 * math.pi)) / (2 * math.log(theta)) for r in (fast, slow)]
        if s.get("truncate", True):
            edge = [math.floor(edge[0]), math.ceil(edge[1])]
        lo, hi = max(edge[0], 0), min(edge[1], dim - 1)
        if lo == hi:
            hi += 0.001
        keep = 1 - torch.clamp((torch.arange(dim // 2) - lo) / (hi - lo), 0, 1)
        return inv / factor * (1 - keep) + inv * keep, attention
    if kind in ("longrope", "su"):
        old = original or s.get("original_max_position_embeddings", context)
        factor = context / old
        attention = s.get("attention_factor") or \
            (1.0 if factor <= 1 else math.sqrt(1 + math.log(factor) / math.log(old)))
        ext = s["long_factor"] if length > old else s["short_factor"]
        return inv / torch.tensor(ext), attention
    assert kind == "default", kind
    return inv, 1.0


def rotate(x, inv, attention):
    """x [heads, T, dh]: the first 2 * len(inv) values as complex numbers (i, i + half)."""
    half = len(inv)
    turn = torch.polar(torch.full((x.shape[1], half), float(attention)), torch.outer(torch.arange(x.shape[1]).double(), inv))
    z = torch.complex(x[..., :half], x[..., half:2 * half]) * turn
    return torch.cat([z.real, z.imag, x[..., 2 * half:]], -1)


def attend(q, k, v, scale, window=None, cap=None):
    """q [nh, T, dh], k, v [nkv, T, dh] -> [T, nh * dh]."""
    share, T = q.shape[0] // k.shape[0], q.shape[1]
    s = torch.einsum("hqd,hkd->hqk", q, k.repeat_interleave(share, 0)) * scale
    if cap:
        s = cap * torch.tanh(s / cap)
    i, j = torch.arange(T)[:, None], torch.arange(T)[None]
    seen = j <= i
    if window:
        seen &= i - j < window
    p = torch.softmax(s.masked_fill(~seen, -math.inf), -1)
    return torch.einsum("hqk,hkd->qhd", p, v.repeat_interleave(share, 0)).reshape(T, -1)


def heads(x, n):
    return x.reshape(x.shape[0], n, -1).transpose(0, 1)


# ---- families ---------------------------------------------------------------------------------

def run_llama(c, w, ids, family):
    """Llama, Mistral, Qwen, Gemma and Phi-3: the modern block with its variations."""
    d, nh, nl, ff, T = c["hidden_size"], c["num_attention_heads"], c["num_hidden_layers"], c["intermediate_size"], len(ids)
    nkv = c.get("num_key_value_heads", nh)
    dh = c.get("head_dim") or d // nh
    gemma = family.startswith("gemma")
    eps = c.get("rms_norm_eps", 1e-5 if family == "phi3" else 1e-6)
    act = ACTS[c.get("hidden_activation") or ("gelu_pytorch_tanh" if gemma else c.get("hidden_act", "silu"))]

    def norm(x, name, n=d):
        g = w.get(name, n, offset=0.0 if gemma else 1.0)
        return rms(x, 1 + g if gemma else g, eps)

    def linear(x, name, out, inp, bias=False, shift=2):
        return F.linear(x, w.get(name + ".weight", out, inp, shift=shift), w.get(name + ".bias", out) if bias else None)

    # windows and rotations by layer
    windows, slides = [], []
    for l in range(nl):
        if "layer_types" in c:
            s = c["layer_types"][l] == "sliding_attention"
        elif family in ("mistral", "phi3"):
            s = bool(c.get("sliding_window"))
        elif family == "gemma2":
            s = l % 2 == 0
        elif family == "gemma3":
            s = (l + 1) % c.get("sliding_window_pattern", 6) != 0
        elif family in ("qwen2", "qwen3"):
            s = c.get("use_sliding_window", False) and l >= c["max_window_layers"]
        else:
            s = False
        slides.append(s)
        windows.append(c["sliding_window"] if s else None)
    context = c.get("max_position_embeddings", 2048)
    part = c.get("partial_rotary_factor", 1.0)
    params = c.get("rope_parameters")
    if params and "full_attention" in params:
        full, local = params["full_attention"], params["sliding_attention"]
        spec = [(full, full["rope_theta"]), (local, local["rope_theta"])]
    elif params:
        spec = [(params, params["rope_theta"])] * 2
    elif family == "gemma3":
        spec = [(c.get("rope_scaling"), c.get("rope_theta", 1e6)), (None, c.get("rope_local_base_freq", 1e4))]
    else:
        spec = [(c.get("rope_scaling"), c.get("rope_theta", 1e4))] * 2
    turns = [frequencies(s, th, int(dh * part), context, T, c.get("original_max_position_embeddings")) for s, th in spec]

    abias = c.get("attention_bias", False)
    qkv_bias = abias or family == "qwen2"
    scale = 1 / math.sqrt(c["query_pre_attn_scalar"] if family in ("gemma2", "gemma3") else dh)
    embed = w.get("model.embed_tokens.weight", c["vocab_size"], d, shift=0)
    x = embed[ids] * (math.sqrt(d) if gemma else 1)
    states = [x]
    for l in range(nl):
        p = f"model.layers.{l}."
        h = norm(x, p + "input_layernorm.weight")
        if family == "phi3":
            fused = linear(h, p + "self_attn.qkv_proj", (nh + 2 * nkv) * dh, d, shift=1)
            q, k, v = fused.split([nh * dh, nkv * dh, nkv * dh], -1)
        else:
            q = linear(h, p + "self_attn.q_proj", nh * dh, d, qkv_bias, 1)
            k = linear(h, p + "self_attn.k_proj", nkv * dh, d, qkv_bias, 1)
            v = linear(h, p + "self_attn.v_proj", nkv * dh, d, qkv_bias, 1)
        q, k, v = heads(q, nh), heads(k, nkv), heads(v, nkv)
        if family in ("gemma3", "qwen3"):
            q, k = norm(q, p + "self_attn.q_norm.weight", dh), norm(k, p + "self_attn.k_norm.weight", dh)
        if c["model_type"] != "smollm3" or c["no_rope_layers"][l]:
            inv, attention = turns[1 if slides[l] else 0]
            q, k = rotate(q, inv, attention), rotate(k, inv, attention)
        a = attend(q, k, v, scale, windows[l], c.get("attn_logit_softcapping"))
        a = linear(a, p + "self_attn.o_proj", d, nh * dh, abias)
        if family in ("gemma2", "gemma3"):
            x = x + norm(a, p + "post_attention_layernorm.weight")
            h = norm(x, p + "pre_feedforward_layernorm.weight")
        else:
            x = x + a
            h = norm(x, p + "post_attention_layernorm.weight")
        mb = c.get("mlp_bias", False)
        if family == "phi3":
            gate, up = linear(h, p + "mlp.gate_up_proj", 2 * ff, d).chunk(2, -1)
        else:
            gate, up = linear(h, p + "mlp.gate_proj", ff, d, mb), linear(h, p + "mlp.up_proj", ff, d, mb)
        m = linear(act(gate) * up, p + "mlp.down_proj", d, ff, mb)
        if family in ("gemma2", "gemma3"):
            m = norm(m, p + "post_feedforward_layernorm.weight")
        x = x + m
        states.append(x)
    x = norm(x, "model.norm.weight")
    tied = c.get("tie_word_embeddings", gemma)
    logits = x @ (embed if tied else w.get("lm_head.weight", c["vocab_size"], d, shift=1)).T
    cap = c.get("final_logit_softcapping")
    return states, cap * torch.tanh(logits / cap) if cap else logits


def run_gpt2(c, w, ids):
    d, nh, nl, T = c["n_embd"], c["n_head"], c["n_layer"], len(ids)
    ff = c.get("n_inner") or 4 * d
    act, eps = ACTS[c.get("activation_function", "gelu_new")], c.get("layer_norm_epsilon", 1e-5)

    def norm(x, name):
        return F.layer_norm(x, (d,), w.get(name + ".weight", d, offset=1.0), w.get(name + ".bias", d), eps)

    def conv(x, name, out, inp, shift=2):
        return torch.addmm(w.get(name + ".bias", out), x, w.get(name + ".weight", inp, out, shift=shift))

    wte = w.get("transformer.wte.weight", c["vocab_size"], d, shift=0)
    x = wte[ids] + w.get("transformer.wpe.weight", c["n_positions"], d, shift=1)[:T]
    states = [x]
    for l in range(nl):
        p = f"transformer.h.{l}."
        q, k, v = conv(norm(x, p + "ln_1"), p + "attn.c_attn", 3 * d, d, 1).split(d, -1)
        scale = 1 / math.sqrt(d // nh) if c.get("scale_attn_weights", True) else 1.0
        if c.get("scale_attn_by_inverse_layer_idx", False):
            scale /= l + 1
        x = x + conv(attend(heads(q, nh), heads(k, nh), heads(v, nh), scale), p + "attn.c_proj", d, d)
        x = x + conv(act(conv(norm(x, p + "ln_2"), p + "mlp.c_fc", ff, d)), p + "mlp.c_proj", d, ff)
        states.append(x)
    return states, norm(x, "transformer.ln_f") @ wte.T


def run_neox(c, w, ids):
    d, nh, nl, ff, T = c["hidden_size"], c["num_attention_heads"], c["num_hidden_layers"], c["intermediate_size"], len(ids)
    dh, act, eps = d // nh, ACTS[c.get("hidden_act", "gelu")], c.get("layer_norm_eps", 1e-5)
    bias = c.get("attention_bias", True)

    def norm(x, name):
        return F.layer_norm(x, (d,), w.get(name + ".weight", d, offset=1.0), w.get(name + ".bias", d), eps)

    def linear(x, name, out, inp, b=True, shift=2):
        return F.linear(x, w.get(name + ".weight", out, inp, shift=shift), w.get(name + ".bias", out) if b else None)

    inv, attention = frequencies(c.get("rope_scaling"), c.get("rotary_emb_base", 1e4), int(dh * c.get("rotary_pct", 0.25)),
                                 c.get("max_position_embeddings", 2048), T)
    x = w.get("gpt_neox.embed_in.weight", c["vocab_size"], d, shift=0)[ids]
    states = [x]
    for l in range(nl):
        p = f"gpt_neox.layers.{l}."
        fused = linear(norm(x, p + "input_layernorm"), p + "attention.query_key_value", 3 * d, d, bias, 1)
        q, k, v = fused.reshape(T, nh, 3, dh).permute(2, 1, 0, 3)
        a = attend(rotate(q, inv, attention), rotate(k, inv, attention), v, 1 / math.sqrt(dh))
        a = linear(a, p + "attention.dense", d, d, bias)
        mid = x + a
        h = norm(x if c.get("use_parallel_residual", True) else mid, p + "post_attention_layernorm")
        x = mid + linear(act(linear(h, p + "mlp.dense_h_to_4h", ff, d)), p + "mlp.dense_4h_to_h", d, ff)
        states.append(x)
    return states, norm(x, "gpt_neox.final_layer_norm") @ w.get("embed_out.weight", c["vocab_size"], d, shift=1).T


# ---- cases ------------------------------------------------------------------------------------

BASE = {"hidden_size": 24, "num_attention_heads": 4, "num_hidden_layers": 2, "intermediate_size": 40, "vocab_size": 37,
        "max_position_embeddings": 64}
LONG = {"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.2], "long_factor": [1.5, 3.0, 7.0]}
CASES = [
    ("llama", "llama-2", {"model_type": "llama", "rms_norm_eps": 1e-5}),
    ("llama", "llama-3: llama3 scaling, grouped queries, tied",
     {"model_type": "llama", "num_key_value_heads": 2, "head_dim": 16, "tie_word_embeddings": True, "rope_theta": 500.0,
      "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                       "original_max_position_embeddings": 32}}),
    ("llama", "llama: biases everywhere, linear scaling, bf16",
     {"model_type": "llama", "attention_bias": True, "mlp_bias": True, "rope_scaling": {"type": "linear", "factor": 2.5}}),
    ("llama", "llama: rope_parameters, partial rotation, relu, f16",
     {"model_type": "llama", "hidden_act": "relu", "head_dim": 8, "partial_rotary_factor": 0.5,
      "rope_parameters": {"rope_type": "default", "rope_theta": 100.0}}),
    ("llama", "smollm3: layers without rotation",
     {"model_type": "smollm3", "num_hidden_layers": 3, "no_rope_layers": [1, 0, 1], "tie_word_embeddings": True}),
    ("mistral", "mistral: window in every layer",
     {"model_type": "mistral", "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 5}),
    ("qwen2", "qwen2: biases on q, k, v; bf16",
     {"model_type": "qwen2", "num_key_value_heads": 2, "rope_theta": 1000.0, "tie_word_embeddings": True}),
    ("qwen2", "qwen2: window from layer 1 on, yarn",
     {"model_type": "qwen2", "num_key_value_heads": 2, "use_sliding_window": True, "sliding_window": 7,
      "max_window_layers": 1, "rope_theta": 100.0, "head_dim": 12,
      "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16,
                       "beta_fast": 2.0, "beta_slow": 0.25}}),
    ("qwen3", "qwen3: norms on queries and keys, wide heads, bf16",
     {"model_type": "qwen3", "num_key_value_heads": 2, "head_dim": 16}),
    ("qwen3", "qwen3: yarn with mscale, ragged ramp, attention bias",
     {"model_type": "qwen3", "num_key_value_heads": 2, "head_dim": 12, "attention_bias": True, "rope_theta": 50.0,
      "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 2.0,
                       "beta_slow": 0.25, "mscale": 1.0, "mscale_all_dim": 0.5, "truncate": False}}),
    ("gemma", "gemma", {"model_type": "gemma", "num_key_value_heads": 1, "head_dim": 8}),
    ("gemma2", "gemma2: soft-caps, four norms, window in even layers, query scalar",
     {"model_type": "gemma2", "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 6, "query_pre_attn_scalar": 12,
      "attn_logit_softcapping": 3.0, "final_logit_softcapping": 5.0, "hidden_activation": "gelu_pytorch_tanh"}),
    ("gemma3", "gemma3: pattern, local base, linear scaling of the global one, bf16",
     {"model_type": "gemma3_text", "num_hidden_layers": 3, "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 6,
      "sliding_window_pattern": 3, "query_pre_attn_scalar": 8, "rope_theta": 5000.0, "rope_local_base_freq": 50.0,
      "rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
    ("gemma3", "gemma3: layer_types, rope_parameters by type, final soft-cap",
     {"model_type": "gemma3_text", "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 4,
      "query_pre_attn_scalar": 20, "layer_types": ["full_attention", "sliding_attention"],
      "final_logit_softcapping": 4.0,
      "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 700.0},
                          "sliding_attention": {"rope_type": "default", "rope_theta": 30.0}}}),
    ("phi3", "phi3: fused matrices, window",
     {"model_type": "phi3", "num_key_value_heads": 2, "sliding_window": 9}),
    ("phi3", "phi3: longrope, short of the original context",
     {"model_type": "phi3", "max_position_embeddings": 128, "original_max_position_embeddings": 32, "rope_scaling": LONG}),
    ("phi3", "phi3: longrope past the original context, f16",
     {"model_type": "phi3", "max_position_embeddings": 128, "original_max_position_embeddings": 16, "rope_scaling": LONG}),
    ("phi3", "phi3: longrope, partial rotation (phi-4-mini)",
     {"model_type": "phi3", "head_dim": 8, "partial_rotary_factor": 0.75, "num_key_value_heads": 2,
      "max_position_embeddings": 128, "original_max_position_embeddings": 16, "tie_word_embeddings": True,
      "rope_scaling": {**LONG, "type": "longrope"}}),
    ("gpt2", "gpt2: [in, out] matrices, tanh gelu, bf16",
     {"model_type": "gpt2", "n_embd": 24, "n_head": 3, "n_layer": 2, "n_positions": 32, "vocab_size": 37}),
    ("gpt2", "gpt2: exact gelu, scale by layer, inner width",
     {"model_type": "gpt2", "n_embd": 24, "n_head": 3, "n_layer": 3, "n_positions": 32, "vocab_size": 37, "n_inner": 40,
      "activation_function": "gelu", "scale_attn_by_inverse_layer_idx": True}),
    ("gpt_neox", "gpt_neox: parallel residual, quarter rotation, exact gelu, f16",
     {"model_type": "gpt_neox", "hidden_size": 32}),
    ("gpt_neox", "gpt_neox: one after the other, half rotation, tanh gelu",
     {"model_type": "gpt_neox", "use_parallel_residual": False, "rotary_pct": 0.67, "hidden_act": "gelu_new",
      "rotary_emb_base": 400, "tie_word_embeddings": False}),
    ("gpt_neox", "gpt_neox: no attention bias", {"model_type": "gpt_neox", "attention_bias": False, "hidden_size": 32}),
]


def main():
    cases, floats = [], []
    for family, title, extra in CASES:
        c = extra if family == "gpt2" else {**BASE, **extra}
        T = 24
        ids = [(5 * t * t + 3 * t + 1) % c["vocab_size"] for t in range(T)]
        dtype = "BF16" if "bf16" in title else "F16" if "f16" in title else "F32"
        w = Weights(dtype)
        run = {"gpt2": run_gpt2, "gpt_neox": run_neox}.get(family)
        states, logits = run(c, w, ids) if run else run_llama(c, w, ids, family)
        assert all(torch.isfinite(s).all() for s in states)
        cases.append({"title": title, "config": json.dumps(c), "ids": ids, "at": sum(f.size for f in floats),
                      "layers": len(states) - 1, "width": states[0].shape[1], "tensors": w.list})
        floats += [np.asarray(s).astype("<f4").ravel() for s in states + [logits]]
        print(f"{title}: |h| {[round(float(s.norm(dim=-1).mean()), 2) for s in states]}, logits std {float(logits.std()):.2f}")
    with open(os.path.join(HERE, "data", "lm_cases.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
    with open(os.path.join(HERE, "data", "lm_cases.f32"), "wb") as f:
        f.write(np.concatenate(floats).tobytes())


main()
