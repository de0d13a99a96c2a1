#!/bin/sh
# map-of-prompts.sh: prompts as points: what lies side by side in the model, early and late; a page
# to look around in, and the learned space behind them.
# makes: early.svg late.svg late.html states.npz space.png
set -eu
model=${1:-wren}

llmsonify activations extract -m "$model" --layer all -q -o states.npz
llmsonify plot states.npz --layer 0 --kind tsne -o early.svg
llmsonify plot states.npz --kind tsne -o late.svg
llmsonify plot states.npz --kind umap --dims 3 -o late.html
llmsonify space fit -m "$model" --limit 200 -q -o space.safetensors
llmsonify space plot --space space.safetensors -o space.png
