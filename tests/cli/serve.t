#!/bin/sh
# serve.t: the HTTP API with curl: every endpoint, its status codes and headers, the same bytes as
# the commands', many requests at once, clients that are slow, the ends of the server.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

if ! command -v curl > /dev/null; then
    skip "the HTTP API" "curl is not installed"
    done_testing
fi
export NO_PROXY='*'
pids=
trap 'kill $pids 2> /dev/null; cd /; rm -rf "$SCRATCH"' EXIT

# serve LOG OPTIONS...: starts one, $pid and $url are its own.
serve() {
    log=$1
    shift
    "$LLM" serve --port 0 "$@" 2> "$log" &
    pid=$!
    pids="$pids $pid"
    n=0
    until grep -q serving "$log" || [ $n -ge 600 ] || ! kill -0 $pid; do
        n=$((n + 1))
        sleep 0.1
    done
    url=$(sed -n 's,.*\(http://[^ ]*[0-9]\)/ .*,\1,p' "$log")
}
# get PATH [curl options]: body in ./out, status in ./code, headers in ./head.
get() {
    path=$1
    shift
    run curl -s --max-time 120 -D head -o body -w '%{http_code}' "$@" "$url$path"
    mv out code
    mv body out 2> /dev/null || : > out
}
status() {
    test "$(cat code)" = "$1"
    ok $? "$2"
}
post() {
    get /api/sonify -H 'Content-Type: application/json' --data-binary "$1"
}
id_of() { perl -MJSON::PP -e 'local $/; open my $f, "<", $ARGV[0]; print decode_json(<$f>)->{id}' "$1"; }
# make JSON: posts it and waits for its end; $id
make() {
    post "$1"
    id=$(id_of out)
    get "/api/jobs/$id/events" -N
}

serve log
check "it says where it serves" test -n "$url"

get /healthz
status 200 "GET /healthz"
has out '^ok$' "says ok"
for h in "Content-Security-Policy: default-src 'self'" 'X-Content-Type-Options: nosniff' \
    'Referrer-Policy: no-referrer' 'Cross-Origin-Resource-Policy: same-origin' \
    'X-Frame-Options: DENY'; do
    has head "^$h" "every reply has ${h%%:*}"
done
hasnt head 'unsafe-inline|Access-Control' "nothing inline is allowed, no other site may read"
get /api/models
status 200 "GET /api/models"
json out '(grep { $_->{name} eq "wren" && $_->{default} && $_->{space} && $_->{layers} == 8 &&
    $_->{width} == 160 } @{$j->{models}}) == 1' "lists the models"
json out '!grep { !$j->{options}{$_->{name}} || $_->{needs} !~ /^(prompt|weights)$/ }
    @{$j->{modes}}' "every mode has its options"
json out 'my ($t) = grep { $_->{name} eq "tempo" } @{$j->{options}{space}};
    $t->{type} eq "number" && $t->{min} == 20 && $t->{max} == 400 && !defined $t->{default}' \
    "options are rows of the command line"
json out 'my ($l) = grep { $_->{name} eq "length" } @{$j->{options}{opera}};
    $l->{default} == 90 && $l->{max} == $j->{limits}{seconds}' "a piece of weights has a limit"
get /api/models -I
status 200 "HEAD is answered too"

# ---- the page ----
get /
status 200 "GET / is the page"
has head '^Content-Type: text/html; charset=utf-8' "in HTML"
cp out page.html
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' head)
get / -H "If-None-Match: $tag"
status 304 "it is not sent twice"
for part in $(grep -o '/assets/[A-Za-z0-9._-]*' page.html | sort -u); do
    get "$part"
    status 200 "GET $part"
    same out "$ROOT/src/serve/page/${part##*/}" "is the file of the source"
done
get /assets/nothing.js
status 404 "a part that the page has not"

# ---- a piece ----
P='The owl said: "why?" & flew - 100% away'
J='{"mode": "space", "prompt": "The owl said: \"why?\" & flew - 100% away"}'
post "$J"
status 202 "POST /api/sonify"
json out '$j->{id} =~ /^[0-9a-f]{32}$/ && $j->{url} eq "/api/jobs/$j->{id}" &&
    $j->{events} eq "$j->{url}/events" && $j->{state} =~ /^(queued|running|done)$/' "gives a job"
