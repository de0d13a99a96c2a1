#!/bin/sh
# install.t: what `make install` puts where, and that it works from there.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

if [ "$LLM" != "$ROOT/build/llmsonify" ]; then
    skip "installation" "only for the plain build"
    done_testing
fi
run env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C "$ROOT" install DESTDIR="$SCRATCH/pkg" PREFIX=/opt/x
is_rc 0 "make install succeeds"
top=$SCRATCH/pkg/opt/x
for f in bin/llmsonify share/man/man1/llmsonify.1 share/llmsonify/models/wren/model.safetensors \
    share/bash-completion/completions/llmsonify share/zsh/site-functions/_llmsonify \
    share/fish/vendor_completions.d/llmsonify.fish; do
    there "$top/$f" "$f is installed"
done
run sh -c 'cd "$1/models" && find . -type f | sort' _ "$ROOT"
cp out want
run sh -c 'cd "$1/share/llmsonify/models" && find . -type f | sort' _ "$top"
same want out "with every file of models/"
run "$top/bin/llmsonify" weights --genre acid --bars 2 -q --no-audio -o here
is_rc 0 "the installed program finds its model"
there here.mid "and makes music"
run env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C "$ROOT" uninstall DESTDIR="$SCRATCH/pkg" PREFIX=/opt/x
check "make uninstall removes every file" test -z "$(find "$SCRATCH/pkg" -type f)"

done_testing
