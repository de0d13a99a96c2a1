#!/bin/sh
# monitor.t: a model is heard while it writes, and conducted by its own music.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
ONCE='Once upon a time'
monitor() { run "$LLM" monitor -m "$WREN" -p "$ONCE" --no-audio "$@"; }
notes() { perl -MJSON::PP -e 'local $/; open my $f, "<", $ARGV[0]; my $j = decode_json(<$f>);
    my ($t) = grep { $_->{name} eq $ARGV[1] } @{$j->{tracks}}; print scalar @{$t->{notes} // []}' "$@"; }

monitor -n 48 -s 3 -o one
is_rc 0 "a text is heard"
run "$LLM" generate -q -m "$WREN" -p "$ONCE" -n 48 -s 3 --temp 0.8 --top-k 0 --top-p 1 --min-p 0
mv out want
monitor -n 48 -s 3 -o two
same out want "standard output has the text that generate gives"
for f in wav mid json; do
    there "one.$f" "one.$f is there"
done
same one.wav two.wav "the same seed, the same sound"
same one.json two.json "and the same notes"
monitor -n 48 -s 3 -o two -t 1
same one.wav two.wav "-t 1 too"
run "$LLM" measure one.wav
has out 'clipped samples +0$' "nothing is clipped"
run "$LLM" explain one.json --to 2
is_rc 0 "every note says where it comes from"
has out 'Calm .* angle\[0\]=' "a melody of angles between states"
monitor -n 16 --threshold 0 -o tense
check "at threshold 0 all is tense" test "$(notes tense.json Calm)" -eq 0
check "and nothing is left out" test "$(notes tense.json Tense)" -ge 32
monitor -n 16 --threshold 1000 -o calm
check "at threshold 1000 all is calm, a note a token" test "$(notes calm.json Calm)" -eq 16
check "no tense note is there" test "$(notes calm.json Tense)" -eq 0
monitor -n 12 --direction sentiment -o glad
is_rc 0 "--direction steers it"
monitor -n 12 -o only.flac
there only.flac "a name with an ending is just that file"
gone only.mid "and no other"

run "$LLM" atmos --loop -m "$WREN" -p "$ONCE" --no-audio -n 60 -s 3 --ignore-end -o loop --save loop.npz
is_rc 0 "the model's own music conducts it"
check "a line a token" test "$(wc -l < out)" -eq 60
check "temperatures move" test "$(awk '{ print $2 }' out | sort -u | wc -l)" -gt 20
mv out lines
run "$LLM" atmos --loop -m "$WREN" -p "$ONCE" --no-audio -n 60 -s 3 --ignore-end -o loop2 -t 1
same out lines "the same seed, the same text"
same loop.wav loop2.wav "and the same sound"
PY=$([ -x /usr/bin/python3 ] && echo /usr/bin/)python3
if $PY -c 'import numpy' 2> /dev/null; then
    "$LLM" atmos analyse loop.wav --tps 8 --csv > heard.csv
    run $PY -c 'import numpy as np
z = np.load("loop.npz")
heard = np.genfromtxt("heard.csv", delimiter=",", names=True)["lufs_raw"]
d = np.abs(z["lufs_raw"][1:] - heard[:59])[8:]
assert d.max() < 0.1, d.max()
assert abs(z["temp"] - (0.985 + 0.89 * z["v_lufs"])).max() < 1e-9'
    is_rc 0 "what conducts is the loudness of the file, up to its 16 bits"
else
    skip "what conducts is the loudness of the file" "numpy is not installed"
fi

# ALSA's null device plays anything at once: the queue is used, nothing of the text may be lost.
mkdir home
printf 'pcm.!default { type null }\nctl.!default { type null }\n' > home/.asoundrc
run env HOME="$SCRATCH/home" "$LLM" monitor -m "$WREN" -p "$ONCE" -n 48 -s 3
if grep -q 'no sound' err; then
    skip "a sound device hears all of it" "not even ALSA's null device is here"
else
    same out want "a sound device hears all of it"
fi

run "$LLM" monitor -m "$WREN" -p "$ONCE" --no-audio
is_rc 1 "--no-audio without -o is wrong usage"
monitor -o one --no-clobber
is_rc 2 "--no-clobber keeps files"
monitor -n 4 --direction nowhere.tsv -o x
says 'nowhere.tsv' "a direction that is not there"
monitor -n 4 -o /nowhere/x
is_rc 2 "a place that cannot be written is no wrong usage"
run "$LLM" atmos --loop song.wav -p "$ONCE"
is_rc 1 "--loop takes no song"
run "$LLM" atmos song.wav -p "$ONCE" -o x
is_rc 1 "-o without --loop is wrong usage"
done_testing
