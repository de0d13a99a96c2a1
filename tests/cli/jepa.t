#!/bin/sh
# jepa.t: a joint embedding of layers and music: learned from small things, gone on with, judged.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

TEXT=$ROOT/models/corpus/sentences.txt
# Songs of our own, in several modes; small models of our own.
mkdir songs
i=0
for mode in lydian dorian phrygian aeolian major; do
    for genre in house acid; do
        i=$((i + 1))
        "$LLM" weights -m "$WREN" --genre $genre --mode $mode --bars $((32 + i)) --no-audio -q \
            -o songs/s$i.mid
    done
done
for m in "ant gemma3 2" "bee gpt2 3" "cod gemma3 5"; do
    set -- $m
    "$LLM" train --text "$TEXT" --arch $2 --width 32 --layers $3 --vocab 300 --seq 16 --batch 2 \
        --steps 2 -q -o $1
done
small() {
    run "$LLM" jepa train --midi songs --models "$WREN" ant --test-models bee cod \
        --hold 0.4 --batch 2 --steps-music 2 --steps-align 3 --steps-joint 2 --steps-reading 2 \
        --every 3 "$@"
}

small -t 1 -v -o one.safetensors
is_rc 0 "it is learned"
has err '^llmsonify: 10 files of music, 4 kept out' "what is heard is counted"
has err '^llmsonify: 2 models of 10 layers; kept out: 2 of 8 layers' "and models"
has err '^llmsonify: joint 2 of 2: loss .* dimensions active' "the latents are looked at"
has err 'on 2 models kept out, recall at 5 is .* chance 10\.0 %, p 0\.' "and it is judged"
gone one.state.safetensors "its state is gone"
perl -F, -ane 'if ($. == 1) { $n = @F; $ok = $F[0] eq "step" && $F[1] eq "phase"; next }
    $ok &&= @F == $n; push @at, "$F[0] $F[1]";
    END { exit !($ok && "@at" eq "2 music 5 align 7 joint 9 reading") }' one.csv
ok $? "the course has the ends of all phases"
small -t 2 -q -o two.safetensors
same one.safetensors two.safetensors "two threads make the same bytes"
same one.csv two.csv "and the same course"
small -t 1 -q -o one.safetensors
says 'one.safetensors: exists; --force' "a file is not written over"
cp one.csv mine.csv
small -t 1 -q -o mine.safetensors
says 'mine.csv: exists; --force' "nor a table beside it"
small -t 2 -q --force --seed 4 -o two.safetensors
is_rc 0 "but with --force"
check "and another seed makes others" sh -c '! cmp -s one.safetensors two.safetensors'
small -t 2 -q --bf16 -o half.safetensors
test "$(wc -c < half.safetensors)" -lt $(($(wc -c < one.safetensors) * 6 / 10))
ok $? "--bf16 halves it"

# Stopped, it goes on.
slow() {
    exec "$LLM" jepa train --midi songs --models "$WREN" ant --test-models bee cod --hold 0.4 \
        --batch 2 --steps-music 12 --steps-align 6 --steps-joint 3 --steps-reading 2 --every 4 \
        "$@" > out 2> err
}
(slow -o whole.safetensors)
# The state is written at the first look; then it is interrupted.
slow -o parts.safetensors &
job=$!
n=0
while [ ! -s parts.state.safetensors ] && [ $n -lt 600 ]; do
    sleep 0.1
    n=$((n + 1))
done
kill -INT $job
rc=0
wait $job || rc=$?
is_rc 130 "an interrupt ends it"
has err '^llmsonify: interrupted after [0-9]+ of 23 steps; the same command with --resume goes on' \
    "and it is said how to go on"
there parts.state.safetensors "its state is kept"
gone parts.safetensors "and no half file"
(slow -o parts.safetensors) || true
has err 'parts.state.safetensors: exists; --resume' "a state is not written over unasked"
run "$LLM" jepa train --midi songs --models "$WREN" ant --hold 0.4 --steps-music 9 --resume -q \
    -o parts.safetensors
says 'parts.state.safetensors: is of another training' "the state of another training is refused"
(slow --resume -o parts.safetensors)
same whole.safetensors parts.safetensors "what was interrupted ends with the same bytes"
same whole.csv parts.csv "and the same course"
gone parts.state.safetensors "and no state"

# A job that is put into the queue again does not fail.
(slow --resume -o parts.safetensors)
rc=$?
is_rc 0 "to go on with what is finished is no failure"
has err 'parts.safetensors: is finished' "and is said"
same whole.safetensors parts.safetensors "it stays as it was"
(slow --resume --seed 9 -o parts.safetensors) || true
has err 'parts.safetensors: exists; --force' "but of another training it is"

