#!/bin/sh
# activations.t: prompts as sound: thinking, operatic, spectrum; and who plays.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

P='Once upon a time there was a little bird who wanted to sing.'
for m in thinking operatic; do
    run "$LLM" activations --mode $m -m "$WREN" -p "$P" -t 2 -q -o $m
    is_rc 0 "$m is made"
    run "$LLM" activations --mode $m -m "$WREN" -p "$P" -t 1 -q -o again
    for e in mid wav json; do
        same $m.$e again.$e "$m.$e has the same bytes with one and two threads"
    done
    run "$LLM" measure $m.wav --json
    json out 'abs($j->{lufs} + 14) <= 0.5 && $j->{true_peak} <= -0.95' "$m is at -14 LUFS"
    json out '$j->{clipped} == 0 && abs($j->{dc}) < 0.001' "$m neither clips nor leans"
    json out '$j->{max_jump} < 0.5 && $j->{longest_silence} < 0.2' "$m has neither click nor hole"
    run "$LLM" explain $m.json --json
    json out '@{$j->{notes}} > 50 && !grep { $_->{pitch_from}{table} ne "tokens" } @{$j->{notes}}' \
        "every note of $m comes from a token"
done
run "$LLM" measure thinking.wav --json
json out 'abs($j->{seconds} - (8 * 1.05 + 1.2)) < 0.1' "thinking has 1.2 s for each of nine layers"
run "$LLM" activations --mode thinking -m "$WREN" -p 'Another text altogether, please.' -q -o other
check "another prompt sounds otherwise" sh -c '! cmp -s thinking.wav other.wav'
run "$LLM" activations --mode thinking --engine soundfont -m "$WREN" -p "$P" -q -o font.wav
is_rc 0 "a SoundFont plays thinking too"
check "but otherwise" sh -c '! cmp -s thinking.wav font.wav'

printf 'prompt,category\n"The bird, it sang",a\nA dog ran home,b\nWhy is the sky blue?,c\n' > set.csv
run "$LLM" activations --mode spectrum -m "$WREN" -f set.csv --dims 16 --layer 3 -t 2 -q -o set
is_rc 0 "spectrum is made of a CSV"
gone set.mid "spectrum has no MIDI"
json set.json '@{$j->{prompts}} == 3 && @{$j->{dims}} == 16 && $j->{layer} == 3' \
    "the JSON names prompts, dimensions and layer"
json set.json 'abs($j->{dims}[0]{hz} - 60) < 1e-3 && abs($j->{dims}[15]{hz} - 4000) < 1e-2
    && $j->{prompts}[0]{text} eq "The bird, it sang"' "pitches run from 60 to 4000 Hz"
run "$LLM" activations --mode spectrum -m "$WREN" -f set.csv --dims 16 --layer 3 -t 1 -q -o set-1
same set.wav set-1.wav "spectrum has the same bytes with one and two threads"
run "$LLM" measure set.wav --json
json out 'abs($j->{seconds} - 0.9) < 0.01' "a prompt is 0.3 s"
run "$LLM" activations --mode spectrum -m "$WREN" -f set.csv --layer -1 -q -o embedding.wav
is_rc 0 "--layer -1 is the embedding"
run "$LLM" activations --mode spectrum -m "$WREN" -f set.csv --column nothing -q -o x.wav
says 'nothing' "a column that is not there is named"
run "$LLM" activations --mode spectrum -m "$WREN" -p text -q -o x.wav
is_rc 1 "spectrum needs a file"
run "$LLM" activations --mode spectrum -m "$WREN" -f set.csv -q -o x.mid
is_rc 1 "spectrum cannot be MIDI"
run "$LLM" activations --mode spectrum -m "$WREN" -f missing.csv -q -o x.wav
says 'missing.csv' "a file that is not there is named"

# Who plays a piece of weights.
run "$LLM" weights --genre acid -m "$WREN" --bars 2 --dry-run
has out '^engine +native' "acid plays our own instruments"
run "$LLM" weights --genre acid -m "$WREN" --bars 2 --engine soundfont --dry-run
has out '^soundfont ' "or a SoundFont"
LLMSONIFY_SOUNDFONT=/nowhere.sf2 run "$LLM" weights --genre dna --bars 2 -m "$WREN" -q -o no-font
is_rc 0 "our own instruments need no SoundFont"
there no-font.wav "and sound"
LLMSONIFY_SOUNDFONT=/nowhere.sf2 run "$LLM" weights --genre opera --bars 2 -m "$WREN" -q -o e.wav
says 'LLMSONIFY_SOUNDFONT=/nowhere.sf2: no such' "a SoundFont that is named and not there is missed"

run "$LLM" weights --genre house --mode sections --length 60 -m "$WREN" -q --no-audio -o sections
is_rc 0 "house has a mode for each section"
run "$LLM" weights --genre acid --mode sections --bars 4 -m "$WREN" -q --no-audio -o plain
run "$LLM" weights --genre acid --bars 4 -m "$WREN" -q --no-audio -o plain-too
check "which the others have not" perl -e 'local $/; my @k = map { open my $f, "<", $_ or die;
    (<$f> =~ /"keys": (\[.*?\]\])/s)[0] } qw(plain.json plain-too.json); exit($k[0] ne $k[1])'

done_testing
