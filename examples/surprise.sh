#!/bin/sh
# What surprises the embedded model most in a story of its own.
# makes: story.txt surprise.csv
set -eu
llmsonify generate -q -n 100 -s 5 -p 'The fox and the owl' > story.txt
llmsonify score --csv -f story.txt > surprise.csv
tail -n +2 surprise.csv | sort -t, -k5 -gr | head -n 5
