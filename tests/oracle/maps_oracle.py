#!/usr/bin/python3
"""References for maps of points: PCA, trustworthiness and t-SNE by scikit-learn, density by scipy,
UMAP by umap-learn.

Usage: maps_oracle.py        (rewrites data/maps.npz and data/maps.json)

The points are two real sets that come with scikit-learn, Fisher's irises and 400 of the UCI digits,
and a rolled sheet from a formula that tests/unit/test_maps.c repeats. t-SNE begins as ours does,
from the principal components; UMAP's figures are means over five seeds. Running this needs
umap-learn beside Debian's packages (without it its part is kept as it is), and is not part of
`make test`.
"""
import json
import os

import numpy as np
from scipy.stats import gaussian_kde
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
GOLDEN = 0.6180339887498949  # fractional parts of its multiples cover 0..1 evenly
ROLL, PERPLEXITY, TRUST = 400, 30, 12


def roll():
    i = np.arange(1, ROLL + 1)
    t, z = 1.5 * np.pi * (1 + 2 * ((i * GOLDEN) % 1)), 21 * ((i + 0.5) / ROLL)
    return np.stack([t * np.cos(t), z, t * np.sin(t)], 1)


def kl_of(p, y):
    """The divergence that t-SNE makes small, over the pairs where p is not 0."""
    w = 1 / (1 + ((y[:, None] - y[None]) ** 2).sum(-1))
    np.fill_diagonal(w, 0)
    q = np.maximum(w / w.sum(), np.finfo(float).eps)
    p = p.toarray()
    return float((p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())


def of_set(x):
    n = len(x)
    pca = PCA(3, svd_solver="full").fit(x)
    y = pca.transform(x)
    k = int(3 * PERPLEXITY) + 1
    graph = NearestNeighbors(n_neighbors=k).fit(x).kneighbors_graph(mode="distance")
    graph.data **= 2
    p = _joint_probabilities_nn(graph, PERPLEXITY, 0).tocsr()
    out = {
        "pca": {"components": pca.components_.tolist(),
                "variance": (pca.explained_variance_ * (n - 1) / n).tolist(),
                "first": y[:5].tolist()},
        "pca_trust": trustworthiness(x, y[:, :2], n_neighbors=TRUST),
        "affinities": [p[0, j] for j in range(n)],
    }
    for dims in 2, 3:
        t = TSNE(dims, perplexity=PERPLEXITY, init="pca", learning_rate="auto", random_state=0,
                 n_iter=1000).fit_transform(x)
        out["tsne%d_trust" % dims] = trustworthiness(x, t, n_neighbors=TRUST)
        if dims == 2:
            out["tsne2_kl"] = kl_of(p, t.astype(float))
    return out, y


def of_umap(x):
    import umap
    from umap.umap_ import fuzzy_simplicial_set
    out = {}
    graph = fuzzy_simplicial_set(x.astype(np.float32), 15, np.random.RandomState(0), "euclidean")[0]
    out["graph"] = [float(v) for v in graph.tocsr()[0].toarray()[0]]
    for dims in 2, 3:
        out["umap%d_trust" % dims] = float(np.mean([
            trustworthiness(x, umap.UMAP(n_components=dims, random_state=s).fit_transform(x),
                            n_neighbors=TRUST) for s in range(5)]))
    return out


def main():
    iris, digits = load_iris().data, load_digits().data[:400]
    sets = {"iris": iris, "digits": digits, "roll": roll()}
    path = os.path.join(HERE, "maps.json")
    before = json.load(open(path)) if os.path.exists(path) else {}
    result = {"trust_k": TRUST, "perplexity": PERPLEXITY}
    for name, x in sets.items():
        result[name], y = of_set(x)
        try:
            result[name]["umap"] = of_umap(x)
        except ImportError:
            result[name]["umap"] = before[name]["umap"]
        if name == "iris":
            kde = gaussian_kde(y[:, :2].T)
            at = [[-3, -0.5], [-2.6, 0.1], [0, 0], [1.5, -0.3], [3, 1]]
            result["density"] = {"at": at, "value": kde(np.array(at).T).tolist()}
        print(name, {k: v for k, v in result[name].items() if k.endswith(("trust", "kl"))},
              {k: v for k, v in result[name]["umap"].items() if k.endswith("trust")})
    np.savez_compressed(os.path.join(HERE, "maps.npz"), iris=np.asfortranarray(iris),
                        digits=digits.astype("u1"))
    text = json.dumps(result)
    with open(path, "w") as f:
        f.write(json.dumps(json.loads(text, parse_float=lambda v: float("%.9g" % float(v)))) + "\n")


main()
