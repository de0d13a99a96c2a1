#!/bin/sh
# An album by GNU parallel: a job a shard, here or on other machines over ssh, then joined.
#   examples/album-parallel.sh                      on this machine
#   HOSTS=anna,bert examples/album-parallel.sh      over ssh; llmsonify and the model are there too
# MODEL, PROMPTS (the same path everywhere), OUT, FORMAT, LIMIT, SHARDS say what; the default is four
# tracks of the bundled list in two shards. Started again, it goes on where it was.
# needs: parallel
# makes: album/manifest.csv album/album.flac album/album.cue
set -eu
MODEL=${MODEL:-wren}
OUT=${OUT:-album}
FORMAT=${FORMAT:-flac}
SHARDS=${SHARDS:-2}
for p in llmsonify parallel; do
    command -v $p > /dev/null || { echo "album-parallel.sh: no $p in PATH" >&2; exit 1; }
done

set -- --mode album -m "$MODEL" --limit "${LIMIT:-4}" --format "$FORMAT" -q
[ -z "${PROMPTS:-}" ] || set -- "$@" --prompts "$PROMPTS"

if [ -z "${HOSTS:-}" ]; then
    # One folder: the shards do not get into each other's way.
    seq "$SHARDS" | parallel --halt soon,fail=1 --joblog album-parallel.log -j "${JOBS:-2}" -q \
        llmsonify activations "$@" -t 1 -o "$OUT" --shard "{}/$SHARDS"
    llmsonify album join "$OUT"
else
    # A folder a shard, fetched when it is done.
    seq "$SHARDS" | parallel --halt soon,fail=1 --joblog album-parallel.log -S "$HOSTS" -j 1 -q \
        --workdir ... --return "$OUT-{}" --cleanup \
        llmsonify activations "$@" -o "$OUT-{}" --shard "{}/$SHARDS"
    dirs=
    for k in $(seq "$SHARDS"); do dirs="$dirs $OUT-$k"; done
    # shellcheck disable=SC2086
    llmsonify album join $dirs -o "$OUT"
fi
