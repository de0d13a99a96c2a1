#!/bin/sh
# bench_weights.sh: the features of frozen weights, on a synthetic checkpoint of Gemma-3-270M's shape,
# beside the prototype's recipe (scikit-learn TruncatedSVD, scipy kurtosis) in the same run.
#
# BENCH_BIN is the directory of make_checkpoint and bench_weights (`make bench` sets it). The
# checkpoint (540 MB) goes to a directory under ${TMPDIR:-/tmp} that is removed at the end. Each side
# runs THREE times in turn; the least time counts, as other work on the machine can only add to it.
set -eu
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS OMP_NUM_THREADS 2>/dev/null || true

here=$(cd "$(dirname "$0")" && pwd)
bin=${BENCH_BIN:-build/release/bench}
rounds=${ROUNDS:-3}
threads=${THREADS:-2}
python=${PYTHON:-/usr/bin/python3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/llmsonify-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

now() { date +%s.%N; }
field() { sed -n "s/^$1 //p" "$dir/ours"; }
lesser() { awk -v a="$1" -v b="$2" 'BEGIN { print (a == "" || b + 0 < a + 0) ? b : a }'; }

"$bin/make_checkpoint" "$dir/model"
cat "$dir/model/model.safetensors" > /dev/null # in the page cache for both

have_python=yes
"$python" -c 'import numpy, scipy, sklearn' 2> /dev/null || have_python=no

ours='' theirs=''
for _ in $(seq "$rounds"); do
    "$bin/bench_weights" "$dir/model" "$threads" > "$dir/ours.now"
    seconds=$(sed -n 's/^seconds //p' "$dir/ours.now")
    ours=$(lesser "$ours" "$seconds")
    if [ "$ours" = "$seconds" ]; then cp "$dir/ours.now" "$dir/ours"; fi
    if [ $have_python = yes ]; then
        start=$(now)
        "$python" "$here/prototype_weights.py" "$dir/model" > "$dir/theirs"
        theirs=$(lesser "$theirs" "$(awk -v a="$start" -v b="$(now)" 'BEGIN { print b - a }')")
    fi
done

echo "Gemma-3-270M shape, bf16, all features of weights; least of $rounds runs"
printf '%-34s %10s\n' 'llmsonify, seconds' "$ours"
if [ $have_python = yes ]; then
    printf '%-34s %10.3f\n' 'prototype (whole process), seconds' "$theirs"
    awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%-34s %10.1f\n", "ratio (target 10)", b / a }'
    cat "$dir/theirs"
else
    echo 'prototype: skipped, no numpy, scipy and scikit-learn'
fi
printf '%-34s %10s\n' 'threads' "$(field threads)" \
    'Gram arithmetic, GFLOP' "$(field gram_gflop)" \
    'achieved over all, GFLOP/s' "$(field gram_gflops)" \
    'sgemm in the same run, GFLOP/s' "$(field sgemm_gflops)" \
    'share of sgemm' "$(field share_of_sgemm)" \
    'anonymous memory, peak MB (< 200)' "$(field anonymous_mb)" \
    'BLAS core' "$(field blas_core)" \
    'integer kernel' "$(field kernel)"
