/* unigram.c: see unigram.h.
 *
 * Kudo 2018, "Subword Regularization", section 3; Viterbi over byte positions. An unknown character
 * costs 10 nats more than the least likely token (SentencePiece, unigram_model.cc), and a run of
 * them is one token. Of equal paths the one found first stays, which is the one whose last token is
 * longest. */
#include "token/unigram.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

static const double UNKNOWN_PENALTY = 10.0; /* nats */

void unigram_free(Unigram *u)
{
    free(u->score);
    bytetrie_free(&u->trie);
    *u = (Unigram){.unk = -1};
}

void unigram_scratch_free(UnigramScratch *scratch)
{
    free(scratch->best);
    *scratch = (UnigramScratch){0};
}

void unigram_add(Unigram *u, StrView text, int32_t id, double score, bool matches)
{
    if (id >= u->cap) {
        u->cap = id + 1 > 2 * u->cap ? id + 1 : 2 * u->cap;
        u->score = mem_resize(u->score, u->cap, sizeof *u->score);
    }
    for (; u->n <= id; u->n++) u->score[u->n] = 0;
    u->score[id] = score;
    if (score < u->min_score) u->min_score = score;
    if (matches && text.n > 0) bytetrie_add(&u->trie, text.s, (int)text.n, id);
}

void unigram_finish(Unigram *u, const TokVocab *vocab)
{
    static const char digit[] = "0123456789ABCDEF";
    for (int b = 0; b < 256; b++) {
        char name[] = {'<', '0', 'x', digit[b / 16], digit[b % 16], '>'};
        u->byte_id[b] = tokvocab_find(vocab, name, sizeof name);
    }
}

static void improve(UnigramBest *best, double score, int from, int32_t id)
{
    if (best->from >= 0 && !(score > best->score)) return;
    *best = (UnigramBest){score, from, id};
}

static void search(const Unigram *u, UnigramBest *best, const char *s, int n)
{
    for (int i = 0; i <= n; i++) best[i] = (UnigramBest){-INFINITY, -1, -1};
    best[0] = (UnigramBest){0, 0, -1};
    double unknown = u->min_score - UNKNOWN_PENALTY;
    for (int i = 0, length; i < n; i += length) {
        bool single = false, ok;
        length = utf8_step(s + i, n - i, &ok);
        int32_t node = 0;
        for (int k = i; k < n && (node = bytetrie_child(&u->trie, node, (unsigned char)s[k]));
             k++) {
            int32_t id = u->trie.node[node].value;
            if (id < 0) continue;
            improve(&best[k + 1], best[i].score + u->score[id], i, id);
            single |= k + 1 - i == length;
        }
        if (!single) improve(&best[i + length], best[i].score + unknown, i, -1);
    }
}

/* An unknown character, met from the right: bytes if there are tokens for all of them, or one with
 * the unknown that follows it. */
static bool add_unknown(const Unigram *u, const TokText *text, int from, int to, int first,
                        TokOuts *out, Err *err)
{
    bool all = u->byte_fallback;
    for (int i = from; i < to && all; i++) all = u->byte_id[(unsigned char)text->s[i]] >= 0;
    if (all) {
        for (int i = to - 1; i >= from; i--)
            tokouts_add(out, u->byte_id[(unsigned char)text->s[i]], i, i + 1);
        return true;
    }
    if (u->unk < 0)
        return err_set(err, "\"%.*s\" has no token and the vocabulary has no unknown token",
                       to - from, text->s + from);
    if (out->n > first && out->out[out->n - 1].id == u->unk && out->out[out->n - 1].from == to)
        out->out[out->n - 1].from = from;
    else
        tokouts_add(out, u->unk, from, to);
    return true;
}

bool unigram_encode(const Unigram *u, UnigramScratch *scratch, const TokText *text, int from,
                    int to, TokOuts *out, Err *err)
{
    int n = to - from, first = out->n;
    if (n + 1 > scratch->cap) {
        scratch->cap = n + 1 > 2 * scratch->cap ? n + 1 : 2 * scratch->cap;
        scratch->best = mem_resize(scratch->best, scratch->cap, sizeof *scratch->best);
    }
    const UnigramBest *best = scratch->best;
    search(u, scratch->best, text->s + from, n);
    for (int at = n; at > 0; at = best[at].from) {
        int start = from + best[at].from;
        if (best[at].id >= 0)
            tokouts_add(out, best[at].id, start, from + at);
        else if (!add_unknown(u, text, start, from + at, first, out, err))
            return false;
    }
    for (int i = first, k = out->n - 1; i < k; i++, k--) {
        TokOut o = out->out[i];
        out->out[i] = out->out[k];
        out->out[k] = o;
    }
    return true;
}
