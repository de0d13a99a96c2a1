#!/bin/sh
# page.t: the page of `llmsonify serve`: its modules alone under node, then all of it in Chromium.
# What it needs of npm goes into build/web, like the pictures that it takes. Skipped by name where
# node, npm's registry or Chromium cannot be had.
set -u
ROOT=${LLMSONIFY_ROOT:-$(pwd)}
LLMSONIFY=${LLMSONIFY:-$ROOT/build/llmsonify}
[ "$LLMSONIFY" = "$ROOT/build/llmsonify" ] || export LLMSONIFY_MODELS="$ROOT/models"
WEB=$ROOT/build/web
LLMSONIFY_PAGE=$WEB/page
HERE=$ROOT/tests/web
export LLMSONIFY LLMSONIFY_PAGE

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

# npm's packages, once: again only when the lock file has changed.
install_packages() {
    cmp -s "$HERE/package-lock.json" "$WEB/package-lock.json" && [ -d "$WEB/node_modules" ] \
        && return 0
    rm -rf "$WEB/node_modules"
    cp "$HERE/package.json" "$WEB/package.json"
    cp "$HERE/package-lock.json" "$WEB/wanted-lock.json"
    cp "$WEB/wanted-lock.json" "$WEB/package-lock.json"
    (cd "$WEB" && timeout 90 npm ci --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
        --fetch-timeout=20000 > npm.log 2>&1) && return 0
    rm -rf "$WEB/node_modules" "$WEB/package-lock.json"
    return 1
}

command -v node > /dev/null || skip_all "node is not installed"
node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' \
    || skip_all "node is older than 18"
mkdir -p "$WEB/page" || exit 1
rm -f "$WEB"/page/*
cp "$ROOT"/src/serve/page/* "$WEB/page/"
echo '{"type": "module"}' > "$WEB/page/package.json"

[ -x "$LLMSONIFY" ] || { echo "Bail out! $LLMSONIFY is not built"; exit 1; }

if node --test --test-reporter=tap "$HERE"/unit/*.test.mjs > "$WEB/unit.log" 2>&1; then
    echo "ok 1 - the page's modules: $(sed -n 's/^# pass //p' "$WEB/unit.log") tests under node"
else
    echo "not ok 1 - the page's modules under node"
    grep -A 12 '^not ok' "$WEB/unit.log" | sed 's/^/# /'
fi

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
export CHROMIUM
missing=
"$HERE/starts.sh" || missing="Chromium is not installed, or does not start"
command -v npm > /dev/null || missing="npm is not installed"
[ -n "$missing" ] || install_packages || missing="npm cannot reach its registry"
if [ -n "$missing" ]; then
    echo "ok 2 - the page in Chromium # SKIP $missing"
    echo "1..2"
    exit 0
fi
exec node "$HERE/browser.mjs" "$WEB" 2
