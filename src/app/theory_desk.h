/* theory_desk.h: what the theory commands share: one model, texts read in it, findings written.
 * Private to app/. */
#ifndef APP_THEORY_DESK_H
#define APP_THEORY_DESK_H

#include "app/theory_job.h"
#include "theory/chordset.h"
#include "theory/finding.h"
#include "theory/sections.h"

/* Zero is closed. */
typedef struct Desk {
    const TheoryJob *job;
    TextModel model;
    ChordSet other; /* random notes and chords, when they were asked for */
    Findings fs;
} Desk;

/* Opens the model and its tokenizer; no text is read. */
bool desk_open(Desk *d, const TheoryJob *job, const Run *run, Err *err);
void desk_close(Desk *d);
/* Replaces *ids by the tokens of a text, with what stands in front of one. */
bool desk_encode(Desk *d, const char *text, TokenIds *ids, Err *err);
/* The last token's streams of a text, [layers, d]; to be freed. NULL on failure. */
float *desk_last(Desk *d, const char *text, const Run *run, Err *err);
bool desk_others(Desk *d, const Run *run, Err *err);
/* What stands in front of a text: BOS, or the end of another; -1 for none. */
int32_t desk_prefix(const Tokenizer *tok);
int desk_layers(const Desk *d);

/* Neighbours in a traced text that are no sinks. */
bool theory_read_chords(ChordSet *c, const TextModel *m, const Trace *t, const Run *run, Err *err);
/* The bars of the piece that `activations --mode theory` makes of the text, as a table. */
bool theory_bars(const TheoryText *x, TextModel *m, Findings *out, const Run *run, Err *err);

/* Writes the findings as text or JSON, and the picture that the job asks for. False and nothing
 * when their run was stopped. */
bool theory_put(const Findings *fs, const TheoryJob *job, Str *out, Err *err);

#endif
