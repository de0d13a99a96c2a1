#!/bin/sh
# bench_activations.sh: analysing a prompt against running it, on a checkpoint in the shape of
# Gemma-3-270M (540 MB under $TMPDIR, removed afterwards): the aim is 1.3.
root=${LLMSONIFY_ROOT:-.}
bin=${BENCH_BIN:-$root/build/release/bench}
[ -x "$bin/bench_activations" ] || { echo "skipped: not built (make bench-bin)"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/llmsonify-bench.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
"$bin/make_checkpoint" "$dir/gemma" || exit 1
for n in 20 100; do "$bin/bench_activations" "$dir/gemma" $n || exit 1; done
