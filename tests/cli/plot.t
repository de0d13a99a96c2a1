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

done_testing
