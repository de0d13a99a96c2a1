#!/bin/sh
# examples.t: every script in examples/ runs, in a scratch directory, and leaves what it promises in
# its line "# makes: FILE...". One whose line "# needs: PROGRAM..." names what is not installed is
# skipped.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

PATH=$(dirname "$LLM"):$PATH
export PATH
for s in "$ROOT"/examples/*.sh; do
    name=$(basename "$s")
    lacking=
    for p in $(sed -n 's/^# needs: //p' "$s"); do
        command -v "$p" > /dev/null || lacking="$lacking $p"
    done
    if [ -n "$lacking" ]; then
        skip "examples/$name runs" "not installed:$lacking"
        continue
    fi
    mkdir "$name.dir"
    cd "$name.dir" || exit 1
    run sh -eu "$s"
    is_rc 0 "examples/$name runs"
    for f in $(sed -n 's/^# makes: //p' "$s"); do
        there "$f" "examples/$name makes $f"
    done
    cd ..
done

# The job array: every task as Slurm would start it, then a real Slurm where one answers.
mkdir array
cd array || exit 1
for k in 1 2 3; do
    run env SLURM_ARRAY_TASK_ID=$k SLURM_ARRAY_TASK_COUNT=3 FORMAT=mid sh -eu "$ROOT/examples/album.sbatch"
    is_rc 0 "task $k of examples/album.sbatch runs"
done
run "$LLM" album join album -q
is_rc 0 "and its shards are an album"
for f in album/manifest.csv album/01-first-snow.mid album/06-grandmothers-jam.mid; do
    there "$f" "with $f"
done
cd ..
if sinfo -h -o %A > nodes 2> /dev/null && ! grep -q '^0/0' nodes; then
    mkdir cluster
    cd cluster || exit 1
    export FORMAT=mid
    run sh -eu "$ROOT/examples/album.sbatch"
    is_rc 0 "examples/album.sbatch submits itself to Slurm"
    for i in $(seq 120); do
        [ -s album/manifest.csv ] && break
        sleep 0.5
    done
    same album/manifest.csv ../array/album/manifest.csv "and Slurm makes the same album"
    cd ..
else
    skip "examples/album.sbatch submits itself to Slurm" "no Slurm answers here"
fi

done_testing
