#!/bin/sh
# atmos_tui.t: the screen of atmos, driven through tmux: what it shows, its keys, its end.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
. "$ROOT/tests/cli/songs.sh"
if ! command -v tmux > /dev/null; then
    skip "the screen of atmos" "tmux is not installed"
    done_testing
fi
make_songs 60
export TMUX_TMPDIR="$SCRATCH"
unset TMUX LLMSONIFY_MODEL NO_COLOR 2> /dev/null
servers=0
T="tmux -L atmos$servers -f /dev/null"
stop() { $T kill-server 2> /dev/null; }
trap 'stop; exec 9>&-; cd /; chmod -R u+rwx "$SCRATCH"; rm -rf "$SCRATCH"' EXIT

# start COLS ROWS TERM LOCALE ARGUMENTS...: in a shell that then says how it ended and how the
# terminal was left.
start() {
    cols=$1 rows=$2 term=$3 locale=$4
    shift 4
    stop
    servers=$((servers + 1)) # a server that is ending takes nobody in
    T="tmux -L atmos$servers -f /dev/null"
    rm -f ended
    cat > go.sh << END
printf '\033[2J'
export TERM=$term LC_ALL=$locale
stty -a > before
"$LLM" atmos $* 2> messages
echo "rc \$?" > status
stty -a > after
cmp -s before after && echo "same terminal" >> status
echo back at the shell
mv status ended
exec cat
END
    $T new-session -d -x "$cols" -y "$rows" "sh go.sh"
}
keys() { $T send-keys "$@"; }
screen() { $T capture-pane -p "$@" > out 2> /dev/null; }
# until RE: waits, 20 s at most, until a line of the screen matches.
until_seen() {
    n=0
    while [ $n -lt 200 ]; do
        screen
        grep -Eq -e "$1" out && return 0
        sleep 0.1
        n=$((n + 1))
    done
    return 1
}
seen() { until_seen "$1"; ok $? "$2"; }
until_ended() {
    n=0
    while [ ! -s ended ] && [ $n -lt 200 ]; do sleep 0.1; n=$((n + 1)); done
    cat ended > out 2> /dev/null
}
at() { screen; sed -nE 's/^ ([0-9]+):([0-9]+)\.([0-9]).*/\1 \2 \3/p' out | awk '{ print 600 * $1 + 10 * $2 + $3 }'; }
# is_at N NAME: waits until the clock says N tenths; is_past, is_before: more, less than N.
is_at() { compare_at -eq "$@"; }
is_past() { compare_at -gt "$@"; }
is_before() { compare_at -lt "$@"; }
compare_at() {
    n=0
    while ! test "$(at)" "$1" "$2" && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
    check "$3" test $n -lt 100
}

RUN="pulses.wav -m '$WREN' -p 'Once upon a time' --ignore-end -s 7 --no-audio"
start 80 24 screen-256color C.UTF-8 "$RUN --tps 20 --save run.npz"
seen '^ pulses.wav conducts wren, seed 7 +playing' "the head names song, model, seed and state"
has out '│SONG +min +mean +max' "a panel measures the song"
has out '│T +0\.985 +[0-9.]+ +1\.875' "with its temperatures"
has out '│no sound: a clock of its speed' "that there is no sound is said"
seen '^Once upon a time' "the text begins with the prompt"
seen 'written 1200' "the model is ahead of the song"
has out '[▁▂▃▄▅▆▇█]' "a curve is drawn"
keys Space
seen 'paused' "space pauses"
a=$(at)
sleep 1
check "time stands still" test "$(at)" -eq "$a"
keys Right
is_at $((a + 10)) "right goes on by 20 tokens, a second"
keys Left
is_at "$a" "left goes back by as many"
keys h
is_at 0 "h goes to the beginning"
has out 'token 1 of 1200' "to its first token"
keys p
seen 'playing' "p plays on"
for i in 1 2 3 4 5; do keys Right; done
is_past 50 "seeking works while it plays"
keys r
is_before 50 "r begins anew"
is_past 51 "and goes on"

$T resize-window -x 50 -y 12
seen '^ pulses.wav conducts wren' "a small window is drawn too"
hasnt out 'SONG' "without the panel"
$T resize-window -x 120 -y 40
seen 'SONG +min' "a large one has it again"
$T resize-window -x 12 -y 3
sleep 0.3
$T resize-window -x 80 -y 24
seen 'SONG +min' "a tiny one is survived"
screen -e
has out '38;5;' "256 colours are used"
keys q
until_ended
has out '^rc 0$' "q ends it well"
has out '^same terminal$' "and the terminal is as it was"
seen '^back at the shell' "on the screen that was there before"
has messages 'run.npz: 1200 tokens' "the run is kept"

start 80 24 screen-256color C.UTF-8 "--load run.npz --no-audio"
seen 'conducts wren, seed 7 +playing' "a run is loaded"
keys Space
seen 'paused' "with all keys"
keys q
until_ended
has out '^rc 0$' "and ended"

for sig in INT TERM HUP; do
    start 80 24 screen-256color C.UTF-8 "$RUN"
    seen 'playing' "SIG$sig: it plays"
    pkill -$sig -P "$($T list-panes -F '#{pane_pid}')"
    until_ended
    has out '^rc (130|143|129)$' "SIG$sig ends it"
    has out '^same terminal$' "SIG$sig: the terminal is as it was"
    seen '^back at the shell' "SIG$sig: the screen too"
done
start 80 24 screen-256color C.UTF-8 "$RUN"
seen 'playing' "SIGQUIT: it plays"
pkill -QUIT -P "$($T list-panes -F '#{pane_pid}')"
until_ended
has out '^same terminal$' "SIGQUIT: the terminal is as it was"
seen '^back at the shell' "SIGQUIT: the screen too"

start 80 24 screen-256color C "$RUN"
seen '\|SONG +min' "in an ASCII locale it is drawn in ASCII"
check "and in nothing else" sh -c '! LC_ALL=C grep -q "[^ -~]" out'
keys q
until_ended
start 80 24 vt100 C.UTF-8 "$RUN"
seen 'conducts wren' "a terminal without colours is drawn on"
keys q
until_ended
has out '^rc 0$' "and left well"
# As xterm-direct, which is not installed everywhere.
cat > direct.ti << 'END'
atmos-direct|24-bit colour, RGB, colors#0x1000000, pairs#0x7fff,
    setaf=\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
    setab=\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
    use=screen-256color,
END
if tic -x -o "$SCRATCH/terminfo" direct.ti 2> /dev/null; then
    start 80 24 "atmos-direct TERMINFO=$SCRATCH/terminfo" C.UTF-8 "$RUN"
    seen 'conducts wren' "a terminal of 24-bit colour is drawn on"
    screen -e
    has out '38;2;[0-9]+;[0-9]+;[0-9]+m' "in 24-bit colour"
    keys q
    until_ended
    has out '^rc 0$' "and left well"
else
    skip "24-bit colour" "no tic here"
fi
start 80 24 dumb C.UTF-8 "$RUN -n 5"
until_ended
screen
has out '^ +0\.000 +0\.985  "' "a dumb terminal gets lines"

mkfifo hold
"$ROOT/tests/cli/server.pl" hang port < hold > /dev/null 2>&1 &
exec 9> hold
n=0
while [ ! -s port ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done
start 80 24 screen-256color C.UTF-8 "pulses.wav -p Hello --no-audio --api http://127.0.0.1:$(cat port)/v1"
seen 'waiting for the model' "a model that is slow is waited for"
keys q
until_ended
has out '^rc 0$' "and can be left"
done_testing
