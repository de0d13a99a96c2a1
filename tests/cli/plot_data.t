#!/bin/sh
# plot_data.t: pictures of arrays and of prompts' states: every kind in every form, the numbers
# behind them, pages that ask for nothing and let nothing out, what is refused.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

A=$ROOT/models/prompts/album.csv
for x in npz npy safetensors; do
    "$LLM" activations extract -m "$WREN" -f "$A" --layer 5 -q -o x.$x < /dev/null
done
"$LLM" activations extract -m "$WREN" -f "$A" --layer all -q -o all.npz < /dev/null

# A PNG of the page's size whose chunks are whole and whose pixels are not all alike.
cat > png.pl <<'END'
use Compress::Zlib;
local $/;
open my $f, '<:raw', $ARGV[0] or die;
my $b = <$f>;
die 'head' if substr($b, 0, 8) ne "\x89PNG\r\n\x1a\n";
my ($at, $data, %seen) = (8, '');
while ($at < length $b) {
    my ($n, $type) = unpack 'N a4', substr $b, $at, 8;
    my $body = substr $b, $at + 8, $n;
    die "$type: crc" if unpack('N', substr $b, $at + 8 + $n, 4) != crc32($type . $body);
    die 'size' if $type eq 'IHDR' && join('x', unpack 'NN', $body) ne '1400x1000';
    $data .= $body if $type eq 'IDAT';
    $seen{$type}++;
    $at += 12 + $n;
}
die 'end' if !$seen{IEND};
my $px = uncompress($data) // die 'zlib';
my %value;
$value{substr $px, $_, 3}++ for map { $_ * 997 } 0 .. length($px) / 997 - 1;
die 'blank' if keys %value < 8;
END
for kind in pca tsne umap heatmap variance scree correlation density; do
    for form in png svg html; do
        run "$LLM" plot x.npz --kind $kind -t 1 -q -o $kind.$form
        is_rc 0 "$kind as .$form"
    done
    check "$kind.png is a picture" perl png.pl $kind.png
    has $kind.svg '</svg>' "$kind.svg is whole"
    has $kind.html '</html>' "$kind.html is whole"
    run "$LLM" plot -m "$WREN" -f "$A" --layer 5 --kind $kind -q -o prompts.svg
    has prompts.svg '</svg>' "$kind of prompts"
    run "$LLM" plot x.npz --kind $kind -t 2 -q -o two.svg
    same $kind.svg two.svg "$kind is the same picture, whatever the threads"
done
for kind in pca tsne umap; do
    for form in png svg html; do
        run "$LLM" plot x.npz --kind $kind --dims 3 -t 1 -q -o $kind-3.$form
        is_rc 0 "$kind in three dimensions as .$form"
    done
    check "$kind-3.png is a picture" perl png.pl $kind-3.png
    run "$LLM" plot x.npz --kind $kind --dims 3 --json -t 1
    json out '@{$j->{at}} == 30 && !grep { @$_ != 3 } @{$j->{at}}' "and three coordinates as JSON"
    json out '$j->{trustworthiness} > 0.7 && $j->{trustworthiness} <= 1' "with its trustworthiness"
    mv out $kind-3.json
    run "$LLM" plot x.npz --kind $kind --dims 3 --json -t 2
    same out $kind-3.json "which threads do not change"
    run "$LLM" plot x.npz --kind density --plane $kind -q -o density-$kind.png
    check "density in the plane of $kind" perl png.pl density-$kind.png
done

run "$LLM" plot x.npz --kind pca --json
json out '$j->{prompts}[0] =~ /first snow/ && $j->{categories}[29] eq "Dreams"' \
    "prompts and categories are the points'"
mv out npz.json
run "$LLM" plot x.safetensors --kind pca --json
check "a .safetensors has the same points" sh -c 'sed 1,2d out > a; sed 1,2d npz.json > b; cmp a b'
run "$LLM" plot x.npy --kind pca --json
json out '@{$j->{at}} == 30 && !$j->{prompts}' "a .npy has only the points"
run "$LLM" plot all.npz --layer 5 --kind pca --json
has out '"data": "all.npz, layer 5"' "the layer of states of all layers stands in the title"
check "which are those of the layer alone" sh -c 'sed 1,2d out > a; cmp a b'
run "$LLM" plot -m "$WREN" -f "$A" --layer 5 --kind pca --json
check "prompts are the same points" sh -c 'sed 1,2d out > a; cmp a b'
run "$LLM" plot --layer 5 --kind pca --json
check "and without any they are our own" sh -c 'sed 1,2d out > a; cmp a b'
run "$LLM" plot x.npz --kind scree --json
json out 'my $s = 0; $s += $_ for @{$j->{share}}; abs($s - 1) < 1e-6' "shares of the variance add up to 1"
run "$LLM" plot x.npz --kind variance --json
json out 'my @v = @{$j->{variance}}; @v == 160 && !grep { $v[$_] > $v[$_ - 1] } 1 .. 159' \
    "variances fall"
