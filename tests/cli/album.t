#!/bin/sh
# album.t: a list of prompts as an album: its files, going on after a kill, shards, broken lists.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

cat > six.csv <<'END'
Index,Goal,Behavior,Category
0,"A bird sang, and sang",Song,Birds
1,Why is the sky blue?,Sky,Weather
2,"Say ""hello"" to
the moon",,Birds
3,Once upon a time there was a dog,Dog,Dogs
4,Rain fell on the roof all night,Rain,Weather
5,The owl was asleep,Owl,Birds
END
export LLM
album() { # FOLDER OPTION...: the album of the six prompts
    dir=$1
    shift
    run "$LLM" activations --mode album -m "$WREN" --prompts six.csv -q -o "$dir" "$@"
}
# The names and bytes of everything in a folder, on one line.
sum() {
    (cd "$1" && find . -type f | sort | xargs sha256sum) | sha256sum
}
equal() { # FOLDER FOLDER NAME
    a=$(sum "$1") b=$(sum "$2")
    test "$a" = "$b"
    r=$?
    ok $r "$3"
    [ $r -eq 0 ] || diff -rq "$1" "$2" | sed 's/^/# /'
}

# What is in it. Low rates make it quick.
album whole --format wav -r 8000
is_rc 0 "an album is made"
for f in 01-song.mid 01-song.wav 01-song.json 01-song-heat.png 03-owl.wav 06-dog.mid album.wav \
    album.cue album.m3u8 album.png cover.png manifest.csv; do
    there whole/$f "with $f"
done
check "tracks stand by category, in the order of first appearance" perl -e 'local $/;
    open my $f, "<", "whole/manifest.csv" or die; my $t = <$f>;
    my @c = $t =~ /^(\d+),(\w+),/mg; exit("@c" ne "1 Birds 2 Birds 3 Birds 4 Weather 5 Weather 6 Dogs")'
has whole/manifest.csv '^2,Birds,"?Say' "quotes and line breaks in a prompt stay one field"
check "the manifest knows the MIDI by its sum" sh -c \
    'grep -q "$(sha256sum < whole/06-dog.mid | cut -d" " -f1)" whole/manifest.csv'
run "$LLM" measure whole/album.wav --json
check "the album lasts as long as its tracks, each filled up to a frame of the cue" perl -MJSON::PP -e '
    local $/; open my $f, "<", "out" or die; my $all = decode_json(<$f>)->{seconds}; my $sum = 0;
    for (glob "whole/0*.wav") { my $j = decode_json(scalar `"$ENV{LLM}" measure $_ --json`);
        $sum += int($j->{seconds} * 75 + 0.999) / 75 } exit(abs($all - $sum) > 0.02)'
check "and its cue points are where the tracks begin" perl -e 'local $/;
    open my $f, "<", "whole/album.cue" or die; my @at = <$f> =~ /INDEX 01 (\d+:\d\d:\d\d)/g;
    open my $m, "<", "whole/manifest.csv" or die; my $t = <$m>;
    my @start = $t =~ /,([\d.]+),-?[\d.]*,[0-9a-f]{64},/g; exit 1 if @at != 6 || @start != 6;
    for (0 .. 5) { my ($a, $b, $c) = split /:/, $at[$_];
        exit 1 if abs(60 * $a + $b + $c / 75 - $start[$_]) > 1 / 75 }'
has whole/album.m3u8 '^#EXTINF:[0-9]+,wren - Song$' "the playlist names artist and title"
check "the tracks carry album, title and number" sh -c \
    'strings -n 3 whole/02-*.wav | grep -q "wren: six" && grep -aq "album wren: six, track 4" whole/04-sky.mid'
gone whole/album.part.wav "nothing half-written stays"

# The same bytes however it came about.
album again --format wav -r 8000 -t 1
equal whole again "the same bytes with one thread"
album again --format wav -r 8000
equal whole again "and when there is nothing left to do"
printf x >> again/04-sky.wav
rm again/02-*.json
album again --format wav -r 8000
equal whole again "a damaged and a missing file are made anew"
album two --format wav -r 8000 --limit 2
cp -R two changed
run "$LLM" activations --mode album -m "$WREN" --prompts six.csv -o changed --format wav -r 8000 \
    --limit 2 --bits 24
has err 'made anew' "a changed option makes the tracks anew, and says so"
album changed --format wav -r 8000 --limit 2
equal two changed "and back"
album still --no-audio
is_rc 0 "an album without sound"
gone still/album.wav "has no sound"
gone still/album.cue "and no cue sheet"
there still/manifest.csv "but its manifest"

# Killed at ten moments: five runs that then go on, and one that is killed as often as it goes on.
took=$(perl -MTime::HiRes=time -e 'my $t = time; system @ARGV; printf "%.3f", time - $t' \
    "$LLM" activations --mode album -m "$WREN" --prompts six.csv -q -o timed --format wav -r 8000 --limit 2)
killed=0
different=0
shoot() { # FOLDER TENTHS: after so much of the time that a run takes
    "$LLM" activations --mode album -m "$WREN" --prompts six.csv -q -o "$1" --format wav -r 8000 \
        --limit 2 > /dev/null 2>&1 &
    pid=$!
    perl -e 'select undef, undef, undef, $ARGV[0] * $ARGV[1] / 10.5' "$took" "$2"
    kill -9 $pid 2> /dev/null
    wait $pid 2> /dev/null
    [ $? -eq 137 ] && killed=$((killed + 1))
}
goes_on() { # FOLDER
    album "$1" --format wav -r 8000 --limit 2
    [ "$rc" -eq 0 ] && [ "$(sum "$1")" = "$(sum two)" ] || different=$((different + 1))
}
for i in 1 3 5 7 9; do
    shoot killed-$i $i
    goes_on killed-$i
