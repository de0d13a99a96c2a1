#!/bin/sh
# extract.t: states of many prompts as arrays: .npy, .npz, .safetensors; layers, pools, formats of
# prompts; what they must equal; what is refused.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

python=
for p in python3 /usr/bin/python3; do
    [ -z "$python" ] && $p -c 'import numpy' 2> /dev/null && python=$p
done

# The same three prompts in four forms.
printf 'A bird sang.\nWhy is the sky blue?\nna\303\257ve "quotes", and commas\n' > p.txt
printf 'id,category,prompt\n1,song,A bird sang.\n2,sky,Why is the sky blue?\n3,sky,"na\303\257ve ""quotes"", and commas"\n' > p.csv
printf 'prompt\tcategory\nA bird sang.\tsong\nWhy is the sky blue?\tsky\nna\303\257ve "quotes", and commas\tsky\n' > p.tsv
cat > p.jsonl <<'END'
{"instruction": "A bird sang.", "category": "song"}
{"instruction": "Why is the sky blue?", "category": "sky"}
{"instruction": "na\u00efve \"quotes\", and commas", "category": "sky"}
END
for f in txt csv jsonl tsv; do
    run "$LLM" activations extract -m "$WREN" --prompts p.$f --layer 3 -q -o $f.npy
    is_rc 0 "prompts from .$f"
done
same txt.npy csv.npy "CSV has the same states as plain text"
same txt.npy jsonl.npy "and JSONL"
same txt.npy tsv.npy "and TSV"

run "$LLM" activations extract -m "$WREN" -f p.csv --layer 3 -t 1 -q -o one.npz
run "$LLM" activations extract -m "$WREN" -f p.csv --layer 3 -t 2 -q -o two.npz
same one.npz two.npz "one and two threads give the same bytes"
run "$LLM" activations extract -m "$WREN" -f p.csv --layer 3 -q -o -
same out csv.npy "-o - is the .npy on standard output"
for x in npy npz safetensors; do
    run "$LLM" activations extract -m "$WREN" -f p.csv --layer all -t 1 -q -o all.$x
    is_rc 0 "every layer as .$x"
    run "$LLM" activations extract -m "$WREN" -f p.csv --layer all --pool last -t 2 -q -o last.$x
    is_rc 0 "the last tokens as .$x"
done
run "$LLM" activations extract -m "$WREN" -f p.csv --layer all --sinks -q -o sinks.npz
run "$LLM" activations extract -m "$WREN" -f p.csv --layer -1 -q -o embed.npy
run "$LLM" activations extract -m "$WREN" -f p.csv -q -o deep.npy
run "$LLM" activations extract -m "$WREN" -f p.csv --limit 2 -q -o two.npy
run "$LLM" activations extract -m "$WREN" -f p.csv --column category --category id -q -o other.npz
run "$LLM" activations extract -m "$WREN" -f p.csv --layer 3 -o said.npz
has err 'said\.npz: 3 prompts x 160 after layer 3, mean' "it says what it wrote"

# Against the residual stream that inspect shows for each prompt alone.
n=0
while IFS= read -r line; do
    "$LLM" inspect -m "$WREN" -q -p "$line" --hook 'blocks.*.hook_resid_post' \
        --hook 'blocks.0.hook_resid_pre' -o hooks$n.npz < /dev/null
    n=$((n + 1))
done < p.txt
if [ -n "$python" ]; then
    cat > look.py << 'END'
import numpy as np
z, last, sinks = np.load("all.npz"), np.load("last.npz"), np.load("sinks.npz")
a = z["states"]
assert a.shape == (3, 9, 160) and a.dtype == np.float32 and a.flags.c_contiguous
assert (np.load("all.npy") == a).all() and (np.load("last.npy") == last["states"]).all()
assert (np.load("csv.npy") == a[:, 4]).all() and np.load("csv.npy").shape == (3, 160)
assert (np.load("embed.npy") == a[:, 0]).all() and (np.load("deep.npy") == a[:, 8]).all()
assert (np.load("two.npy") == a[:2, 8]).all()
assert z["layers"].tolist() == [-1, 0, 1, 2, 3, 4, 5, 6, 7] and z["ids"].tolist() == [0, 1, 2]
assert z["lines"].tolist() == [2, 3, 4]
assert z["prompts"].tolist() == open("p.txt", encoding="utf-8").read().splitlines()
assert z["categories"].tolist() == ["song", "sky", "sky"]
assert str(z["model"]) == "wren" and str(z["pool"]) == "mean" and str(last["pool"]) == "last"
o = np.load("other.npz")
assert o["prompts"].tolist() == ["song", "sky", "sky"] and o["categories"].tolist() == ["1", "2", "3"]
left = 0
for i in range(3):
    h = np.load("hooks%d.npz" % i)
    stream = [h["blocks.0.hook_resid_pre"]] + [h["blocks.%d.hook_resid_post" % l] for l in range(8)]
    assert z["tokens"][i] == len(stream[0])
    for l, x in enumerate(stream):
        x = x.astype(float)
        norm = np.linalg.norm(x, axis=1)
        keep = norm <= 10 * np.median(norm)
        keep[0] = False # BOS
        left += (~keep[1:]).sum()
        for got, want in ((a, x[keep].mean(0)), (last["states"], x[-1]), (sinks["states"], x.mean(0))):
            assert abs(got[i, l] - want).max() <= 1e-5 * abs(want).max(), (i, l)
