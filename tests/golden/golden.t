#!/bin/sh
# golden.t: the genres composed from committed features (so that no BLAS and no CPU matters) are the
# committed pieces, byte by byte. `make golden` records them anew: listen before you commit.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

gold=$ROOT/tests/golden
ln -s "$gold/wren.json" wren.json

for g in opera house acid dna house-lstm acid-lstm; do
    generator=
    case $g in *-*) generator="--generator ${g#*-}" ;; esac
    run "$LLM" weights --features wren.json --genre ${g%-*} $generator --no-audio -q -o $g
    is_rc 0 "$g is composed from features"
    same $g.mid "$gold/$g.mid" "$g.mid is the golden piece"
    if ! cmp -s $g.mid "$gold/$g.mid"; then
        "$LLM" measure "$gold/$g.mid" > was 2>&1
        "$LLM" measure $g.mid > is 2>&1
        diff was is | head -n 20 | sed 's/^/# /'
    fi
    hash=$(sha256sum < $g.json | cut -d ' ' -f 1)
    test "$hash" = "$(sed -n "s/^$g //p" "$gold/sources.sha256")"
    ok $? "the sources of $g are the golden ones"
done

done_testing
