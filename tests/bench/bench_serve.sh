#!/bin/sh
# bench_serve.sh: the HTTP server on this machine: from the request for a piece of 20 words until
# half a second of its sound is here (POST, events, GET of a range; each prompt a new one), the
# same for a piece that is made already, and requests a second of small and large replies.
root=${LLMSONIFY_ROOT:-.}
llm=${LLMSONIFY:-$root/build/llmsonify}
command -v curl > /dev/null || { echo "skipped: no curl"; exit 0; }
[ -x "$llm" ] || { echo "skipped: $llm is not built"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/llmsonify-bench.XXXXXX") || exit 1
export LLMSONIFY_MODELS="$root/models" NO_PROXY='*'
"$llm" serve --port 0 2> "$dir/log" &
pid=$!
trap 'kill $pid; rm -rf "$dir"' EXIT
until grep -q serving "$dir/log"; do kill -0 $pid || exit 1; sleep 0.1; done
url=$(sed -n 's,.*\(http://[^ ]*[0-9]\)/ .*,\1,p' "$dir/log")

now() { date +%s%N; }
# CPU milliseconds of the server so far.
cpu() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' /proc/$pid/stat; }
# sound WORD: milliseconds until half a second of sound.
sound() {
    start=$(now)
    id=$(curl -s -H 'Content-Type: application/json' "$url/api/sonify" -d "{\"mode\": \"space\",
        \"prompt\": \"$1 the old lighthouse keeper watched the storm roll in from the sea and \
lit the lamp for the ships.\"}" | sed 's/.*"id": "\([0-9a-f]*\).*/\1/')
    curl -sN -o /dev/null "$url/api/jobs/$id/events"
    curl -s -r 0-88243 -o "$dir/sound" "$url/api/jobs/$id/piece.wav"
    echo $((($(now) - start) / 1000000))
}

before=$(cpu)
n=10
for i in $(seq $n); do sound "First$i"; done | sort -n > "$dir/new"
after=$(cpu)
for i in $(seq $n); do sound "First$i"; done | sort -n > "$dir/kept"
echo "20 words to sound: least $(head -n 1 "$dir/new") ms, median $(sed -n $((n / 2))p "$dir/new") ms," \
    "CPU $(((after - before) / n)) ms a piece; made already: $(sed -n $((n / 2))p "$dir/kept") ms"

# rate PATH: requests a second over one kept connection.
rate() {
    k=500
    for i in $(seq $k); do echo "url = \"$url$1\""; echo 'output = /dev/null'; done > "$dir/list"
    start=$(now)
    curl -s -K "$dir/list"
    echo "$1: $((k * 1000000000 / ($(now) - start))) requests a second"
}
rate /healthz
rate /api/models
rate "/api/jobs/$(curl -s -H 'Content-Type: application/json' "$url/api/sonify" \
    -d '{"mode": "space", "prompt": "a b c"}' | sed 's/.*"id": "\([0-9a-f]*\).*/\1/')"
