#!/bin/sh
# bench_engine.sh: our own instruments from beginning to end: `llmsonify weights` of three minutes
# of acid and of house and of the whole dna, from the weights to MIDI, mastered wav and JSON: least
# wall-clock seconds of five runs on one and on two threads, least CPU seconds, seconds of sound a
# second on two threads (the aims on two: acid and house under 3 s, dna under 2); the fluidsynth
# command on the MIDI file, which is what one would use instead (it masters nothing and has no
# 303); the same bytes from one and two threads. Then the data set of bench_sines.sh against numpy,
# and nanoseconds a frame of every instrument. What else runs makes wall-clock times longer: the
# load is printed.
root=${LLMSONIFY_ROOT:-.}
bench=${BENCH_BIN:-$root/build/release/bench}/bench_engine
llmsonify=${LLMSONIFY:-$root/build/llmsonify}
runs=${RUNS:-5}

skip()
{
    echo "skipped: $1"
    exit 0
}

[ -x "$bench" ] || skip "$bench is not built (make bench-bin)"
[ -x "$llmsonify" ] || skip "$llmsonify is not built (make)"
font=
for f in /usr/share/sounds/sf2/FluidR3_GM.sf2 /usr/share/sounds/sf2/TimGM6mb.sf2; do
    [ -z "$font" ] && [ -f "$f" ] && font=$f
done
dir=$(mktemp -d "${TMPDIR:-/tmp}/bench_engine.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT

# The least wall-clock and the least CPU seconds of a command's runs.
least()
{
    i=0
    while [ $i -lt "$runs" ]; do
        "$bench" --time "$@" || exit 2
        i=$((i + 1))
    done | awk 'NR == 1 || $1 < w { w = $1 } NR == 1 || $2 < c { c = $2 } END { print w, c }'
}

row()
{
    genre=$1
    shift
    set -- "$llmsonify" weights --genre "$genre" "$@" -o
    one=$(least "$@" "$dir/$genre" -t 1)
    cp "$dir/$genre.wav" "$dir/one.wav"
    two=$(least "$@" "$dir/$genre" -t 2)
    same=no
    cmp -s "$dir/one.wav" "$dir/$genre.wav" && same=yes
    ref='- -'
    if [ -n "$font" ] && command -v fluidsynth > /dev/null; then
        ref=$(least fluidsynth -q -ni -F "$dir/ref.wav" -T wav -O s16 -r 44100 "$font" \
            "$dir/$genre.mid")
    fi
    echo "$one $two $ref $(wc -c < "$dir/$genre.wav")" | awk -v g="$genre" -v same="$same" '{
        s = $7 / 4 / 44100
        printf "%-6s %8.1f %9.2f %9.2f %9.2f %9.0f %12s  %s\n", g, s, $1, $3, $2, s / $3, $5,
               same }'
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg 2> /dev/null)"
printf '%-6s %8s %9s %9s %9s %9s %12s  %s\n' piece sound_s '1 thr_s' '2 thr_s' CPU_s 'x real' \
    fluidsynth_s 'same bytes'
row acid --length 180
row house --length 180
row dna
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg 2> /dev/null)"
sh "$root/tests/bench/bench_sines.sh"
"$bench" "$root/tests/golden/wren.json" 30
