#!/bin/sh
# direction.t: directions fitted, kept, shown, and prompts projected on them.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

run "$LLM" direction fit sentiment -m "$WREN" -o s.safetensors
is_rc 0 "direction fit takes a bundled list by name"
there s.safetensors "it writes the file"
has out '^sentiment in wren: difference of means of 10 pairs' "it shows what was fitted"
check "it has the final half of the layers" test "$(grep -Ec '^ +[4-7] +0\.' out)" -eq 4
hasnt err 'AUC' "a direction that tells its prompts apart needs no warning"
mv out table
run "$LLM" direction show s.safetensors
same out table "direction show needs no model and says the same"
for t in 1 2; do
    run "$LLM" direction fit sentiment -m "$WREN" -t $t -o t.safetensors
    same t.safetensors s.safetensors "-t $t gives the same bytes"
done
run "$LLM" direction fit sentiment -m "$WREN" -o -
same out s.safetensors "-o - is the file on standard output"
run "$LLM" direction show s.safetensors --json
json out '$j->{name} eq "sentiment" && $j->{method} eq "means" && $j->{pairs} == 10
    && @{$j->{layers}} == 4 && $j->{layers}[0]{layer} == 4' "--json is JSON"
json out '$j->{auc} > 0.7' "wren knows good from bad: mean AUC over 0.7"

run "$LLM" direction show -m "$WREN"
is_rc 0 "direction show without a file is refusal"
has err 'warning: direction refusal: mean leave-one-out AUC 0\.[0-9]+ in wren' \
    "a direction that is chance is used with a warning"
run "$LLM" direction show sentiment -m "$WREN" --method pca --layers all --json
json out '$j->{method} eq "pca" && @{$j->{layers}} == 8' "--method pca --layers all"
run "$LLM" direction show sentiment -m "$WREN" --layers 2-3 --json
json out '@{$j->{layers}} == 2 && $j->{layers}[1]{layer} == 3' "--layers 2-3"

DATA=${LLMSONIFY_DATA:-$ROOT/../shared/data}/models
for m in "$WREN" "$DATA/stories260K" "$DATA/gemma-3-270m"; do
    for list in refusal sentiment; do
        name="$list in $(basename "$m"): every layer has an AUC in 0..1"
        if [ ! -d "$m" ]; then
            skip "$name" "$m is not here"
            continue
        fi
        run "$LLM" direction show $list -m "$m" --json
        json out '@{$j->{layers}} && !grep { !($_->{auc} >= 0 && $_->{auc} <= 1
            && $_->{separation} > 0) } @{$j->{layers}}' "$name"
        echo "# mean $(sed -n 's/^ "auc": \(.*\),$/\1/p' out)"
    done
done

printf '# high\tlow\n\nA big red ball.\tA small red ball.\r\nThe big dog ran.\tThe small dog ran.\n' \
    > size.tsv
run "$LLM" direction fit size.tsv -m "$WREN"
there wren-size.safetensors "without -o the file is MODEL-NAME.safetensors"
has out '^size in wren: difference of means of 2 pairs' "pairs of one's own, two are enough"
run "$LLM" direction fit size.tsv -m "$WREN" --name bigness -o b.safetensors
has out '^bigness in wren' "--name names it"

python=
for p in python3 /usr/bin/python3; do
    [ -z "$python" ] && $p -c 'import numpy' 2> /dev/null && python=$p
done
ONCE='The children were very happy.'
run "$LLM" inspect -m "$WREN" -p "$ONCE" --direction s.safetensors --json
json out '@{$j->{tables}{tokens}{rows}} > 0' "inspect --direction succeeds"
mv out one.json
run "$LLM" inspect -m "$WREN" -p "$ONCE" --direction sentiment --json
same out one.json "a file and a fit on the spot give the same features"
run "$LLM" inspect -m "$WREN" -p "$ONCE" --direction sentiment --table prompts
has out 'tension' "the prompt has a tension"
has out 'note: direction sentiment: 10 pairs' "the features say of which direction"
if [ -n "$python" ]; then
    run "$LLM" inspect -m "$WREN" -p "$ONCE" --direction s.safetensors -o f.npz
    run "$LLM" inspect -m "$WREN" -p "$ONCE" --hook 'blocks.*.hook_resid_post' --hook hook_embed -o h.npz
    cat > look.py << 'END'
