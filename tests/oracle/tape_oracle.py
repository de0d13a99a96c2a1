#!/usr/bin/env python3
"""Writes data/tape.json: the loss, the value and the gradient with respect to every input of each
graph of tests/unit/fixture_tape.h, by PyTorch in f64.

Inputs come from learn_oracle's formula, so that the tests make the same ones."""
import json
import math
import os

import numpy
import torch
import torch.nn.functional as F
from learn_oracle import noise


def square(y):
    want = 2 * torch.tensor(noise(1000 + numpy.arange(y.numel())).astype(numpy.float64))
    return ((y - want.view(y.shape)) ** 2).mean(), y


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def twice(x, w):
    y = x @ w.T
    return y @ w.T - 3 * y


def gru(gi, gh, state):
    """torch's own cell: the sums of the gates' inputs are given, so weights are 1 and 0."""
    one, none = torch.eye(12).double(), torch.zeros(12, 4).double()
    zero = torch.zeros(12).double()
    return torch.cat([torch.gru_cell(gi[i:i + 1], state[i:i + 1], one, none, zero, gh[i])
                      for i in range(3)])


def rms(x, w):
    y = x.view(-1, 4)
    y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + float(numpy.float32(1e-6))) * (1 + w)
    return y.view(x.shape)


def rope(x):
    angle = (torch.arange(10) % 5).double()[:, None] * torch.tensor([1.0, 0.1]).double()
    c, s = angle.cos()[:, None], angle.sin()[:, None]
    a, b = x.view(10, 2, 4)[..., :2], x.view(10, 2, 4)[..., 2:]
    return torch.cat([a * c - b * s, b * c + a * s], -1).view(10, 8)


def attend(seq, nkv, scale, causal, window=0):
    def f(q, k, v):
        def heads(x, n):
            return x.view(-1, seq, n, 3).transpose(1, 2)

        at = torch.arange(seq)
        mask = at[:, None] >= at if causal else torch.ones(seq, seq, dtype=torch.bool)
        if window:
            mask = mask & (at[:, None] - at < window)
        q, k, v = heads(q, 2), heads(k, nkv), heads(v, nkv)
        k, v = (x.repeat_interleave(2 // nkv, 1) for x in (k, v))
        score = float(numpy.float32(scale)) * (q @ k.transpose(-1, -2))
        out = score.masked_fill(~mask, -math.inf).softmax(-1) @ v
        return out.transpose(1, 2).reshape(-1, 6)

    return f


def cross_entropy(x, w):
    target = torch.tensor([3, -1, 0, 6, 2])
    return 0.7 * F.cross_entropy(x @ w.T, target, ignore_index=-1, reduction="sum")


def cosine(a, b):
    return 2 * (1 - F.cosine_similarity(a, b, dim=-1, eps=0)).mean()


def hinge(x):
    return 3 * F.relu(0.55 - torch.sqrt(x.var(0) + 1e-4)).mean()


def covariance(x):
    c = torch.cov(x.T)
    return 2 * (c - torch.diag(torch.diagonal(c))).pow(2).sum() / 5


# name, shapes, operation; a loss gives a number, everything else is compared with noise
CASES = [
    ("linear", ((5, 4), (3, 4), (1, 3)), lambda x, w, b: F.linear(x, w, b[0])),
    ("linear, twice", ((3, 4), (4, 4)), twice),
    ("embedding", ((5, 3),), lambda x: F.embedding(torch.tensor([2, 0, 2, 4, 1]), x)),
    ("sum", ((6, 3), (2, 3), (1, 3)), lambda a, b, c: a + b.repeat(3, 1) + c),
    ("gelu", ((4, 5),), lambda x: F.gelu(3 * x)),
    ("gelu by tanh", ((4, 5),), lambda x: gelu_tanh(3 * x)),
    ("silu", ((4, 5),), lambda x: F.silu(3 * x)),
    ("tanh", ((4, 5),), lambda x: torch.tanh(3 * x)),
    ("gated gelu", ((4, 5), (4, 5)), lambda a, b: F.gelu(a) * b),
    ("gated gelu by tanh", ((4, 5), (4, 5)), lambda a, b: gelu_tanh(a) * b),
    ("gated silu", ((4, 5), (4, 5)), lambda a, b: F.silu(a) * b),
    ("columns", ((6, 7),), lambda x: x[:, 2:6]),
    ("rows, stacked", ((5, 3), (2, 3)), lambda a, b: torch.cat([a[2:5], b, a[:4]])),
    ("mean of rows", ((6, 4),), lambda x: x.view(2, 3, 4).mean(1)),
    ("gru", ((3, 12), (3, 12), (3, 4)), gru),
    ("rms norm of heads", ((3, 8), (1, 4)), rms),
    ("layer norm", ((3, 6), (1, 6), (1, 6)),
     lambda x, w, b: F.layer_norm(x, (6,), w[0], b[0], 1e-5)),
    ("rope", ((10, 8),), rope),
    ("attention, causal, grouped", ((8, 6), (8, 3), (8, 3)), attend(4, 1, 1.3, True)),
    ("attention in a window", ((8, 6), (8, 3), (8, 3)), attend(8, 1, 0.6, True, 3)),
    ("attention to everything", ((8, 6), (8, 6), (8, 6)), attend(4, 2, 1, False)),
    ("cross-entropy", ((5, 4), (7, 4)), cross_entropy),
    ("cosine", ((4, 5), (4, 5)), cosine),
    ("variance hinge", ((6, 5),), hinge),
    ("covariance", ((6, 5),), covariance),
    ("mean square", ((4, 5), (4, 5)), lambda a, b: ((a - b) ** 2).mean()),
]


def short(x):
    return [float(f"{v:.9g}") for v in x.reshape(-1).tolist()]


def case(name, shapes, op):
    x = [torch.tensor(noise(100 * k + numpy.arange(a * b)).astype(numpy.float64)).view(a, b)
         .requires_grad_() for k, (a, b) in enumerate(shapes)]
    y = op(*x)
    loss, value = (y, None) if y.dim() == 0 else square(y)
    loss.backward()
    return {"name": name, "loss": float(f"{loss.item():.9g}"),
            "value": [] if value is None else short(value), "grads": [short(v.grad) for v in x]}


def main():
    torch.set_num_threads(1)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "tape.json")
    with open(path, "w") as f:
        json.dump([case(*c) for c in CASES], f)
        f.write("\n")


if __name__ == "__main__":
    main()
