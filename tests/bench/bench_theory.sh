#!/bin/sh
# bench_theory.sh: the report of a text of 60 tokens, section by section (user seconds; most of it
# are the 499 shuffles of each claim), and time and memory of a long text. The aim: 60 tokens under
# 5 s. The real model is the optional one of LLMSONIFY_DATA.
root=${LLMSONIFY_ROOT:-.}
llm=${LLMSONIFY:-$root/build/release/llmsonify}
[ -x "$llm" ] || { echo "skipped: $llm is not built (make)"; exit 0; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/bench-theory-XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT

# seconds NAME COMMAND...: user time of a command, and its largest resident size where time -v tells.
seconds() {
    name=$1
    shift
    perl -e 'my $n = shift; open(STDOUT, ">", "/dev/null"); my $rc = system(@ARGV); my @t = times;
        printf STDERR "%-44s %6.2f s%s\n", $n, $t[2], $rc ? " FAILED" : ""; exit($rc ? 1 : 0)' \
        "$name" "$@" 2>&1
}

head -c 270 "$root/models/corpus/sentences.txt" > "$scratch/60.txt"
for model in "$root/models/wren" "${LLMSONIFY_DATA:-$root/../shared/data}/models/stories260K"; do
    [ -d "$model" ] || { echo "skipped: no $model"; continue; }
    m=$(basename "$model")
    seconds "$m: report of 60 tokens" "$llm" theory report -m "$model" -f "$scratch/60.txt"
    for s in notes intervals circle chords harmony melody counterpoint key rhythm dynamics \
        performance; do
        seconds "$m: $s" "$llm" theory report -m "$model" -f "$scratch/60.txt" --section $s
    done
done
head -c 3400 "$root/models/corpus/sentences.txt" > "$scratch/1000.txt"
model=$root/models/wren
seconds "wren: report of some 1000 tokens" "$llm" theory report -m "$model" -f "$scratch/1000.txt"
[ -x /usr/bin/time ] && /usr/bin/time -f "wren: report of some 1000 tokens, largest size   %M KiB" \
    "$llm" theory report -m "$model" -f "$scratch/1000.txt" > /dev/null
exit 0
