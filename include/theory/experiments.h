/* experiments.h: the research programme of seed 002 section XV, as far as it needs measures of its
 * own; the others are sections of the report. */
#ifndef THEORY_EXPERIMENTS_H
#define THEORY_EXPERIMENTS_H

#include "theory/sections.h"

/* 2, reading the score: moves.vocabulary (do layers differ in the kinds of their moves?); table
 * moves.layers. */
void experiment_moves(const TheoryText *x, Findings *out);
/* 3, voices that go together: pairs.consonant, pairs.dissonant; table pairs.heads. */
void experiment_pairs(const TheoryText *x, Findings *out);
/* 4, does dissonance tell where the model is unsure? metric.entropy, metric.surprisal. */
void experiment_metric(const TheoryText *x, Findings *out);
/* 5 (with chords), is the way to a chord the same for all of them? basin.transposable; table
 * basin.layers. */
void experiment_basins(const TheoryText *x, Findings *out);

#endif
