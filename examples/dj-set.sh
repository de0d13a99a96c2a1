#!/bin/sh
# A DJ set: the models of a list, one after another, in the order of their keys, mixed beat by beat.
#   MODELS='wren mistral pythia' examples/dj-set.sh
# With one model there is nothing to mix: it is its house track.
# makes: set.mid set.wav set.json
set -eu
MODELS=${MODELS:-wren}
command -v llmsonify > /dev/null || { echo "dj-set.sh: no llmsonify in PATH" >&2; exit 1; }

set --
for model in $MODELS; do set -- "$@" -m "$model"; done
llmsonify weights --genre house "$@" --bars "${BARS:-32}" -q -o set
llmsonify measure set.wav
