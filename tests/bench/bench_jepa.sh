#!/bin/sh
# bench_jepa.sh: examples a second (each of 4 windows of weights, 9 of music) of a step of training
# the joint embedding in its last phase, 32 examples a step, ours and PyTorch's on the same
# processors.
set -eu
here=$(dirname "$0")
ours=$("$BENCH_BIN/bench_jepa" 32 6)
alone=$("$BENCH_BIN/bench_jepa" 32 4 1)
echo "ours: $ours examples/s, on one thread $alone"
for python in ${PYTHON:-/usr/bin/python3 python3}; do
    if "$python" -c 'import torch' 2> /dev/null; then
        torch=$(PYTHONDONTWRITEBYTECODE=1 "$python" "$here/bench_jepa.py" 32 5)
        echo "PyTorch: $torch examples/s; ours is $(echo "$ours $torch" | awk '{ printf "%.2f", $1 / $2 }') times that"
        exit 0
    fi
done
echo "PyTorch is not here to be run beside it"
