#!/bin/sh
# atmos.t: a song conducts a model: the form for scripts, runs kept and shown again, refusals.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
. "$ROOT/tests/cli/songs.sh"
make_songs 4
ONCE='Once upon a time'
atmos() { run "$LLM" atmos "$@" -m "$WREN" --plain --no-audio; }

atmos pulses.wav -p "$ONCE" -n 60 -s 7 --save run.npz
is_rc 0 "the form for scripts succeeds"
check "a line a token" test "$(wc -l < out)" -eq 60
check "a line has seconds, temperature and text" sh -c \
    '! grep -Evq "^ +[0-9]+\.[0-9]{3} +[0-9]\.[0-9]{3}  \".*\"$" out'
has err '^llmsonify: 60 tokens; seed 7; end: length$' "seed and end go to standard error"
"$LLM" atmos analyse pulses.wav --csv | awk -F, 'NR > 1 && NR <= 61 { printf "%.3f\n", $6 }' > want
awk '{ print $2 }' out > got
same got want "token i has the temperature of frame i of atmos analyse"
mv out first
atmos pulses.wav -p "$ONCE" -n 60 -s 7 --save again.npz
same out first "the same seed gives the same text"
same run.npz again.npz "and the same file, byte by byte"
for t in 1 2; do
    atmos pulses.wav -p "$ONCE" -n 60 -s 7 -t $t
    same out first "-t $t gives the same text"
done
atmos pulses.wav -p "$ONCE" -n 60 -s 8
check "another seed gives another text" sh -c '! cmp -s out first'
atmos silence.wav -p "$ONCE" -n 60 -s 7
check "silence is one temperature" test "$(awk '{ print $2 }' out | sort -u)" = 0.985
atmos silence.wav -p "$ONCE" -n 60 -s 7 --t-min 0
run "$LLM" generate -q -m "$WREN" --temp 0 -n 60 -p "$ONCE"
cut -c1-40 out > greedy
atmos silence.wav -p "$ONCE" -n 60 -s 7 --t-min 0
perl -MJSON::PP -ne 'print JSON::PP->new->allow_nonref->decode($1) if /(".*")/; END { print "\n" }' \
    out | cut -c1-40 > said
same said greedy "silence at --t-min 0 is the likeliest text"
atmos pulses.wav -p "$ONCE" -n 500 --ignore-end
has err '180 tokens; seed 0; end: end of the song' "the text ends with the song"
atmos pulses.wav -p "$ONCE" --ignore-end -c 48
check "a context smaller than the song is no end" test "$(wc -l < out)" -eq 180

# ALSA's null device plays anything at once.
mkdir home
printf 'pcm.!default { type null }\nctl.!default { type null }\n' > home/.asoundrc
run env HOME="$SCRATCH/home" "$LLM" atmos pulses.wav -m "$WREN" -p "$ONCE" -n 60 -s 7 --plain
same out first "with sound, or without a device, the text is the same"
run "$LLM" atmos --load run.npz --plain --no-audio
same out first "--load shows the run again"
rm pulses.wav
run "$LLM" atmos --load run.npz --plain --no-audio
same out first "also when its song is gone"
has err 'warning: pulses.wav: cannot read as audio.*without sound' "which is said"
run "$LLM" atmos --list
has out '^again.npz +60 +1\.3 +[0-9.]+  wren +pulses.wav +Once upon a time$' "--list has the runs"
check "one line each and a head" test "$(wc -l < out)" -eq 3
PY=$([ -x /usr/bin/python3 ] && echo /usr/bin/)python3
if $PY -c 'import numpy' 2> /dev/null; then
    run $PY -c 'import numpy as np
z = np.load("run.npz", allow_pickle=False)
assert str(z["prompt"]) == "Once upon a time" and str(z["song_path"]) == "pulses.wav"
for k in ["timestamps", "temp", "lufs", "lufs_raw", "v_lufs", "entropy", "surprisal"]:
    assert z[k].shape == (60,) and z[k].dtype == np.float64 and np.isfinite(z[k]).all(), k
assert abs(z["temp"] - (0.985 + 0.89 * z["v_lufs"])).max() < 1e-12
assert z["tokens"].shape == (60,) and "\"seed\": 7" in str(z["settings"])'
    is_rc 0 "NumPy reads every key, without pickle"
else
    skip "NumPy reads every key" "numpy is not installed"
fi

make_songs 1
run "$LLM" atmos -p "$ONCE"
is_rc 1 "no song is wrong usage"
run "$LLM" atmos pulses.wav --load run.npz
is_rc 1 "a song beside --load is wrong usage"
run "$LLM" atmos pulses.wav -p "$ONCE" --save run.txt
is_rc 1 "a run is called .npz"
run "$LLM" atmos pulses.wav -p "$ONCE" --save run.npz --no-clobber
is_rc 2 "--no-clobber keeps a run"
run "$LLM" atmos --load first --plain --no-audio
says 'first: no \.npy|first: ' "a run that is none"
head -c 200 run.npz > cut.npz
run "$LLM" atmos --load cut.npz --plain --no-audio
says 'cut.npz: ' "a run that is cut short"
$PY -c 'import numpy as np
np.savez("evil.npz", tokens=np.array(["a"]), temp=np.ones(1), prompt=np.array("x\x1b[2Jy\x9bz"))' \
    2> /dev/null || cp run.npz evil.npz
run "$LLM" atmos --list
check "what a terminal would obey is not listed" sh -c '! LC_ALL=C grep -q "$(printf "[\033\233]")" out'
mkdir empty
run "$LLM" atmos --list empty
says 'empty: no runs here' "a directory without runs"
run "$LLM" atmos pulses.wav -m "$WREN" -p "$ONCE" --plain --no-audio --save /nowhere/run.npz
is_rc 2 "a run that cannot be kept is an error"
done_testing
