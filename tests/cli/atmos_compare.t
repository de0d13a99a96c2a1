#!/bin/sh
# atmos_compare.t: the same prompt and seeds under several songs.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
. "$ROOT/tests/cli/songs.sh"
make_songs 2
compare() { run "$LLM" atmos compare "$@" -m "$WREN" -p 'Once upon a time' -n 40; }

compare ramp.wav pulses.wav --silence --seeds 3
is_rc 0 "two songs and silence are compared"
has out '^wren, "Once upon a time", 40 tokens, seeds 0 to 2' "the head says what was done"
has out '^silence +0\.985 +[0-9.]+ \(' "silence is a piece with one temperature"
has out '^pulses.wav +silence +entropy +[-+]' "songs are compared with silence"
has out '^none is under 0.25' "what p can say at most is said"
has out 'give more --seeds' "so is that it is too little"
compare pulses.wav --silence --seeds 3 --json --plot
is_rc 0 "--json and --plot succeed"
json out '@{$j->{pieces}} == 2 && @{$j->{pieces}[0]{entropy}} == 3 && $j->{control} eq "silence"' \
    "JSON has every text"
json out 'my ($t) = grep { $_->{statistic} eq "surprisal" } @{$j->{tests}};
    my ($a, $b) = map { $_->{surprisal} } @{$j->{pieces}};
    my $d = 0; $d += ($a->[$_] - $b->[$_]) / 3 for 0 .. 2;
    abs($d - $t->{difference}) < 1e-5 && $t->{p} >= 0.25 && $t->{p_holm} >= $t->{p}' \
    "the difference is the mean of the differences"
there atmos-compare.png "the picture is there"
mv out one
compare pulses.wav --silence --seeds 3 --json
same out one "the same command, the same numbers"
run "$LLM" atmos pulses.wav -m "$WREN" -p 'Once upon a time' -n 40 -s 2 --ignore-end --plain --no-audio --save x.npz
PY=$([ -x /usr/bin/python3 ] && echo /usr/bin/)python3
if $PY -c 'import numpy' 2> /dev/null; then
    run $PY -c 'import json, numpy as np
z, j = np.load("x.npz"), json.load(open("one"))
assert abs(z["entropy"].mean() - j["pieces"][0]["entropy"][2]) < 1e-6
assert abs(len(set(z["token_ids"])) / 40 - j["pieces"][0]["distinct-1"][2]) < 1e-6'
    is_rc 0 "a text of it is the one that atmos writes with that seed"
else
    skip "a text of it is the one that atmos writes" "numpy is not installed"
fi
compare silence.wav --silence --seeds 3 --json
json out '!grep { $_->{difference} != 0 || (defined $_->{p} && $_->{p} != 1) } @{$j->{tests}}' \
    "a silent song is silence, and p is 1"
compare pulses.wav --shuffled --seeds 2
is_rc 0 "a song is compared with its own temperatures in another order"
has out '^pulses.wav +pulses.wav shuffled +repetition' "by name"
compare pulses.wav
is_rc 1 "one song alone is wrong usage"
compare pulses.wav nowhere.wav
says 'nowhere.wav: cannot read' "a song that is not there"
compare pulses.wav ramp.wav --seeds 1
has out 'One text each tells nothing about chance' "one seed is no sample, and that is said"
done_testing
