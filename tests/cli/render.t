#!/bin/sh
# render.t: any MIDI file to audio; audio files measured.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

# Four quarter notes at 120: C4 E4 G4 C5 on a piano, 2 seconds.
unhex > tune.mid << 'END'
4d546864 00000006 0000 0001 0060
4d54726b 00000024
00 90 3c 64  60 80 3c 00  00 90 40 64  60 80 40 00
00 90 43 64  60 80 43 00  00 90 48 64  60 80 48 00  00 ff 2f 00
END
run "$LLM" measure tune.mid --json
json out '$j->{notes} == 4 && $j->{distinct_pitches} == 4 && abs($j->{seconds} - 2) < 1e-6
    && $j->{key} eq "C major"' "a known tune measures as known"
json out '!defined $j->{harmony}{roughness}{mean}' \
    "a line alone is not rough"
json out '$j->{melody}{leaps} == 3 && $j->{melody}{highest} == 72 && $j->{melody}{steps} == 0' \
    "its leaps are counted"
json out '$j->{rhythm}{syncopation_lhl}{mean} == 0 && $j->{rhythm}{syncopation_wnbd} == 0' \
    "quarters on the beat are not syncopated"
json out '$j->{harmony}{keys}[0]{key} eq "C major" && @{ $j->{harmony}{bars}{tensile_strain} } == 1' \
    "its bar has a key and a tension"
run "$LLM" measure tune.mid
has out '^  harmony ' "the text has a section on harmony"
has out '^  rhythm ' "and on rhythm"
has out '^  melody    4 notes' "and on the melody"
cat tune.mid | "$LLM" measure - --json > piped
json piped '$j->{notes} == 4' "measure reads standard input"
run "$LLM" measure tune.mid tune.mid --json
json out '@$j == 2' "several files give an array"
run "$LLM" measure tune.mid nosuch.mid tune.mid --json
is_rc 2 "a file that is not there is a failure"
has err 'nosuch.mid: no such file' "which is named"
json out '@$j == 2' "and the others are measured"

run "$LLM" render tune.mid
is_rc 0 "render succeeds"
there tune.wav "the default name is the tune's own"
has err '^llmsonify: tune.wav: 0:0[2-8], -1[34]\.[0-9] LUFS' "it tells length and loudness"
run "$LLM" measure tune.wav --json
json out '$j->{rate} == 44100 && $j->{channels} == 2 && $j->{seconds} > 2 && $j->{seconds} < 8
    && $j->{tail_silence} < 1 && $j->{true_peak} < -0.95' "sound as long as the tune and its echo"
cp tune.wav first.wav
run "$LLM" render tune.mid -q -t 2
same tune.wav first.wav "the same again, with two threads"
test ! -s err
ok $? "-q is silent"
run sh -c '"$0" render - -q -o - < tune.mid' "$LLM"
cp out piped.wav
run sh -c '"$0" render - -q -o named.wav < tune.mid' "$LLM"
same piped.wav named.wav "standard input to standard output: the bytes of a file"
run "$LLM" render tune.mid --raw -q -o raw.wav
check "--raw is another sound" sh -c '! cmp -s raw.wav first.wav'
for f in flac ogg opus mp3; do
    run "$LLM" render tune.mid -q -o tune.$f
    is_rc 0 "tune.$f is written"
    run "$LLM" measure tune.$f --json
    json out '$j->{seconds} > 2 && $j->{lufs} > -18 && $j->{lufs} < -11' "tune.$f sounds as loud"
    json out '$j->{true_peak} <= -1 + 0.05' "tune.$f keeps its peak, decoded"
done
mkdir dir
run "$LLM" render tune.mid -q --format flac -o dir
there dir/tune.flac "-o DIR --format flac"

run "$LLM" render tune.mid --soundfont no-such-font
says 'no-such-font: no such SoundFont; install the package fluid-soundfont-gm' \
    "a missing SoundFont names the package"
run env LLMSONIFY_SOUNDFONT=/nowhere/x.sf2 "$LLM" render tune.mid -o env.wav
says '/nowhere/x.sf2: no such SoundFont' "LLMSONIFY_SOUNDFONT is obeyed"
gone env.wav "and nothing is written"
echo "this is no SoundFont" > fake.sf2
run "$LLM" render tune.mid --soundfont fake.sf2 -o fake.wav
says 'fake.sf2' "a broken SoundFont is an error, not another font"
gone fake.wav "and nothing is written"
run "$LLM" weights --genre acid --bars 2 --soundfont no-such-font -o piece
says 'no such SoundFont' "weights says so before it begins"
gone piece.mid "and writes no MIDI either"

done_testing
