#!/bin/sh
# examples.t: every script in examples/ runs, in a scratch directory, and leaves what it promises in
# its line "# makes: FILE...".
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

PATH=$(dirname "$LLM"):$PATH
export PATH
for s in "$ROOT"/examples/*.sh; do
    name=$(basename "$s")
    mkdir "$name.dir"
    cd "$name.dir" || exit 1
    run sh -eu "$s"
    is_rc 0 "examples/$name runs"
    for f in $(sed -n 's/^# makes: //p' "$s"); do
        there "$f" "examples/$name makes $f"
    done
    cd ..
done

done_testing
