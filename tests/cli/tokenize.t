#!/bin/sh
# tokenize.t: text to tokens and back, in every form.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

run "$LLM" tokenize -m "$WREN" -p 'Once upon a time'
is_rc 0 "tokenize succeeds"
has out '^ +0 +2 +0 +0  "<bos>"$' "the beginning of the text is a token"
has out '^ +4 +518 +11 +5  " time"$' "a row has index, id, start, length and text"
check "there is a row for every token" test "$(wc -l < out)" -eq 6

run "$LLM" tokenize -m "$WREN" --ids -p 'Once upon a time'
echo '2 689 652 338 518' > expected
same out expected "--ids prints the ids on one line"
run "$LLM" tokenize -m "$WREN" --ids --no-bos -p 'Once upon a time'
echo '689 652 338 518' > expected
same out expected "--no-bos leaves out what is not in the text"
run "$LLM" tokenize -m "$WREN" --ids --special --no-bos -p '<bos>Once'
echo '2 689' > expected
same out expected "--special reads <bos> as the token"
run "$LLM" tokenize -m "$WREN" --ids --no-bos -p '<bos>'
check "otherwise it is characters" test "$(wc -w < out)" -gt 1

run "$LLM" tokenize -m "$WREN" --json -p 'Once upon'
json out '$j->{tokens}[2]{id} == 652 && $j->{tokens}[2]{start} == 4 &&
    $j->{tokens}[2]{length} == 5 && $j->{tokens}[2]{text} eq " upon"' "--json is JSON"

printf 'Two  birds,\n\tcaf\303\251 \360\237\220\246!\n' > text
for form in --ids --json; do
    run "$LLM" tokenize -m "$WREN" $form -f text
    is_rc 0 "$form of a file"
done
"$LLM" tokenize -m "$WREN" --ids -f text > ids
run "$LLM" tokenize -m "$WREN" --decode -f ids
same out text "--decode gives the text back"
"$LLM" tokenize -m "$WREN" --ids < text > out 2> err
same out ids "standard input is read when nothing else is given"
"$LLM" tokenize -m "$WREN" --decode < ids > out 2> err
same out text "for --decode too"
run "$LLM" tokenize -m "$WREN" --decode -p '[2, 689]'
echo Once > expected
same out expected "--decode takes an array, and leaves special tokens out"
run "$LLM" tokenize -m "$WREN" --decode --special -p '2 689'
echo '<bos>Once' > expected
same out expected "--special keeps them"
run "$LLM" tokenize -m "$WREN/tokenizer.json" --decode -p '2 689'
echo Once > expected
same out expected "a tokenizer.json alone is enough"

run "$LLM" tokenize -m "$WREN" --decode -p '2 5000'
says '5000.* is no token id; they go from 0 to 4095' "an id outside the vocabulary"
run "$LLM" tokenize -m "$WREN" --decode -p '2 x'
says '"x" is no token id' "no id at all"
run "$LLM" tokenize -m "$WREN" --chat -p hello
says 'no chat template' "--chat without a template"
printf '\300\200' > bad
run "$LLM" tokenize -m "$WREN" -f bad
says 'bad: not UTF-8: byte 0xc0 at offset 0' "invalid UTF-8"
run "$LLM" tokenize -m "$WREN" -f .
says 'cannot (read|open)' "a directory is no text"
run "$LLM" tokenize -m "$WREN"
says 'standard input: the text is empty' "no text at all"
run "$LLM" tokenize --ids --json -p a
is_rc 1 "two forms are wrong usage"
perl -e 'print "a big red ball " x 70000' > long.txt
run "$LLM" tokenize -m "$WREN" --ids -f long.txt
is_rc 0 "1 MB of text is no problem"
mkdir none
run "$LLM" tokenize -m ./none -p a
says 'neither tokenizer.json nor tokenizer.model' "a directory without a tokenizer"

done_testing
