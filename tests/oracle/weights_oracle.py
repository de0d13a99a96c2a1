#!/usr/bin/python3
"""References for the features of weights, by numpy, scipy in f64.

Usage: weights_oracle.py        (rewrites data/weights_wren.json and data/weights_made.json)

weights_wren.json: the embedded model. weights_made.json: matrices made by a formula that
tests/unit/test_weights_made.c repeats. Running this is not part of `make test`.
"""
import json
import os
import struct

import numpy as np
import scipy.stats
from scipy.stats._levy_stable import _fitstart_S1

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOP = 64


# ---- one matrix -------------------------------------------------------------------------------

def stats(w):
    x = w[np.isfinite(w)].astype(np.float64)
    constant = x.max() == x.min()
    return {
        "nonfinite": int(w.size - x.size), "mean": x.mean(), "std": x.std(),
        "skew": 0.0 if constant else scipy.stats.skew(x),
        "kurt": 0.0 if constant else scipy.stats.kurtosis(x),
        "fro": np.sqrt((x * x).sum()),
    }


def histogram(w):
    x = w[np.isfinite(w)].astype(np.float64)
    lo, hi = np.percentile(x, [2, 98])
    if lo == hi:
        h = np.zeros(32)
        h[16] = 1
        return lo, hi, h
    h = np.histogram(x, 32, (lo, hi))[0].astype(float)
    return lo, hi, h / h.sum()


def power_law(lam):
    """WeightWatcher's WWFit over ascending eigenvalues, every one but the last as xmin."""
    if len(lam) < 10 or lam[0] == lam[-1]:
        return None
    log, best = np.log(lam), None
    for i in range(len(lam) - 1):
        n = len(lam) - i
        spread = log[i:].sum() - n * log[i]
        if not spread > 1e-12 * n:
            continue
        alpha = 1 + n / spread
        d = np.abs(1 - (lam[i:] / lam[i]) ** (1 - alpha) - np.arange(n) / n).max()
        if best is None or d < best["alpha_d"]:
            best = {"alpha": alpha, "alpha_d": d, "alpha_sigma": (alpha - 1) / np.sqrt(n),
                    "alpha_xmin": lam[i]}
    return best


def spectrum(w, out):
    sv = np.linalg.svd(np.where(np.isfinite(w), w, 0).astype(np.float64), compute_uv=False)
    lam, n, m = sv ** 2, max(w.shape), min(w.shape)
    rank = int((sv > sv[0] * n * 2.0 ** -23).sum())
    p, q = lam / lam.sum(), sv / sv.sum()
    edge = lam.sum() / m * (1 + np.sqrt(m / n)) ** 2
    tw = np.sqrt(m / n) * edge ** (2 / 3) * m ** (-2 / 3)
    entropy = -(p[p > 0] * np.log(p[p > 0])).sum()
    out.update({
        "sv": sv, "spectral_norm": lam[0], "log_spectral_norm": np.log10(lam[0]),
        "log_norm": np.log10(lam.sum()), "stable_rank": lam.sum() / lam[0], "matrix_rank": rank,
        "effective_rank": np.exp(-(q[q > 0] * np.log(q[q > 0])).sum()),
        "participation_ratio": lam.sum() ** 2 / (lam ** 2).sum(),
        "spectral_entropy": entropy / np.log(rank) if rank > 1 else 0.0,
        "mp_lambda_plus": edge, "mp_softrank": edge / lam[0],
        "num_spikes": int((lam > edge + np.sqrt(tw)).sum()),
    })
    fit = power_law(lam[:rank][::-1])
    if fit:
        out.update(fit)
        out["alpha_weighted"] = fit["alpha"] * np.log10(lam[0])
        out["log_alpha_norm"] = np.log10((lam[:rank] ** fit["alpha"]).sum())


