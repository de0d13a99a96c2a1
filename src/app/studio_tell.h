/* studio_tell.h: what a page shows beside a piece: its summary, its words, what the model did. */
#ifndef APP_STUDIO_TELL_H
#define APP_STUDIO_TELL_H

#include "app/studio.h"
#include "score/sidecar.h"
#include "token/tokenizer.h"

/* Title, key, seconds and tempo from the piece's sidecar. */
bool studio_tell_summary(StudioPiece *p, Err *err);

/* [n] when each token is first heard in the first track of a piece that takes tokens one after
 * another (seconds), NaN = never. False when the piece has no such order. */
bool studio_tell_onsets(const Sidecar *sc, int n, double *onset);
/* words.json of text, with the notes of the first track: those whose pitch one of the word's tokens
 * gave. */
void studio_tell_words(const Sidecar *sc, const char *text, const TokenIds *ids, Str *out);
/* onset [nt] or NULL. */
void studio_tell_heat(const FeatureSet *fs, const double *onset, int nt, Str *out);

#endif
