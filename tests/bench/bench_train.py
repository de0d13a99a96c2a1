#!/usr/bin/env python3
"""Tokens a second of PyTorch on a step of training: bench_train.py SEQ BATCH STEPS, the model of
tests/oracle/learn_oracle.py in wren's shape, AdamW, gradients clipped, as `llmsonify train` does."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import torch
import torch.nn.functional as F
from learn_oracle import gemma, gemma_names

torch.set_num_threads(os.cpu_count())
SHAPE = dict(vocab=4096, d=160, nl=8, nh=4, nkv=1, dh=64, ff=512, window=128, pattern=6,
             theta=1e6, local=1e4, eps=1e-6)


def main():
    seq, batch, steps = (int(x) for x in sys.argv[1:4])
    torch.manual_seed(1)
    p = {name: (0.02 * torch.randn(shape) if shape[0] > 1 else torch.zeros(shape))
         .requires_grad_() for name, shape in gemma_names(SHAPE)}
    opt = torch.optim.AdamW(list(p.values()), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.05)
    best = 0
    for _ in range(steps):
        ids = torch.randint(0, SHAPE["vocab"], (batch, seq + 1))
        start = time.perf_counter()
        logits = gemma(p, SHAPE, ids[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, SHAPE["vocab"]), ids[:, 1:].reshape(-1))
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(p.values()), 1.0)
        opt.step()
        best = max(best, batch * seq / (time.perf_counter() - start))
    print(f"{best:.0f}")


main()
