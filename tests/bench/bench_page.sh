#!/bin/sh
# bench_page.sh: from the button to the sound, in Chromium. Skipped where it or npm cannot be had.
set -eu
ROOT=${LLMSONIFY_ROOT:-$(pwd)}
export LLMSONIFY_MODELS="$ROOT/models"
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
export CHROMIUM
if [ -d "$ROOT/build/web/node_modules" ] && "$ROOT/tests/web/starts.sh"; then
    node "$ROOT/tests/bench/bench_page.mjs" "$ROOT/build/web"
else
    echo "skipped: run tests/web/page.t first; it needs npm and Chromium"
fi
