#!/bin/sh
# The same weights in four modes, composed from features measured once. MIDI only: quick.
# makes: dorian.mid phrygian.mid lydian.mid aeolian.mid
set -eu
llmsonify inspect -q -o wren.json
for mode in dorian phrygian lydian aeolian; do
    llmsonify weights --features wren.json --genre acid --bars 16 --mode $mode -q -o $mode.mid
    printf '%-10s ' "$mode"
    llmsonify measure $mode.mid --json | grep '"key":' | head -n 1
done
