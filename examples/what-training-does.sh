#!/bin/sh
# What training does: the same words in wren before and after it read one author's tales, as a
# piece; and six moments of finch's training: does the instrument come into tune?
# makes: tales.mid tuning.png
set -eu
llmsonify activations --mode delta -m wren -m wren-meadow -p 'The farmer saw a small bird.' \
    --direction sentiment --format mid -q -o tales
series=$(llmsonify models | awk '$1 ~ /^finch\/step-/ { print $1 }')
llmsonify theory tuning $series finch --plot tuning.png | grep -A 1 'tuning\.intonation'
