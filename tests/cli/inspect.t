#!/bin/sh
# inspect.t: the features as text, JSON, CSV and for NumPy; models listed.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

run "$LLM" inspect -m "$WREN"
is_rc 0 "inspect succeeds"
has out '^wren +gemma3, 8 layers, width 160' "it says what the model is"
has out '^key [A-G]#? [a-z_]+, features [0-9a-f]{16}' "it names the key and the fingerprint"
check "every matrix is a row" test "$(grep -Ec '^ +[0-7] (q|k|v|o|gate|up|down) ' out)" -eq 56
has out '^ +- embed +4096x160 ' "the embedding is a row"
has out '^ +- final_norm ' "the last norm is a row"
check "no value is missing in a matrix" \
    sh -c '! grep -E "^ +[0-7] (q|k|v|o|gate|up|down) " out | grep -E " (-|nan|inf)( |$)"'

run "$LLM" inspect -m "$WREN" --json
is_rc 0 "--json succeeds"
json out 'ref $j eq "HASH"' "--json is JSON"
mv out one.json
run "$LLM" inspect -m "$WREN" --json -t 2
same out one.json "-t 2 gives the same JSON"
run "$LLM" inspect -m "$WREN" --json -t 1 -q
same out one.json "-t 1 gives the same JSON"
run env LLMSONIFY_MODEL="$WREN" LLMSONIFY_THREADS=1 "$LLM" inspect --json
same out one.json "the environment names the model"
run "$LLM" inspect -m "$WREN" -o file.json
same file.json one.json "-o x.json writes the same"
run "$LLM" inspect --features file.json --json
same out one.json "features read back are the same features"

run "$LLM" inspect -m "$WREN" --csv
check "--csv has a row for every tensor" test "$(wc -l < out)" -gt 57
has out '^prompt,|^layer,' "--csv has a heading"
mv out one.csv
run "$LLM" inspect -m "$WREN" -o file.csv
same file.csv one.csv "-o x.csv writes the same"
run "$LLM" inspect -m "$WREN" --csv --table layers
check "--table layers has a row a layer" test "$(wc -l < out)" -eq 9
run "$LLM" inspect -m "$WREN" --table layers
has out 'tension' "--table layers shows the tension"
run "$LLM" inspect -m "$WREN" --table model
has out '^key_root ' "--table model shows the key"

run "$LLM" inspect -m "$WREN" -o file.npz
is_rc 0 "-o x.npz succeeds"
run "$LLM" inspect -m "$WREN" -t 2 -o again.npz
same file.npz again.npz "x.npz has the same bytes again"
check "x.npz is a zip archive" sh -c 'test "$(head -c 2 file.npz)" = PK'
python=
for p in python3 /usr/bin/python3; do
    [ -z "$python" ] && $p -c 'import numpy' 2> /dev/null && python=$p
done
if [ -n "$python" ]; then
    cat > look.py << 'END'
import json, numpy, sys
z = numpy.load("file.npz", allow_pickle=False)
assert str(z["model"]) == "wren"
n = len(z["weights.layer"])
assert n == len(z["weights.role"]) == len(z["weights.stable_rank"]) and n > 57
q = [i for i in range(n) if z["weights.role"][i] == "q" and z["weights.layer"][i] == 3][0]
s, l = int(z["weights.sv.start"][q]), int(z["weights.sv.len"][q])
sv = z["weights.sv"][s:s + l]
assert l == 160 and (numpy.diff(sv) <= 0).all()
assert abs((sv ** 2).sum() / sv[0] ** 2 - z["weights.stable_rank"][q]) < 1e-3
assert z["layers.tension"].shape == (8,)
END
    check "NumPy opens it, and its numbers agree with each other" $python look.py
else
    skip "NumPy opens it" "no NumPy here"
fi

cp one.json keep.json
run "$LLM" inspect -m "$WREN" --no-clobber -o keep.json
says 'keep.json: exists' "--no-clobber refuses"

# A different model has different numbers: swap two bytes of the data.
mkdir -p models/bird
cp "$WREN/config.json" "$WREN/tokenizer.json" models/bird
perl -0777 -pe 'my $h = 8 + unpack("Q<", $_); substr($_, $h + 1000, 2) = pack("v", 0x3f80)' \
    "$WREN/model.safetensors" > models/bird/model.safetensors
run "$LLM" inspect -m bird --json
is_rc 0 "a name under ./models is a model"
check "one changed weight changes the features" sh -c '! cmp -s out one.json'

run "$LLM" models
has out '^wren +gemma3 ' "models lists wren"
has out '^bird +gemma3 ' "models lists what lies under ./models"
run env LLMSONIFY_MODELS="$ROOT/models" "$LLM" models
test "$(awk '/^(finch|wren)/ { printf "%s ", $2 }' out)" = "gpt2 gpt2 gpt2 gpt2 gpt2 gpt2 gemma3 gemma3 "
ok $? "models lists finch, its five checkpoints, wren and wren-meadow"
run "$LLM" models --json
json out '(grep { $_->{name} eq "wren" && $_->{layers} == 8 && $_->{parameters} > 3e6 } @$j) == 1' \
    "models --json tells layers and parameters"
hub=hf/hub/models--acme--finch/snapshots/0123abcd
mkdir -p $hub
cp models/bird/* $hub
run env HF_HOME="$SCRATCH/hf" "$LLM" inspect -m acme/finch --table model
is_rc 0 "a Hugging Face id is found in the local cache"
run env HF_HOME="$SCRATCH/hf" "$LLM" models
has out '^acme/finch ' "and listed"

done_testing
