#!/bin/sh
# Attention and residual stream of a prompt for NumPy, and its features as a table.
# makes: inside.npz inside.csv
set -eu
llmsonify inspect -p 'Once upon a time' --hook attn.hook_pattern --hook hook_resid_post -o inside.npz
llmsonify inspect -p 'Once upon a time' --csv > inside.csv