def matrix(w):
    out = {"rows": w.shape[0], "cols": w.shape[1]}
    out.update(stats(w))
    x = w[np.isfinite(w)].astype(np.float64)
    out["row_norms"] = np.sqrt((np.where(np.isfinite(w), w, 0).astype(np.float64) ** 2).sum(1))
    out["hist_lo"], out["hist_hi"], out["hist"] = histogram(w)
    p = np.percentile(x, [25, 75])
    out["alpha_stable"] = 2.0 if p[0] == p[1] else float(_fitstart_S1(x)[0])
    g, k, n = out["skew"], out["kurt"], x.size
    out["bimodality"] = (g * g + 1) / (k + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))
    if np.any(w):
        spectrum(w, out)
    else:
        out["sv"] = np.zeros(min(w.shape))
    return out


# ---- the model --------------------------------------------------------------------------------

def read_model(path):
    with open(path, "rb") as f:
        raw = f.read()
    size = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, info in json.loads(raw[8:8 + size]).items():
        if name == "__metadata__":
            continue
        lo, hi = info["data_offsets"]
        assert info["dtype"] == "BF16"
        bits = np.frombuffer(raw[8 + size + lo:8 + size + hi], np.uint16).astype(np.uint32) << 16
        out[name] = bits.view(np.float32).reshape(info["shape"])
    return out


def norm01(x):
    return (x - x.min()) / (x.max() - x.min())


def coherence(a, b):
    def power(s):
        s = np.interp(np.linspace(0, len(s) - 1, 64), np.arange(len(s)), s)
        return np.abs(np.fft.rfft(s - s.mean()))[1:] ** 2
    return np.corrcoef(power(a), power(b))[0, 1]


def delta(a, b):
    return np.linalg.norm(a / np.linalg.norm(a) - b / np.linalg.norm(b))


def layers(w, feat, nl):
    def get(l, part, key):
        return feat["model.layers.%d.%s.weight" % (l, part)][key]
    attn = ["self_attn.%s_proj" % r for r in "qkvo"]
    mlp = ["mlp.%s_proj" % r for r in ("gate", "up", "down")]
    q, down = "self_attn.q_proj", "mlp.down_proj"
    raw = np.array([np.mean([get(l, p, "fro") for p in attn]) /
                    np.mean([get(l, p, "fro") for p in mlp]) for l in range(nl)])
    sv = [get(l, q, "sv") for l in range(nl)]
    dn = [get(l, down, "sv") for l in range(nl)]
    return {
        "tension_raw": raw, "tension": norm01(raw),
        "w1_q": [scipy.stats.wasserstein_distance(sv[l], sv[l + 1]) for l in range(nl - 1)],
        "coh_qk": [coherence(sv[l], get(l, "self_attn.k_proj", "sv")) for l in range(nl)],
        "sv_delta_q": [delta(sv[l - 1], sv[l]) for l in range(1, nl)],
        "sv_delta_down": [delta(dn[l - 1], dn[l]) for l in range(1, nl)],
    }


def key(w, nl):
    x = np.array([w["model.layers.%d.input_layernorm.weight" % l] for l in range(nl)], np.float64)
    x -= x.mean(0)
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    sign = np.sign(vt[np.arange(len(vt)), np.abs(vt).argmax(1)])
    c = u * s * sign
    angle = np.arctan2(c[0, 1], c[0, 0]) / (2 * np.pi) % 1
    skew, kurt = scipy.stats.skew(c[:, 1]), scipy.stats.kurtosis(c[:, 2], fisher=False)
    root = 43 + (7 * int(12 * angle) - 43) % 12
    mode = 0 if skew > 0.1 else 1 if skew < -0.1 else 4 if kurt > 3 else 2
    return {"key_x": c[0, 0], "key_y": c[0, 1], "key_angle": angle, "pc2_skew": skew,
            "pc3_kurt": kurt, "key_root": root, "key_mode": mode}


def gamma(g):
    g = g.astype(np.float64)
    half = len(g) // 2
    a, b = np.linalg.norm(g[:half]), np.linalg.norm(g[half:])
    out = stats(g)
    out.update({"gamma_mean": g.mean(), "gamma_std": g.std(), "gamma_asym": (a - b) / (a + b)})
    return out


def wren():
    w = read_model(ROOT + "/models/wren/model.safetensors")
    feat = {name: matrix(x) if x.ndim == 2 else gamma(x) for name, x in w.items()}
    nl = 1 + max(int(n.split(".")[2]) for n in w if ".layers." in n)
    out = {"tensors": feat, "layers": layers(w, feat, nl), "model": key(w, nl)}
    for name, f in feat.items():
        if "row_norms" in f:
            f["row_norms"] = f["row_norms"][:16]
            f["sv"] = f["sv"][:TOP]
    return out