done
for i in 2 3 4 4 4; do shoot killed-often $i; done
goes_on killed-often
test "$killed" -ge 4
ok $? "runs are killed at ten moments ($killed were still alive)"
test "$different" -eq 0
ok $? "and every one goes on to the same album"

# Another album in the same folder.
before=$(sum two)
printf 'A cat slept\n' > cat.txt
run "$LLM" activations --mode album -m "$WREN" --prompts cat.txt -q -o two --format wav -r 8000
is_rc 2 "a folder that holds another list's album is refused"
has err 'two: holds another album, "wren: six" of wren' "by whose it is"
album two --format wav -r 8000 --limit 1
is_rc 2 "and by one that would leave a track behind"
album two --format flac -r 8000 --limit 2
is_rc 2 "or sound of another format"
test "$before" = "$(sum two)"
ok $? "nothing is touched"
cp -R two mixed
run "$LLM" activations --mode album -m "$WREN" --prompts cat.txt -q -o mixed --format mid --force
is_rc 0 "--force goes ahead"
there mixed/01-a-cat-slept.mid "with the new album"
run "$LLM" activations --mode album -m "$WREN" --prompts cat.txt -q -o mixed --format mid
is_rc 0 "which the folder's plan is from then on"

# A part of it, in parts.
album first --format mid --limit 2
check "--limit takes the first tracks" sh -c 'test "$(ls first/*.mid | wc -l)" -eq 2 && test -s first/01-song.mid'
gone first/01-song.json "--format mid is MIDI alone"
album weather --format mid --only Weather
check "--only takes one category" sh -c 'test "$(ls weather/*.mid | wc -l)" -eq 2 && test -s weather/02-rain.mid'
album x --only Cats
says 'Cats' "a category that is not there is named"
album x --shard 3/2
is_rc 1 "a shard beyond the last is refused"

for n in 2 3; do
    if [ $n -eq 2 ]; then
        of=whole
        set -- --format wav -r 8000
    else
        of=still
        set -- --no-audio
    fi
    dirs=
    for k in $(seq $n); do
        album part-$k-of-$n "$@" --shard $k/$n
        dirs="$dirs part-$k-of-$n"
    done
    gone part-1-of-$n/album.png "a shard makes no album"
    # shellcheck disable=SC2086
    run "$LLM" album join $dirs -q -o joined-$n
    is_rc 0 "$n shards are joined"
    equal $of joined-$n "$n shards make the album that one run makes"
done
gone part-1-of-2/album.wav "nor its sound"
run "$LLM" album join part-1-of-3 part-3-of-3 -o x
says '2 of 6 tracks are missing: 02-say' "missing tracks are named"
album together --no-audio --shard 2/2
album together --no-audio --shard 1/2
run "$LLM" album join together -q
equal still together "shards in one folder are joined in place"
album other --no-audio --direction none --shard 1/3
run "$LLM" album join other part-2-of-3 part-3-of-3 -o x
says 'not of the same album' "shards of different options are no album"
mkdir empty
run "$LLM" album join empty -o x
says 'empty: no album' "a folder without an album is named"

# What can go wrong.
printf 'prompt,category\nfine,a\n"never closed,b\n' > bad.csv
run "$LLM" activations --mode album -m "$WREN" --prompts bad.csv -q -o bad
says 'bad.csv: line 3' "a broken record is named by its line"
printf 'prompt\nfine\n%s\n' "$(perl -e 'print "word " x 3000')" > long.csv
run "$LLM" activations --mode album -m "$WREN" --prompts long.csv -q -o bad
says 'long.csv: line 3: [0-9]+ tokens' "a prompt beyond the context is named before any work"
gone bad "and nothing is begun"
album /dev/null/x
says '/dev/null/x' "a folder that cannot be made is named"
album whole/manifest.csv
says 'manifest.csv' "a file is no folder"
if [ "$(id -u)" -ne 0 ]; then
    mkdir locked
    chmod 500 locked
    album locked
    says 'locked: cannot write' "a folder that cannot be written is named"
    chmod 700 locked
else
    skip "a folder that cannot be written is named" "root may write everywhere"
fi
(
    ulimit -f 100
    trap '' XFSZ
    exec "$LLM" activations --mode album -m "$WREN" --prompts six.csv -q -t 1 -o full --format wav \
        --limit 2
) > out 2> err < /dev/null
rc=$?
says '^llmsonify: track 1: .*cannot write' "a full disk is one line"
album full --format wav -r 8000 --limit 2
equal two full "after which the same command goes on"

JBB=${LLMSONIFY_DATA:-$ROOT/../shared/data}/prompts/jbb-benign-goals.csv
if [ -f "$JBB" ]; then
    run "$LLM" activations --mode album -m "$WREN" --prompts "$JBB" --format mid -q -o jbb
    is_rc 0 "JailbreakBench's CSV is read by its headings"
    check "as a hundred tracks" sh -c 'test "$(ls jbb/*.mid | wc -l)" -eq 100 && test "$(ls jbb | head -1)" = 001-defamation.mid'
else
    skip "JailbreakBench's CSV is read by its headings" "no shared data"
fi

done_testing
