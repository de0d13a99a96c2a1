#!/bin/sh
# bench_sines.sh: a data set of 2000 prompts as 128 sines of 0.3 s each (activations --mode
# spectrum): ours against the loop in numpy, all of both, one after the other on this machine.
bench=${BENCH_BIN:-build/release/bench}/bench_sines
root=${LLMSONIFY_ROOT:-.}
python=/usr/bin/python3
[ -x "$bench" ] || { echo "skipped: $bench is not built (make bench-bin)"; exit 0; }
"$python" -c 'import numpy' 2> /dev/null || { echo "skipped: no numpy (python3-numpy)"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/bench_sines.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
ours=$("$bench" 2000 128 "$dir/first.f32") || exit 1
set -- $("$python" "$root/tests/bench/prototype_sines.py" 2000 128 "$dir/first.f32")
awk -v a="$ours" -v b="$1" -v d="$2" 'BEGIN {
    printf "2000 prompts x 128 sines x 0.3 s: ours %.3f s, numpy %.2f s: %.0f times; they differ by %s\n",
    a, b, b / a, d }'
