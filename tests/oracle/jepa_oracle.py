#!/usr/bin/env python3
"""Writes data/jepa.json: for each phase of training the joint embedding (learn/jepa.h) ten steps by
PyTorch in f32 from the same weights: every part of the loss, the norm of every parameter's
gradient, and where the encoder that follows has come to.

Weights and batches come from learn_oracle's formula, so that the tests make the same ones."""
import json
import math
import os

import numpy
import torch
import torch.nn.functional as F
from learn_oracle import noise

WIDTH, HEADS, BLOCKS, LATENT, SEQ = 128, 4, 3, 256, 4
SIDES = {"stat": dict(features=40, tokens=15, kinds=5, places=3),
         "music": dict(features=4, tokens=32, kinds=16, places=32)}
N, STEPS, RATE, DECAY, CLIP = 9, 10, 3e-4, 0.05, 1.0
WEIGHTS = dict(variance=0.5, covariance=0.3, continuity=0.2)
TRAINS = {"music": ("music.", "gru.", "next."), "align": ("stat.", "gru.", "cross."),
          "joint": ("stat.", "music.", "gru.", "next.", "cross.")}


def encoder_names(name, side):
    yield name + ".in.weight", (WIDTH, side["features"])
    yield name + ".in.bias", (1, WIDTH)
    yield name + ".kind.weight", (side["kinds"], WIDTH)
    yield name + ".place.weight", (side["places"], WIDTH)
    for l in range(BLOCKS):
        at = f"{name}.blocks.{l}."
        for part, out, inp in (("norm1", 1, WIDTH), ("attn.qkv", 3 * WIDTH, WIDTH),
                               ("attn.out", WIDTH, WIDTH), ("norm2", 1, WIDTH),
                               ("mlp.up", 4 * WIDTH, WIDTH), ("mlp.down", WIDTH, 4 * WIDTH)):
            yield at + part + ".weight", (out, inp)
            yield at + part + ".bias", (1, WIDTH if out == 1 else out)
    yield name + ".norm.weight", (1, WIDTH)
    yield name + ".norm.bias", (1, WIDTH)
    yield name + ".latent.weight", (LATENT, WIDTH)
    yield name + ".latent.bias", (1, LATENT)
    if name != "stat":
        yield name + ".pitch_class.weight", (12, WIDTH)


def names():
    yield from encoder_names("stat", SIDES["stat"])
    yield from encoder_names("music", SIDES["music"])
    yield "gru.weight_ih", (3 * LATENT, LATENT)
    yield "gru.weight_hh", (3 * LATENT, LATENT)
    yield "gru.bias_ih", (1, 3 * LATENT)
    yield "gru.bias_hh", (1, 3 * LATENT)
    for name in ("next", "cross"):
        yield name + ".up.weight", (2 * LATENT, LATENT)
        yield name + ".up.bias", (1, 2 * LATENT)
        yield name + ".down.weight", (LATENT, 2 * LATENT)
        yield name + ".down.bias", (1, LATENT)


def encode(p, name, x, kind):
    """Latents [n, LATENT] of windows x [n, tokens, features]; kind [n, tokens]."""
    side = SIDES["stat" if name == "stat" else "music"]

    def linear(y, part):
        return F.linear(y, p[f"{name}.{part}.weight"], p[f"{name}.{part}.bias"][0])

    def norm(y, part):
        return F.layer_norm(y, (WIDTH,), p[f"{name}.{part}.weight"][0],
                            p[f"{name}.{part}.bias"][0], 1e-5)

    n, tokens = x.shape[:2]
    place = torch.arange(tokens) // (tokens // side["places"])
    y = linear(x, "in") + p[name + ".kind.weight"][kind] + p[name + ".place.weight"][place]
    if name != "stat":
        y = y + p[name + ".pitch_class.weight"][torch.round(12 * x[..., 0]).long() % 12]
    for l in range(BLOCKS):
        at = f"blocks.{l}."
        q, k, v = (u.view(n, tokens, HEADS, -1).transpose(1, 2)
                   for u in linear(norm(y, at + "norm1"), at + "attn.qkv").split(WIDTH, -1))
        pattern = (q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)).softmax(-1)
        y = y + linear((pattern @ v).transpose(1, 2).reshape(n, tokens, WIDTH), at + "attn.out")
        u = F.gelu(linear(norm(y, at + "norm2"), at + "mlp.up"), approximate="tanh")
        y = y + linear(u, at + "mlp.down")
    return linear(norm(y, "norm").mean(1), "latent")


