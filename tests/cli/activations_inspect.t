#!/bin/sh
# activations_inspect.t: inspect -p: features of a prompt, and the raw numbers behind them.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

ONCE='Once upon a time'
run "$LLM" inspect -m "$WREN" -p "$ONCE"
is_rc 0 "inspect -p succeeds"
has out '^layer token +norm ' "it shows the tokens"
has out '^ +3 +4 .*  " time"$' "a row is a token of a layer, with its text"
check "there are rows for the embedding and every layer" \
    test "$(grep -Ec '^ +-?[0-9]+ +[0-4] ' out)" -eq 45
run "$LLM" inspect -m "$WREN" -p "$ONCE" --table layers
has out 'attn_entropy_mean' "--table layers is of the prompt"
run "$LLM" inspect -m "$WREN" -p "$ONCE" --table heads
check "--table heads has a row for each head" test "$(grep -Ec '^ +[0-7] +[0-3] ' out)" -eq 32
run "$LLM" inspect -m "$WREN" -p "$ONCE" --table prompts
has out 'perplexity' "--table prompts has the perplexity"
run "$LLM" inspect -m "$WREN" -p "$ONCE" --csv
has out '^layer,role,head,token,label,norm,' "--csv is the table of tokens"
check "it has a row for each" test "$(wc -l < out)" -eq 46

run "$LLM" inspect -m "$WREN" -p "$ONCE" --json
json out '@{$j->{tables}{tokens}{rows}} == 45 && $j->{model} eq "wren"' "--json is JSON"
mv out one.json
for t in 1 2; do
    run "$LLM" inspect -m "$WREN" -t $t -p "$ONCE" --json
    same out one.json "-t $t gives the same numbers"
done
printf '%s\n' "$ONCE" > prompt.txt
run "$LLM" inspect -m "$WREN" -f prompt.txt -o file.json
same file.json one.json "-f and -o x.json are the same"
run "$LLM" inspect --features file.json --json
same out one.json "features of a prompt read back"
run "$LLM" inspect --features file.json --table heads
is_rc 0 "and can be shown"

run "$LLM" inspect -m "$WREN" --list-hooks
has out '^blocks\.\*\.attn\.hook_q +\[nt, 4, 64\]$' "--list-hooks has names and shapes"
hasnt out 'hook_pos_embed' "it leaves out what the family has not"
cut -d ' ' -f 1 out > names
run "$LLM" inspect -m "$WREN" -p "$ONCE" $(sed 's/^/--hook /' names) -o all.npz
is_rc 0 "every point that is listed can be had"
run "$LLM" inspect -m "$WREN" -p "$ONCE" -o f.npz
is_rc 0 "-o x.npz succeeds"
run "$LLM" inspect -m "$WREN" -t 2 -p "$ONCE" --hook logits --hook 'blocks.2.*' -o x.npz
says 'there is no point' "a star stands for a number only"
run "$LLM" inspect -m "$WREN" -t 1 -p "$ONCE" --hook attn.hook_q --hook logits -o a.npz
run "$LLM" inspect -m "$WREN" -t 2 -p "$ONCE" --hook logits --hook 'blocks.*.attn.hook_q' -o b.npz
same a.npz b.npz "the same points give the same bytes, in any order, for any -t"
run "$LLM" inspect -m "$WREN" -p "$ONCE" --hook attn.hook_q --hook logits -o -
same out a.npz "-o - is standard output"

python=
for p in python3 /usr/bin/python3; do
    [ -z "$python" ] && $p -c 'import numpy' 2> /dev/null && python=$p
done
if [ -n "$python" ]; then
    cat > look.py << 'END'
import numpy
z, f = numpy.load("all.npz"), numpy.load("f.npz")
b = "blocks.3."
def near(a, b, tol=1e-4): return abs(a - b).max() <= tol * abs(b).max()
assert list(z["ids"]) == [2, 689, 652, 338, 518] and z["text"][4] == " time"
assert z[b + "attn.hook_q"].shape == (5, 4, 64) and z[b + "attn.hook_v"].shape == (5, 1, 64)
p = z[b + "attn.hook_pattern"]
assert p.shape == (4, 5, 5) and near(p.sum(-1), numpy.ones((4, 5)))
assert numpy.triu(p, 1).max() == 0 and numpy.isneginf(z[b + "attn.hook_attn_scores"][0, 0, 1:]).all()
z_out = numpy.einsum("hqk,kd->qhd", p, z[b + "attn.hook_v"][:, 0])
assert near(z_out, z[b + "attn.hook_z"])
e = -(p * numpy.log(numpy.where(p > 0, p, 1))).sum(-1).T
assert near(e, z[b + "attn.hook_entropy"])
mid = z[b + "hook_resid_pre"] + z[b + "hook_attn_out"]
assert near(mid, z[b + "hook_resid_mid"])
assert near(mid + z[b + "hook_mlp_out"], z["blocks.4.hook_resid_pre"])
logits = z["logits"].astype(float)
lp = logits - numpy.log(numpy.exp(logits).sum(-1, keepdims=True))
first = f["tokens.layer"] == -1
assert near(-lp[numpy.arange(4), z["ids"][1:]], f["tokens.surprisal"][first][1:])
assert near(numpy.linalg.norm(z[b + "hook_resid_post"], axis=1), f["tokens.norm"][f["tokens.layer"] == 3])
assert list(f["tokens.token"][:5]) == [0, 1, 2, 3, 4] and f["heads.head_entropy"].shape == (32, 5)
END
    check "NumPy opens both, and features follow from the raw numbers" $python look.py
else
    skip "NumPy opens both" "no NumPy here"
fi

run "$LLM" inspect -m "$WREN" -p a --hook hook_pos_embed -o x.npz
says 'gemma3 has no "hook_pos_embed"' "a point that the family has not"
run "$LLM" inspect -m "$WREN" -p a --hook blocks.9.hook_resid_pre -o x.npz
says 'blocks.0 to blocks.7' "a layer that the model has not"
gone x.npz "nothing is left of it"
run "$LLM" inspect -m "$WREN" -p a --hook hook_resid_mdi -o x.npz
says 'did you mean "hook_resid_mid"' "a mistyped point gets a suggestion"
perl -e 'print "a big red ball " x 1000' > long.txt
run "$LLM" inspect -m "$WREN" -f long.txt
says 'the context of wren has room for 1024' "a prompt longer than the context"
run "$LLM" inspect -p a --hook logits
is_rc 1 "--hook without -o is wrong usage"
run "$LLM" inspect --hook logits -o x.npz
is_rc 1 "--hook without a prompt is wrong usage"
run "$LLM" inspect --table tokens
is_rc 1 "--table tokens without a prompt is wrong usage"
run "$LLM" inspect -p a --table weights
is_rc 1 "--table weights with a prompt is wrong usage"
run "$LLM" inspect -p a --features x.json
is_rc 1 "--features with a prompt is wrong usage"

done_testing
