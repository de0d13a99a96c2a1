#!/bin/sh
# readme.t: the blocks of README.md marked "sh test" are run, each in the same scratch directory.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

PATH=$(dirname "$LLM"):$PATH
export PATH
awk '/^```sh test$/ { n++; on = 1; next } /^```/ { on = 0 } on { print > ("block-" n) }' \
    "$ROOT/README.md"
for b in block-*; do
    [ -f "$b" ] || continue
    run sh -eu "$b"
    is_rc 0 "README: $(head -n 1 "$b")"
done
check "README.md has blocks to run" test -f block-1

done_testing