def unroll(p, z):
    """States of torch's own GRU over z [n, SEQ, LATENT]."""
    gru = [p["gru.weight_ih"], p["gru.weight_hh"], p["gru.bias_ih"][0], p["gru.bias_hh"][0]]
    return torch.gru(z, torch.zeros(1, z.shape[0], LATENT), gru, True, 1, 0.0, True, False, True)[0]


def predict(p, name, state):
    u = F.gelu(F.linear(state, p[name + ".up.weight"], p[name + ".up.bias"][0]), approximate="tanh")
    return F.linear(u, p[name + ".down.weight"], p[name + ".down.bias"][0])


def distance(a, b):
    return (1 - F.cosine_similarity(a, b, dim=-1, eps=0)).mean()


def task(p, which, z, goal):
    said = predict(p, which, unroll(p, z))
    c = torch.cov(z.reshape(-1, LATENT).T)
    c = c - torch.diag(torch.diagonal(c))
    std = torch.sqrt(z.reshape(-1, LATENT).var(0) + 1e-4)
    return {which: distance(said, goal), "variance": F.relu(1 - std).mean(),
            "covariance": c.pow(2).sum() / LATENT,
            "continuity": distance(said[:, :-1], said[:, 1:])}


def losses(p, target, phase, b, weights):
    """Of a batch b: note [n, SEQ + 1, 32, 4], step, stat [n, SEQ, 15, 40], pair, pair_step."""
    out = dict(next=0.0, cross=0.0, variance=0.0, covariance=0.0, continuity=0.0)

    def hear(params, name, x, kind):
        n, seq = x.shape[:2]
        return encode(params, name, x.flatten(0, 1), kind.flatten(0, 1)).view(n, seq, LATENT)

    parts = []
    if phase != "align":
        with torch.no_grad():
            goal = hear(target, "target", b["note"][:, 1:], b["step"][:, 1:])
        parts.append(task(p, "next", hear(p, "music", b["note"][:, :-1], b["step"][:, :-1]), goal))
    if phase != "music":
        with torch.no_grad():
            goal = hear(target, "target", b["pair"], b["pair_step"])
        role = (torch.arange(15) % 5).expand(b["stat"].shape[:3])
        parts.append(task(p, "cross", hear(p, "stat", b["stat"], role), goal))
    for part in parts:
        for key, value in part.items():
            out[key] = out[key] + value
    out["total"] = (out["next"] + out["cross"] + weights["variance"] * out["variance"] +
                    weights["covariance"] * out["covariance"] +
                    weights["continuity"] * out["continuity"])
    return out


def follow(p, target, tau):
    with torch.no_grad():
        for name, v in target.items():
            v.mul_(tau).add_(p["music." + name.split(".", 1)[1]], alpha=1 - tau)


def tau(step, total):
    return 0.9999 - (0.9999 - 0.996) * (math.cos(math.pi * min(1, step / total)) + 1) / 2


def fill(i, name, shape):
    v = noise(i * 1000003 + numpy.arange(shape[0] * shape[1])).reshape(shape)
    if shape[0] > 1:
        return torch.tensor(v * numpy.float32(1.5 / math.sqrt(shape[1])))
    one = ".norm" in name and name.endswith("weight")
    return torch.tensor(numpy.float32(0.1) * v + numpy.float32(1 if one else 0))


