#!/bin/sh
# starts.sh: whether Chromium can be had here: installed, and able to show a page (a container may
# forbid what it needs). Silent; the status says it.
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser)}
[ -n "$CHROMIUM" ] || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
for again in 1 2; do
    timeout 60 "$CHROMIUM" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --dump-dom \
        --user-data-dir="$dir/$again" 'data:text/html,<p>here</p>' 2> /dev/null | grep -q here && exit 0
done
exit 1
