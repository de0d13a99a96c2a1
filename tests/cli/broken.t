#!/bin/sh
# broken.t: broken inputs of every kind: one clear line, status 2, nothing written. With the
# sanitizer build beside it, the same again there.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

# st NAME HEADER [DATA-BYTES]: a safetensors file with this header in m/NAME/.
st() {
    mkdir -p "m/$1"
    cp "$WREN/config.json" "m/$1"
    perl -e 'my ($h, $n) = @ARGV; print pack("Q<", length $h), $h, "\0" x $n' "$2" "${3:-0}" \
        > "m/$1/model.safetensors"
}
# raw NAME HEX: bytes as given.
raw() {
    mkdir -p "m/$1"
    cp "$WREN/config.json" "m/$1"
    echo "$2" | unhex > "m/$1/model.safetensors"
}
# conf NAME JSON: the real weights with another config.json.
conf() {
    mkdir -p "m/$1"
    ln -s "$WREN/model.safetensors" "m/$1/model.safetensors"
    printf '%s' "$2" > "m/$1/config.json"
}
t() { printf '"%s":{"dtype":"%s","shape":[%s],"data_offsets":[%s,%s]}' "$@"; }

raw empty ''
raw short '0001'
raw zero-header '0000000000000000'
raw huge-header 'ffffffffffffff7f 7b7d'
raw header-past-end '6400000000000000 7b7d'
st no-json 'hello'
st array '[]'
st unclosed '{"a":'
st nul "$(printf '{"a\\u0000b":1}')"
st number '{"a":1}'
st no-dtype '{"a":{"shape":[1],"data_offsets":[0,4]}}' 4
st no-shape '{"a":{"dtype":"F32","data_offsets":[0,4]}}' 4
st no-offsets '{"a":{"dtype":"F32","shape":[1]}}' 4
st bad-dtype "{$(t a F33 1 0 4)}" 4
st negative-shape "{$(t a F32 -1 0 4)}" 4
st fraction-shape "{$(t a F32 1.5 0 4)}" 4
st huge-shape "{$(t a F32 4611686018427387904,4611686018427387904 0 4)}" 4
st wrap-shape "{$(t a F32 4294967296,4294967296 0 0)}" 0
st too-many-dims "{$(t a F32 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 0 4)}" 4
st offsets-back "{$(t a F32 1 4 0)}" 4
st offsets-past-end "{$(t a F32 2 0 8)}" 4
st negative-offset "{$(t a F32 1 -4 0)}" 4
st huge-offset "{$(t a F32 1 18446744073709551612 18446744073709551616)}" 4
st size-mismatch "{$(t a F32 3 0 8)}" 8
st overlap "{$(t a F32 1 0 4),$(t b F32 1 0 4)}" 4
st hole "{$(t a F32 1 0 4),$(t b F32 1 8 12)}" 12
st data-left-over "{$(t a F32 1 0 4)}" 64
st twice "{$(t a F32 1 0 4),$(t a F32 1 4 8)}" 8
st metadata-number '{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}' 4
st no-tensors '{}'
st deep "$(perl -e 'print "[" x 5000')"
head -c 3000000 "$WREN/model.safetensors" > cut
mkdir -p m/truncated && cp "$WREN/config.json" m/truncated && mv cut m/truncated/model.safetensors
mkdir -p m/no-weights && cp "$WREN/config.json" m/no-weights
mkdir -p m/shards-missing
echo '{"weight_map":{"a":"model-00001-of-00002.safetensors"}}' \
    > m/shards-missing/model.safetensors.index.json
mkdir -p m/shards-outside
echo '{"weight_map":{"a":"../truncated/model.safetensors"}}' \
    > m/shards-outside/model.safetensors.index.json
mkdir -p m/shards-absolute
echo '{"weight_map":{"a":"/etc/passwd"}}' > m/shards-absolute/model.safetensors.index.json
mkdir -p m/shards-nonsense
echo '{"weight_map":[1,2]}' > m/shards-nonsense/model.safetensors.index.json
mkdir -p m/index-cut
echo '{"weight_map":{' > m/index-cut/model.safetensors.index.json
conf config-cut '{"model_type":'
conf config-array '[1]'
conf config-layers '{"model_type":"gemma3_text","num_hidden_layers":-3}'
conf config-huge '{"model_type":"gemma3_text","num_hidden_layers":1e300}'
conf config-text '{"model_type":"gemma3_text","hidden_size":"wide"}'
conf config-heads '{"model_type":"gemma3_text","num_hidden_layers":8,"hidden_size":160,"num_attention_heads":0}'

# mid NAME HEX
mid() { echo "$2" | unhex > "$1.mid"; }
mid m-empty ''
mid m-text '68656c6c6f'
mid m-head '4d546864'
mid m-head-short '4d546864 00000002 0000'
mid m-format '4d546864 00000006 0009 0001 0060 4d54726b 00000004 00ff2f00'
mid m-division '4d546864 00000006 0000 0001 0000 4d54726b 00000004 00ff2f00'
mid m-no-track '4d546864 00000006 0000 0001 0060'
mid m-cut-event '4d546864 00000006 0000 0001 0060 4d54726b 00000003 00 90 3c'
mid m-cut-delta '4d546864 00000006 0000 0001 0060 4d54726b 00000002 ffff'
mid m-long-delta '4d546864 00000006 0000 0001 0060 4d54726b 00000009 ffffffff7f 90 3c 40 00'
mid m-no-status '4d546864 00000006 0000 0001 0060 4d54726b 00000004 00 3c 40 00'
mid m-meta-length '4d546864 00000006 0000 0001 0060 4d54726b 00000006 00 ff 01 ff ff 7f'
mid m-data-byte '4d546864 00000006 0000 0001 0060 4d54726b 00000008 00 90 ff ff 00 ff 2f 00'

# aud NAME HEX
aud() { echo "$2" | unhex > "$1"; }
aud a-empty.wav ''
aud a-riff.wav '52494646'
aud a-no-data.wav '52494646 24000000 57415645 666d7420 10000000 0100 0200 44ac0000 10b10200 0400 1000'
aud a-text.flac '6e6f7420666c6163'
aud a-cut.ogg '4f676753 0002'

printf '{"format":"something else"}' > j-format.json
printf '{"format":"llmsonify score 1"}' > j-bare.json
printf '{"format": "llmsonify score 1", "tracks": 7}' > j-tracks.json
printf '{' > j-cut.json
: > j-empty.json

tried=0
try() {
    tried=$((tried + 1))
    run "$@"
    says . "$name"
    gone out.mid "$name: nothing is written"
}

all_inputs() {
    for d in m/*; do
        name="$tag model ${d#m/}"
        try "$BINARY" weights --genre acid -m "$d" -q --no-audio -o out
    done
    for f in m-*.mid; do
        name="$tag MIDI $f"
        run "$BINARY" measure "$f"
        # A tolerant reader may repair these with a warning; a crash or silence is never right.
        case $f in
        m-no-track.mid | m-division.mid | m-data-byte.mid | m-format.mid)
            test "$rc" -eq 0 || test "$rc" -eq 2
            ok $? "$name is repaired or refused"
            ;;
        *) says "$f" "$name is refused and named" ;;
        esac
        run "$BINARY" render "$f" -q -o sound.wav
        test "$rc" -eq 0 || test "$rc" -eq 2
        ok $? "$name: render ends with a status of its own"
        [ "$rc" -eq 0 ] || gone sound.wav "$name: no sound is written"
        rm -f sound.wav
    done
    for f in a-*; do
        run "$BINARY" measure "$f"
        says "$f" "$tag audio $f is refused and named"
    done
    for f in j-*.json; do
        run "$BINARY" explain "$f"
        says "$f" "$tag sidecar $f is refused and named"
        run "$BINARY" inspect --features "$f"
        says "$f" "$tag features $f are refused and named"
        run "$BINARY" weights --features "$f" -q --no-audio -o out
        says "$f" "$tag features $f make no music"
    done
    name="$tag missing"
    run "$BINARY" weights -m no-such-model -q -o out
    says "no-such-model" "$tag a missing model is named"
    run "$BINARY" inspect -m acme/no-such-model
    says "acme/no-such-model" "$tag a missing Hugging Face model is named"
    run "$BINARY" measure no-such-file.wav
    says "no-such-file.wav" "$tag a missing audio file is named"
    run "$BINARY" measure no-such-file.mid
    says "no-such-file.mid: .*no such file" "$tag a missing MIDI file is named"
    run "$BINARY" render no-such-file.mid -o out.wav
    says "no-such-file.mid: .*no such file" "$tag render names it too"
    run "$BINARY" explain no-such-file
    says "no-such-file" "$tag explain names it too"
    run "$BINARY" measure m
    is_rc 2 "$tag a directory cannot be measured"
}

tag=plain
BINARY=$LLM
all_inputs
check "the table has at least 40 broken models" test "$tried" -ge 40
if [ -x "$ROOT/build/asan/llmsonify" ] && [ "$ROOT/build/asan/llmsonify" -nt "$ROOT/Makefile" ]; then
    tag=asan
    BINARY=$ROOT/build/asan/llmsonify
    export ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:exitcode=99
    all_inputs
fi

done_testing
