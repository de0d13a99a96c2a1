#!/bin/sh
# space.t: maps of hidden states: fit, show; a prompt played on one.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

head -n 40 "$ROOT/models/corpus/sentences.txt" > few.txt
run "$LLM" space fit -m "$WREN" --corpus few.txt -t 1 -q -o a.safetensors
is_rc 0 "a map is fitted"
run "$LLM" space fit -m "$WREN" --corpus few.txt -t 2 --memory 1 -q -o b.safetensors
same a.safetensors b.safetensors "neither threads nor memory change a byte of it"
run "$LLM" space fit -m "$WREN" --limit 5 --components 4 -q -o five.safetensors
is_rc 0 "our own sentences are found, and --limit takes the first"
run "$LLM" space show five.safetensors --json
json out '$j->{sentences} == 5 && $j->{components} == 4 && @{$j->{layers}} == 9
    && $j->{corpus} eq "sentences.txt"' "show knows what it was fitted over"
run "$LLM" space show "$WREN/space.safetensors" --json
json out '!grep { my $l = $_; my @v = @{$l->{explained_variance}};
    @v != 16 || $l->{explained} > 1 || $l->{explained} < 0.3 || grep { $v[$_] > $v[$_ - 1] } 1..15 }
    @{$j->{layers}}' "the map of wren has sixteen components a layer, falling"
json out '$j->{sentences} == 1000 && $j->{model} eq "wren"' "over a thousand sentences"
run "$LLM" space show "$WREN/space.safetensors"
has out '^ +0 .*embedding$' "show is a table to read"

P='The forest was silent, and the little bird asked the old owl why. Then the rain began.'
run "$LLM" space play -m "$WREN" -p "$P" -t 1 -q -o one
is_rc 0 "a prompt is played on it"
run "$LLM" space play -m "$WREN" -p "$P" -t 2 -q -o two
for e in mid wav json words.json; do
    same one.$e two.$e "NAME.$e has the same bytes with one and two threads"
done
json one.words.json '$j->{version} == 1 && @{$j->{words}} == 17 &&
    !grep { @{$_->{notes}} != 3 } @{$j->{words}}' "every word has one note in each of three voices"
json one.words.json 'my $t = $j->{text}; !grep { substr($t, $_->{start_char}, $_->{end_char} -
    $_->{start_char}) ne $_->{text} } @{$j->{words}}' "places are those of the text"
check "times and keys are those of the sidecar" perl -MJSON::PP -e 'sub rd { local $/;
    open my $f, "<", $_[0] or die; decode_json(<$f>) } my ($w, $s) = (rd("one.words.json"),
    rd("one.json")); my $n = 0; for my $x (@{$w->{words}}) { for (@{$x->{notes}}) {
    my $k = $s->{tracks}[$_->{track}]{notes}[$_->{note}]; $n++;
    die if abs($k->[2] - $_->{t}) > 1e-5 || $k->[6] != $_->{key}; } } die if $n != 51'
