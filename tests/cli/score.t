#!/bin/sh
# score.t: surprisal of a text, its sums, its forms, texts longer than the context.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

TEXT='Once upon a time, there was a xylophone'
run "$LLM" score -m "$WREN" -p "$TEXT"
is_rc 0 "score succeeds"
has out '^ +0 +2 +- +- +-  "<bos>"$' "the first token has no surprisal"
has out '^ +3 +338 +0\.0[0-9]* +0\.0[0-9]* +[0-9.]+  " a"$' "a cliche has hardly any"
has out '^ +10 +299 +[0-9.]+ +[0-9.]+ +[0-9.]+  "x"$' "every piece is shown"
has out '^16 tokens, 15 scored: .* bits .* nats.* perplexity .* bits a byte$' "the sum is told"

run "$LLM" score -m "$WREN" --json -p "$TEXT"
json out 'my $n = 0; my @t = @{$j->{tokens}}; $n += $_->{nats} // 0 for @t;
    @t == 16 && $j->{scored} == 15 && !defined $t[0]{nats} &&
    abs($n - $j->{total_nats}) < 1e-5 * $n && abs($n / 15 - $j->{mean_nats}) < 1e-5 &&
    abs(exp($n / 15) - $j->{perplexity}) < 1e-4 &&
    abs($t[5]{nats} / log(2) - $t[5]{bits}) < 1e-6 && length($j->{model})' \
    "--json agrees with itself"
mv out one.json
for t in 1 2; do
    run "$LLM" score -m "$WREN" -t $t --json -p "$TEXT"
    same out one.json "-t $t gives the same numbers"
done
run "$LLM" score -m "$WREN" --json --summary -p "$TEXT"
json out '!exists $j->{tokens} && $j->{perplexity} > 1' "--summary leaves out the tokens"
run "$LLM" score -m "$WREN" --summary -p "$TEXT"
check "--summary is one line" test "$(wc -l < out)" -eq 1
run "$LLM" score -m "$WREN" --csv -p "$TEXT"
has out '^index,id,start,length,bits,nats,entropy$' "--csv has a heading"
has out '^0,2,0,0,,,$' "what is absent is empty"
check "--csv has a row for each token" test "$(wc -l < out)" -eq 17

# A text that the model finds likely against the same words in another order.
run "$LLM" score -m "$WREN" --summary --json -p 'She loved to play outside in the sun.'
cp out order.json
run "$LLM" score -m "$WREN" --summary --json -p 'sun the in outside play to loved She.'
perl -MJSON::PP -e 'sub p { local $/; open my $f, "<", $_[0]; decode_json(<$f>)->{perplexity} }
    exit(p("order.json") * 3 < p("out") ? 0 : 1)'
ok $? "words out of order have over three times the perplexity"

perl -e 'print "Lily saw a big red ball. " x 400' > long.txt
run "$LLM" score -m "$WREN" --summary --json -f long.txt
is_rc 0 "a text longer than the context is read in windows"
json out '$j->{count} > 1024 && $j->{scored} == $j->{count} - 1 && $j->{perplexity} < 10' \
    "every token of it is scored"
run "$LLM" score -m "$WREN" --summary --json --window 64 --overlap 8 -f long.txt
json out '$j->{scored} == $j->{count} - 1' "--window changes no count"

run "$LLM" score -m "$WREN" --no-bos -p a
says 'one token alone' "one token has nothing before it"
run "$LLM" score -m "$WREN"
says 'standard input: the text is empty' "an empty text"
run "$LLM" score --json --csv -p a
is_rc 1 "two forms are wrong usage"
run "$LLM" score --window 8 --overlap 8 -p a
is_rc 1 "an overlap as long as the window is wrong usage"

done_testing