# Judged later: what it was learned from is told by itself.
judge() {
    run "$LLM" jepa eval -m one.safetensors --midi songs --models "$WREN" bee ant cod \
        --draws 5 --permutations 99 "$@"
}
judge -t 1
is_rc 0 "it is judged again"
has out '^kept out: 2 models \(8 layers\), 4 files' "on what was kept out"
has out '^  jepa +[0-9.]+ +[0-9.]+- *[0-9.]+ +[01]\.[0-9]+ +[0-9.]+' "with intervals and p"
for g in ridge nearest rule chance last; do has out "^  $g +[0-9]" "beside it $g"; done
has out 'a rule that was laid down' "what a pair is, is said"
has out '256 dimensions active, effective rank' "and whether latents have collapsed"
cp out table
judge -t 2
same table out "threads change nothing"
judge --json --plot eval.png
json out '$j->{models} == 2 && $j->{layer_to_window}{jepa}{recall_5} >= 0
    && $j->{layer_to_window}{jepa}{recall_5_clusters}[0] <= $j->{layer_to_window}{jepa}{recall_5}
    && abs($j->{layer_to_window}{chance}{recall_1} - 1 / $j->{layer_to_window}{candidates}) < 1e-4' \
    "as JSON"
json out '$s = 0; $s += $_ for @{$j->{window_to_next}{last}{ranks}};
    $s == $j->{window_to_next}{last}{asked}' "every rank is counted"
for f in eval.png eval-latents.png eval-course.png; do there $f "picture $f"; done
judge --plot eval.png --no-clobber
says 'eval.png: exists' "a picture is not written over unasked"
mkdir -p kept/little
cp one.safetensors kept/little/jepa.safetensors
for m in kept/little little; do
    run env LLMSONIFY_MODELS="$SCRATCH/kept" "$LLM" jepa eval -m $m --midi songs --models bee \
        --draws 1 --permutations 19 -q
    is_rc 0 "it is found as $m"
done
run "$LLM" jepa eval -m one.safetensors --midi songs --models "$WREN" --draws 5
is_rc 0 "models learned from are no judges"
has err 'no model that was not learned from' "which is said"
hasnt out 'from a layer' "and only songs are judged"

# Checkpoints of one training on both sides are told.
mkdir run
cp -r ant run/step-1
cp -r bee run/step-2
cp -r cod run/step-1/deep
both() {
    run "$LLM" jepa train --midi songs --models "$1" --test-models "$2" --steps-music 0 \
        --steps-align 0 --steps-joint 0 --steps-reading 0 --force -o kin.safetensors
}
for pair in "run/step-1 run/step-2" "run/step-1/deep run/step-1" "run/step-1 ./run/step-1/deep"; do
    both ${pair% *} ${pair#* }
    test "$(grep -c 'lie as checkpoints of one training' err)" -eq 1
    ok $? "$pair are checkpoints of one training"
done
both ant bee
hasnt err 'checkpoints of one' "models beside each other are not"

# What cannot be.
run "$LLM" jepa train --midi songs --bpm 60-70 -o x.safetensors
says '10 of another tempo' "a filter that nothing passes tells why"
run "$LLM" jepa train --midi songs --models ant --test-models "$PWD/ant" -q -o x.safetensors
says 'they have the same weights' "a model on both sides is refused"
run "$LLM" jepa train --midi songs --models none -q -o x.safetensors
says 'none' "a model that is not there"
mkdir bare
printf '%s\n' '{"model_type": "gpt2", "n_layer": 0}' > bare/config.json
cp "$WREN/space.safetensors" bare/model.safetensors
run "$LLM" jepa train --midi songs --models bare -o x.safetensors
is_rc 2 "a model without layers is refused"
small -q -o nowhere/x.safetensors
says 'nowhere' "a place that is not there"
run "$LLM" jepa train --midi songs -o x.txt
is_rc 1 "another ending is a usage error"
run "$LLM" jepa train -o x.safetensors
is_rc 1 "so are no songs"
run "$LLM" jepa eval -m one.safetensors --midi songs --plot x.gif
is_rc 1 "and a picture of another kind"
for key in file_marks models quantiles rules; do # a byte of its name is another
    perl -0777 -pe "s/\\\\\"$key\\\\\"/\\\\\"\u$key\\\\\"/" one.safetensors > odd.safetensors
    run "$LLM" jepa eval -m odd.safetensors --midi songs --models bee
    says 'odd.safetensors: does not say what it was learned from' "without its $key it is no judge"
done
run "$LLM" jepa eval -m one.safetensors --midi songs --draws 1000 --candidates 1000
is_rc 1 "what no memory would hold is a usage error"
mkfifo pipe.safetensors
run "$LLM" jepa eval -m pipe.safetensors --midi songs
says 'pipe.safetensors: not a regular file' "a pipe is not waited for"
head -c 4000 one.safetensors > cut.safetensors
run "$LLM" jepa eval -m cut.safetensors --midi songs
says 'cut.safetensors' "a broken file is refused"
run "$LLM" jepa eval -m "$WREN/model.safetensors" --midi songs
says 'jepa train' "and one of something else"
run "$LLM" jepa eval -m none --midi songs
says 'no joint embedding "none".*jepa train' "and a name that is not there"

done_testing
