#!/bin/sh
# serve_v1.t: /v1/completions and /v1/models of serve, with curl, and with atmos as the client.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
. "$ROOT/tests/cli/songs.sh"
if ! command -v curl > /dev/null; then
    skip "/v1/completions" "curl is not installed"
    done_testing
fi
export NO_PROXY='*' no_proxy='*'
pid=
: > log
trap 'kill $pid 2> /dev/null; cd /; rm -rf "$SCRATCH"' EXIT
# Its address in $url, its process in $pid.
serve() {
    : > log
    "$LLM" serve --port 0 "$@" 2> log &
    pid=$!
    n=0
    until grep -q serving log || [ $n -ge 600 ] || ! kill -0 $pid; do
        n=$((n + 1))
        sleep 0.1
    done
    url=$(sed -n 's,.*\(http://[^ ]*[0-9]\)/ .*,\1,p' log)
}
serve
ask() { run curl -sN --max-time 120 -o out.body -w '%{http_code}' -H 'Content-Type: application/json' --data-binary "$1" "$url/v1/completions"; mv out code; mv out.body out; }
status() {
    test "$(cat code)" = "$1"
    ok $? "$2"
}

run curl -s "$url/v1/models"
json out '$j->{object} eq "list" && grep { $_->{id} eq "wren" } @{$j->{data}}' "GET /v1/models"
ask '{"prompt": "Once upon a time", "max_tokens": 60, "temperature": 0}'
status 200 "a text is asked for"
json out '$j->{object} eq "text_completion" && $j->{model} eq "wren" && $j->{usage}{total_tokens} ==
    65 && $j->{choices}[0]{finish_reason} eq "length"' "the answer is OpenAI's"
perl -MJSON::PP -e 'local $/; print decode_json(<STDIN>)->{choices}[0]{text}, "\n"' < out > text
"$LLM" generate -q -m "$WREN" --temp 0 -n 60 -p 'Once upon a time' > want
same text want "the text is that of generate"
ask '{"prompt": "Once upon a time", "max_tokens": 60, "temperature": 0, "stream": true}'
status 200 "a stream is asked for"
check "it ends with [DONE]" test "$(grep -v '^$' out | tail -n 1)" = 'data: [DONE]'
perl -MJSON::PP -ne 'print decode_json($1)->{choices}[0]{text} if /^data: (\{.*)/; END { print "\n" }' \
    < out > text
same text want "its events are the same text"
check "in many events" test "$(grep -c '^data: ' out)" -gt 50
has out '"finish_reason": ?"length"' "and it says why it ended"
ask '{"prompt": ["Once upon a time"], "max_tokens": 20, "temperature": 1.3, "seed": 5, "top_p": 0.9}'
mv out one
ask '{"prompt": ["Once upon a time"], "max_tokens": 20, "temperature": 1.3, "seed": 5, "top_p": 0.9}'
perl -pi -e 's/"created": ?\d+//' one out
same out one "the same seed gives the same text"
ask '{"prompt": "Once upon a time", "max_tokens": 60, "temperature": 0, "stop": [" named", "zebra"]}'
json out '$j->{choices}[0]{text} eq ", there was a little girl" &&
    $j->{choices}[0]{finish_reason} eq "stop"' "stop strings end it"

for bad in '{"max_tokens": 5}' '{"prompt": ""}' '{"prompt": "a", "n": 2}' 'no json' '[]' \
    '{"prompt": "a", "temperature": "hot"}' '{"prompt": "a", "max_tokens": 1000000}' \
    '{"prompt": "a", "logprobs": 3}' '{"prompt": "a", "stop": [1]}'; do
    ask "$bad"
    status 400 "refused: $bad"
done
ask '{"prompt": "a", "model": "gpt-9"}'
status 404 "an unknown model"
has out 'there is no model .gpt-9.' "by its name"
run curl -s -o out -w '%{http_code}' --data-binary '{"prompt": "a"}' "$url/v1/completions"
has out '415|the body must be JSON' "the type must be JSON"
run curl -s -o out -H 'Origin: http://evil.example' -H 'Content-Type: application/json' \
    --data-binary '{"prompt": "a"}' "$url/v1/completions"
has out 'other sites are refused' "other sites are refused"

