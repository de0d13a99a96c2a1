#!/bin/sh
# The same prompts through a list of models, an album each: what changes is the model.
#   MODELS='wren google/gemma-3-270m' LIMIT=30 examples/album-models.sh
# makes: albums/wren/manifest.csv albums/wren/album.flac albums/wren/cover.png
set -eu
MODELS=${MODELS:-wren}
command -v llmsonify > /dev/null || { echo "album-models.sh: no llmsonify in PATH" >&2; exit 1; }

mkdir -p albums
for model in $MODELS; do
    name=$(basename "$model" .safetensors)
    llmsonify activations --mode album -m "$model" --limit "${LIMIT:-2}" -q -o "albums/$name"
    echo "$name: $(grep -c '^[0-9]' "albums/$name/manifest.csv") tracks in albums/$name"
done
