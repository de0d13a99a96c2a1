#!/bin/sh
# plot.t: pictures beside a piece: names, formats, the same bytes for any number of threads.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

run "$LLM" weights --genre acid --bars 8 --plot -q -t 1 -o a
is_rc 0 "weights --plot succeeds"
check "the overview is a PNG" sh -c 'head -c 4 a.png | grep -aq PNG'
check "the spectra are a PNG" sh -c 'head -c 4 a-spectra.png | grep -aq PNG'
run "$LLM" weights --genre acid --bars 8 --plot -q -t 2 -o b
same a.png b.png "two threads draw the same overview"
same a-spectra.png b-spectra.png "two threads draw the same spectra"
run "$LLM" weights --genre acid --bars 8 --plot --plot-format svg --no-audio -q -o c
is_rc 0 "SVG without sound succeeds"
has c.svg '</svg>' "the overview is a whole SVG"
has c-spectra.svg '</svg>' "the spectra are a whole SVG"
gone c.png "no PNG is written beside SVG"
run "$LLM" weights --genre acid --bars 8 -q -o d
gone d.png "without --plot there is no picture"
run "$LLM" weights --plot -q -o -
is_rc 1 "--plot with standard output is a usage error"
has err 'give -o NAME' "and says what to do"
run "$LLM" weights --genre acid --bars 8 --plot --no-clobber --format json -q -o a2
run "$LLM" weights --genre acid --bars 8 --plot --no-clobber -q -o a2.mid
is_rc 2 "a picture that exists is kept with --no-clobber"

P='A little bird sang.'
for mode in thinking operatic; do
    run "$LLM" activations --mode $mode -m "$WREN" -p "$P" --plot --no-audio -q -t 1 -o $mode
    is_rc 0 "activations --mode $mode --plot succeeds"
    run "$LLM" activations --mode $mode -m "$WREN" -p "$P" --plot --no-audio -q -t 2 -o again
    for part in '' -heat -phases; do
        check "$mode$part.png is a PNG" sh -c "head -c 4 $mode$part.png | grep -aq PNG"
        same $mode$part.png again$part.png "two threads draw the same $mode$part.png"
    done
    gone $mode-spectra.png "$mode has no spectra of weights"
done
run "$LLM" activations --mode thinking -m "$WREN" -p "$P" --plot --plot-format svg --no-audio -q \
    -o vector
has vector-heat.svg '</svg>' "the heat map is a whole SVG"
has vector-phases.svg '</svg>' "the phases are a whole SVG"
gone vector-heat.png "no PNG is written beside it"
rm -f again.* again-phases.png
run "$LLM" activations --mode thinking -m "$WREN" -p "$P" --plot --no-clobber --no-audio -q -o again
is_rc 2 "a heat map that exists is kept with --no-clobber"
has err 'again-heat.png' "and named"
gone again.mid "and nothing else is written"
run "$LLM" activations --mode thinking -m "$WREN" -p "$P" --plot -q -o -
is_rc 1 "--plot of a prompt on standard output is a usage error"
printf 'A bird\nA dog ran home\nWhy is the sky blue?\n' > set.txt
run "$LLM" activations --mode spectrum -m "$WREN" -f set.txt --dims 16 --plot --no-audio \
    --format json -q -o set
is_rc 0 "activations --mode spectrum --plot succeeds"
check "the dimensions are a PNG" sh -c 'head -c 4 set.png | grep -aq PNG'
gone set-heat.png "a set has no heat map of tokens"

done_testing
