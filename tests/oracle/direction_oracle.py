#!/usr/bin/env python3
"""Writes data/direction.json: states at the ends of pairs of prompts, and what numpy and
scikit-learn make of them: for each layer the direction by difference of means and by principal
component, the share of the differences' squares along it, and the leave-one-out AUC.

The component is that of the differences and their negatives together, whose mean is 0; its sign is
such that the high prompts project higher. AUC: each pair projected on the direction of all others,
sklearn.metrics.roc_auc_score over all highs and lows."""
import json
import os

import numpy
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score


def fit(diff, method):
    if method == "means":
        r = diff.mean(0)
    else:
        r = PCA(1, svd_solver="full").fit(numpy.vstack([diff, -diff])).components_[0]
        r = r if (diff @ r).sum() >= 0 else -r
    return r / numpy.linalg.norm(r)


def layer(high, low, method):
    diff, n = high - low, len(high)
    r = fit(diff, method)
    scores = []
    for i in range(n):
        rest = fit(numpy.delete(diff, i, 0), method)
        scores.append((high[i] @ rest, low[i] @ rest))
    scores = numpy.array(scores)
    auc = roc_auc_score([1] * n + [0] * n, numpy.concatenate([scores[:, 0], scores[:, 1]]))
    return {"r": [float(f"{x:.9g}") for x in r], "high": float((high @ r).mean()),
            "low": float((low @ r).mean()),
            "explained": float(((diff @ r) ** 2).sum() / (diff ** 2).sum()), "auc": float(auc)}


def main():
    rng = numpy.random.default_rng(5)
    cases = []
    for npairs, nl, d, lift in ((7, 2, 5, 0.6), (12, 2, 40, 0.5), (2, 1, 3, 1.0), (30, 1, 4, 0.0)):
        low = rng.normal(size=(npairs, nl, d)) * numpy.linspace(0.5, 2, d) + 3
        high = low + rng.normal(size=low.shape) + lift * numpy.sign(numpy.arange(d) % 3 - 0.5)
        high, low = (numpy.round(x * 64) / 64 for x in (high, low))
        fits = {m: [layer(high[:, l], low[:, l], m) for l in range(nl)] for m in ("means", "pca")}
        cases.append({"npairs": npairs, "nl": nl, "d": d, "high": high.ravel().tolist(),
                      "low": low.ravel().tolist(), **fits})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "direction.json")
    with open(path, "w") as f:
        json.dump(cases, f)
        f.write("\n")


main()
