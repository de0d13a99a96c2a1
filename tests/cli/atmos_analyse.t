#!/bin/sh
# atmos_analyse.t: what a song would do to a sampler: table, JSON, lines, picture, refusals.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
. "$ROOT/tests/cli/songs.sh"
make_songs 4

run "$LLM" atmos analyse pulses.wav
is_rc 0 "a song is analysed"
has out '^pulses.wav: 4.00 s, 8000 Hz, 1 channel, 180 frames of 22.22 ms$' "its first line says what it is"
has out '^temperature +0\.985 +[0-9.]+ +1\.875$' "temperatures go from the lowest to the highest"
run "$LLM" atmos analyse silence.wav
has out '^integrated +silence$' "silence is called so"
has out '^temperature +0\.985 +0\.985 +0\.985$' "silence stays at the lowest temperature"

run "$LLM" atmos analyse ramp.wav --json --tps 20 --t-min 0.5 --t-max 1 --drive loudness
is_rc 0 "--json succeeds"
json out '$j->{frames} == 80 && @{$j->{temp}{v}} == 80 && $j->{settings}{drive} eq "loudness"' \
    "JSON has a value a frame and the settings"
json out 'abs($j->{temp}{v}[0] - 0.5) < 0.1 && abs($j->{temp}{max} - 1) < 0.01' \
    "--drive loudness rises with a ramp to --t-max"
run "$LLM" atmos analyse pulses.wav --csv
check "--csv has a line a frame and a head" test "$(wc -l < out)" -eq 181
has out '^frame,time,lufs_raw,lufs,velocity,temp$' "the head names the columns"
run "$LLM" atmos analyse pulses.wav --csv -t 1
mv out one
run "$LLM" atmos analyse - --csv < pulses.wav
rc=0
"$LLM" atmos analyse - --csv < pulses.wav > out 2> err || rc=$?
same out one "standard input is a song too, byte by byte"

run "$LLM" atmos analyse pulses.wav --plot
is_rc 0 "--plot succeeds"
check "the picture is a PNG" sh -c 'head -c 4 pulses-atmos.png | grep -q PNG'
run "$LLM" atmos analyse pulses.wav -o curve.svg
has curve.svg '<svg' "-o with .svg draws that"
run "$LLM" atmos analyse pulses.wav --plot --no-clobber
is_rc 1 "--no-clobber keeps a picture"

run "$LLM" atmos analyse nowhere.wav
says 'nowhere.wav: cannot read as audio' "a song that is not there"
printf 'no audio' > text.wav
run "$LLM" atmos analyse text.wav
says 'text.wav: cannot read as audio' "a song that is none"
head -c 44 pulses.wav > empty.wav
run "$LLM" atmos analyse empty.wav
says 'empty.wav: no audio in it' "a song without samples"
run "$LLM" atmos analyse
is_rc 1 "no song is wrong usage"
run "$LLM" atmos analyse pulses.wav --json --csv
is_rc 1 "--json and --csv exclude each other"
run "$LLM" atmos analyse pulses.wav --tps 0
is_rc 1 "no tokens a second is wrong usage"
done_testing
