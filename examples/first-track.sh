#!/bin/sh
# An acid track from the embedded model, its measures, and where its first notes come from.
# makes: acid.mid acid.wav acid.json
set -eu
llmsonify weights --genre acid -o acid
llmsonify measure acid.mid acid.wav
llmsonify explain acid.json --to 2
