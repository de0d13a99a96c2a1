#!/bin/sh
# theory.t: the report of a text: definitions, controls, the same numbers twice.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

TEXT='She walked into the bank. The water was cold.'
run "$LLM" theory report -m "$WREN" -p "$TEXT"
is_rc 0 "theory report succeeds"
has out '^VII counterpoint$' "heads have a section"
has out '^[0-9]+ of [0-9]+ claims found; chance alone would find about 1' "many tests are owned up to"
has out '^  rhythm\.metre = .*chance .*p = .*: (not )?found$' "a claim stands beside its control"
for s in 'II notes' 'III intervals' 'III circle of fifths' 'IV chords' 'V harmony' 'VI melody' \
    'VII counterpoint' 'VIII key and modulation' 'IX rhythm and metre' 'X dynamics' \
    'XIII performance practice'; do
    has out "^$s\$" "section $s is there"
done
has out 'the bank .*(major|minor|diminished|augmented)$' "every pair is a chord"
has out '^  notes\.microtone' "streams are compared with names"
has out 'layer 7 head 3 .*(bass|tenor|alto|soprano)$' "every head has a voice"
run "$LLM" theory report -m "$WREN" --json -p "$TEXT"
json out 'my %f = map { $_->{name} => $_ } @{$j->{findings}};
    (grep { !length $_->{definition} || !length $_->{says} } values %f) == 0 &&
    (grep { defined $_->{p} && ($_->{p} <= 0.05) != ($_->{verdict} eq "found") } values %f) == 0 &&
    $f{"performance.surprisal"}{n} > 8' "--json: definitions, sentences, verdicts that fit p"
mv out one.json
for t in 1 2; do
    run "$LLM" theory report -m "$WREN" -t $t --json -p "$TEXT"
    same out one.json "-t $t gives the same report"
done
run "$LLM" theory report -m "$WREN" --section dynamics -p "$TEXT"
hasnt out '^IX' "--section leaves the others out"
for c in circle melody counterpoint key rhythm dynamics; do
    run "$LLM" theory $c -m "$WREN" -p "$TEXT" --json
    json out "@{\$j->{findings}} > 0 && !grep { \$_->{name} !~ /^$c\\./ } @{\$j->{findings}}" \
        "theory $c measures that section alone"
done
run "$LLM" theory interval -m "$WREN" dog dog --json
json out '$j->{findings}[0]{value} < 0.01 && $j->{findings}[0]{verdict} eq "found" &&
    $j->{tables}[0]{rows}[3]{note} eq "unison"' "a word and itself are a unison"
run "$LLM" theory chord -m "$WREN" little dog --plot chord.png
is_rc 0 "theory chord draws a picture"
has out 'chord\.superposition' "a chord is measured"
[ "$(head -c 4 chord.png | tail -c 3)" = PNG ]
ok $? "the picture is a PNG"
run "$LLM" theory chord -m "$WREN" little dog --plot chord.png --no-clobber
says 'chord.png' "--no-clobber keeps a picture"
run "$LLM" theory chord -m "$WREN" little dog --plot chord.gif
is_rc 1 "another kind of picture is refused"
run "$LLM" theory variation -m "$WREN" 'The cat sat on the mat.' 'On the mat sat the cat.'
has out 'variation\.kept.*: found$' "a paraphrase is a variation"
run "$LLM" theory form -m "$WREN" -p 'The king had a red dog.' -n 12 --json
json out '$j->{findings}[0]{n} == 12 && @{$j->{tables}} == 2' "form goes on by itself"
run "$LLM" theory form -m "$WREN" -p 'The king had a red dog.' --response ' The king had a red dog.'
has out 'form\.return.*: found$' "a response that repeats the prompt returns to it"
run "$LLM" theory timbre "$WREN" --json
json out '$j->{findings}[0]{name} eq "timbre.wren" && $j->{findings}[0]{verdict} eq "found"' \
    "a trained model has a timbre"
run "$LLM" theory tuning "$WREN" "$WREN"
has out 'tuning\.intonation' "checkpoints are compared"
run env LLMSONIFY_MODELS="$ROOT/models" "$LLM" theory tuning $(cd "$ROOT/models" && echo finch/step-*) \
    finch --plot tuning.png
has out 'tuning\.intonation = .*\(n = 6\)' "the tuning of finch in its six checkpoints"
has out 'comes with step-000315' "its spectra concentrate in the first hundreds of steps"
[ "$(head -c 4 tuning.png | tail -c 3)" = PNG ]
ok $? "and there is a picture of it"
run "$LLM" theory interference "$WREN" "$WREN" "$WREN"
says 'same' "tasks that changed nothing are refused"
for n in 1 2 3 4 5; do
    run "$LLM" theory experiment $n -m "$WREN" -p "$TEXT" --json
    json out '@{$j->{findings}} > 0' "experiment $n measures"
done
run "$LLM" theory experiment 6 "$WREN"
is_rc 1 "experiment 6 wants two checkpoints"
run "$LLM" theory experiment 8 -p x
is_rc 1 "there are seven experiments"
for t in 1 2; do
    run "$LLM" activations --mode theory -m "$WREN" -t $t -p "$TEXT" -o p$t --no-audio -q
    is_rc 0 "activations --mode theory makes a piece, -t $t"
done
same p1.mid p2.mid "the piece is the same for any number of threads"
cp p1.json out
json out '(grep { $_->[1] =~ /^Stretto/ } @{$j->{sections}}) == 1 && $j->{genre} eq "theory"' \
    "its sections are those of a fugue"
run "$LLM" theory report -m "$WREN" -p "$TEXT"
has out 'Stretto \(.*  *[0-9]+  *[0-9]+' "the report names the bars of the piece"
# Most of the time goes into the shuffles, so that half of it lies among them; measured anew when
# the machine has become faster meanwhile.
perl -e 'print "The cat sat on the mat and the dog ran to the big red house with a ball. " x 26' > long
for try in 1 2 3; do
    start=$(date +%s%N)
    run "$LLM" theory key -m "$WREN" -f long -t 1
    half=$(perl -e 'printf "%.3f", ($ARGV[1] - $ARGV[0]) / 2e9' "$start" "$(date +%s%N)")
    run timeout --preserve-status -s INT "$half" "$LLM" theory key -m "$WREN" -f long -t 1 \
        --plot key.png
    [ "$rc" -eq 130 ] && break
    rm -f key.png
done
is_rc 130 "an interrupt among the shuffles ends it with status 130"
check "nothing of the report is written" test ! -s out
gone key.png "and no picture"
run "$LLM" theory report -m "$WREN" -f /dev/null
says 'token|text|empty' "an empty text is refused"
done_testing