# ---- matrices by formula ----------------------------------------------------------------------

def uniform(seed, n):
    """n numbers of 24 bits in [-0.5, 0.5), exact in f32."""
    with np.errstate(over="ignore"):
        u = np.arange(n, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed * 40503 & 0xffffffff)
        u = (u ^ (u >> np.uint32(15))) * np.uint32(2246822519)
        u = (u ^ (u >> np.uint32(13))) * np.uint32(3266489917)
        u ^= u >> np.uint32(16)
    return ((u >> np.uint32(8)).astype(np.float64) / 2.0 ** 24 - 0.5).astype(np.float32)


def made(kind, rows, cols, seed):
    w = uniform(seed, rows * cols).reshape(rows, cols)
    if kind == "constant":
        w[:] = 0.75
    elif kind == "zero":
        w[:] = 0
    elif kind == "lowrank":  # rank 5 of small whole numbers: exact in f32
        a = np.rint(uniform(seed, rows * 5).reshape(rows, 5) * 20)
        b = np.rint(uniform(seed + 1, 5 * cols).reshape(5, cols) * 20)
        w = (a.astype(np.float64) @ b.astype(np.float64)).astype(np.float32)
    elif kind == "steep":  # columns scaled by powers of two: sigma over 12 decades of 2
        w = w * np.exp2(-(np.arange(cols) % 24)).astype(np.float32)
    elif kind == "nonfinite":
        flat = w.reshape(-1)
        flat[3], flat[50], flat[51] = np.nan, np.inf, -np.inf
    elif kind == "bumpy":  # heavier tails: cubes
        w = (w * w) * w
    return w


def to_bf16(w):
    bits = w.astype(np.float32).view(np.uint32)
    return (bits & np.uint32(0xffff0000)).view(np.float32)


CASES = [
    # name, kind, rows, cols, dtype
    ("tall", "plain", 96, 24, "F32"), ("wide", "plain", 20, 130, "F32"),
    ("row", "plain", 1, 50, "F32"), ("column", "plain", 50, 1, "F32"),
    ("lowrank", "lowrank", 60, 40, "F32"), ("constant", "constant", 30, 20, "F32"),
    ("zero", "zero", 12, 30, "BF16"), ("nonfinite", "nonfinite", 40, 30, "F32"),
    ("bumpy", "bumpy", 64, 64, "BF16"),
    ("gram_tall_bf16", "plain", 1100, 200, "BF16"), ("gram_wide_bf16", "plain", 150, 1300, "BF16"),
    ("gram_tall_f32", "plain", 1100, 200, "F32"), ("gram_wide_f32", "plain", 150, 1300, "F32"),
    ("gram_steep_f32", "steep", 900, 192, "F32"), ("gram_steep_bf16", "steep", 900, 192, "BF16"),
    ("gram_lowrank", "lowrank", 1000, 180, "F32"), ("gram_nonfinite", "nonfinite", 1100, 130, "BF16"),
    ("gram_bumpy", "bumpy", 700, 300, "BF16"),
]


def made_all():
    out = []
    for i, (name, kind, rows, cols, dtype) in enumerate(CASES):
        w = made(kind, rows, cols, i + 1)
        if dtype == "BF16":
            w = to_bf16(w)
        f = matrix(w)
        f["row_norms"] = f["row_norms"][:16]
        f["sv"] = f["sv"][:TOP]
        out.append({"name": name, "kind": kind, "dtype": dtype, "seed": i + 1, "features": f})
    return out


def plain(x):
    """For json: whole arrays to lists, seven digits more than the tests ask for."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)):
        return [plain(v) for v in x]
    if isinstance(x, (float, np.floating)):
        return float("%.9g" % x)
    return int(x) if isinstance(x, np.integer) else x


def write(name, data):
    with open(os.path.join(HERE, "data", name), "w") as f:
        json.dump(plain(data), f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    write("weights_wren.json", wren())
    write("weights_made.json", made_all())