def made(first, *shape):
    return noise(first + numpy.arange(math.prod(shape))).reshape(shape)


def made_step(first, *shape):
    x = (made(first, *shape).astype(numpy.float64) + 1) / 2 * 16
    return torch.tensor(x.astype(numpy.int64))


def batch(n):
    return {"note": torch.tensor(made(500000000, n, SEQ + 1, 32, 4)),
            "step": made_step(510000000, n, SEQ + 1, 32),
            "stat": torch.tensor(made(520000000, n, SEQ, 15, 40)),
            "pair": torch.tensor(made(530000000, n, SEQ, 32, 4)),
            "pair_step": made_step(540000000, n, SEQ, 32)}


def parameters():
    p = {name: fill(i, name, shape).requires_grad_() for i, (name, shape) in enumerate(names())}
    target = {name: fill(500 + i, name, shape) for i, (name, shape) in
              enumerate(encoder_names("target", SIDES["music"]))}
    return p, target


def optimiser(p, phase):
    mine = [(k, v) for k, v in p.items() if k.startswith(TRAINS[phase])]
    for _, v in p.items():
        v.requires_grad_(False)
    for _, v in mine:
        v.requires_grad_(True)
    return mine, torch.optim.AdamW(
        [{"params": [v for _, v in mine if v.shape[0] > 1], "weight_decay": DECAY},
         {"params": [v for _, v in mine if v.shape[0] == 1], "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.98), eps=1e-8)


def short(x, digits=7):
    return float(f"{float(x):.{digits}g}")


def case(phase):
    p, target = parameters()
    mine, opt = optimiser(p, phase)
    b = batch(N)
    out = {"phase": phase, "losses": [], "norms": {name: [] for name, _ in mine}, "some": {}}
    for step in range(STEPS):
        loss = losses(p, target, phase, b, WEIGHTS)
        opt.zero_grad()
        loss["total"].backward()
        for name, v in mine:
            g = v.grad.reshape(-1)
            out["norms"][name].append(short(g.norm()))
            if step == 0:
                out["some"][name] = [short(g[k]) for k in (0, len(g) // 2, len(g) - 1)]
        torch.nn.utils.clip_grad_norm_([v for _, v in mine], CLIP)
        opt.step()
        if phase != "align":
            follow(p, target, tau(step, STEPS))
        out["losses"].append([short(loss[k], 9) for k in
                              ("total", "next", "cross", "variance", "covariance",
                               "continuity")])
    out["target"] = short(sum(float((v.double() ** 2).sum()) for v in target.values()) ** 0.5, 9)
    return out


def asked():
    """What an untrained network says when it is asked: some numbers of each answer."""
    p, target = parameters()
    b = batch(N)
    with torch.no_grad():
        z = {"hear": encode(target, "target", b["pair"][0], b["pair_step"][0])}
        role = (torch.arange(15) % 5).expand(6, 15)
        layers = encode(p, "stat", b["stat"].flatten(0, 1)[:6], role)
        z["foresee"] = torch.stack([predict(p, "cross", unroll(
            p, layers[max(0, l - SEQ + 1):l + 1][None]))[0, -1] for l in range(6)])
        songs = encode(p, "music", b["pair"][:3].flatten(0, 1), b["pair_step"][:3].flatten(0, 1))
        z["continue"] = predict(p, "next", unroll(p, songs.view(3, SEQ, LATENT)))[:, -1]
    return {k: [short(x) for x in v.reshape(-1)[::37]] for k, v in z.items()}


def main():
    torch.set_num_threads(1)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "jepa.json")
    with open(path, "w") as f:
        json.dump({"n": N, "steps": STEPS, "rate": RATE, "decay": DECAY, "clip": CLIP, **WEIGHTS,
                   "asked": asked(), "cases": [case(phase) for phase in TRAINS]}, f)
        f.write("\n")


if __name__ == "__main__":
    main()
