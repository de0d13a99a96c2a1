#!/bin/sh
# generate.t: text that goes on: what is printed where, how it ends, what is refused.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

ONCE='Once upon a time'
SAID=', there was a little girl named Lily. She loved to play outside in the sun. One day, she'
greedy() { run "$LLM" generate -q -m "$WREN" --temp 0 "$@"; }

greedy -n 60 -p "$ONCE"
is_rc 0 "the form for scripts succeeds"
check "it prints the known text, without the prompt" sh -c "head -n 1 out | grep -q \"^$SAID\""
check "-q has no messages" test ! -s err
check "the text ends with a newline" sh -c 'test "$(tail -c 1 out | od -An -tx1)" = " 0a"'
mv out known
for t in 1 2; do
    greedy -t $t -n 60 -p "$ONCE"
    same out known "-t $t gives the same text"
done
run env LLMSONIFY_KERNELS=portable "$LLM" generate -q -m "$WREN" --temp 0 -n 60 -p "$ONCE"
same out known "portable kernels give the same text"
printf '%s\n' "$ONCE" > prompt.txt
greedy -n 60 -f prompt.txt
same out known "-f reads a file, without the newline at its end"
rc=0
"$LLM" generate -q -m "$WREN" --temp 0 -n 60 -f - < prompt.txt > out 2> err || rc=$?
same out known "-f - reads standard input"
rc=0
"$LLM" generate -q -m "$WREN" --temp 0 -n 60 < prompt.txt > out 2> err || rc=$?
same out known "so does no -p and no -f"
greedy -n 60 --special --no-bos -p "<bos>$ONCE"
same out known "--special --no-bos with <bos> in the text is the same prompt"

greedy -n 60 --stop ' named' --stop 'One day' -p "$ONCE"
printf ', there was a little girl\n' > expected
same out expected "the first stop string ends the text before it"
greedy -n 1 -p "$ONCE"
printf ',\n' > expected
same out expected "-n 1 is one token"

run "$LLM" generate -m "$WREN" -n 8 -s 7 -p "$ONCE"
has err '^llmsonify: prompt 5 tokens, .* tokens/s; text 8 tokens, .* tokens/s; seed 7; end: ' \
    "speed and seed go to standard error"
mv out seven
run "$LLM" generate -q -m "$WREN" -n 8 -s 7 -p "$ONCE"
same out seven "the same seed gives the same text"
differ=no
for s in 1 2 3; do
    run "$LLM" generate -q -m "$WREN" -n 8 -s $s -p "$ONCE"
    cmp -s out seven || differ=yes
done
check "other seeds give other texts" test $differ = yes
run "$LLM" generate -q -m "$WREN" -n 8 -s 7 --top-k 1 -p "$ONCE"
mv out top
greedy -n 8 -p "$ONCE"
same top out "--top-k 1 is greedy"
greedy -n 60 --repeat-penalty 1.5 -p "$ONCE"
check "a repeat penalty changes the text" sh -c '! cmp -s out known'

run "$LLM" generate -m "$WREN" --temp 0 --ignore-end -c 32 -n 100 -p "$ONCE"
is_rc 0 "a full context is no failure"
has err 'end: context is full' "it is told"

greedy -c 4 -p "$ONCE"
says 'the text has 5 tokens, the context of wren has room for 3' "a prompt longer than -c"
perl -e 'print "a big red ball " x 70000' > long.txt
greedy -f long.txt
says 'context of wren has room for 1023' "a prompt of 1 MB is refused in words"
run "$LLM" generate -m "$WREN" -p ''
is_rc 1 "an empty -p is wrong usage"
greedy -f /dev/null
says '/dev/null: the text is empty' "an empty file"
printf 'ab\377' > bad.txt
greedy -f bad.txt
says 'bad.txt: not UTF-8: byte 0xff at offset 2' "invalid UTF-8"
printf 'a\000b' > bad.txt
greedy -f bad.txt
says 'zero byte at offset 1' "a zero byte"
greedy -f nowhere.txt
says 'nowhere.txt: cannot open' "a file that is not there"
greedy --chat -p hello
says 'no chat template' "--chat without a template"
run "$LLM" generate -p a -f b
is_rc 1 "-p and -f exclude each other"
run "$LLM" generate -m a -m b -p a
is_rc 1 "two models are wrong usage"
run "$LLM" generate -p a --system b
is_rc 1 "--system without --chat is wrong usage"
run "$LLM" generate -p a --temp -1
is_rc 1 "a negative temperature is wrong usage"
mkdir mute
cp "$WREN/config.json" "$WREN/model.safetensors" mute
run "$LLM" generate -m ./mute -p a
says 'tokenizer.json' "a model without a tokenizer"
head -c 1000 "$WREN/tokenizer.json" > mute/tokenizer.json
run "$LLM" generate -m ./mute -p a
says 'tokenizer.json' "a broken tokenizer"

# Standard output closes after some bytes, is full, or the user interrupts.
{ "$LLM" generate -m "$WREN" -n 0 --ignore-end -p "$ONCE" 2> err; echo $? > status; } |
    head -c 5 > out
check "a closed pipe ends it quietly" test ! -s err
check "by the signal of a closed pipe" test "$(cat status)" -eq 141
if [ -w /dev/full ]; then
    rc=0
    "$LLM" generate -q -m "$WREN" -n 5 -p a > /dev/full 2> err || rc=$?
    : > out
    says 'standard output: cannot write' "a full device is told"
fi
mkfifo pipe
"$LLM" generate -m "$WREN" -n 0 --ignore-end -p "$ONCE" > pipe 2> err &
pid=$!
{ head -c 200 > first; kill -INT $pid; cat > rest; } < pipe
rc=0
wait $pid || rc=$?
is_rc 130 "an interrupt ends with status 130"
has err 'interrupted' "it says so"
cat first rest > out
check "what was generated is there, with a newline" \
    sh -c 'test "$(wc -c < out)" -gt 200 && test "$(tail -c 1 out | od -An -tx1)" = " 0a"'

done_testing
