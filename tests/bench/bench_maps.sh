#!/bin/sh
# bench_maps.sh: states of a thousand sentences as arrays, and t-SNE and UMAP of them; beside it
# scikit-learn and umap-learn over the same array in the same run, where Python has them. Seconds of
# processor time (all threads) and of the clock; trustworthiness at 12 neighbours.
root=${LLMSONIFY_ROOT:-.}
llm=${LLMSONIFY:-$root/build/llmsonify}
[ -x "$llm" ] || { echo "skipped: not built (make)"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/llmsonify-bench.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# timed NAME COMMAND...
timed() {
    perl -MTime::HiRes=time -e 'my ($name, @cmd) = @ARGV; my ($t, $u) = (time, (times)[2]);
        system(@cmd) == 0 or exit 1;
        printf "%-44s %7.2f s cpu %7.2f s\n", $name, (times)[2] - $u, time - $t' "$@"
}

# map KIND DIMS [THREADS]: of $dir/x.npy
map() {
    timed "ours: $1, $2-D" "$llm" plot "$dir/x.npy" --kind "$1" --dims "$2" -t "${3:-1}" -q \
        -o "$dir/$1$2.svg" || exit 1
    "$llm" plot "$dir/x.npy" --kind "$1" --dims "$2" -q --json |
        sed -n 's/.*"trustworthiness": *\([0-9.]*\).*/  trustworthiness \1/p'
}

timed "ours: extract, 1000 sentences, every layer" "$llm" activations extract \
    -m "$root/models/wren" -f "$root/models/corpus/sentences.txt" --layer all -t 1 -q \
    -o "$dir/all.npz" || exit 1
"$llm" activations extract -m "$root/models/wren" -f "$root/models/corpus/sentences.txt" --layer 3 \
    -q -o "$dir/x.npy" || exit 1
for dims in 2 3; do
    map tsne $dims
    map umap $dims
done

cat > "$dir/bench.py" <<'END'
import sys, time, warnings
warnings.filterwarnings("ignore")
try:
    import numpy as np
    from sklearn.manifold import TSNE, trustworthiness
except ImportError:
    print("no scikit-learn here to compare with")
    sys.exit()
x = np.load(sys.argv[1]).astype(float)

def bench(name, fit):
    t, c = time.time(), time.process_time()
    y = fit(x)
    print("%-44s %7.2f s cpu %7.2f s" % (name, time.process_time() - c, time.time() - t))
    print("  trustworthiness %.6g" % trustworthiness(x, y, n_neighbors=12), flush=True)

for dims in 2, 3:
    bench("scikit-learn: tsne, %d-D" % dims, TSNE(dims, init="pca", learning_rate="auto",
          random_state=0, n_jobs=1).fit_transform)
    try:
        import umap
    except ImportError:
        continue
    if dims == 2:
        umap.UMAP().fit_transform(x[:200]) # compiled at the first use, which is not counted
    bench("umap-learn: umap, %d-D" % dims, umap.UMAP(n_components=dims, random_state=0).fit_transform)
END
for p in python3 /usr/bin/python3; do
    $p -c 'import sklearn' 2> /dev/null && exec_python=$p && break
done
OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "${exec_python:-python3}" "$dir/bench.py" "$dir/x.npy"