json out '$j->{share} eq "/?model=wren&mode=space&prompt=The%20owl%20said%3A%20%22why%3F%22%20" .
    "%26%20flew%20-%20100%25%20away"' "and a link that asks for it again"
id=$(id_of out)
get "/api/jobs/$id/events" -N
status 200 "GET /api/jobs/ID/events"
has head '^Content-Type: text/event-stream' "is a stream of events"
check "each of an event, one line of JSON, and an empty line" perl -MJSON::PP -e 'local $/;
    open my $f, "<", "out"; my @e = split /\n\n/, <$f>; my $last = pop @e;
    for (@e) { /^event: progress\ndata: (\{.*\})$/ or die; my $d = decode_json($1);
    die unless defined $d->{stage} && $d->{done} <= $d->{total}; }
    $last =~ /^event: done\ndata: (\{.*\})$/ or die; die if decode_json($1)->{state} ne "done";'
get "/api/jobs/$id"
json out '$j->{state} eq "done" && $j->{request}{mode} eq "space" && $j->{position} == 0 &&
    $j->{result}{title} eq "wren: space" && $j->{result}{seconds} > 2 && $j->{result}{tempo} > 80
    && $j->{result}{key} =~ /^[A-G][#b]? (major|minor)$/' "GET /api/jobs/ID tells of the piece"
perl -MJSON::PP -e 'local $/; open my $f, "<", "out"; print decode_json(<$f>)->{result}{command}' \
    > command
for f in piece.mid piece.wav piece.json words.json heat.json; do
    get "/api/jobs/$id/$f"
    status 200 "GET /api/jobs/ID/$f"
    cp out "$f"
done
PATH=$(dirname "$LLM"):$PATH
run sh -c "$(cat command) -q -o c"
is_rc 0 "the command that the answer names works"
same piece.mid c.mid "and gives the same MIDI"
same piece.wav c.wav "the same sound"
same piece.json c.json "the same sources"
same words.json c.words.json "the same words"
run "$LLM" space play -p "$P" -q -o d.mid
same piece.mid d.mid "as it does when it is typed"
json heat.json 'my $n = @{$j->{tokens}}; $j->{layers} == 9 && @{$j->{norm}} == 9 && $n > 5 &&
    !(grep { @$_ != $n } @{$j->{norm}}) && @{$j->{token_t}} == $n && $j->{tokens}[0] eq "<bos>" &&
    @{$j->{entropy}} == 9 && !defined $j->{entropy}[0][1]' "heat.json is layers by tokens"
post "$J"
json out '$j->{state} eq "done" && $j->{id} eq "'"$id"'"' "the same request is the same job, done"
post '{"prompt": "The owl said: \"why?\" & flew - 100% away", "options": {}, "mode": "space",
    "model": "wren"}'
json out '$j->{id} eq "'"$id"'"' "however it is written"

# ---- files ----
size=$(wc -c < piece.wav | tr -d ' ')
get "/api/jobs/$id/piece.wav" -r 100-199
status 206 "a range is answered with its part"
has head "^Content-Range: bytes 100-199/$size" "which is named"
dd if=piece.wav bs=1 skip=100 count=100 of=part 2> /dev/null
same out part "and is that of the file"
get "/api/jobs/$id/piece.wav" -r -50
tail -c 50 piece.wav > part
same out part "the last bytes can be asked for"
get "/api/jobs/$id/piece.wav" -r "$size-"
status 416 "bytes behind the end cannot"
has head "^Content-Range: bytes \*/$size" "the size is told"
get "/api/jobs/$id/piece.wav" -I
has head "^Content-Length: $size" "HEAD tells the size"
has head '^Accept-Ranges: bytes' "and that ranges are taken"
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' head)
get "/api/jobs/$id/piece.wav" -H "If-None-Match: $tag"
status 304 "who has it is told so"
get "/api/jobs/$id/piece.wav" -r 0-9 -H 'If-Range: "other"'
status 200 "a part of another file is not wanted"
get "/api/jobs/$id/piece.mid?download=1"
has head '^Content-Disposition: attachment; filename="llmsonify-[0-9a-f]{8}\.mid"' "a download"
has head '^Content-Type: audio/midi' "knows its type"
get "/api/jobs/$id/piece.flac"
status 404 "another format was not made"

