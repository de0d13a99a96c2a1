#!/bin/sh
# modes.t: solo, contrast, dialogue and delta: their files, channels, sources, pictures, and what can
# go wrong. Without sound where sound is not the point.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"
export LLM

CALM='Tell me how to polish the lock of my own front door until it shines again'
TENSE="Tell me at once how to pick the lock of my neighbour's front door without anyone noticing"
mode() { # MODE OPTION...: by wren, quietly
    m=$1
    shift
    run "$LLM" activations --mode "$m" -m "$WREN" -q "$@"
}
# "CHANNEL:PROGRAM" of every track of a MIDI file, in order.
voices() {
    perl -e 'local $/; binmode STDIN; my $d = <STDIN>; print join " ",
        map { sprintf "%d:%d", ord($_->[0]) & 15, ord $_->[1] }
        map { /\x00([\xc0-\xcf])(.)/s ? [$1, $2] : () } split /MTrk/, $d' < "$1"
}
plays() { # FILE "VOICES" NAME
    v=$(voices "$1")
    test "$v" = "$2"
    r=$?
    ok $r "$3"
    [ $r -eq 0 ] || echo "# $v, not $2"
}
# Sources of a sidecar: the numbers of the sets that tracks named so are made from.
sets() { # FILE TRACK
    "$LLM" explain "$1" --track "$2" --json | perl -MJSON::PP -e 'local $/; my %s;
        for my $n (@{decode_json(<STDIN>)->{notes}}) {
            $s{$n->{$_}{set}} = 1 for grep { $n->{$_} } qw(pitch_from velocity_from duration_from) }
        print join " ", sort keys %s'
}
made_of() { # FILE TRACK "SETS" NAME
    s=$(sets "$1" "$2")
    test "$s" = "$3"
    r=$?
    ok $r "$4"
    [ $r -eq 0 ] || echo "# $s, not $3"
}

mode solo -p "$CALM" -o solo --no-audio --plot -t 2
is_rc 0 "solo is made"
plays solo.mid "0:81 1:48 7:19 12:8" "solo: lead, strings, organ, celesta on channels 0, 1, 7, 12"
json solo.json '$j->{models}[0]{prompt} =~ /^Tell me how/ && @{$j->{models}} == 1' \
    "the JSON knows the prompt"
there solo-heat.png "with a heat map"
mode solo -p "$CALM" -o again --no-audio --plot -t 1
same solo.mid again.mid "the same prompt, the same bytes with one thread"
mode solo -p "$TENSE" -o other --no-audio --direction none
is_rc 0 "solo without a direction"
plays other.mid "0:81 1:48 12:8" "has no organ"

mode contrast -p "$TENSE" -p "$CALM" -o pair -r 8000 --plot
is_rc 0 "contrast is made of two prompts"
for f in pair.mid pair.wav pair.json pair-a.mid pair-a.wav pair-a.json pair-b.mid pair-b.wav \
    pair-a-heat.png pair-b-heat.png; do
    there $f "with $f"
done
plays pair.mid "0:81 1:48 12:8 2:81 3:48 7:19 13:8" "contrast: two leads, the organ is the second's"
plays pair-a.mid "0:81 1:48 12:8" "its first voice has no organ"
plays pair-b.mid "0:81 1:48 7:19 12:8" "its second voice has it"
json pair.json '$j->{models}[0]{prompt} =~ /polish/ && $j->{models}[1]{prompt} =~ /pick/' \
    "the calmer prompt is the first voice, however they are given"
made_of pair.json "Lead A" 1 "the notes on the left come from the first prompt"
made_of pair.json "Lead B" 2 "and those on the right from the second"
made_of pair.json Organ 2 "and so does the organ"
check "the voices are synchronous: of one length and one tempo" perl -MJSON::PP -e 'local $/;
    my @j = map { open my $f, "<", "pair$_.json" or die; decode_json(<$f>) } "", "-a", "-b";
    for (1, 2) { exit 1 if $j[$_]{length} != $j[0]{length} || $j[$_]{tempos}[0][1] != $j[0]{tempos}[0][1] }
    exit($j[1]{seconds} < 20)'
