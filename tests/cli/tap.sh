# tap.sh: sourced by the .t scripts: TAP, a scratch directory, and short checks of the last run.
#
#   run COMMAND...      runs it; its output is in ./out, its messages in ./err, its status in $rc
#   is_rc N NAME        the status was N
#   has FILE RE NAME    a line of FILE matches the extended regular expression; hasnt: none does
#   says RE NAME        the run failed with 2 and one line "llmsonify: ..." that matches
#   there FILE NAME     the file exists and is not empty; gone: nothing of that name exists
#   same A B NAME       the files are equal byte by byte
#   check NAME CMD...   the command succeeds
#   json FILE EXPR NAME the Perl expression over $j (the parsed file) is true
#   skip NAME REASON    a check that cannot be made here
set -u
export LC_ALL=C TZ=UTC
ROOT=${LLMSONIFY_ROOT:-$(pwd)}
LLM=${LLMSONIFY:-$ROOT/build/llmsonify}
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/llmsonify-test.XXXXXX") || exit 1
trap 'cd /; chmod -R u+rwx "$SCRATCH"; rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH" || exit 1
WREN=$ROOT/models/wren
# A program elsewhere than in build/ does not find the source's models by itself.
[ "$LLM" = "$ROOT/build/llmsonify" ] || export LLMSONIFY_MODELS="$ROOT/models"
count=0
failed=0
rc=0

ok() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        failed=$((failed + 1))
        echo "not ok $count - $2"
        [ -f err ] && head -n 5 err | sed 's/^/# err: /'
        [ -f out ] && head -n 5 out | cut -c 1-200 | sed 's/^/# out: /'
    fi
    return 0
}

run() {
    rc=0
    "$@" > out 2> err < /dev/null || rc=$?
}

check() {
    name=$1
    shift
    "$@" > /dev/null 2>&1
    ok $? "$name"
}

is_rc() {
    test "$rc" -eq "$1"
    r=$?
    ok $r "$2"
    [ $r -eq 0 ] || echo "# status $rc, not $1"
}

has() {
    grep -aEq -e "$2" "$1"
    ok $? "$3"
}

hasnt() {
    ! grep -aEq -e "$2" "$1"
    ok $? "$3"
}

says() {
    test "$rc" -eq 2 && test "$(wc -l < err)" -eq 1 && grep -Eq -e '^llmsonify: ' err &&
        grep -Eiq -e "$1" err
    r=$?
    ok $r "$2"
    [ $r -eq 0 ] || echo "# status $rc; expected one line like: $1"
}

there() {
    test -s "$1"
    ok $? "$2"
}

gone() {
    ! test -e "$1"
    ok $? "$2"
}

same() {
    cmp -s "$1" "$2"
    ok $? "$3"
}

json() {
    perl -MJSON::PP -e 'local $/; open my $f, "<", $ARGV[0] or die; my $j = decode_json(<$f>);
        exit(eval($ARGV[1]) ? 0 : 1)' "$1" "$2"
    r=$?
    ok $r "$3"
    [ $r -eq 0 ] || echo "# false: $2"
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# Standard input to a file of bytes: words of two hexadecimal digits, comments after '#'.
unhex() {
    sed 's/#.*//' | tr -d ' \n' | perl -0777 -ne 'print pack("H*", $_)'
}

done_testing() {
    echo "1..$count"
    exit $((failed > 0))
}