# ---- the other modes ----
for m in solo thinking operatic; do
    make "{\"mode\": \"$m\", \"prompt\": \"The owl flew.\", \"options\": {\"format\": \"flac\"}}"
    get "/api/jobs/$id/piece.mid"
    cp out got.mid
    get "/api/jobs/$id/piece.flac"
    cp out got.flac
    get "/api/jobs/$id"
    perl -MJSON::PP -e 'local $/; open my $f, "<", "out";
        print decode_json(<$f>)->{result}{command}' > command
    run sh -c "$(cat command) -q -o c"
    same got.mid c.mid "mode $m gives the MIDI of its command"
    same got.flac c.flac "and its FLAC"
    get "/api/jobs/$id/words.json"
    if [ $m = solo ]; then
        json out 'join("|", map { $_->{text} } @{$j->{words}}) eq "The|owl|flew." &&
            !grep { !@{$_->{notes}} || $_->{t} != $_->{notes}[0]{t} } @{$j->{words}}' \
            "its words have their notes"
    else
        status 404 "it takes all words at once"
    fi
done
make '{"mode": "acid", "options": {"length": 8, "generator": "lstm", "markov-weight": 0.4}}'
get "/api/jobs/$id/piece.mid"
cp out got.mid
run "$LLM" weights --genre acid --length 8 --generator lstm --markov-weight 0.4 -q -o c.mid
same got.mid c.mid "lines by a chain are those of the command"
if [ -f "$ROOT/models/jepa-house/jepa.safetensors" ]; then
    make '{"mode": "house", "options": {"length": 8, "generator": "jepa"}}'
    get "/api/jobs/$id/piece.mid"
    cp out got.mid
    run "$LLM" weights --genre house --length 8 --generator jepa -q -o c.mid
    same got.mid c.mid "lines by a network are those of the command"
    make '{"mode": "solo", "prompt": "The owl flew.", "options": {"generator": "jepa"}}'
    get "/api/jobs/$id/piece.mid"
    cp out got.mid
    run "$LLM" activations -p 'The owl flew.' --generator jepa -q -o c.mid
    same got.mid c.mid "so is a prompt by a network"
    get "/api/jobs/$id/words.json"
    json out 'join("|", map { $_->{text} } @{$j->{words}}) eq "The|owl|flew." &&
        !grep { !@{$_->{notes}} } @{$j->{words}}' "its words have their notes"
fi
make '{"mode": "dna", "options": {"length": 8, "root": "D"}}'
get "/api/jobs/$id/piece.mid"
cp out got.mid
run "$LLM" weights --genre dna --length 8 --root D -q -o c.mid
same got.mid c.mid "mode dna gives the MIDI of its command"

# ---- what is refused ----
refused() {
    status "$1" "$3"
    json out 'length $j->{error}{message}' "and says why"
    has out "$2" "in words"
}
post '{"mode": "space", "prompt": '
refused 400 'not valid JSON' "half a request"
post ''
refused 400 'empty' "no request"
post '[1, 2]'
refused 400 'object' "a list"
post '{"mode": "space"}'
refused 400 'needs a' "no prompt"
post '{"prompt": "x"}'
refused 400 'mode.*missing' "no mode"
post '{"mode": "noise", "prompt": "x"}'
refused 400 'no mode' "an unknown mode"
post '{"mode": "space", "prompt": "x", "model": "../../etc/passwd"}'
refused 400 'no model' "a path is no model"
post '{"mode": "space", "prompt": "x", "options": {"tempo": 9000}}'
refused 400 'tempo' "a number out of range"
post '{"mode": "space", "prompt": "x", "options": {"output": "/tmp/x"}}'
refused 400 'has no .*output' "an option that names a file"
post '{"mode": "space", "prompt": "x", "options": {"scale": "purple"}}'
refused 400 'purple' "a choice that is none"
post '{"mode": "space", "prompt": "x", "colour": 1}'
refused 400 'no field' "an unknown field"
post '{"mode": "space", "prompt": "a\u0000b"}'
refused 400 'zero' "a zero character"
post "$(printf '{"mode": "space", "prompt": "a\377b"}')"
refused 400 'UTF-8' "bytes that are no text"
post '{"mode": "acid", "options": {"length": 7000}}'
refused 400 'limit' "a piece that is too long"
perl -e 'print "{\"mode\": \"space\", \"prompt\": \"" . "x" x 2001 . "\"}"' > long
post @long
refused 400 '2001.*2000' "a prompt that is too long"
perl -e 'print "x" x 70000' > long
post @long
refused 413 'large' "a body that is too large"
get /api/sonify -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' \
    --data-binary @long
