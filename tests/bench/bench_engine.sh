#!/bin/sh
# bench_engine.sh: the native engine: nanoseconds a frame of every instrument, and three minutes of
# acid and of house on one and on two threads (the aim is under 3 s on two).
root=${LLMSONIFY_ROOT:-.}
bench=${BENCH_BIN:-$root/build/release/bench}/bench_engine
[ -x "$bench" ] || { echo "skipped: $bench is not built (make bench-bin)"; exit 0; }
exec "$bench" "$root/tests/golden/wren.json" 180
