#!/bin/sh
# genres.t: every genre from the embedded model, whole: same bytes for any number of threads, the
# files measured, every note explained.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

for g in opera house acid dna; do
    run "$LLM" weights --genre $g -m "$WREN" -t 2 -q -o one-$g
    is_rc 0 "$g is made"
    run "$LLM" weights --genre $g -m "$WREN" -t 1 -q --no-audio -o two-$g
    for e in mid json; do
        same one-$g.$e two-$g.$e "$g.$e has the same bytes with one and two threads"
    done
    for t in 1 2; do
        run "$LLM" weights --genre $g -m "$WREN" --bars 8 -t $t -q -o short-$t.wav
    done
    same short-1.wav short-2.wav "the sound of $g has the same bytes with one and two threads"

    run "$LLM" measure one-$g.mid --json
    cp out $g-midi.json
    json out '$j->{notes} > 300 && $j->{distinct_pitches} >= 12' "$g has notes and pitches"
    json out '!grep { !$_->{drum} && $_->{name} ne "Timpani" && $_->{notes} > 40
        && $_->{distinct_pitches} < 5 } @{$j->{tracks}}' \
        "every long part of $g moves, but timpani"
    json out '$j->{longest_gap} < 4' "$g has no hole"
    json out '$j->{distinct_velocities} >= 8' "$g has dynamics"

    run "$LLM" measure one-$g.wav --json
    json out 'abs($j->{lufs} + 14) <= 0.5' "$g is at -14 LUFS"
    json out '$j->{true_peak} <= -1 + 0.05' "$g keeps its true peak under -1 dBTP"
    json out '$j->{clipped} == 0 && abs($j->{dc}) < 0.001' "$g neither clips nor leans"
    test $g = opera || # a SoundFont's own samples
        json out '$j->{max_jump} < 1.1' "$g has no step of more than half the range of full scale"
    test $g != acid ||
        json out '$j->{lra} > 3.5 && $j->{lra} < 8' "acid has quiet sections and loud ones"
    json out '$j->{longest_silence} < 3 && $j->{tail_silence} < 2.5' "$g is silent nowhere"
    perl -MJSON::PP -e 'local $/; my @j = map { open my $f, "<", $_ or die; decode_json(<$f>) } @ARGV;
        my $d = $j[1]{seconds} - $j[0]{seconds}; exit(!($d > -4 && $d < 8))' $g-midi.json out
    ok $? "the sound of $g lasts as long as its score"

    rm one-$g.wav

    run "$LLM" explain one-$g.json --json
    json out '@{$j->{notes}} > 300 && !grep { !defined $_->{pitch_from} || !length $_->{pitch_from}{feature}
        || !length $_->{rule} } @{$j->{notes}}' "every note of $g names its source and rule"
    strings one-$g.mid 2> /dev/null > texts || perl -ne 'print "$1\n" while /([\x20-\x7e]{4,})/g' \
        one-$g.mid > texts
    has texts '^.?llmsonify [0-9]+\.[0-9]' "the MIDI of $g names the version"
    has texts "llmsonify weights .*--genre $g" "the MIDI of $g carries its command"
    has texts 'features [0-9a-f]{16}' "the MIDI of $g carries the fingerprint"
done
json house-midi.json '(grep { $_->{name} =~ /bass/i && $_->{distinct_pitches} >= 4 } @{$j->{tracks}}) > 0' \
    "the bass of house has several pitches"
json acid-midi.json '(grep { $_->{name} =~ /303|acid|bass/i && $_->{distinct_pitches} >= 5 } @{$j->{tracks}}) > 0' \
    "the acid line has several pitches"
json house-midi.json 'abs($j->{tempo} - 128) < 0.01' "house is at 128"
json acid-midi.json 'abs($j->{tempo} - 138) < 0.01' "acid is at 138"
json opera-midi.json 'abs($j->{tempo} - 66) < 0.01 && @{$j->{tracks}} >= 11' \
    "opera is at 66 with eleven tracks"

# The model named in other ways is the same model.
run "$LLM" weights --genre acid --bars 4 -q --no-audio -m "$WREN/model.safetensors" -o file
is_rc 0 "a .safetensors file is a model"
run "$LLM" weights --genre acid --bars 4 -q --no-audio -m "$WREN" -o dir
run "$LLM" explain file.json --json
mv out a.json
run "$LLM" explain dir.json --json
json out '@{$j->{notes}} > 10' "explain reads the sidecar"
run "$LLM" explain dir.mid --to 1
is_rc 0 "explain finds the sidecar of a MIDI file"
run "$LLM" explain -m "$WREN" --genre acid --bars 4 --json
is_rc 0 "explain composes anew without a file"
cp out anew.json
run "$LLM" explain dir.json --json
same out anew.json "a piece composed anew explains the same"
run "$LLM" explain dir.json --bar 2
hasnt out ' bar [13-9]:' "--bar 2 lists notes of bar 2 only"
run "$LLM" explain dir.json --track nothing-like-that
is_rc 2 "a track that is not there is an error"

# What the user asks for.
run "$LLM" weights --genre acid --tempo 120 --bars 8 -q --no-audio -o slow
run "$LLM" measure slow.mid --json
json out 'abs($j->{tempo} - 120) < 0.01 && abs($j->{bars} - 8) <= 1' "--tempo and --bars are kept"
run "$LLM" weights --genre house --length 30 -q --no-audio -o short
run "$LLM" measure short.mid --json
json out 'abs($j->{seconds} - 30) < 8' "--length is kept, to a few bars"
for d in plugin fluid both; do
    run "$LLM" weights --genre acid --bars 4 --acid-cc $d -q --no-audio -o cc-$d
done
check "the dialects of the 303 differ" sh -c '! cmp -s cc-plugin.mid cc-fluid.mid'
run "$LLM" weights --genre acid --bars 4 -q --no-audio -o cc
same cc.json cc-both.json "both is the default dialect" 

# A DJ set of two models.
mkdir -p models/other
cp "$WREN/config.json" "$WREN/tokenizer.json" models/other
cp "$WREN/model.safetensors" models/other
run "$LLM" weights --genre house -m "$WREN" -m models/other -q --no-audio -o set
is_rc 0 "house takes two models"
run "$LLM" explain set.json --json
json out '@{$j->{notes}} > 300 && (grep { $_->{pitch_from}{model} eq "other" } @{$j->{notes}}) > 50
    && (grep { $_->{pitch_from}{model} eq "wren" } @{$j->{notes}}) > 50' "both models are heard in the set"

done_testing
