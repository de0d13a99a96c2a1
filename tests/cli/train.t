#!/bin/sh
# train.t: small models from a text: read back, resumed, the same whatever the threads.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

TEXT=$ROOT/models/corpus/sentences.txt
small() {
    run "$LLM" train --text "$TEXT" --width 32 --layers 2 --vocab 400 --seq 32 --batch 8 "$@"
}

small --steps 30 --every 10 -q -t 1 -o one
is_rc 0 "a model is trained"
for f in config.json model.safetensors tokenizer.json train.csv; do there one/$f "it has $f"; done
gone one/train.safetensors "its state is gone"
perl -F, -ane 'if ($. == 1) { $ok = $_ eq "step,loss,validation\n"; next }
    push @step, $F[0]; push @loss, $F[2];
    END { exit !($ok && "@step" eq "10 20 30" && $loss[2] < $loss[1] && $loss[1] < $loss[0]) }' \
    one/train.csv
ok $? "the loss on the validation text falls"
small --steps 30 --every 10 -q -t 2 -o two
for f in config.json model.safetensors tokenizer.json train.csv; do
    same one/$f two/$f "$f has the same bytes with two threads"
done
json one/config.json '$j->{model_type} eq "gemma3_text" && $j->{vocab_size} == 400' \
    "its configuration is a Gemma's"
run "$LLM" generate -m one -p "The bird" -n 8 --temp 0 -q
is_rc 0 "it generates"
run "$LLM" weights -m one --genre acid --bars 4 --no-audio -q -o acid
is_rc 0 "it sounds"

# What is told on the way.
small --steps 60 --every 20 --sample "The bird" -t 1 -o told
has err '^llmsonify: step 20: loss [0-9.]+, .* [0-9]+ tokens/s' "a look tells the speed"
test "$(grep -c '^llmsonify: "The bird.*"$' err)" -eq 3
ok $? "and a sample each time"
small --steps 20 --every 20 --sample "" -o quiet
is_rc 0 "--sample '' is taken"
hasnt err '^llmsonify: "' "and tells none"

# Models of the way: early ones in even ratios, whole, and what a run so long would have made.
small --steps 60 --every 60 -q --checkpoints 5 -t 2 -o way
test "$(cd way && echo step-*)" = "step-000001 step-000002 step-000006 step-000019"
ok $? "four models on the way to a fifth"
for f in config.json model.safetensors tokenizer.json; do
    there way/step-000006/$f "a checkpoint has $f"
done
same way/model.safetensors told/model.safetensors "the last one is as without them"
run "$LLM" theory tuning way/step-000001 way/step-000002 way/step-000006 way/step-000019 way
has out 'tuning\.intonation' "their tuning is measured"
run env LLMSONIFY_MODELS="$SCRATCH" "$LLM" models
has out '^way/step-000019 +gemma3' "they are listed under their model"
run env LLMSONIFY_MODELS="$SCRATCH" "$LLM" inspect -m way/step-000019 --table model
is_rc 0 "and found by that name"
rc=0
timeout -s INT 0.7 "$LLM" train --text "$TEXT" --width 32 --layers 2 --vocab 400 --seq 32 --batch 8 \
    --steps 250 --every 50 --checkpoints 4 -q -o parts 2> err || rc=$?
small --steps 250 --every 50 -q --checkpoints 4 --resume -o parts
small --steps 250 --every 50 -q --checkpoints 4 -o unbroken
for s in step-000003 step-000012 step-000054; do
    same parts/$s/model.safetensors unbroken/$s/model.safetensors \
        "$s of an interrupted training is that of one that was not"
done
small --steps 20 --every 20 -q --force -o way
test "$(cd way && echo step-*)" = 'step-*'
ok $? "another training over it leaves none of its checkpoints"

small --arch gpt2 --steps 20 --every 20 -q -o gpt
json gpt/config.json '$j->{model_type} eq "gpt2" && $j->{n_head} == 1 && $j->{n_inner} == 128' \
    "a GPT-2 has its configuration"
run "$LLM" score -m gpt --json -p "The bird sings in the old tree."
is_rc 0 "a GPT-2 is read back"

# Interrupted in the middle, after the first of the states that it writes by itself, then resumed.
STEPS=400
whole() {
    small --steps $STEPS --every 50 "$@"
}
whole -q -o whole
done=0
for try in 1 2 3 4 5; do
    rm -rf cut
    "$LLM" train --text "$TEXT" --width 32 --layers 2 --vocab 400 --seq 32 --batch 8 \
        --steps $STEPS --every 50 -o cut > out 2> err &
    pid=$!
    until [ -f cut/train.safetensors ] || ! kill -0 $pid 2> /dev/null; do sleep 0.02; done
    kill -INT $pid 2> /dev/null
    rc=0
    wait $pid || rc=$?
    done=$(sed -n "s/.*interrupted after \([0-9]*\) of $STEPS steps.*/\1/p" err)
    [ "${done:-0}" -gt 0 ] && [ "$done" -lt $STEPS ] && break
done
echo "# interrupted after ${done:-no} steps"
test "${done:-0}" -gt 0 && test "$done" -lt $STEPS && test -s cut/train.safetensors
ok $? "an interrupt in the middle leaves the state it came to"
is_rc 130 "it has the status of an interrupt"
has err 'interrupted after [0-9]+ of [0-9]+ steps; .*--resume' "and says how to go on"
gone cut/model.safetensors "but no model"
whole -q --rate 1e-3 --resume -o cut
says 'another training \(.*rate 0.003 .*\); this one is .*rate 0.001 ' \
    "another training does not go on from it"
