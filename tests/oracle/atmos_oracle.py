#!/usr/bin/python3
"""References for atmos's temperature curves, by numpy and scipy from the published formulas.

Usage: atmos_oracle.py        (rewrites data/atmos.json)

The songs are made of whole numbers only (a triangle wave under an envelope, 16 bits), so that
tests/unit/test_contour.c makes the same samples. Loudness: ITU-R BS.1770-5's K-weighting at any
rate by the parameters of its two filters, 0.4 s windows that slide by one frame. What follows it is
mappings.md 9 / include/atmos/contour.h. Running this is not part of `make test`.
"""
import json
import os

import numpy as np
from scipy.signal import lfilter

HERE = os.path.dirname(os.path.abspath(__file__))


def k_weighting(rate):
    gain, q, f0 = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k = np.tan(np.pi * f0 / rate)
    vh = 10 ** (gain / 20)
    vb = vh ** 0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = ([(vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0,
              (vh - vb * k / q + k * k) / a0],
             [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])
    q, f0 = 0.5003270373238773, 38.13547087602444
    k = np.tan(np.pi * f0 / rate)
    a0 = 1 + k / q + k * k
    high = ([1, -2, 1], [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])
    return shelf, high


def ramp(i, n):
    """0 to full scale."""
    return 32000 * i // n


def pulses(i, n):
    """0.3 s of sound and 0.5 s of next to nothing, each louder than the last."""
    at, period = i % 38400, i // 38400
    return 3000 * (period + 1) if at < 14400 else 1


def silence(i, n):
    return 0


# envelope, Hz of sampling, channels, seconds, frames in a quarter of the triangle's period
SONGS = {"ramp": (ramp, 44100, 2, 6, 20), "pulses": (pulses, 48000, 1, 7, 12),
         "silence": (silence, 32000, 2, 2, 10)}


def samples(name):
    envelope, rate, channels, seconds, quarter = SONGS[name]
    n = rate * seconds
    x = np.zeros(n)
    for i in range(n):
        at = i % (4 * quarter)
        tri = at if at < quarter else 2 * quarter - at if at < 3 * quarter else at - 4 * quarter
        amp = envelope(i, n)
        x[i] = amp * (tri + quarter) // quarter - amp
    return x / 32768, rate, channels


def momentary(x, rate, channels, tps):
    for b, a in k_weighting(rate):
        x = lfilter(b, a, x)
    power = np.concatenate([[0], np.cumsum(x * x)]) * channels
    frames = int(len(x) / rate * tps + 1e-9)
    window = round(0.4 * rate)
    out = []
    for i in range(frames):
        end = int(np.floor((i + 1) / tps * rate + 0.5))
        z = (power[end] - power[max(0, end - window)]) / window
        out.append(-0.691 + 10 * np.log10(z) if z > 0 else -np.inf)
    return np.array(out)


def curve(lufs, tps=45, gate=-70, smooth=0.1, midpoint=0.75, steepness=3, t_min=0.985,
          t_max=1.875, drive="velocity"):
    raw = np.maximum(lufs, -70)
    top = max(raw.max(), gate)
    u = (np.maximum(raw, gate) - gate) / (top - gate) if top > gate else 0 * raw
    half = int(smooth * tps / 2 + 1e-9)
    ones = np.ones(2 * half + 1)
    u = np.convolve(u, ones, "full") / np.convolve(np.ones_like(u), ones, "full")
    u = u[half:half + len(raw)]
    sigma = lambda v: 1 / (1 + np.exp(-steepness * (v - midpoint)))
    s = (sigma(u) - sigma(0)) / (sigma(1) - sigma(0))
    v = np.abs(np.diff(s, prepend=s[0]))
    v = v / v.max() if v.max() > 0 else v
    return t_min + (t_max - t_min) * (v if drive == "velocity" else s)


def main():
    other = {"gate": -50, "smooth": 0.25, "midpoint": 0.4, "steepness": 8, "t_min": 0.2,
             "t_max": 1.4, "drive": "loudness"}
    songs = []
    for name in SONGS:
        x, rate, channels = samples(name)
        lufs, slow = (momentary(x, rate, channels, tps) for tps in (45, 30))
        songs.append({"name": name,
                      "lufs_raw": [float("%.9g" % v) for v in np.maximum(lufs, -70)],
                      "temp": [float("%.9g" % v) for v in curve(lufs)],
                      "other": [float("%.9g" % v) for v in curve(slow, tps=30, **other)]})
    with open(os.path.join(HERE, "data", "atmos.json"), "w") as f:
        json.dump({"songs": songs}, f, separators=(",", ":"))
        f.write("\n")


main()
