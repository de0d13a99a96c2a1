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