hasnt err 'width 32' "and only what differs is told"
cp cut/train.safetensors state
{ sed -n 2p "$TEXT"; sed -n 1p "$TEXT"; sed 1,2d "$TEXT"; } > other.txt # as many tokens
run "$LLM" train --text other.txt --width 32 --layers 2 --vocab 400 --seq 32 --batch 8 \
    --steps $STEPS --every 50 -q --resume -o cut
says 'another training \(text [0-9a-f]*\); this one is text [0-9a-f]*$' "nor does another text"
whole -q -o cut
says 'cut/train.safetensors: exists; --resume goes on' "nor does one begin anew over it unasked"
same state cut/train.safetensors "which stays as it was"
whole -q --resume -o cut
is_rc 0 "it goes on"
for f in model.safetensors train.csv; do
    same whole/$f cut/$f "$f is that of one that was not interrupted"
done

run "$LLM" train --from wren --text "$TEXT" --seq 16 --batch 2 --steps 2 --warm 1 --rate 1e-5 \
    -o wren2
is_rc 0 "wren is trained further"
has err '^llmsonify: "Once upon a time, there was a little girl named Lily\. She loved to play' \
    "its sample is what wren itself says"
for f in tokenizer.json config.json; do same "$WREN/$f" wren2/$f "with its $f"; done
perl -F, -ane 'END { exit !($F[2] < 7) }' wren2/train.csv
ok $? "from what it knew: well under the 8.3 nats of one that knows nothing"
run "$LLM" weights -m wren2 --genre acid --bars 4 --no-audio -q -o further
is_rc 0 "and sounds"

small -q --steps 30 --resume -o one
is_rc 0 "a training that is finished does not fail to go on"
small --steps 30 --resume -o one
has err '^llmsonify: one: is finished, after 30 steps' "which is said"
same one/model.safetensors two/model.safetensors "and changes nothing"
mkdir -p broken there
cp "$WREN"/*.json broken
head -c 5000 "$WREN/model.safetensors" > broken/model.safetensors
run "$LLM" train --from broken --text "$TEXT" --steps 2 -q -o x
says 'broken/model.safetensors' "a broken model to go on from is named"
gone x "and nothing is left behind"
cp "$WREN/model.safetensors" broken
echo '{' > broken/tokenizer.json
run "$LLM" train --from broken --text "$TEXT" --steps 2 -q -o there
says 'broken/tokenizer.json' "so is its tokenizer"
gone there/tokenizer.json "which is not copied"
run "$LLM" train --from one --text "$TEXT" --seq 32 --steps 2 -q --force -o ./one
says 'give another -o' "a model is not trained into its own place"
same one/model.safetensors two/model.safetensors "where it stays"
small -q --steps 5 --context 16 -o there
says 'do not fit a context of 16' "a training that cannot begin"
gone there/tokenizer.json "leaves no tokenizer"

for o in "--arch gpt2" "--vocab 300" "--width 160" "--layers 2" "--heads 2" "--head-size 16" \
    "--ff 64" "--context 64"; do
    run "$LLM" train --from wren --text "$TEXT" $o --steps 2 -q -o x
    test "$rc" -eq 1 && grep -q -e "${o%% *}: does not go with --from" err
    ok $? "$o and a model to go on from are a usage error"
done

small -q --steps 5 -o one
says 'one/model.safetensors: exists; --force' "a model is not written over unasked"
small -q --steps 5 --resume -o one
says 'one/model.safetensors: exists; --force' "nor by --resume where nothing was interrupted"
small -q --steps 5 --heads 65536 --head-size 65536 -o x
says 'too large' "a matrix that is too large is refused"
run "$LLM" train -o x
test "$rc" -eq 1
ok $? "no text is a usage error"
small -q --steps 5 --text nowhere.txt -o x
says 'nowhere.txt' "a text that is not there is named"
printf 'A line.\nCaf\351 is none.\n' > latin.txt
small -q --steps 5 --text latin.txt -o x
says 'latin.txt: not UTF-8: byte 0xe9 at offset 11' "a text in another encoding is refused"
small -q --steps 5 --valid latin.txt -o x
says 'latin.txt: not UTF-8' "to test on, too"
cp one/model.safetensors kept.safetensors
small -q --steps 5 --text latin.txt --force -o one
says 'latin.txt: not UTF-8' "with --force too"
cmp -s one/model.safetensors kept.safetensors
ok $? "and the model that was to be written over is still there"
echo "too short" > short.txt
run "$LLM" train -q --text short.txt -o x --vocab 300
says 'too few for sequences of 256' "a text that is too short is told"
small -q --steps 5 --heads 3 --arch gpt2 -o x
says 'must make up the width of 32' "heads that do not fit are told"
small -q --steps 5 -o "$TEXT/x"
says 'cannot make the directory' "a directory that cannot be is told"
run "$LLM" train --from "$ROOT/models/corpus" --text "$TEXT" -q -o x
says 'corpus' "a model that is none is named"
# A limit on the size of files stands for a full disk.
rc=0
(trap '' XFSZ; ulimit -f 40; exec "$LLM" train --text "$TEXT" --width 64 --layers 2 --vocab 300 \
    --seq 32 --batch 2 --steps 1 -q -o full) 2> err || rc=$?
is_rc 2 "a full disk has status 2"
gone full/model.safetensors "and leaves no model"
test -z "$(ls -a full | grep part)"
ok $? "nor a part of one"

# The models that the joint embedding learns from take minutes: here only that the script is sound.
run sh "$ROOT/models/jepa-house/zoo.sh"
is_rc 1 "the zoo's script wants a directory and texts"
has out '^  models/jepa-house/zoo.sh DIR TEXT' "and says so"

done_testing