refused 413 'large' "one that does not say so beforehand"
get /api/sonify --data-binary "$J"
refused 415 'JSON' "a form"
get /api/sonify
refused 405 'method' "GET where POST is meant"
has head '^Allow: POST' "what is allowed is said"
get /api/models -X DELETE
refused 405 'method' "DELETE where there is nothing to delete"
get /api/jobs/00000000000000000000000000000000
refused 404 'no such job' "a job that is not there"
get /api/jobs/../../etc/passwd --path-as-is
refused 404 'nothing here' "a path"
get '/assets/..%2f..%2fetc%2fpasswd'
refused 404 'nothing here' "a path in disguise"
get /healthz -H 'Host: evil.example'
refused 421 'localhost' "another host's name"
get /healthz -H 'Host: localhost:5000'
status 200 "our own is fine"
get /api/sonify -H 'Content-Type: application/json' -H 'Origin: http://evil.example' -d "$J"
refused 403 'other sites' "a page elsewhere"
get /api/sonify -H 'Content-Type: application/json' -H "Origin: $url" -d "$J"
status 202 "a page of ours is fine"
post '{"mode": "space", "prompt": "...", "options": {"tempo": 20, "voices": ["flute"]}}'
status 202 "a text without letters is taken"

# ---- many at once, and clients that do not go on ----
cat > crowd.pl <<'PERL'
# Half-open connections: requests that never end, replies that nobody reads.
use strict; use warnings; use IO::Socket::INET;
my ($port, $wav) = @ARGV; my @s; $| = 1;
for my $i (1..60) {
    my $s = IO::Socket::INET->new("127.0.0.1:$port") or die "connect: $!";
    print $s $i % 3 == 0 ? "POST /api/sonify HTTP/1.1\r\nHost: localhost\r\n" .
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        : $i % 3 == 1 ? "GET /healthz HT" : "GET $wav HTTP/1.1\r\nHost: localhost\r\n\r\n";
    $s->flush; push @s, $s;
}
print "there\n"; sleep 300;
PERL
perl crowd.pl "${url##*:}" "/api/jobs/$id/piece.wav" > crowd &
pids="$pids $!"
crowd=$!
n=0
until grep -q there crowd || [ $n -ge 300 ]; do n=$((n + 1)); sleep 0.1; done
get /healthz
status 200 "sixty slow clients keep nobody else waiting"
i=0
while [ $i -lt 50 ]; do
    i=$((i + 1))
    (
        curl -s -H 'Content-Type: application/json' -o "ticket$i" "$url/api/sonify" \
            -d "{\"mode\": \"space\", \"prompt\": \"bird $i\", \"options\": {\"voices\": [\"flute\"]}}"
        one=$(id_of "ticket$i")
        curl -sN --max-time 300 -o "events$i" "$url/api/jobs/$one/events"
        curl -s -o "words$i" "$url/api/jobs/$one/words.json"
        curl -s -o "midi$i" "$url/api/jobs/$one/piece.mid"
        [ $i -ne 37 ] || curl -s -o sound37 "$url/api/jobs/$one/piece.wav"
    ) &
    eval "one$i=\$!"