run "$LLM" plot x.npz --kind correlation --json
json out 'my $r = $j->{correlation}; my %s = map { $_ => 1 } @{$j->{dimensions}}; keys %s == 160 &&
    !grep { my $i = $_; $r->[$i][$i] != 1 || grep { abs($r->[$i][$_]) > 1 ||
    $r->[$i][$_] != $r->[$_][$i] } 0 .. 159 } 0 .. 159' "correlations are a correlation matrix"
run "$LLM" plot x.npz --kind density --json
json out 'my ($s, $n) = (0, 0); for (@{$j->{density}}) { $s += $_ for @$_; $n = @$_ }
    my $cell = ($j->{x}[1] - $j->{x}[0]) * ($j->{y}[1] - $j->{y}[0]) / ($n - 1) / ($n - 1);
    $s * $cell > 0.7 && $s * $cell < 1' "the density is most of 1 within its picture"
run "$LLM" plot x.npz --kind heatmap --json
json out '@{$j->{values}} == 30 && @{$j->{values}[0]} == 160' "a heat map's numbers are the table"
run "$LLM" plot x.npz --kind pca --colour-by norm -q -o norm.svg
run "$LLM" plot x.npz --kind pca --colour-by index -q -o index.svg
check "colours can be others" sh -c '! cmp -s norm.svg index.svg && ! cmp -s pca.svg norm.svg'
run "$LLM" plot x.npz --kind pca -q -o -
check "-o - is a PNG on standard output" perl png.pl out
python=
for p in python3 /usr/bin/python3; do
    [ -z "$python" ] && $p -c 'import numpy' 2> /dev/null && python=$p
done
if [ -n "$python" ]; then
    cat > look.py << 'END'
import json, numpy as np
x = np.load("x.npy").astype(float)
x -= x.mean(0)
u, s, v = np.linalg.svd(x, full_matrices=False)
at = np.array(json.load(open("npz.json"))["at"])
want = (u * s)[:, :2]
assert np.allclose(abs(at), abs(want), rtol=1e-4, atol=1e-4), abs(abs(at) - abs(want)).max()
END
    check "coordinates are NumPy's up to sign" $python look.py
else
    skip "coordinates are NumPy's up to sign" "no NumPy here"
fi

# Pages: hostile text stays text, and nothing is asked from outside.
cat > evil.jsonl <<'END'
{"prompt": "</script><script>alert(1)</script>", "category": "<b>bold</b>"}
{"prompt": "<img src=x onerror=alert(1)>", "category": "\"quoted\" & more"}
{"prompt": "<!-- a comment", "category": "<b>bold</b>"}
{"prompt": "\u2028 line \\u003c back", "category": "x"}
{"prompt": "plain", "category": "x"}
END
cp evil.jsonl '<i>evil.jsonl'
run "$LLM" plot -m "$WREN" -f evil.jsonl --kind pca -q -o evil.html
is_rc 0 "a page of hostile prompts"
check "no prompt is markup in it" sh -c "
    test \$(grep -o '<script' evil.html | wc -l) -eq 2 && ! grep -q '<img\\|<b>\\|<!--' evil.html"
