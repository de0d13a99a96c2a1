#!/bin/sh
# bench_lm.sh: whole models in the shapes of Gemma-3-270M and SmolLM-135M, on one and two threads:
# the aims are decode at 80 % of reading the weights once, prefill at 60 % of sgemm.
root=${LLMSONIFY_ROOT:-.}
bench=${BENCH_BIN:-$root/build/release/bench}/bench_lm
[ -x "$bench" ] || { echo "skipped: $bench is not built (make bench-bin)"; exit 0; }
exec "$bench" 2
