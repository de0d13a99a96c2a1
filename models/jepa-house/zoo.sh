#!/bin/sh
# zoo.sh: eighteen small language models that really differ, to train and to test the joint
# embedding on: a file of texts in, a directory of models out, about ten minutes of one core.
#
#   models/jepa-house/zoo.sh DIR TEXT...
#
# TEXT: files of stories separated by <|endoftext|>, as they are or .xz. Each model has a text of
# its own: short stories (under 1600 bytes), long ones (books), any, or models/corpus/sentences.txt.
# What differs besides: architecture, size, tokens, steps, warm-up, rate and weight decay. A high rate
# that is reached slowly makes heavy tails (an alpha-stable index down to 1.2); they wear off when
# training goes on (1.5 to 1.7), and a low rate leaves the normal law of the first weights (2). A
# model that is there already is left alone; one that was interrupted goes on. The same texts give the
# same bytes. LLMSONIFY: the program; THREADS: of it.
#
# Held out, for `jepa eval` only (never trained on, nor any relative of theirs): see HELD.
set -eu
[ $# -ge 2 ] || { sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 1; }
home=$(CDPATH= cd "$(dirname "$0")/.." && pwd)
llm=${LLMSONIFY:-llmsonify}
HELD="dove hare moth quail"
out=$1
shift
mkdir -p "$out"
text=$(mktemp)
trap 'rm -f "$text"' EXIT
trap 'exit 130' INT TERM

# Stories of a kind, every sixth from the PARTth on, 3 MB of them at most.
texts() { # KIND PART FILE...
    kind=$1 part=$2
    shift 2
    if [ "$kind" = lines ]; then
        cat "$home/corpus/sentences.txt"
        return
    fi
    for f; do
        case $f in *.xz) xz -dc "$f" ;; *) cat "$f" ;; esac
        printf '<|endoftext|>'
    done | perl -e '
        my ($kind, $part) = @ARGV; my ($at, $size) = (0, 0);
        $/ = "<|endoftext|>";
        while (<STDIN>) {
            next if length() < 20;
            next if $kind ne "any" && ($kind eq "short") != (length() < 1600);
            next if $at++ % 6 != $part;
            last if ($size += length()) > 3e6;
            print;
        }' "$kind" "$part"
}

# name  text  arch  width layers heads head ff  tokens  seq batch steps warm rate decay
while read -r name kind part arch width layers heads head ff vocab seq batch steps warm rate decay
do
    [ -f "$out/$name/model.safetensors" ] && [ ! -f "$out/$name/train.safetensors" ] && continue
    texts "$kind" "$part" "$@" > "$text"
    echo "$name: $arch, $layers layers of $width, $steps steps at $rate, decay $decay" >&2
    "$llm" train --text "$text" -o "$out/$name" --arch "$arch" --width "$width" \
        --layers "$layers" --heads "$heads" --head-size "$head" --ff "$ff" --context 256 \
        --vocab "$vocab" --seq "$seq" --batch "$batch" --steps "$steps" --warm "$warm" \
        --rate "$rate" --decay "$decay" --seed "$((part * 7 + layers))" --every "$steps" --resume \
        -t "${THREADS:-1}" -q
done <<'ROWS'
ant    short 0 gemma3  64  6 2 32 256  512  64 16 450  20 1e-2   0
bee    short 1 gpt2    96  4 3 32 384  512  64 16 500  20 3e-3   0.1
crab   long  0 gemma3  48 10 2 24 192  384  64 16 150 100 2e-2   0
dove   long  1 gemma3  80  6 2 40 256  700  64 16 300  20 7e-3   0
eel    any   2 gpt2    64  8 4 16 256  300 128  8 450  20 1e-2   0
frog   lines 0 gemma3  64  4 2 32 192  600  64 16 250  20 1e-2   0.2
gnat   long  2 gpt2    48 12 3 16 192  350  64 16 500  20 5e-3   0
hare   short 3 gpt2    80  7 4 20 320  450  64 16 400  20 2e-2   0
ibis   any   1 gemma3  96  5 3 32 320  800  64 16 350  20 3e-3   0.2
jay    short 4 gemma3  56  8 1 64 176  512 128  8 150 140 2e-2   0
kite   long  3 gpt2   128  4 4 32 512 1024  64 16 200  20 2e-3   0.05
lark   lines 0 gpt2    64  6 2 32 256  512  64 12 300  20 2e-2   0
moth   any   4 gemma3  64 11 1 64 208  320  64 12 160 120 1.5e-2 0.02
newt   long  4 gemma3 112  4 2 56 384  900 128  8 150  20 1e-3   0.1
owl    short 5 gemma3  72  9 3 24 240  640  64 12 400  20 5e-3   0.01
pike   any   0 gpt2    72  9 6 12 288  420  64 12 450  20 3e-2   0.05
quail  short 2 gpt2   112  5 7 16 448  768 128  8 120  20 1e-3   0
rook   long  5 gemma3  96  7 1 96 320 1024  64 12 160 150 3e-2   0.01
ROWS
echo "held out: $HELD" >&2