cp x.npz '<i>.npz'
run "$LLM" plot '<i>.npz' --kind scree -q -o name.html
hasnt name.html '<i>' "nor is a file's name"
for f in evil.html umap-3.html density.html; do
    check "$f asks for nothing from outside" perl -e '
        local $/; open my $f, "<", $ARGV[0] or die; my $t = <$f>;
        $t =~ /Content-Security-Policy"\s+content="default-src .none./ or die;
        die "$1" while $t =~ m{((?:src|href|url|import|fetch)\s*[=(]\s*["\x27]?\s*(?:https?:|//|[a-z]+\.js)[^"\s]*)}gi;
        ' $f
done
if "$ROOT/tests/web/starts.sh"; then
    # The page's own script, driven by keys, as a reader without a mouse would.
    cat > drive.js <<'END'
const map = document.getElementById('map'), card = document.getElementById('card'), log = [];
const key = (k, more) => map.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true, ...more }));
const before = map.toDataURL();
map.focus();
log.push(document.activeElement === map);
key('n'); log.push(card.textContent.startsWith(JSON.parse(document.getElementById('data').textContent).text[0]));
key('n'); log.push(/row 1 /.test(card.textContent));
key('p'); key('p'); log.push(/row 29 /.test(card.textContent));
key('Escape'); log.push(/^Point at/.test(card.textContent));
log.push(map.toDataURL() === before);
for (const k of ['+', 'ArrowLeft', 'ArrowUp']) { const was = map.toDataURL(); key(k); log.push(map.toDataURL() !== was); }
key('0'); log.push(map.toDataURL() === before);
const turned = map.toDataURL(); key('ArrowLeft', { shiftKey: true }); log.push(map.toDataURL() !== turned);
key('0');
const first = document.querySelector('#legend button'); first.click();
log.push(first.getAttribute('aria-pressed') === 'false' && map.toDataURL() !== before);
first.click();
const find = document.getElementById('find'); find.value = 'SNOW'; find.dispatchEvent(new Event('input'));
key('n'); log.push(/snow/.test(card.textContent));
document.body.textContent = 'DONE ' + log.map(Number).join('');
END
    perl -0pe 'BEGIN { local $/; open F, "<", "drive.js"; $d = <F> } s{</body>}{<script>$d</script></body>}' \
        umap-3.html > drive.html
    run timeout 60 chromium --disable-dev-shm-usage --headless --no-sandbox --disable-gpu --dump-dom --window-size=1200,900 \
        --user-data-dir="$PWD/browser" "file://$PWD/drive.html"
    has out 'DONE 1111111111111' "the page works by keyboard: focus, walk, zoom, move, turn, find, hide"
    perl -0pe 's{</body>}{<script>document.title = document.querySelectorAll("img, b, #card b").length +
        ":" + [...document.querySelectorAll("#legend button")].map(b => b.textContent).join("|")</script></body>}' \
        evil.html > evil2.html
    run timeout 60 chromium --disable-dev-shm-usage --headless --no-sandbox --disable-gpu --dump-dom \
        --user-data-dir="$PWD/browser" "file://$PWD/evil2.html"
    has out '<title>0:&lt;b&gt;bold&lt;/b&gt; \(2\)\|"quoted" &amp; more \(1\)\|x \(2\)' \
        "hostile categories are shown as they are"
else
    skip "the page works by keyboard" "Chromium cannot be had here"
    skip "hostile categories are shown as they are" "Chromium cannot be had here"
fi

usage() {
    name=$1
    shift
    run "$LLM" plot "$@"
    is_rc 1 "$name is wrong usage"
}
usage "data and prompts" x.npz -f "$A" -o x.png
usage "no output" x.npz --kind pca
usage "another ending" x.npz -o x.pdf
usage "a kind that is not there" x.npz --kind pie -o x.png
usage "four dimensions" x.npz --dims 4 -o x.png
usage "--dims 3 of a scree" x.npz --kind scree --dims 3 -o x.png
usage "--layer all of prompts" -f "$A" --layer all -o x.png
usage "-o - with --json" x.npz --json -o -
refused() {
    re=$1
    name=$2
    shift 2
    run "$LLM" plot -q "$@"
    says "$re" "$name"
}
refused 'missing\.npz' "a file that is not there" missing.npz -o x.png
refused 'no data' "a file of another kind" evil.jsonl -o x.png
head -c 2000 x.npz > cut.npz
refused 'cut\.npz' "a cut .npz" cut.npz -o x.png
head -c 2000 x.npy > cut.npy
refused 'cut\.npy' "a cut .npy" cut.npy -o x.png
head -c 2000 x.safetensors > cut.safetensors
refused 'cut\.safetensors' "a cut .safetensors" cut.safetensors -o x.png
refused 'nothing' "an array that is not there" x.npz --array nothing -o x.png
refused 'rows and columns' "an array without columns" x.npz --array ids -o x.png
refused 'no array of numbers' "an array of strings" x.npz --array prompts -o x.png
refused 'no layers' "--layer of a single layer's states" x.npy --layer 3 -o x.png
refused 'layers -1 to 7, not 8' "a layer that is not there" all.npz --layer 8 -o x.png
refused 'no categories' "colours by categories that are not there" x.npy --colour-by category -o x.png
refused 'pca\.png' "--no-clobber keeps what is there" x.npz --no-clobber -o pca.png
printf 'one bird\n' > one.txt
refused 'at least 2 rows, not 1' "one row has no components" -m "$WREN" -f one.txt --kind pca -o x.png
refused '4 points' "nor a map" -m "$WREN" -f one.txt --kind umap -o x.png
refused 'at least 3 rows, not 1' "nor correlations" -m "$WREN" -f one.txt --kind correlation -o x.png
yes 'one bird' | head -n 6 > same.txt
for kind in pca tsne umap scree; do
    refused 'the same' "nor have six equal ones, by $kind" -m "$WREN" -f same.txt --kind $kind -o x.png
done
gone x.png "nothing is left of any"
run "$LLM" plot -m "$WREN" -f one.txt --kind heatmap -q -o one.png
is_rc 0 "one row can be a heat map"

done_testing