# Within a voice and an octave (by PC2), a higher PC1 is never a lower key.
check "ranks survive" perl -MJSON::PP -e 'local $/; open my $f, "<", "one.json" or die;
    my $s = decode_json(<$f>); my @src = @{$s->{sources}}; for my $t (@{$s->{tracks}}[0..2]) {
    my %o; for (@{$t->{notes}}) { my ($x, $y) = ($src[$_->[10]][2], $src[$_->[13]][2]);
    push @{$o{$y < 0.3 ? 0 : $y < 0.7 ? 1 : 2}}, [$x, $_->[6]]; }
    for (values %o) { my @n = sort { $a->[0] <=> $b->[0] } @$_;
    for (1..$#n) { die if $n[$_][0] > $n[$_-1][0] && $n[$_][1] < $n[$_-1][1] } } }'
run "$LLM" measure one.wav --json
json out 'abs($j->{lufs} + 14) <= 0.5 && $j->{true_peak} <= -0.95 && $j->{lead_silence} < 0.1' \
    "it is at -14 LUFS and begins at once"
run "$LLM" space play -m "$WREN" -p "$P" --voices flute --scale dorian --root D -q -o flute
json flute.words.json '!grep { @{$_->{notes}} != 1 || $_->{notes}[0]{voice} ne "Flute" }
    @{$j->{words}}' "--voices leaves the others out"
run "$LLM" space play -m "$WREN" -p "$P" --layers 0,4 -q -o x
is_rc 1 "three layers are needed"
run "$LLM" space play -m "$WREN" -p "$P" --layers 0,4,99 -q -o x
says 'layer 99.*0 to 8' "a layer that is not there is named"
mkdir bare && cp "$WREN/config.json" "$WREN/model.safetensors" "$WREN/tokenizer.json" bare
run "$LLM" space play -m ./bare -p "$P" -q -o x
says 'space fit' "a model without a map says how to make one"
run "$LLM" space play -m ./bare --space "$WREN/space.safetensors" -p "$P" -q -o x.mid
is_rc 0 "or one is named"
run "$LLM" space play -m "$WREN" --space five.safetensors -p "$P" -q -o x.mid
is_rc 0 "four components are enough"

run "$LLM" space plot -m "$WREN" -t 1 -q -o space.png
is_rc 0 "the map beside a model is drawn"
check "as a PNG" sh -c 'head -c 4 space.png | grep -aq PNG'
run "$LLM" space plot --space "$WREN/space.safetensors" -t 2 -q -o -
same out space.png "and so is a file of it, on standard output"
run "$LLM" space plot -m ./bare/model.safetensors --space five.safetensors --layers 1,2,3,last \
    --components 3,4 -q -o five.svg
is_rc 0 "four layers on other components are drawn as SVG"
has five.svg '</svg>' "which is whole"
run "$LLM" space plot --space five.safetensors --layers 1,2,3,last --components 1,2 -q -o other.svg
check "other components are another picture" sh -c '! cmp -s five.svg other.svg'
run "$LLM" space plot --space five.safetensors --no-clobber -q -o five.svg
says 'five.svg' "--no-clobber keeps what is there"
run "$LLM" space plot --space five.safetensors --components 1,5 -q -o x.png
says 'five.safetensors.*1 to 4, not 5' "a component that is not there is named"
run "$LLM" space plot --space five.safetensors --layers 0,9 -q -o x.png
says 'hidden states 0 to 8, not 9' "and a layer"
run "$LLM" space plot -m ./bare -q -o x.png
says 'space fit' "a model without a map says how to make one"
run "$LLM" space plot --space "$WREN/model.safetensors" -q -o x.png
says 'space fit' "weights are not drawn"
for bad in '--components 1' '--components 2,2' '--components 0,1' '--layers 0,1,2,3,4' '--layers x' \
    '--layers ,'; do
    run "$LLM" space plot --space five.safetensors $bad -q -o x.png
    is_rc 1 "$bad is wrong usage"
done
run "$LLM" space plot --space five.safetensors -q -o x.gif
is_rc 1 "and so is another ending"
gone x.png "nothing is left of any"

run "$LLM" space fit -m "$WREN" -q -o x.bin
is_rc 1 "a map is a .safetensors file"
run "$LLM" space fit -m "$WREN" -q
is_rc 1 "and needs a name"
: > empty.txt
run "$LLM" space fit -m "$WREN" --corpus empty.txt -q -o x.safetensors
says 'empty.txt.*no sentences' "an empty corpus is refused"
gone x.safetensors "and leaves nothing"
printf 'one\ntwo \377\n' > bad.txt
run "$LLM" space fit -m "$WREN" --corpus bad.txt -q -o x.safetensors
says 'bad.txt: line 2' "bytes that are no text are named by their line"
run "$LLM" space fit -m "$WREN" --corpus missing.txt -q -o x.safetensors
says 'missing.txt' "a corpus that is not there is named"
run "$LLM" space show "$WREN/model.safetensors"
says 'space fit' "weights are no map"
head -c 3000 a.safetensors > cut.safetensors
run "$LLM" space show cut.safetensors
says 'cut.safetensors' "a cut file is refused"
run "$LLM" space
is_rc 1 "space alone lists its commands"
has err 'fit' "among them fit"

done_testing
