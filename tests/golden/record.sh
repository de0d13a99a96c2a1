#!/bin/sh
# record.sh: records the golden pieces anew (`make golden`), from the features beside them. With
# --features the features of wren are measured anew first.
set -eu
root=${LLMSONIFY_ROOT:-.}
llm=${LLMSONIFY:-$root/build/llmsonify}
cd "$root/tests/golden"
if [ "${1:-}" = --features ] || [ ! -f wren.json ]; then
    "$llm" inspect -m "$root/models/wren" -q -o wren.json
fi
: > sources.sha256
for g in opera house acid dna house-lstm acid-lstm; do
    generator=
    case $g in *-*) generator="--generator ${g#*-}" ;; esac
    "$llm" weights --features wren.json --genre ${g%-*} $generator --no-audio -q -o $g
    echo "$g $(sha256sum < $g.json | cut -d ' ' -f 1)" >> sources.sha256
    rm $g.json
done
