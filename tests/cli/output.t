#!/bin/sh
# output.t: where results go: the forms of -o, what is refused, quiet pipes, interruption.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

# A piece of a few bars from features read once: quick, and the same as from the model.
run "$LLM" inspect -m "$WREN" -o features.json
is_rc 0 "the features are written"
# The options come last, so that a test can put its own before them.
piece() {
    run "$LLM" weights --features features.json --genre acid --bars 4 "$@"
}

piece -q -o song
is_rc 0 "-o NAME succeeds"
there song.mid "-o NAME writes NAME.mid"
there song.wav "-o NAME writes NAME.wav"
there song.json "-o NAME writes NAME.json"
test ! -s out && test ! -s err
ok $? "-q prints nothing at all"
cp song.mid first.mid

piece
is_rc 0 "without -o it succeeds"
there features-acid.mid "the default name is MODEL-GENRE"
has err '^llmsonify: features-acid.mid: [0-9]+ notes' "the result is told on standard error"
hasnt err "$(printf '\033')" "no progress line when standard error is no terminal"
test ! -s out
ok $? "nothing on standard output that was not asked for"
same first.mid features-acid.mid "the name of the output does not change the bytes"

mkdir only
cd only || exit 1
run "$LLM" weights --features ../features.json --bars 4 -q -o x.mid
test "$(ls | tr '\n' ' ')" = "err out x.mid "
ok $? "-o x.mid writes just that"
run "$LLM" weights --features ../features.json --bars 4 -q -o x.flac
test "$(ls | tr '\n' ' ')" = "err out x.flac x.mid "
ok $? "-o x.flac writes just that"
test "$(head -c 4 x.flac)" = fLaC
ok $? "x.flac is FLAC"
run "$LLM" weights --features ../features.json --bars 4 -q -o x.json
json x.json '$j->{format} eq "llmsonify score 1"' "-o x.json writes the sources"
run "$LLM" weights --features ../features.json --bars 4 -q --no-audio -o dry
test "$(echo dry.*)" = "dry.json dry.mid"
ok $? "--no-audio writes MIDI and sources"
run "$LLM" weights --features ../features.json --bars 4 -q --format ogg -o alt
test "$(echo alt.*)" = "alt.json alt.mid alt.ogg"
ok $? "--format ogg replaces the WAV"
run "$LLM" weights --features ../features.json --bars 4 -q --format mid -o one
test "$(echo one.*)" = "one.mid"
ok $? "--format mid writes MIDI alone"
mkdir sub
run "$LLM" weights --features ../features.json --bars 4 -q --no-audio -o sub/
there sub/features-acid.mid "-o DIR/ puts the default name into DIR"
run "$LLM" weights --features ../features.json --bars 4 -q --no-audio --genre all -o many
test "$(echo many*.mid)" = "many-acid.mid many-dna.mid many-house.mid many-opera.mid"
ok $? "--genre all adds the genre to the name"
cd ..

piece -q -o -
is_rc 0 "-o - succeeds"
same out first.mid "-o - is the same MIDI on standard output"
for f in wav flac ogg; do
    piece -q --format $f -o -
    is_rc 0 "-o - --format $f succeeds"
    mv out piped
    piece -q -o to.$f
    same piped to.$f "-o - --format $f gives the bytes of a .$f file"
done
piece --format json -o -
json out '@{$j->{tracks}} > 1' "-o - --format json prints the sources"
"$LLM" weights --features features.json --bars 4 -q -o - | "$LLM" measure - --json > piped
json piped '$j->{notes} > 10' "a piece can be piped into measure"

piece --bits 24 -q -o wide.wav
perl -e 'read(STDIN, $h, 36); exit(unpack("v", substr($h, 34)) != 24)' < wide.wav
ok $? "--bits 24 gives 24 bits"
piece --rate 48000 -q -o fast.wav
run "$LLM" measure fast.wav --json
json out '$j->{rate} == 48000' "--rate 48000 gives 48000 Hz"
piece --loudness -23 --peak -3 -q -o quiet.wav
run "$LLM" measure quiet.wav --json
json out 'abs($j->{lufs} + 23) < 0.5 && $j->{true_peak} <= -3 + 0.05' \
    "--loudness and --peak are kept"
piece --saturate 18 -q -o driven.wav
run "$LLM" measure driven.wav --json
json out 'abs($j->{lufs} + 14) < 0.5 && $j->{crest} < 12 && abs($j->{dc}) < 1e-3' \
    "--saturate makes it dense and keeps the loudness"

cp song.mid keep.mid
echo old > song.wav
piece --no-clobber -o song
is_rc 2 "--no-clobber refuses"
has err 'song.mid: exists' "--no-clobber names the file"
same song.mid keep.mid "--no-clobber leaves the file"
piece -q -o song
check "without it the file is replaced" test "$(wc -c < song.wav)" -gt 1000

piece --dry-run -o plan
is_rc 0 "--dry-run succeeds"
has out '^midi +plan.mid' "--dry-run names the outputs"
gone plan.mid "--dry-run writes nothing"
piece --explain
has out '^acid: ' "--explain prints the mapping"

piece -o nowhere/song
says 'nowhere/song.mid: cannot write: no such directory' "a missing directory is named"
piece -o features.json/song
is_rc 2 "a file in the place of a directory is refused"
mkdir taken.mid
piece -o taken.mid/
is_rc 0 "a directory whose name ends in .mid is a directory"
if [ "$(id -u)" -ne 0 ]; then
    mkdir locked
    chmod a-w locked
    piece -o locked/song
    says 'locked/song.mid: cannot write: .*denied' "a locked directory is named"
else
    skip "a locked directory is named" "root may write anywhere"
fi
if [ -w /dev/full ]; then
    piece -o /dev/full
    says '/dev/full: cannot write' "a full device is told"
    rc=0
    "$LLM" weights --features features.json --bars 4 -q -o - > /dev/full 2> err || rc=$?
    is_rc 2 "a full standard output has status 2"
    piece --format wav -q -o /dev/full
    is_rc 2 "audio to a full device has status 2"
fi
piece -q -o /dev/null
is_rc 0 "/dev/null takes it"

# A limit on the size of files stands for a full disk.
rc=0
(trap '' XFSZ; ulimit -f 1; exec "$LLM" weights --features features.json --bars 4 -q -o big) 2> err || rc=$?
is_rc 2 "a full disk has status 2"
gone big.wav "a full disk leaves no audio"
gone big.mid "nor the MIDI of the same job"
test -z "$(ls -a | grep part)"
ok $? "nor any part of them"

# The reader goes away: silent, not 0 and not an error of ours.
rc=0
{ "$LLM" inspect --features features.json --json 2> err; echo $? > status; } | head -c 10 > /dev/null
test ! -s err
ok $? "a closed pipe is silent"
test "$(cat status)" -eq 141
ok $? "a closed pipe ends it as SIGPIPE does"

# An interrupt in the middle of a long piece (timeout sends it, sh would ignore it).
run timeout -s INT 1 "$LLM" weights --features features.json --genre all -o long
case $rc in
124 | 130)
    has err '^llmsonify: interrupted$' "an interrupt is told"
    test -z "$(ls -a | grep -e '^long' -e part)"
    ok $? "an interrupt leaves no file behind"
    ;;
*)
    skip "an interrupt is told" "the machine was faster than the signal (status $rc)"
    ;;
esac
run timeout --preserve-status -s INT 1 "$LLM" weights --features features.json --genre all -o long
if [ $rc -ne 0 ]; then is_rc 130 "an interrupt has status 130"; fi

done_testing
