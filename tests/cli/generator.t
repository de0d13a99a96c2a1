#!/bin/sh
# generator.t: --generator of weights and activations: what it refuses, what files say of it, the
# same bytes for any number of threads, and a planted network that notes name.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

# Features that a network has foreseen: made up, always a fifth up.
perl -MJSON::PP -e 'local $/; open my $f, "<", $ARGV[0] or die; my $j = decode_json(<$f>);
    my $t = $j->{tables}{layers};
    push @{$t->{columns}}, map { {name => $_, unit => "", doc => "made up"} }
        qw(jepa_next jepa_onset jepa_level jepa_length);
    for my $r (@{$t->{rows}}) {
        my $v = $r->{values};
        $v->{jepa_next} = [map { my $i = $_; map { $_ == ($i + 7) % 12 ? 1 : 0 } 0 .. 11 } 0 .. 11];
        $v->{jepa_onset} = [map { $_ % 2 ? 0.2 : 0.7 } 0 .. 15];
        $v->{jepa_level} = [map { $_ % 4 ? 0.5 : 0.9 } 0 .. 15];
        $v->{jepa_length} = 1;
    }
    print encode_json($j)' "$ROOT/tests/golden/wren.json" > foreseen.json
there foreseen.json "features are made up"

# What contradicts itself is a usage error, before anything is read.
usage() {
    name=$1 re=$2
    shift 2
    run "$LLM" "$@"
    is_rc 1 "$name: status"
    has err "$re" "$name: message"
}
usage "opera by a chain" 'opera is made of rows alone; try --genre (house|acid)' \
    weights --genre opera --generator lstm --no-audio -o x
usage "dna by a network" 'try --genre .*(house|acid)' weights --genre dna --generator jepa -o x
usage "all genres by a chain" 'opera is made of rows alone' weights --genre all --generator lstm -o x
usage "a weight without a chain" '--markov-weight belongs to --generator lstm or jepa' \
    weights --genre acid --markov-weight 0.5 -o x
usage "a network without its generator" '--jepa belongs to --generator jepa' \
    weights --genre acid --generator lstm --jepa x.safetensors -o x
usage "a weight over 1" "'1.5' is not a number from 0 to 1" \
    weights --genre acid --generator lstm --markov-weight 1.5 -o x
usage "another generator" 'rows' weights --genre acid --generator gru -o x
for m in thinking operatic theory; do
    usage "$m by a network" "--mode $m has none; solo, contrast, dialogue, delta and album have" \
        activations --mode $m --generator jepa -p x -o x
done
echo 'a line' > lines.txt
usage "spectrum by a chain" '--mode spectrum has none' \
    activations --mode spectrum -f lines.txt --generator lstm -o x
gone x.mid "nothing was written"

run "$LLM" weights --genre acid --generator jepa --jepa none.safetensors --no-audio -q -o x
says 'none\.safetensors' "a network that is not there is named"
run "$LLM" weights --genre acid --generator jepa --jepa "$WREN/model.safetensors" --no-audio -q -o x
says 'model\.safetensors' "weights that are no such network are named"
if [ -f "$ROOT/models/jepa-house/jepa.safetensors" ]; then
    run "$LLM" weights --genre house --generator jepa -m "$WREN" --bars 8 --no-audio -q -t 2 -o net
    is_rc 0 "the shipped network plays"
    run "$LLM" weights --genre house --generator jepa -m "$WREN" --bars 8 --no-audio -q -t 1 -o one
    same net.json one.json "it has the same bytes with one and two threads"
    run "$LLM" activations --generator jepa -m "$WREN" -p 'Why is the sky blue?' --no-audio -q -o sky
    run "$LLM" explain sky.json --json
    json out '(grep { $_->{pitch_from}{feature} eq "jepa_next" } @{$j->{notes}}) > 10' \
        "it tells a prompt"
else
    run "$LLM" weights --genre acid --generator jepa -m "$WREN" --no-audio -q -o x
    says 'llmsonify jepa train' "without a network it is said how to make one"
fi

for g in acid house; do
    run "$LLM" weights --features foreseen.json --genre $g --bars 24 --generator jepa \
        --markov-weight 0.4 --no-audio -q -o $g
    is_rc 0 "$g by a network"
    run "$LLM" explain $g.json --json
    cp out $g-notes.json
    json out '(grep { $_->{pitch_from}{feature} eq "jepa_next" } @{$j->{notes}}) > 100' \
        "notes of $g name the network"
    json out '!grep { $_->{pitch_from}{feature} eq "jepa_next"
        && $_->{rule} !~ /p = 0\.40 M\[current\] \+ 0\.60 p_jepa, chosen by rank/ && $_->{rule} =~ /line|bass:/ }
        @{$j->{notes}}' "the rules of $g say the weights"
    run "$LLM" weights --features foreseen.json --genre $g --bars 24 --generator jepa \
        --markov-weight 1 --no-audio -q -o $g-markov
    run "$LLM" explain $g-markov.json --json
    json out '@{$j->{notes}} > 100 && !grep { $_->{pitch_from}{feature} =~ /jepa/ } @{$j->{notes}}' \
        "at weight 1 no note of $g does"
    perl -ne 'print "$1\n" while /([\x20-\x7e]{4,})/g' $g.mid > texts
    has texts 'generator jepa, Markov weight 0\.4' "the MIDI of $g says so"
    has texts '[-]-generator jepa --markov-weight 0\.4' "the MIDI of $g carries the command"
    has $g.json 'generator jepa, Markov weight 0\.4' "the sidecar of $g says so"
    run "$LLM" measure $g.mid --json
    json out '!grep { !$_->{drum} && $_->{notes} > 40 && $_->{distinct_pitches} < 5 } @{$j->{tracks}}' \
        "every long part of $g moves"
    run "$LLM" weights --genre $g --generator rows --features foreseen.json --bars 8 --no-audio -q \
        -o $g-rows
    run "$LLM" weights --genre $g --features foreseen.json --bars 8 --no-audio -q -o $g-none
    run "$LLM" explain $g-rows.json --json
    cp out rows.json
    run "$LLM" explain $g-none.json --json
    same out rows.json "rows is how $g is made when nothing is asked"
    run "$LLM" weights --genre $g --explain
    has out 'generator lstm, jepa' "the legend of $g has the generators"
done

run "$LLM" explain --features foreseen.json --genre acid --bars 24 --generator jepa \
    --markov-weight 0.4 --json
same out acid-notes.json "explain composes by a generator too"

run "$LLM" activations -m "$WREN" -p 'Why is the sky blue?' --no-audio -q -o plain
run "$LLM" activations -m "$WREN" -p 'Why is the sky blue?' --generator lstm --markov-weight 0.7 \
    --no-audio -q -o seventy
run "$LLM" explain plain.json --json
cp out plain-notes.json
run "$LLM" explain seventy.json --json
same out plain-notes.json "a prompt is told at 0.70 when nothing is asked"
run "$LLM" activations -m "$WREN" -p 'Why is the sky blue?' --markov-weight 0.2 --no-audio -q -o low
run "$LLM" explain low.json --json
json out '@{$j->{notes}} > 20 && grep { $_->{rule} =~ /p = 0\.20 M\[current\] \+ 0\.80 cell/ }
    @{$j->{notes}}' "--markov-weight alone is the cell's"
check "and it is heard" sh -c '! cmp -s out plain-notes.json'

done_testing
