#!/usr/bin/python3
"""References for fitted spaces, by PyTorch (hidden states, f64) and scikit-learn (PCA).

Usage: space_oracle.py        (rewrites data/space_pca.json)

One of the small models of lm_oracle.py reads SENTENCES texts whose tokens and words come from a
formula that tests/unit/test_space.c repeats. Points are words: means of their tokens, without the
first token (BOS) and without tokens of more than ten medians of their layer's norm. Running this is
not part of `make test`.
"""
import json
import os

import numpy as np
from sklearn.decomposition import PCA

HERE = os.path.dirname(os.path.abspath(__file__))
TITLE, SENTENCES, COMPONENTS, BOS = "llama: biases everywhere", 60, 6, 1

lm = {"__file__": os.path.join(HERE, "lm_oracle.py")}
with open(lm["__file__"]) as f:
    exec(f.read().rsplit("\nmain()", 1)[0], lm)  # its functions, without its run


def sentence(i):
    n = 6 + (7 * i) % 15
    return [BOS] + [(3 * t * t + (2 * i + 5) * t + 11 * i + i * i // 3) % 37 for t in range(1, n)]


def words(i, n):
    """Spans of 1, 2 or 3 tokens from token 1 on."""
    at, out = 1, []
    while at < n:
        end = min(n, at + 1 + (at + i) % 3)
        out.append((at, end))
        at = end
    return out


def main():
    family, title, extra = next(c for c in lm["CASES"] if c[1].startswith(TITLE))
    config = {**lm["BASE"], **extra}
    w = lm["Weights"]("BF16" if "bf16" in title else "F32")
    points, means, steps = None, None, None
    for i in range(SENTENCES):
        ids = sentence(i)
        states, _ = lm["run_llama"](config, w, ids, family)
        if points is None:
            points, means, steps = ([[] for _ in states] for _ in range(3))
        for l, h in enumerate(states):
            h = h.numpy()
            norm = np.linalg.norm(h, axis=1)
            sink = norm > 10 * np.median(norm)
            sink[0] = True
            here = [h[a:b][~sink[a:b]].mean(0) for a, b in words(i, len(ids)) if not sink[a:b].all()]
            points[l] += here
            means[l].append(np.mean(here, axis=0))
            steps[l].append(np.array(here))
    layers = []
    for x, m, s in zip(points, means, steps):
        x = np.array(x)
        pca = PCA(COMPONENTS, svd_solver="full").fit(x)
        c = pca.transform(x)
        d = np.concatenate([np.linalg.norm(np.diff(pca.transform(y), axis=0), axis=1) for y in s])
        layers.append({
            "points": len(x), "mean": pca.mean_.tolist(), "components": pca.components_.tolist(),
            "variance": pca.explained_variance_.tolist(), "ratio": pca.explained_variance_ratio_.tolist(),
            "range": np.percentile(c, [1, 99], axis=0).T.tolist(),
            "step": np.percentile(d, [1, 99]).tolist(),
            "projection": pca.transform(np.array(m))[[0, 17, SENTENCES - 1]].tolist(),
        })
        print(len(x), pca.explained_variance_ratio_)
    text = json.dumps({"sentences": SENTENCES, "components": COMPONENTS, "layers": layers})
    with open(os.path.join(HERE, "data", "space_pca.json"), "w") as f:
        f.write(json.dumps(json.loads(text, parse_float=lambda v: float("%.9g" % float(v)))) + "\n")


main()
