#!/bin/sh
# bench_render.sh: rendering a MIDI file against the fluidsynth command on the same file and font,
# both to a 16-bit WAV file. Least wall-clock time of three runs, taken in turns; ratio =
# fluidsynth / ours, over 1 is faster. The files: those given as arguments, or a POP909 song when
# the shared data is there.
root=${LLMSONIFY_ROOT:-.}
data=${LLMSONIFY_DATA:-$root/../shared/data}
bench=${BENCH_BIN:-$root/build/release/bench}/bench_render
runs=3

skip()
{
    echo "skipped: $1"
    exit 0
}

command -v fluidsynth >/dev/null || skip "no fluidsynth command (package fluidsynth)"
[ -x "$bench" ] || skip "$bench is not built (make bench-bin)"
dir=$(mktemp -d "${TMPDIR:-/tmp}/bench_render.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT

least()
{
    [ -z "$1" ] && echo "$2" && return
    awk -v a="$1" -v b="$2" 'BEGIN { print (a < b ? a : b) }'
}

# Seconds of one run of fluidsynth.
reference()
{
    start=$(date +%s.%N)
    fluidsynth -q -ni -F "$dir/ref.wav" -T wav -O s16 -r 44100 "$1" "$2" >/dev/null 2>&1
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }'
}

compare()
{
    ref='' one='' two='' i=0
    while [ $i -lt $runs ]; do
        ref=$(least "$ref" "$(reference "$1" "$2")")
        one=$(least "$one" "$("$bench" "$2" "$1" 1 "$dir/one.wav" | cut -d' ' -f1)")
        two=$(least "$two" "$("$bench" "$2" "$1" 2 "$dir/two.wav" | cut -d' ' -f1)")
        i=$((i + 1))
    done
    same=no
    cmp -s "$dir/one.wav" "$dir/two.wav" && same=yes
    awk -v r="$ref" -v o="$one" -v t="$two" -v s="$same" -v f="$(basename "$2")" \
        -v b="$(basename "$1")" 'BEGIN { printf "%-14s %-16s %8.3f %8.3f %8.3f %7.2f %7.2f  %s\n",
        f, b, r, o, t, r / o, r / t, s }'
}

[ $# -gt 0 ] || set -- "$data/midi/pop909/POP909/472/472.mid"
printf '%-14s %-16s %8s %8s %8s %7s %7s  %s\n' file font fluid_s '1 thr_s' '2 thr_s' ratio1 \
    ratio2 'same bytes'
for midi in "$@"; do
    [ -f "$midi" ] || { echo "skipped: $midi is not there"; continue; }
    for font in /usr/share/sounds/sf2/TimGM6mb.sf2 /usr/share/sounds/sf2/FluidR3_GM.sf2; do
        [ -f "$font" ] && compare "$font" "$midi"
    done
done
exit 0
