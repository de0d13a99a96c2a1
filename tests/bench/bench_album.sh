#!/bin/sh
# bench_album.sh: an album of 100 prompts on a checkpoint in the shape of Gemma-3-270M (540 MB under
# $TMPDIR, removed afterwards): reading, analysis and MIDI, two threads; the aim is 0.5 s a prompt.
# Beside it what a notebook would do for the same numbers: the forward pass alone, in torch. Then
# eight tracks with their sound and without, on two threads and on one: rendering runs beside the
# model.
root=${LLMSONIFY_ROOT:-.}
bin=${BENCH_BIN:-$root/build/release/bench}
llm=${LLMSONIFY:-$root/build/llmsonify}
python=/usr/bin/python3
[ -x "$bin/make_checkpoint" ] || { echo "skipped: not built (make bench-bin)"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/llmsonify-bench.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
"$bin/make_checkpoint" "$dir/gemma" || exit 1
cp "$root/models/wren/tokenizer.json" "$dir/gemma/"
# The bundled list as it is, then its prompts again, each with its number before it.
perl -ne 'chomp; next if $. == 1; my ($c, $t, $p) = split /,/, $_, 3; $p =~ s/^"|"$//g; push @p, [$c, $p];
    END { print "category,prompt\n"; for my $i (0 .. 99) { my ($c, $p) = @{$p[$i % @p]};
        printf "%s,\"%s%s\"\n", $c, $i < @p ? "" : "$i: ", $p } }' \
    "$root/models/prompts/album.csv" > "$dir/100.csv"
# SECONDS of the clock and of the processors: wall, CPU.
timed() {
    perl -MTime::HiRes=time -e 'my $t = time; system(@ARGV) == 0 or exit 1; my @c = times;
        printf "%.2f %.2f\n", time - $t, $c[2] + $c[3]' "$@"
}
album() { # FOLDER OPTION...
    o=$1
    shift
    timed "$llm" activations --mode album -m "$dir/gemma" --prompts "$dir/100.csv" -q \
        -o "$dir/$o" "$@"
}
set -- $(album midi --format mid -t 2) || exit 1
tokens=$(perl -ne '/\.mid,(\d+),/ and $t += $1, $n++; END { printf "%.0f", $t / $n }' \
    "$dir/midi/manifest.csv")
awk -v w="$1" -v c="$2" 'BEGIN {
    printf "100 prompts, analysis and MIDI, all of it: %.3f s a prompt, %.3f s CPU\n", w / 100, c / 100 }'
if "$python" -c 'import torch' 2> /dev/null; then
    set -- $("$python" "$root/tests/bench/prototype_forward.py" "$dir/gemma" "$tokens" 5) &&
        echo "torch, the pass of a prompt of $tokens tokens, no analysis, no music: $1 s, $2 s CPU"
else
    echo "skipped: torch is not installed (python3-torch)"
fi
for t in 1 2; do
    set -- $(album quiet-$t --no-audio --limit 8 -t $t) $(album sound-$t --limit 8 -t $t)
    echo "8 tracks on $t threads: without sound $1 s ($2 s CPU), with FLAC $3 s ($4 s CPU)"
done