import json, struct, numpy
raw = open("s.safetensors", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
head = json.loads(raw[8:8 + n])
def get(name, dtype):
    a, b = head[name]["data_offsets"]
    return numpy.frombuffer(raw[8 + n + a:8 + n + b], dtype).reshape(head[name]["shape"])
r, stats = get("r", "<f4").astype(float), get("stats", "<f8")
assert abs(numpy.linalg.norm(r[4:], axis=1) - 1).max() < 1e-6 and not r[:4].any()
f, h = numpy.load("f.npz"), numpy.load("h.npz")
def near(a, b, tol): assert abs(a - b).max() <= tol * abs(b).max(), (a, b)
for l in range(8):
    x = h[f"blocks.{l}.hook_resid_post"].astype(float)
    at, row = f["tokens.layer"] == l, f["layers.layer"] == l
    x1 = x[1:]  # BOS is a sink
    for k in (5, 7, 12):
        b = [numpy.linalg.norm(x1[:, i * 160 // k:(i + 1) * 160 // k]) for i in range(k)]
        near(f[f"layers.blocks{k}"][row][0], numpy.array(b), 1e-5)
    u, s, v = numpy.linalg.svd(x1, full_matrices=False)
    near(f["layers.fold_share"][row][0], (s**2 / (s**2).sum())[:4], 1e-4)
    for k in range(4):
        c = v[k] * numpy.sign(v[k][abs(v[k]).argmax()])
        c = c.reshape(32, 5).sum(1)
        near(f[f"layers.fold{k + 1}"][row][0], c / numpy.linalg.norm(c), 1e-3)
    if l < 4:
        assert numpy.isnan(f["tokens.proj"][at]).all()
        continue
    p = x @ r[l]
    near(f["tokens.proj"][at], p, 1e-4)
    near(f["tokens.proj_cos"][at], p / numpy.linalg.norm(x, axis=1), 1e-4)
    t = (p - stats[l, 1]) / (stats[l, 0] - stats[l, 1])
    near(f["tokens.tension"][at], t, 1e-4)
    near(f["layers.tension_mean"][row], t[1:].mean(), 1e-4)
near(f["prompts.tension"], numpy.nanmean(f["layers.tension_mean"]), 1e-4)
assert set(f["model.key_mode"]) <= {0, 1, 2, 4}
END
    check "NumPy finds the same projections, blocks and folds" $python look.py
else
    skip "NumPy finds the same projections" "no NumPy here"
fi

printf 'a\tb\nonly one\n' > bad.tsv
run "$LLM" direction fit bad.tsv -m "$WREN" -o x.safetensors
says 'bad\.tsv: line 2: expected two prompts with one TAB' "a line without a TAB is named"
printf 'a\tb\tc\nd\te\n' > bad.tsv
run "$LLM" direction fit bad.tsv -m "$WREN" -o x.safetensors
says 'bad\.tsv: line 1: expected two prompts' "a line with two TABs is named"
printf 'a\tb\n' > bad.tsv
run "$LLM" direction fit bad.tsv -m "$WREN" -o x.safetensors
says 'bad\.tsv: 1 pairs' "one pair is too few"
printf 'same\tsame\nagain\tagain\n' > bad.tsv
run "$LLM" direction fit bad.tsv -m "$WREN" -o x.safetensors
says 'bad\.tsv: layer 4: the prompts of the pairs do not differ' "pairs that do not differ"
gone x.safetensors "nothing is left of it"
run "$LLM" direction show nosuch -m "$WREN"
says 'direction "nosuch" is no file and no bundled list' "a name that is nothing"
head -c 300 s.safetensors > cut.safetensors
run "$LLM" direction show cut.safetensors
says 'cut\.safetensors' "a truncated file"
cp "$WREN/model.safetensors" model.safetensors
run "$LLM" direction show model.safetensors
says 'no array r' "a file with other arrays"
run "$LLM" direction show sentiment -m "$WREN" --layers 5-9
says 'layers 5 to 9: the model has 0 to 7' "layers that the model has not"
run "$LLM" direction fit s.safetensors -m "$WREN"
is_rc 1 "fitting a direction again is wrong usage"
run "$LLM" direction fit sentiment -m "$WREN" --layers x
is_rc 1 "--layers x is wrong usage"
run "$LLM" direction fit sentiment -m "$WREN" -o x.npz
is_rc 1 "another ending is wrong usage"
run "$LLM" direction fit sentiment -m "$WREN" -o s.safetensors --no-clobber
is_rc 2 "--no-clobber keeps what is there"
run "$LLM" inspect --direction sentiment
is_rc 1 "--direction without a prompt is wrong usage"
run "$LLM" direction fit sentiment -m "$WREN" -o /dev/full
says 'full' "a full disk is reported"

done_testing
