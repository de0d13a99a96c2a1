#!/bin/sh
# The stable rank of every attention matrix, layer by layer, from the features as CSV.
# makes: features.csv
set -eu
llmsonify inspect -q -o features.csv
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["role"] ~ /^(q|k|v|o)$/ {
        printf "layer %s %s stable rank %.1f\n", $at["layer"], $at["role"], $at["stable_rank"] }' \
    features.csv
