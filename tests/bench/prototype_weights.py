"""The recipe that the bench compares with: scikit-learn TruncatedSVD (its default, randomised,
algorithm) with 16 components per matrix and 48 for the embedding, scipy.stats.kurtosis per matrix,
over a bf16 .safetensors file read with numpy. Prints the seconds spent on the embedding and on the
rest; the whole process is timed from outside.

Usage: prototype_weights.py DIR
"""
import json
import struct
import sys
import time

import numpy as np
from scipy.stats import kurtosis
from sklearn.decomposition import TruncatedSVD


def tensors(path):
    """Name and f32 array of every tensor of a bf16 file."""
    with open(path, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        head = json.loads(f.read(size))
    raw = np.memmap(path, np.uint8, "r", offset=8 + size)
    for name, info in head.items():
        if name == "__metadata__":
            continue
        lo, hi = info["data_offsets"]
        bits = raw[lo:hi].view(np.uint16).astype(np.uint32) << 16
        yield name, bits.view(np.float32).reshape(info["shape"])


def main():
    spent = {"embedding": 0.0, "blocks": 0.0}
    for name, w in tensors(sys.argv[1] + "/model.safetensors"):
        if w.ndim != 2:
            continue
        start = time.perf_counter()
        embed = "embed" in name
        svd = TruncatedSVD(48 if embed else 16, random_state=0).fit(w)
        kurtosis(w, axis=None)
        assert len(svd.singular_values_)
        spent["embedding" if embed else "blocks"] += time.perf_counter() - start
    print("prototype: embedding %.2f s, blocks %.2f s" % (spent["embedding"], spent["blocks"]))


if __name__ == "__main__":
    main()
