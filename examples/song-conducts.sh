#!/bin/sh
# A song conducts a model: the temperatures that it gives, a text under it, and whether its rhythm
# does anything that heat alone does not.
#   SONG=song.mp3 PROMPT='Once upon a time' SEEDS=12 examples/song-conducts.sh
# Without SONG, a few bars of acid are made from the model itself.
# makes: conducted.npz conducted.png
set -eu
SONG=${SONG:-}
PROMPT=${PROMPT:-Once upon a time}
command -v llmsonify > /dev/null || { echo "song-conducts.sh: no llmsonify in PATH" >&2; exit 1; }

if [ -z "$SONG" ]; then
    SONG=own-song.wav
    llmsonify weights --genre acid --bars 8 -q -o "$SONG"
fi
llmsonify atmos analyse "$SONG" -q -o conducted.png
llmsonify atmos "$SONG" -p "$PROMPT" -n "${TOKENS:-60}" -q --plain --no-audio --save conducted.npz
llmsonify atmos compare "$SONG" --silence --shuffled -p "$PROMPT" -n "${TOKENS:-60}" \
    --seeds "${SEEDS:-3}" -q
