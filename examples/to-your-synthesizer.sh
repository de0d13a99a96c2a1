#!/bin/sh
# MIDI for a 303 instrument (controllers 74 and 71, overlapping slides), and the same piece as FLAC
# at broadcast loudness.
# makes: line.mid line.flac
set -eu
llmsonify weights --genre acid --bars 16 --acid-cc plugin -q -o line.mid
llmsonify weights --genre acid --bars 16 --loudness -23 -q -o line.flac
llmsonify measure line.flac