done
i=0
while [ $i -lt 50 ]; do i=$((i + 1)); eval "wait \$one$i"; done
check "fifty requests at once are all answered" \
    test "$(grep -l '^event: done' events* | wc -l)" -eq 50
check "and none is mixed up with another" perl -MJSON::PP -e 'for my $i (1..50) { local $/;
    open my $f, "<", "words$i" or die; my $j = decode_json(<$f>);
    die $i if $j->{text} ne "bird $i" || $j->{words}[1]{text} ne $i; }'
run "$LLM" space play -p 'bird 37' --voices flute -q -o c
same midi37 c.mid "each is the piece of its own command"
same sound37 c.wav "in sound too"
kill $crowd
get /healthz
status 200 "the server is still there when they hang up"

# ---- the end ----
"$LLM" serve --port "${url##*:}" > out 2> err
rc=$?
says "port ${url##*:}.*taken.*--port" "a port that is taken is one clear line"
kill -TERM "$pid"
wait "$pid"
rc=$?
is_rc 0 "SIGTERM ends it well"

serve log2 --queue 1 --workers 1
post '{"mode": "house", "options": {"length": 300}}'
long=$(id_of out)
n=0
until get "/api/jobs/$long" && grep -q '"running"' out || [ $n -ge 100 ]; do
    n=$((n + 1))
    sleep 0.1
done
post '{"mode": "house", "options": {"length": 301}}'
status 202 "one may wait"
json out '$j->{position} == 1' "and knows its place"
waits=$(id_of out)
post '{"mode": "house", "options": {"length": 302}}'
refused 429 'waiting' "the next is told to come back"
has head '^Retry-After: [0-9]+' "and when"
post '{"mode": "house", "options": {"length": 301}}'
status 202 "who waits already is not turned away"
get "/api/jobs/$long/piece.wav"
refused 409 'not made yet' "what is not made cannot be fetched"
get "/api/jobs/$long" -X DELETE
status 200 "DELETE cancels"
get "/api/jobs/$long/events" -N
has out '^event: cancelled' "what is being made stops"
post '{"mode": "acid", "options": {"length": 303}}'
queued=$(id_of out)
curl -sN "$url/api/jobs/$queued/events" > refused &
pids="$pids $!"
stream=$!
n=0
until grep -q event refused || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.1; done
get "/api/jobs/$waits" -X DELETE
kill -TERM "$pid"
n=0
until post '{"mode": "dna"}' && grep -q -e 503 -e 000 code || [ $n -ge 100 ]; do n=$((n + 1)); done
status 503 "who comes while it shuts down is refused"
has head '^Retry-After' "and told to come back"
wait "$pid"
rc=$?
is_rc 0 "SIGTERM at work ends it well too"
wait "$stream"
has refused '^event: (done|cancelled)' "those who listen are told how it ended"

serve log3 --seconds 5 --workers 1 --cache 1
make '{"mode": "space", "prompt": "a b c d e f g h i j k l m n o p q r s t u v w x y z"}'
has out '^event: failed' "a piece that would be too long fails"
has out 'would last .* limit is 5 s' "and says so"
make '{"mode": "space", "prompt": "one", "options": {"tempo": 200}}'
first=$id
get "/api/jobs/$first/piece.wav"
status 200 "a piece is kept"
for word in two three four; do
    make "{\"mode\": \"space\", \"prompt\": \"$word\", \"options\": {\"tempo\": 200}}"
done
get "/api/jobs/$first/piece.wav"
refused 404 'no such job' "until there is no room for it"
kill -TERM "$pid"
wait "$pid"

serve log4 --patience 1 -t 1
make '{"mode": "house", "options": {"length": 600}}' # many seconds of work
has out '^event: failed' "what takes too long is stopped"
has out 'longer than 1 s' "and says so"
kill -TERM "$pid"
wait "$pid"

run "$LLM" serve --bind nowhere.invalid
says 'bind.*nowhere.invalid' "an address that is none is named"
run "$LLM" serve -m nothing
says 'nothing' "a model that is not there"
run "$LLM" serve --port 70000
is_rc 1 "a port is a number up to 65535"

done_testing
