#!/bin/sh
# replay.t: every fuzz target over its corpus (tests/fuzz/corpus/NAME) and over real files, whole and
# cut short, under ASan and UBSan when that build is there.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

dir=$ROOT/build/asan/fuzz
export ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1
for target in "$ROOT"/tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    what=${name#fuzz_}
    set --
    [ -d "$ROOT/tests/fuzz/corpus/$what" ] && set -- "$ROOT/tests/fuzz/corpus/$what"
    case $what in
    midi) set -- "$@" "$ROOT"/tests/golden/*.mid ;;
    safetensors) set -- "$@" "$WREN/model.safetensors" ;;
    *json* | *config*) set -- "$@" "$WREN/config.json" ;;
    esac
    if [ ! -x "$dir/$name" ]; then
        skip "$name survives its corpus" "not built; make asan"
    else
        run "$dir/$name" "$@"
        is_rc 0 "$name survives its corpus and real files, whole and cut"
    fi
done

done_testing