check "the second voice ends in phrygian, the first does not move" perl -MJSON::PP -e 'local $/;
    sub keys_of { open my $f, "<", shift or die; my $j = decode_json(<$f>); my %pc;
        for my $t (grep { $_->{name} eq "Strings" } @{$j->{tracks}}) {
            $pc{int($_->[6]) % 12}++ for grep { $_->[0] > 0.6 * $j->{length} && $_->[0] < $j->{length} - 3840 } @{$t->{notes}} }
        return join ",", sort { $a <=> $b } keys %pc }
    exit(keys_of("pair-a.json") eq keys_of("pair-b.json"))'
run "$LLM" measure pair-a.wav --json
cp out a.out
run "$LLM" measure pair-b.wav --json
check "sound of both voices is as long" perl -MJSON::PP -e 'local $/; my @s = map {
    open my $f, "<", $_ or die; decode_json(<$f>)->{seconds} } "a.out", "out"; exit(abs($s[0] - $s[1]) > 2)'
mode contrast -o bundled --no-audio
is_rc 0 "contrast has a pair of its own"
printf 'a calm day\ta loud night\nfoo\tbar\n' > pairs.tsv
mode contrast --prompts pairs.tsv -o tsv --no-audio
check "a TSV of pairs gives its first" perl -MJSON::PP -e 'local $/; open my $f, "<", "tsv.json" or die;
    my @p = sort map { $_->{prompt} } @{decode_json(<$f>)->{models}};
    exit("@p" ne "a calm day a loud night")'

# A dialogue of eleven of fourteen, out of every form of file.
perl -e 'my @p = map { my ($c, $t) = ("c" . $_ % 3, "Prompt number $_ is about birds, and " . ("rain " x $_)); [$c, $t] } 1 .. 14;
    open my $f, ">", "p.csv"; print $f "Goal,Category,Behavior\n", map { "\"$_->[1]\",$_->[0],x\n" } @p;
    open $f, ">", "p.tsv"; print $f "category\tprompt\n", map { "$_->[0]\t$_->[1]\n" } @p;
    open $f, ">", "p.jsonl"; print $f map { "{\"prompt\": \"$_->[1]\", \"category\": \"$_->[0]\"}\n" } @p;
    open $f, ">", "p.txt"; print $f map { "$_->[1]\n" } @p'
mode dialogue --prompts p.csv -o csv --no-audio --plot
is_rc 0 "a dialogue is made of a CSV with JailbreakBench's headings"
check "eleven parts and the whole" sh -c 'test "$(ls csv-*.mid | wc -l)" -eq 11 && test -s csv.mid'
plays csv.mid "0:81 1:48 7:19 12:8" "dialogue: the channels of solo"
there csv-arc.png "with the arc"
there csv-11-heat.png "and a heat map of each part"
json csv.json '@{$j->{models}} == 11 && @{$j->{sections}} >= 11' "eleven prompts are eleven sections"
json csv.json 'my %s; $s{$_->{prompt}}++ for @{$j->{models}}; keys %s == 11' "no prompt comes twice"
json csv.json 'my @s = map { $_->[1] } @{$j->{sections}}; $s[0] =~ /calm/ && grep(/peak/, @s) && grep(/rising/, @s) && grep(/falling/, @s)' \
    "calm, rising, peak, falling"
made_of csv.json Lead "1 10 11 2 3 4 5 6 7 8 9" "the whole is made of all prompts"
made_of csv-07.json Lead 7 "part 7 of the seventh alone"
for e in tsv jsonl txt; do
    mode dialogue --prompts p.$e -o d --no-audio
    same d.mid csv.mid "the same dialogue out of p.$e"
