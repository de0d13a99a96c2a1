#!/bin/sh
# jepa_corpus.t: a folder of MIDI files described, and pieces compared with it.
. "${LLMSONIFY_ROOT:-.}/tests/cli/tap.sh"

# song NAME BPM ROOT NOTES: eighths of a chord on ROOT, in 4/4.
song() {
    perl -e '
        my ($name, $bpm, $root, $notes) = @ARGV;
        my $us = int(6e7 / $bpm + 0.5);
        my $t = "\0\xff\x51\3" . substr(pack("N", $us), 1) . "\0\xff\x58\4\4\2\x18\x08";
        for my $i (0 .. $notes - 1) {
            my $key = $root + (0, 4, 7, 12)[$i % 4];
            $t .= pack("CCCC", 0, 0x90, $key, 90) . "\x81\x70" . pack("CCC", 0x80, $key, 64);
        }
        $t .= "\0\xff\x2f\0";
        open my $f, ">:raw", $name or die;
        print $f "MThd", pack("Nnnn", 6, 0, 1, 480), "MTrk", pack("N", length $t), $t;' "$@"
}

mkdir -p midi/deep
song midi/b.mid 120 60 320
song midi/deep/a.midi 128 57 512
song midi/slow.mid 90 60 320
song midi/short.mid 120 60 100
echo "no MIDI" > midi/broken.mid
echo "no MIDI" > midi/README
song g.mid 60 67 64

run "$LLM" jepa corpus --midi midi -t 1
is_rc 0 "a folder is described"
has out '2 of 5 files are heard; refused: 1 broken, 1 tempo, 1 short' "what is refused is counted"
has out '1 C major, 1 A major' "the keys are those of the songs"
has out 'onsets a bar +8\.000 +8\.000 +8\.000 +8\.000' "eight onsets a bar in every window"
cp out one
run "$LLM" jepa corpus --midi midi -t 2
same one out "threads change nothing"
run "$LLM" jepa corpus --midi midi --json
json out '$j->{heard} == 2 && $j->{refused}{tempo} == 1 && $j->{notes} == 832 && $j->{bars} == 104
    && $j->{windows} == 37 + 61' "JSON has the counts"
json out '$j->{files}[0]{path} eq "b.mid" && $j->{files}[1]{path} eq "deep/a.midi"
    && $j->{files}[1]{key} eq "A major" && abs($j->{files}[1]{bpm} - 128) < 1e-3' "and the files, in order"
json out 'abs($j->{of_windows}{entropy_pitch}{mean} - 1.5) < 1e-6' "and the windows' measures"
run "$LLM" jepa corpus --midi midi --bpm 80-100 --json
json out '$j->{heard} == 1 && $j->{files}[0]{path} eq "slow.mid"' "--bpm chooses"
run "$LLM" jepa corpus --midi midi --min-bars 12 --min-density 8 --max-files 2 --json
json out '$j->{heard} == 2' "--min-bars and --max-files choose"

run "$LLM" jepa corpus --midi midi --against g.mid midi/b.mid
is_rc 0 "pieces are compared, whatever their tempo"
has out 'g.mid' "both are told of"
has out '64 notes in 5 windows, 8 bars at 60.0, G major' "a piece is cut by the same windows"
run "$LLM" jepa corpus --midi midi --against g.mid midi/b.mid --json
json out '@{$j->{against}} == 2 && !grep { abs($_->{distributions}{pitch_class}{overlap} - 1) > 1e-6
    || $_->{distributions}{pitch_class}{wasserstein} > 1e-6 } @{$j->{against}}' \
    "songs on the same chord are alike above their tonic"
json out '!grep { $_->{measures}{groove}{value} != 1 || $_->{measures}{in_key}{value} != 1 }
    @{$j->{against}}' "measures are there"
run "$LLM" jepa corpus --midi midi --against midi/broken.mid
says 'broken.mid: none of 1 files fits: 1 broken' "a broken piece is named"
run "$LLM" jepa corpus --midi midi --against midi/nothere.mid
says 'nothere.mid: no such folder' "a missing piece is named"
run "$LLM" jepa corpus --midi midi --drums
says 'none of 5 files fits: 1 broken, 1 of another tempo.* 3 without notes' "no drums, no corpus"
mkdir empty
run "$LLM" jepa corpus --midi empty
says 'empty: no .mid and no .midi file' "an empty folder says so"
for bad in "" "--midi midi --bpm 100" "--midi midi --bpm 142-115" "--midi midi --against" \
    "--midi midi g.mid" "--midi midi --min-bars -1"; do
    run "$LLM" jepa corpus $bad
    is_rc 1 "jepa corpus $bad: a usage error"
done

# House of our own is what the filter for house looks for.
run "$LLM" weights -m "$WREN" --genre house -q -o midi/house.mid
run "$LLM" jepa corpus --midi midi --json
json out '$j->{heard} == 3 && (grep { $_->{path} eq "house.mid" && $_->{bpm} == 128 }
    @{$j->{files}}) == 1' "a house track of ours is heard"
run "$LLM" jepa corpus --midi midi --drums --json
json out '$j->{heard} == 1 && !exists $j->{of_files}{in_key}' "and so are its drums, without a key"
done_testing