import json, struct
raw = open("all.safetensors", "rb").read()
n, = struct.unpack("<Q", raw[:8])
head = json.loads(raw[8:8 + n])
def st(name, dtype):
    b, e = head[name]["data_offsets"]
    return np.frombuffer(raw[8 + n + b:8 + n + e], dtype).reshape(head[name]["shape"])
assert (st("states", "<f4") == a).all() and (st("layers", "<i4") == z["layers"]).all()
text, begin = st("prompts.utf8", "u1").tobytes(), st("prompts.start", "<i8")
assert [text[begin[i]:begin[i + 1]].decode() for i in range(3)] == z["prompts"].tolist()
assert head["__metadata__"]["model"] == "wren" and head["__metadata__"]["pool"] == "mean"
END
    run $python look.py
    is_rc 0 "NumPy reads them, and they are the means and last tokens of the stream"
else
    skip "NumPy reads them" "no NumPy here"
fi

run "$LLM" activations extract -m "$WREN" -f p.csv --layer 3 --no-clobber -q -o csv.npy
says 'csv\.npy' "--no-clobber keeps what is there"
run "$LLM" activations extract -m "$WREN" -f p.csv --layer 8 -q -o x.npy
says 'layers 0 to 7.*not 8' "a layer that the model has not"
gone x.npy "leaves nothing"
run "$LLM" activations extract -m "$WREN" -f p.csv --layer three -q -o x.npy
is_rc 1 "a layer that is no number is wrong usage"
run "$LLM" activations extract -m "$WREN" -f p.csv -q -o x.txt
is_rc 1 "so is another ending"
run "$LLM" activations extract -m "$WREN" -f p.csv -q
is_rc 1 "no output at all"
run "$LLM" activations extract -m "$WREN" --layer 3 -q -o ours.npy
run "$LLM" activations extract -m "$WREN" --layer 3 -f "$ROOT/models/prompts/album.csv" -q -o x.npy
same ours.npy x.npy "no prompts at all: our own"
rm x.npy
run "$LLM" activations extract -m "$WREN" -f p.csv --pool last --sinks -q -o x.npy
is_rc 1 "--sinks without a mean"
run "$LLM" activations extract -m "$WREN" -f missing.csv -q -o x.npy
says 'missing\.csv' "prompts that are not there"
: > empty.txt
run "$LLM" activations extract -m "$WREN" -f empty.txt -q -o x.npy
says 'empty\.txt' "a file without a prompt"
printf 'a\n\377\376\n' > bad.txt
run "$LLM" activations extract -m "$WREN" -f bad.txt -q -o x.npy
says 'bad\.txt.*line 2|bad\.txt:2' "bytes that are no text are named by their line"
printf '{"prompt": "a"}\n{"prompt": \n' > bad.jsonl
run "$LLM" activations extract -m "$WREN" -f bad.jsonl -q -o x.npy
says 'bad\.jsonl.*line 2|bad\.jsonl:2' "so is JSON that is cut"
printf 'x,y\n1,2\n' > columns.csv
run "$LLM" activations extract -m "$WREN" -f columns.csv -q -o x.npy
says 'columns\.csv' "a table without a column of prompts"
run "$LLM" activations extract -m "$WREN" -f p.csv --column nothing -q -o x.npy
says 'nothing' "a column that is not there is named"
run "$LLM" activations extract -m "$WREN" -f p.csv -q -o no/such/x.npy
says 'no/such' "a place that is not there"
run sh -c "'$LLM' activations extract -m '$WREN' -f p.csv -q -o - > /dev/full"
is_rc 2 "a full disk is an error"
gone x.npy "nothing is left of any"
perl -e 'print "a big red ball " x 1000, "\nA bird\n"' > long.txt
run "$LLM" activations extract -m "$WREN" -f long.txt -o long.npz
is_rc 0 "a prompt longer than the context is cut"
has err '1 of 2 prompts.*1024' "with a warning"

done_testing
