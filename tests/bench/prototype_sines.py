"""The data set's sines as a notebook makes them in numpy: a loop over prompts and dimensions.

usage: prototype_sines.py PROMPTS DIMS OURS.f32: prints the seconds, and the largest difference of
the first chord from OURS."""
import sys
import time

import numpy as np

n, dims = int(sys.argv[1]), int(sys.argv[2])
rate, frames, fade = 44100, 13230, 882
amp = ((np.arange(n * dims, dtype=np.int64) * 7919 % 2001 - 1000) / 1000).reshape(n, dims)
hz = 60 * (4000 / 60) ** (np.arange(dims) / (dims - 1))
begin = time.perf_counter()
t = np.arange(frames) / rate
near = np.minimum(np.arange(frames), frames - 1 - np.arange(frames))
env = np.where(near < fade, np.sin(np.pi / 2 * near / fade), 1) ** 2
out = np.zeros(n * frames, dtype=np.float32)
for i in range(n):
    segment = np.zeros(frames)
    for d in range(dims):
        phase = 0.0 if amp[i, d] >= 0 else np.pi
        segment += abs(amp[i, d]) * np.sin(2 * np.pi * hz[d] * t + phase)
    out[i * frames:(i + 1) * frames] = segment * env / np.sqrt(dims)
seconds = time.perf_counter() - begin
ours = np.fromfile(sys.argv[3], dtype=np.float32)
print(f"{seconds:.4f} {np.abs(out[:frames] - ours).max():.2e}")