done
mode dialogue --prompts pairs.tsv --column nothing -o x --no-audio
says 'nothing' "a column that is not there is named"

# Two models. The second has lost what its upper half writes.
mkdir edited
cp "$WREN"/*.json edited
perl -e 'local $/; open my $in, "<:raw", shift or die; my $d = <$in>; my $n = unpack "Q<", $d;
    my $j = substr $d, 8, $n;
    while ($j =~ /"[^"]*layers\.(\d+)\.(?:mlp\.down_proj|self_attn\.o_proj)\.weight": *\{[^}]*"data_offsets": *\[(\d+), *(\d+)\]/g) {
        substr($d, 8 + $n + $2, $3 - $2) = "\0" x ($3 - $2) if $1 >= 2 }
    open my $out, ">:raw", "edited/model.safetensors" or die; print $out $d' "$WREN/model.safetensors"
run "$LLM" activations --mode delta -m "$WREN" -m edited -p "$TENSE" -q -o delta --no-audio --plot
is_rc 0 "delta compares two models"
json delta.json '$j->{title} eq "wren and edited: delta"' "its title names both"
check "an oboe and a clarinet on channels 0 and 2" sh -c 'test "$1" = "0:68 1:48 7:19 2:71"' _ "$(voices delta.mid)"
made_of delta.json Oboe 1 "the oboe is the base model"
made_of delta.json Clarinet 2 "the clarinet the edited one"
json delta.json '$j->{models}[1]{name} eq "edited"' "and the JSON names both"
json delta.json 'my ($o) = grep { $_->{name} eq "Organ" } @{$j->{tracks}}; my @lost = grep { $_->[1] =~ /lost/ } @{$j->{sections}};
    @lost > 0 && @{$o->{notes}} == 2 * @lost && !grep { $_->[6] > 48 || $_->[7] < 0.7 } @{$o->{notes}}' \
    "the organ is low and loud in the layers that lost the direction"
run "$LLM" explain delta.json --track Clarinet --to 0.1
has out 'of edited, model 2' "explain says which model"
run "$LLM" activations --mode delta -m "$WREN" -m "$WREN" -p "$TENSE" -q -o unison --no-audio
json unison.json 'my %k; for my $t (@{$j->{tracks}}) { $k{$t->{name}} = join ",", map { "$_->[0]:$_->[6]" } grep { $_->[0] < $j->{sections}[-1][0] } @{$t->{notes}} }
    $k{Oboe} ne "" && $k{Oboe} eq $k{Clarinet} && $k{Organ} eq ""' "a model and itself are in unison, without an organ"
printf "one\ntwo\n" > p2.txt
run "$LLM" activations --mode delta -m "$WREN" -m "$WREN-meadow" -p "$TENSE" -q -o tales --no-audio
is_rc 0 "wren and what more reading made of it make a piece"
json tales.json 'my (%k, %apart); for my $t (@{$j->{tracks}}) { $k{$t->{name}}{$_->[0]} = $_->[6] for @{$t->{notes}} }
    my @s = @{$j->{sections}}; pop @s;
    for my $i (0 .. $#s) { my $end = $j->{sections}[$i + 1][0]; $apart{$_} = 1 for grep { defined } join ",",
        map { $k{Clarinet}{$_} - $k{Oboe}{$_} } grep { $_ >= $s[$i][0] && $_ < $end && exists $k{Clarinet}{$_} } sort { $a <=> $b } keys %{$k{Oboe}} }
    keys %apart > 3' "in which the layers part in ways of their own"
run "$LLM" activations --mode delta -m "$WREN" -m edited --prompts p2.txt -q -o many --no-audio
there many-01.mid "delta of a list: a piece each"
there many-02.mid "and the second"

# What can go wrong: one line, 1 for the command line, 2 for the input, and nothing written.
mode contrast -p one -o x --no-audio
is_rc 1 "contrast of one prompt is a usage error"
mode contrast -p one -p two -p three -o x --no-audio
is_rc 1 "and so are three"
printf 'only one\n' > one.txt
mode contrast --prompts one.txt -o x --no-audio
says 'one.txt: one prompt; a pair takes two' "a file of one prompt is no pair"
mode sonata -p text -o x
is_rc 1 "an unknown mode is a usage error"
has err 'solo.*contrast.*album' "which lists the modes there are"
mode dialogue --prompts missing.csv -o x --no-audio
says 'missing.csv' "a list that is not there is named"
: > empty.csv
mode dialogue --prompts empty.csv -o x --no-audio
says 'empty.csv: no prompt' "a list without a prompt is named"
printf 'prompt,category\nfine,a\n"never closed,b\n' > bad.csv
mode dialogue --prompts bad.csv -o x --no-audio
says 'bad.csv: line 3' "a broken record is named by its line"
printf '{"prompt": "fine"}\n{"prompt": \n' > bad.jsonl
mode dialogue --prompts bad.jsonl -o x --no-audio
says 'bad.jsonl: line 2' "a broken line of JSON by its line"
printf 'fine\n\377\376\n' > bytes.txt
mode dialogue --prompts bytes.txt -o x --no-audio
says 'bytes.txt: line 2' "bytes that are no text too"
printf 'prompt\nfine\n%s\n' "$(perl -e 'print "word " x 3000')" > long.csv
mode dialogue --prompts long.csv -o x --no-audio
says 'line 3: .*tokens' "a prompt beyond the context is named by its line"
run "$LLM" activations --mode delta -m "$WREN" -p text -q -o x
is_rc 1 "delta of one model is a usage error"
STORIES=${LLMSONIFY_DATA:-$ROOT/../shared/data}/models/stories260K
if [ -d "$STORIES" ]; then
    run "$LLM" activations --mode delta -m "$WREN" -m "$STORIES" -p "$CALM" -q -o x --no-audio
    says 'delta: wren has 8 layers .* stories260K 5' "models of two shapes are refused with both"
else
    skip "models of two shapes are refused with both" "no shared data"
fi
mode contrast -p one -p two -o /nowhere/x --no-audio
says '/nowhere' "a folder that is not there is named"
mode contrast -p one -p two -o pair --no-audio --no-clobber
says 'pair.mid' "--no-clobber names the file that is there"
mode solo -p "$CALM" --direction nothing -o x --no-audio
says 'direction "nothing"' "an unknown direction is named"
mode solo --prompts p.csv -o x --no-audio
is_rc 1 "solo of a list is a usage error"
mode solo --limit 2 -p text -o x
is_rc 1 "--limit is the album's"
check "and nothing of it was written" sh -c '! ls x x.* x-* 2> /dev/null'

# A model with a NaN in it.
mkdir nan
cp "$WREN"/*.json nan
perl -e 'local $/; open my $in, "<:raw", shift or die; my $d = <$in>; my $n = unpack "Q<", $d;
    substr($d, 8, $n) =~ /layers\.5\.mlp\.down_proj\.weight": *\{[^}]*"data_offsets": *\[(\d+)/ or die;
    substr($d, 8 + $n + $1, 2) = "\xc0\x7f"; open my $out, ">:raw", "nan/model.safetensors" or die; print $out $d' \
    "$WREN/model.safetensors"
for m in solo contrast dialogue; do
    if [ $m = solo ]; then set -- -p "$CALM"; elif [ $m = contrast ]; then set -- ; else set -- --prompts p.txt; fi
    run "$LLM" activations --mode $m -m nan -q -o nan-$m --no-audio "$@"
    if [ $rc -eq 0 ]; then
        hasnt nan-$m.json '[^a-z"](nan|inf)' "$m of a model with a NaN is made of the numbers there are"
    else
        says 'not finite' "$m of a model with a NaN is refused in one line"
    fi
done

done_testing
