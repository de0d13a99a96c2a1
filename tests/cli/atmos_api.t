#!/bin/sh
# atmos_api.t: a model behind a server writes; servers that hang, fail and break off.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
. "$ROOT/tests/cli/songs.sh"
make_songs 1
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY OPENAI_API_KEY 2> /dev/null
export no_proxy='*'

# serve MODE: a server; its port in $port. It ends when descriptor 9 is closed.
mkfifo hold
serve() {
    exec 9>&-
    rm -f port
    "$ROOT/tests/cli/server.pl" "$1" port < hold > /dev/null 2>&1 9>&- &
    exec 9> hold
    n=0
    while [ ! -s port ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done
    port=$(cat port)
}
api() {
    run "$LLM" atmos pulses.wav -p Hello --plain --no-audio --save run.npz \
        --api "http://127.0.0.1:$port/v1" "$@"
}
words() { awk '{ print $3 $4 }' out | tr -d '\n'; }

serve good
api -n 6
is_rc 0 "a token a request"
check "the text is the server's" test "$(words)" = '"w0""w1""w2""w3""w4""w5"'
check "six requests were made" test "$(wc -l < port.log)" -eq 6
tail -n 1 port.log > last
json last '$j->{prompt} eq "Hello w0 w1 w2 w3 w4" && $j->{max_tokens} == 1 && !$j->{stream}' \
    "a request has the prompt and all that came"
"$LLM" atmos analyse pulses.wav --csv | awk -F, 'NR == 7 { print $6 }' > temp
json last '$j->{path} eq "/v1/completions" && $j->{seed} == 5 &&
    abs($j->{temperature} - do { open my $f, "<", "temp"; <$f> }) < 1e-5' \
    "and the temperature of its frame"
json last '!defined $j->{key} && !defined $j->{model}' "no key, no model when there is none"
run env LLMSONIFY_API_KEY=secret "$LLM" atmos pulses.wav -p Hello --plain --no-audio -n 1 \
    --api "http://127.0.0.1:$port/v1/" --api-model tiny
tail -n 1 port.log > last
json last '$j->{key} eq "Bearer secret" && $j->{model} eq "tiny" && $j->{path} eq "/v1/completions"' \
    "the key comes from the environment"
api -n 10 --api-block 4
is_rc 0 "blocks are streamed"
check "the same text comes" test "$(words)" = '"w0""w1""w2""w3""w4""w5""w6""w7""w8""w9"'
tail -n 1 port.log > last
json last '$j->{stream} && $j->{max_tokens} == 2 && $j->{prompt} =~ / w7$/' \
    "the last block is as long as the rest"
run "$LLM" atmos --load run.npz --plain --no-audio
check "the run is shown again" test "$(wc -l < out)" -eq 10

serve ends
api -n 10
is_rc 0 "a model that ends its text"
has err '3 tokens; seed 0; end: end of text' "ends it"

for mode in flaky limit; do
    serve $mode
    api -n 2
    is_rc 0 "$mode: a failure that passes is tried again"
    has err 'warning: .*status (500|429): the cat sat on the server; again in 0.5 s' "$mode: said"
    check "$mode: the text is whole" test "$(words)" = '"w0""w1"'
done

serve error
api -n 2 --api-retries 1
is_rc 2 "a server that only fails is a failure"
has err '^llmsonify: http://127.*/v1/completions: status 500: the cat sat on the server$' \
    "in the server's words"
serve denied
api -n 2
is_rc 2 "a wrong key is a failure"
has err '^llmsonify: .*status 401: the cat sat on the server \(the key is in LLMSONIFY_API_KEY' \
    "which says where the key is"
check "and is not tried again" test "$(wc -l < port.log)" -eq 1
serve hang
api -n 2 --api-timeout 0.5 --api-retries 0
is_rc 2 "a server that hangs is given up"
has err 'nothing came for 0.5 s' "after the time given"
serve garbage
api -n 2 --api-retries 0
has err '^llmsonify: .*no JSON' "an answer that is no JSON"
serve empty
api -n 2 --api-retries 0
has err '^llmsonify: .*the answer has no choices\[0\].text' "an answer without text"
serve huge
api -n 2 --api-retries 0
has err '^llmsonify: .*an answer of more than 1048576 bytes' "an answer without end"
serve halfonce
api -n 6 --api-block 6
is_rc 0 "half an event: it goes on from there"
has err 'warning: .*the stream broke off inside an event; again' "half an event is said"
check "half an event: no word is lost or said twice" test "$(words)" = '"w0""w1""w2""w3""w4""w5"'
serve drop
api -n 6 --api-retries 0
is_rc 2 "a server that goes away is a failure"
check "what had come was printed" test "$(words)" = '"w0""w1""w2"'
run "$LLM" atmos --load run.npz --plain --no-audio
check "and kept" test "$(words)" = '"w0""w1""w2"'
exec 9>&-
wait
api -n 2 --api-retries 0
is_rc 2 "no server is a failure"
has err '^llmsonify: http://127.0.0.1:[0-9]+/v1/completions: .*onnect' "by its name"

api -m wren
is_rc 1 "--api and --model exclude each other"
run "$LLM" atmos pulses.wav -p Hello --api localhost:1234
is_rc 1 "an address without http:// is wrong usage"
done_testing
