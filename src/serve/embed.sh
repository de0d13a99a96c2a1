#!/bin/sh
# embed.sh: files to a C file that holds them: `embed.sh src/serve/page/* > page_assets.c`.
# The bytes are written by od, so that nothing beyond POSIX is needed to build.
set -eu
echo '/* Made by src/serve/embed.sh. */'
echo '#include "serve/assets.h"'
n=0
for f in "$@"; do
    echo "static const unsigned char asset_$n[] = {"
    od -An -v -tu1 "$f" | sed 's/^ *//; s/  */,/g; s/$/,/'
    echo '0};'
    n=$((n + 1))
done
echo 'const Asset page_assets[] = {'
n=0
for f in "$@"; do
    printf '    {"%s", asset_%d, sizeof asset_%d - 1},\n' "${f##*/}" "$n" "$n"
    n=$((n + 1))
done
echo '    {0, 0, 0},'
echo '};'
