/* toksplit.c: see toksplit.h. Semantics are those of the tokenizers library
 * (NormalizedString::split and the pre_tokenizers there): a step sees each piece alone, look-ahead
 * included. */
#include "token/toksplit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void splitter_free(Splitter *splitter)
{
    for (int i = 0; i < splitter->n; i++) pattern_free(splitter->step[i].pattern);
    free(splitter->step);
    *splitter = (Splitter){0};
}

SplitStep *splitter_add(Splitter *splitter, SplitKind kind)
{
    SplitStep *step = mem_push(&splitter->step, &splitter->n, &splitter->cap, sizeof *step);
    step->kind = kind;
    return step;
}

void tokpieces_free(TokPieces *pieces)
{
    free(pieces->piece);
    *pieces = (TokPieces){0};
}

static void add_piece(TokPieces *out, int from, int to)
{
    TokPiece *p = mem_push(&out->piece, &out->n, &out->cap, sizeof *out->piece);
    *p = (TokPiece){from, to};
}

/* State of one cut: pieces go to out as ranges arrive, in order. */
typedef struct Cut {
    const SplitStep *step;
    TokPieces *out;
    int first;        /* pieces of out that belong to other texts */
    bool matched;     /* the range before was a match */
    int held, heldto; /* SPLIT_NEXT: a match that waits for what follows; held = -1: none */
} Cut;

static void cut_range(Cut *cut, int from, int to, bool match)
{
    TokPieces *out = cut->out;
    if (from == to) return;
    match ^= cut->step->invert;
    bool any = out->n > cut->first;
    switch (cut->step->behavior) {
    case SPLIT_REMOVED:
        if (!match) add_piece(out, from, to);
        break;
    case SPLIT_ISOLATED: add_piece(out, from, to); break;
    case SPLIT_PREVIOUS:
        if (match && !cut->matched && any)
            out->piece[out->n - 1].to = to;
        else
            add_piece(out, from, to);
        break;
    case SPLIT_CONTIGUOUS:
        if (any && match == cut->matched)
            out->piece[out->n - 1].to = to;
        else
            add_piece(out, from, to);
        break;
    case SPLIT_NEXT:
        if (cut->held >= 0 && match) add_piece(out, cut->held, cut->heldto);
        if (!match) add_piece(out, cut->held >= 0 ? cut->held : from, to);
        cut->held = match ? from : -1;
        cut->heldto = to;
        break;
    }
    cut->matched = match;
}

static bool cut_piece(const SplitStep *step, const TokText *t, TokPiece p, TokPieces *out,
                      PatternScratch *scratch, Err *err)
{
    Cut cut = {.step = step, .out = out, .first = out->n, .held = -1};
    const char *s = t->s + p.from;
    int n = p.to - p.from, at = 0, from, to;
    pattern_new_text(scratch);
    while (at < n) {
        if (!pattern_next(step->pattern, scratch, s, n, at, &from, &to, err)) return false;
        if (from < 0) break;
        cut_range(&cut, p.from + at, p.from + from, false);
        cut_range(&cut, p.from + from, p.from + to, true);
        at = to;
    }
    cut_range(&cut, p.from + at, p.to, false);
    if (cut.held >= 0) add_piece(out, cut.held, cut.heldto);
    return true;
}

static bool cut_all(const SplitStep *step, const TokText *t, const TokPieces *in, TokPieces *out,
                    PatternScratch *scratch, Err *err)
{
    out->n = 0;
    for (int i = 0; i < in->n; i++)
        if (!cut_piece(step, t, in->piece[i], out, scratch, err)) return false;
    return true;
}

static bool wants_mark(const SplitStep *step, const TokText *t, TokPiece p)
{
    size_t n = strlen(step->mark);
    if (step->prepend == SPLIT_NEVER || p.from == p.to) return false;
    if (step->prepend == SPLIT_FIRST && t->from[p.from] != 0) return false;
    if (t->s[p.from] == ' ') return false; /* it becomes a mark itself */
    return (size_t)(p.to - p.from) < n || memcmp(t->s + p.from, step->mark, n) != 0;
}

/* One piece with its spaces as marks, appended to out; pieces start before each mark if cut. */
static void add_metaspace(const SplitStep *step, const TokText *t, TokPiece p, TokText *out,
                          TokPieces *pieces)
{
    int n = (int)strlen(step->mark), start = out->n;
    if (wants_mark(step, t, p)) toktext_put(out, step->mark, n, t->from[p.from], t->from[p.from]);
    for (int i = p.from; i < p.to;) {
        bool space = t->s[i] == ' ';
        bool mark = space || (p.to - i >= n && memcmp(t->s + i, step->mark, (size_t)n) == 0);
        if (mark && step->cut && out->n > start) {
            add_piece(pieces, start, out->n);
            start = out->n;
        }
        if (space)
            toktext_put(out, step->mark, n, t->from[i], t->to[i]);
        else
            toktext_copy(out, t, i, mark ? n : 1);
        i += mark && !space ? n : 1;
    }
    if (out->n > start) add_piece(pieces, start, out->n);
}

static void add_prefixed(const TokText *t, TokPiece p, TokText *out, TokPieces *pieces)
{
    int start = out->n;
    if (p.from < p.to && t->s[p.from] != ' ')
        toktext_put(out, " ", 1, t->from[p.from], t->from[p.from]);
    toktext_copy(out, t, p.from, p.to - p.from);
    if (out->n > start) add_piece(pieces, start, out->n);
}

bool splitter_apply(const Splitter *splitter, TokText *text, TokPieces *pieces, TokText *spare,
                    TokPieces *spare_pieces, PatternScratch *scratch, Err *err)
{
    pieces->n = 0;
    if (text->n > 0) add_piece(pieces, 0, text->n);
    for (int i = 0; i < splitter->n; i++) {
        const SplitStep *step = &splitter->step[i];
        spare_pieces->n = 0;
        if (step->kind == SPLIT_PATTERN) {
            if (!cut_all(step, text, pieces, spare_pieces, scratch, err)) return false;
        } else {
            toktext_clear(spare);
            for (int k = 0; k < pieces->n; k++) {
                if (step->kind == SPLIT_PREFIX)
                    add_prefixed(text, pieces->piece[k], spare, spare_pieces);
                else
                    add_metaspace(step, text, pieces->piece[k], spare, spare_pieces);
            }
            if (!toktext_check(spare, err)) return false;
            TokText done = *spare;
            *spare = *text;
            *text = done;
        }
        TokPieces made = *spare_pieces;
        *spare_pieces = *pieces;
        *pieces = made;
    }
    return true;
}
