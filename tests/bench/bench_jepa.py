#!/usr/bin/env python3
"""Examples a second of PyTorch on a step of training the joint embedding in its last phase:
bench_jepa.py EXAMPLES STEPS, the model of tests/oracle/jepa_oracle.py, AdamW, gradients clipped,
the encoder that follows, as `llmsonify jepa train` does."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import torch
from jepa_oracle import CLIP, WEIGHTS, batch, follow, losses, optimiser, parameters

torch.set_num_threads(os.cpu_count())


def main():
    n, steps = (int(x) for x in sys.argv[1:3])
    p, target = parameters()
    mine, opt = optimiser(p, "joint")
    b = batch(n)
    best = 0
    for _ in range(steps):
        start = time.perf_counter()
        loss = losses(p, target, "joint", b, WEIGHTS)
        opt.zero_grad()
        loss["total"].backward()
        torch.nn.utils.clip_grad_norm_([v for _, v in mine], CLIP)
        opt.step()
        follow(p, target, 0.996)
        best = max(best, n / (time.perf_counter() - start))
    print(f"{best:.1f}")


main()