make_songs 2
atmos() { run "$LLM" atmos pulses.wav -p 'Once upon a time' -n 24 --plain --no-audio "$@"; }
atmos -m "$WREN" --t-min 0 --t-max 0
mv out local
atmos --api "$url/v1" --t-min 0 --t-max 0
is_rc 0 "atmos writes through it"
same out local "a token a request, as with the model itself"
atmos --api "$url/v1" --api-block 8 --t-min 0 --t-max 0
same out local "and streamed, eight at a time"
atmos --api "$url/v1" --api-model gpt-9
is_rc 2 "a model that it does not have"
has err 'status 404: there is no model' "is refused in its words"

for i in 1 2 3 4 5 6; do
    curl -s --max-time 60 -o "many$i" -H 'Content-Type: application/json' --data-binary \
        '{"prompt": "Once upon a time", "max_tokens": 200, "temperature": 0}' "$url/v1/completions" &
    jobs_list="${jobs_list:-} $!"
done
wait $jobs_list
check "many at once are answered, or told to come back" test \
    "$(grep -El 'finish_reason|too many texts' many1 many2 many3 many4 many5 many6 | wc -l)" -eq 6
curl -sN --max-time 60 -o cut -H 'Content-Type: application/json' --data-binary \
    '{"prompt": "Once upon a time", "max_tokens": 4000, "stream": true}' "$url/v1/completions" &
sleep 0.3
kill $pid
wait $pid
check "the server ends while a text is written" test $? -eq 0

# A model that is slow, and knows nothing: a text of 4000 tokens takes it half a minute.
"$LLM" train --text "$ROOT/models/corpus/sentences.txt" --width 512 --layers 8 --vocab 300 --seq 16 \
    --batch 1 --steps 1 --context 8192 -q -o slow 2> err
body() {
    perl -e 'printf q({"prompt": "%s", "max_tokens": %d, "temperature": 0, "stream": %s}),
        "Once upon a time there was a bird. " x $ARGV[0], $ARGV[1], $ARGV[2]' "$@"
}
body 1 4000 false > long
body 1 4000 true > streamed
body 140 1 false > read
body 140 1 true > read_streamed
body 400 1 true > too_long
ticks() { sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'; }
# Within 5 s, where each of the texts takes longer, a quarter of a second passes without work.
falls_idle() {
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        before=$(ticks)
        sleep 0.25
        [ $(($(ticks) - before)) -le 1 ] && return 0
    done
    return 1
}
# A fifth of a second of work since `begun`, however busy the machine.
works() {
    n=0
    until [ $(($(ticks) - begun)) -gt 20 ] || [ $n -ge 200 ]; do
        n=$((n + 1))
        sleep 0.1
    done
    [ $n -lt 200 ]
}
serve -m slow
if [ -r "/proc/$pid/stat" ]; then
    for what in long streamed read read_streamed; do
        begun=$(ticks)
        curl -sN -o cut -H 'Content-Type: application/json' --data-binary @$what \
            "$url/v1/completions" &
        client=$!
        check "it works ($what)" works
        kill -9 $client
        wait $client
        check "and stops when the client has left" falls_idle
    done
else
    skip "a client leaves" "no /proc"
fi
ask @too_long
status 400 "a prompt that is too long is refused by its status, also of a stream"
json out '$j->{error}{message} =~ /^the prompt has \d+ tokens/ &&
    $j->{error}{type} eq "invalid_request_error"' "and by its message"
rm -f cut
curl -sN -o cut -H 'Content-Type: application/json' --data-binary @streamed "$url/v1/completions" &
client=$!
n=0
until [ -s cut ] || [ $n -ge 300 ]; do
    n=$((n + 1))
    sleep 0.1
done
kill $pid
wait $pid
check "the server ends while a long text is streamed" test $? -eq 0
wait $client
tail -n 2 cut > out
has out '^data: \{"error":.*the server is shutting down' "the stream ends with the reason"

serve -m slow --patience 2
ask @streamed
status 200 "a stream that takes too long has begun well"
has out '"finish_reason": ?null' "with some text"
tail -n 2 out > last
has last '^data: \{"error": ?\{"message": ?"it took longer than 2 s' "and ends with an error event"
for what in long read read_streamed; do
    ask @$what
    status 503 "what took too long before it began has a status ($what)"
    json out '$j->{error}{message} =~ /longer than 2 s/ && $j->{error}{type} eq "server_error" &&
        $j->{error}{code} == 503' "and a message"
done
ask '{"prompt": "a", "max_tokens": 3}'
status 200 "the server goes on"
kill $pid
wait $pid
check "and ends" test $? -eq 0
done_testing
