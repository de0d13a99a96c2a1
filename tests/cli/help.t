#!/bin/sh
# help.t: help, version, typing errors, exit statuses, the man page, completion.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

run "$LLM"
is_rc 1 "without arguments the status is 1"
has err '^usage: llmsonify COMMAND' "without arguments the usage goes to standard error"
has err 'weights +compose' "without arguments the commands are listed"

run "$LLM" help
is_rc 0 "help succeeds"
has out '^usage: llmsonify COMMAND' "help prints the usage on standard output"
cp out help.txt
run "$LLM" --help
same out help.txt "--help is help"
run "$LLM" -h
same out help.txt "-h is help"

run "$LLM" --version
is_rc 0 "--version succeeds"
has out '^llmsonify [0-9]+\.[0-9]+\.[0-9]+$' "--version prints one version"
run "$LLM" --version -v
has out 'OpenBLAS' "--version -v names the BLAS kernels"
run "$LLM" weights --version
has out '^llmsonify [0-9]' "a command knows --version too"

for c in weights generate score tokenize inspect render measure explain models version help; do
    run "$LLM" help $c
    is_rc 0 "help $c succeeds"
    has out "^usage: llmsonify $c" "help $c shows its usage"
    cp out by-help
    run "$LLM" $c --help
    same out by-help "$c --help is help $c"
    sed -n '/^examples:/,/^$/p' out > examples
    has examples "^  llmsonify $c|^  cat|llmsonify --version" "help $c leads with examples"
    check "help $c fits 80 columns" sh -c '! grep -E "^.{81}" by-help | grep -v "^  llmsonify"'
done

run "$LLM" wieghts
is_rc 1 "a mistyped command has status 1"
has err "did you mean 'weights'\?" "a mistyped command gets a suggestion"
run "$LLM" help mesure
has err "did you mean 'measure'\?" "a mistyped topic gets a suggestion"
run "$LLM" jepa tarin
has err "did you mean 'train'\?" "and so does a mistyped sub-command"
run "$LLM" --verison
has err "did you mean '--version'\?" "and an option of the program"
run "$LLM" frobnicate
is_rc 1 "an unknown command has status 1"
has err "'llmsonify help' lists the commands" "an unknown command is told where to look"
run "$LLM" --frob
is_rc 1 "an unknown option before the command has status 1"

usage() {
    expect=$1
    shift
    run "$LLM" "$@"
    is_rc 1 "usage: $*"
    has err "$expect" "usage: $* is told: $expect"
    test ! -s out
    ok $? "usage: $* prints nothing on standard output"
}
usage "did you mean '--genre'\?" weights --gnre acid
usage "'polka' is not one of: opera house acid" weights --genre polka
usage "--tempo: '5' is not a number from 20 to 400" weights --tempo 5
usage "--tempo: '120bpm' is not a number" weights --tempo 120bpm
usage "-t: 'x' is not a whole number from 0 to 256" weights -t x
usage "--bits: '12' is not one of: 16 24 32" weights --bits 12
usage "--root: 'H' is not one of" weights --root H
usage "--output: needs a value" weights --output
usage "unexpected 'extra'" weights extra
usage "acid takes 1" weights --genre acid -m a -m b
usage "one file for several pieces" weights --genre all -o x.mid
usage "exclude each other" weights --features x.json -m wren
usage "needs FILE" measure
usage "needs FILE" render
usage "standard input has no name" render -
usage "'x.mid' is no audio file" render a.mid -o x.mid
usage "not a bar" explain x.json --bar 9-3
usage "exclude each other" inspect --json --csv
usage "must end in" inspect -o x.dat
usage "shells are bash, zsh and fish" --completion-tcsh

run env LLMSONIFY_THREADS=lots "$LLM" models
is_rc 1 "a broken environment variable has status 1"
has err "LLMSONIFY_THREADS: 'lots' is not a whole number" "the variable is named"

run "$LLM" help --man
is_rc 0 "the man page is printed"
for w in weights generate score tokenize inspect render measure explain models 'acid\\-cc' 'EXIT STATUS' ENVIRONMENT LLMSONIFY_MODELS LLMSONIFY_API_KEY; do
    has out "$w" "the man page has $w"
done
if command -v groff > /dev/null; then
    groff -man -Tascii -ww out > page.txt 2> warn
    test ! -s warn
    ok $? "groff accepts the man page without warnings"
else
    skip "groff accepts the man page without warnings" "no groff here"
fi

run "$LLM" --completion-bash
check "bash accepts its completion" bash -n out
cp out c.bash
cat > complete.sh <<'END'
. ./c.bash
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _llmsonify; echo "${COMPREPLY[*]}"; }
try llmsonify we
try llmsonify weights --genre ac
try llmsonify weights --no-a
try llmsonify help mod
END
bash complete.sh > replies
printf 'weights\nacid\n--no-audio\nmodels\n' > expected
same replies expected "bash completes commands, choices, options and topics"
run "$LLM" --completion-zsh
has out '#compdef llmsonify' "zsh gets a completion"
if command -v zsh > /dev/null; then check "zsh accepts it" zsh -n out; fi
run "$LLM" --completion-fish
has out "^complete -c llmsonify .* -l genre -s g -r -f -a 'opera house acid dna all'" \
    "fish gets a completion"

if [ -w /dev/full ]; then
    rc=0
    "$LLM" help > /dev/full 2> err || rc=$?
    is_rc 2 "a full device has status 2"
    has err 'standard output: cannot write' "a full device is told"
    rc=0
    "$LLM" --completion-bash > /dev/full 2> err || rc=$?
    is_rc 2 "a full device has status 2 in completion too"
fi

done_testing
