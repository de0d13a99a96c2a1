#!/bin/sh
# bench_train.sh: tokens a second of training a model of wren's shape (Gemma 3, 3.4 million
# parameters; sequences of 256, 24 a step), ours and PyTorch's on the same processors.
set -eu
here=$(dirname "$0")
ours=$("$BENCH_BIN/bench_train" 256 24 5)
alone=$("$BENCH_BIN/bench_train" 256 24 3 1)
echo "ours: $ours tokens/s, on one thread $alone"
for python in ${PYTHON:-/usr/bin/python3 python3}; do
    if "$python" -c 'import torch' 2> /dev/null; then
        torch=$("$python" "$here/bench_train.py" 256 24 4)
        echo "PyTorch: $torch tokens/s; ours is $(echo "$ours $torch" | awk '{ printf "%.2f", $1 / $2 }') times that"
        exit 0
    fi
done
echo "PyTorch is not here to be run beside it"
