/* theory_piece.c: the piece of the theory: a prompt's features with what the theory found in it, as
 * `activations --mode theory` plays it; and its bars, as the report names them. */
#include <stdlib.h>
#include <string.h>

#include "activations_cast.h"
#include "analysis/activations.h"
#include "base/mem.h"
#include "score/place.h"
#include "theory/features.h"
#include "theory_desk.h"

/* Adds what a trace of ids tells. */
static bool add_findings(FeatureSet *fs, const TextModel *m, const int32_t *ids, int n,
                         const Run *run, Err *err)
{
    Trace t = {0};
    ChordSet chords = {0};
    int32_t bos = tokenizer_bos(m->tok);
    bool ok = trace_record(&t, m->lm, ids, n, bos, run, err) &&
              theory_read_chords(&chords, m, &t, run, err);
    if (ok) {
        const TheoryText x = {.t = &t, .chords = &chords};
        theory_features(&x, fs, run);
        if (run_stopped(run)) ok = err_set(err, "interrupted");
    }
    chordset_free(&chords);
    trace_free(&t);
    return ok;
}

bool theory_make(Stage *s, const Run *run, Err *err)
{
    TokenIds ids = {0};
    const char *prompt = s->prompts.row[0].text;
    bool ok = cast_add(&s->cast, &s->reader, prompt, run, err) &&
              prompt_reader_encode(&s->reader, prompt, &ids, err) &&
              add_findings(&s->cast.fs[0], &s->reader.model, ids.id, ids.n, run, err) &&
              stage_piece(s, s->names, run, err);
    token_ids_free(&ids);
    return ok;
}

static void bar_table(const Score *s, Findings *out)
{
    static const char *const COLUMNS[] = {"from bar", "to bar", "seconds"};
    FindingTable *t = findings_table(out, "the piece", "piece.bars",
                                     "where `activations --mode theory` plays what: the sections "
                                     "of its score", COLUMNS, 3, s->nsections);
    for (int i = 0; i < s->nsections; i++) {
        int32_t end = i + 1 < s->nsections ? s->section[i + 1].at : s->length;
        table_label(t, i, "%s", s->section[i].name);
        table_set(t, i, 0, score_place(s, s->section[i].at).bar);
        table_set(t, i, 1, score_place(s, end - 1).bar);
        table_set(t, i, 2, score_seconds(s, s->section[i].at));
    }
}

bool theory_bars(const TheoryText *x, TextModel *m, Findings *out, const Run *run, Err *err)
{
    FeatureSet fs = {0};
    Score s = {0};
    const FeatureSet *all[] = {&fs};
    const GenreOpts plain = {.root = -1, .mode = -1};
    int32_t bos = tokenizer_bos(m->tok);
    const ActivationPrompt p = {.ids = x->t->ids, .n = x->t->nt, .bos = bos};
    if (trace_tokens(x->t, NULL) < 2) return true;
    bool ok = analyse_activations(m->lm, &p, &fs, run, err);
    if (ok) {
        theory_features(x, &fs, run);
        ok = genre_mode_find("theory")->compose(all, 1, &plain, &s, err);
    }
    if (ok) bar_table(&s, out);
    score_free(&s);
    feat_free(&fs);
    return ok;
}
