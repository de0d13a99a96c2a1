#!/bin/sh
# theory.t: the report of a text: definitions, controls, the same numbers twice.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

TEXT='She walked into the bank. The water was cold.'
run "$LLM" theory report -m "$WREN" -p "$TEXT"
is_rc 0 "theory report succeeds"
has out '^VII counterpoint$' "heads have a section"
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
run "$LLM" theory report -m "$WREN" -f /dev/null
says 'token|text|empty' "an empty text is refused"
done_testing
