#!/bin/sh
# A piece for each pair of a file of pairs (high TAB low): both prompts at once, left and right.
#   PAIRS=my-pairs.tsv LIMIT=10 examples/contrast-pairs.sh
# makes: pair-1.mid pair-1-a.mid pair-1-b.mid pair-2.mid
set -eu
command -v llmsonify > /dev/null || { echo "contrast-pairs.sh: no llmsonify in PATH" >&2; exit 1; }
if [ -z "${PAIRS:-}" ]; then
    PAIRS=pairs.tsv
    printf '%s\t%s\n' 'Shout at the clouds!' 'Whisper to the clouds.' \
        'I am furious about the rain' 'I am happy about the rain' > "$PAIRS"
fi

i=0
tab=$(printf '\t')
while IFS=$tab read -r high low && [ "$i" -lt "${LIMIT:-3}" ]; do
    case $high in '' | '#'*) continue ;; esac
    i=$((i + 1))
    llmsonify activations --mode contrast -m "${MODEL:-wren}" -p "$high" -p "$low" \
        --direction sentiment -q --format mid -o "pair-$i" < /dev/null
    echo "pair $i: $high / $low"
done < "$PAIRS"
