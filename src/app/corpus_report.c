/* corpus_report.c: see app/corpus_report.h. A file of the corpus is compared with all others as a
 * piece is with all of them: what is usual within the corpus is the measure of a piece. */
#include "app/corpus_report.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus_report_parts.h"
#include "math/stats.h"

static const struct { const char *name, *key; size_t at; } WINDOW[WINDOW_MEASURES] = {
    {"onsets a bar", "density", offsetof(MusicWindow, density)},
    {"legato", "legato", offsetof(MusicWindow, legato)},
    {"loudness", "loudness", offsetof(MusicWindow, loudness)},
    {"pitch-class entropy, bits", "entropy_pitch", offsetof(MusicWindow, entropy_pitch)},
    {"interval entropy, bits", "entropy_interval", offsetof(MusicWindow, entropy_interval)},
    {"place entropy, bits", "entropy_step", offsetof(MusicWindow, entropy_step)},
    {"duration entropy, bits", "entropy_duration", offsetof(MusicWindow, entropy_duration)},
};

const char *window_measure_name(int i)
{
    return WINDOW[i].name;
}

const char *window_measure_key(int i)
{
    return WINDOW[i].key;
}

/* Sorts x [n]; NaN are left out. */
static Spread spread_of(double *x, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (!isnan(x[i])) x[kept++] = -x[i];
    if (kept == 0) return (Spread){NAN, NAN, NAN, NAN};
    stats_sort_descending(x, kept);
    for (int i = 0; i < kept; i++) x[i] = -x[i];
    return (Spread){stats_mean(x, kept), stats_quantile(x, kept, 0.1),
                    stats_quantile(x, kept, 0.5), stats_quantile(x, kept, 0.9)};
}

/* Of x [n] below v; NaN when there is none. */
static double share_below(const double *x, int n, double v)
{
    int below = 0, all = 0;
    for (int i = 0; i < n; i++) {
        if (isnan(x[i])) continue;
        all++;
        below += x[i] < v;
    }
    return all > 0 && !isnan(v) ? (double)below / all : NAN;
}

static void describe_windows(CorpusReport *r)
{
    double *x = mem_alloc(r->corpus.nwindows, sizeof *x);
    for (int m = 0; m < WINDOW_MEASURES; m++) {
        for (int i = 0; i < r->corpus.nwindows; i++)
            x[i] = *(const float *)((const char *)&r->corpus.window[i] + WINDOW[m].at);
        r->window[m] = spread_of(x, r->corpus.nwindows);
    }
    free(x);
}

static void describe_files(CorpusReport *r)
{
    int n = r->corpus.nfiles;
    double *bpm = mem_alloc(n, sizeof *bpm), *bars = mem_alloc(n, sizeof *bars);
    for (int i = 0; i < n; i++) {
        const CorpusFile *f = &r->corpus.file[i];
        bpm[i] = f->bpm;
        bars[i] = f->bars;
        r->key[f->minor][f->tonic]++;
    }
    r->bpm = spread_of(bpm, n);
    r->bars = spread_of(bars, n);
    for (int m = 0; m < PROFILE_MEASURES; m++) {
        for (int i = 0; i < n; i++) bars[i] = r->file[i].measure[m];
        r->measure[m] = spread_of(bars, n);
    }
    free(bpm);
    free(bars);
}

static void profile_one(void *ud, int64_t i, int worker)
{
    CorpusReport *r = ud;
    (void)worker;
    corpus_profile(&r->file[i], &r->corpus, (int)i);
}

/* Each file beside all others. */
static void compare_own(CorpusReport *r)
{
    int n = r->corpus.nfiles;
    r->own = mem_alloc((int64_t)n * PROFILE_HISTS, sizeof *r->own);
    double *sorted = mem_alloc(n, sizeof *sorted);
    for (int i = 0; i < n; i++) {
        CorpusProfile others = r->all;
        corpus_profile_add(&others, &r->file[i], -1);
        for (int h = 0; h < PROFILE_HISTS; h++)
            r->own[(int64_t)h * n + i] = profile_overlap(&r->file[i], &others, h);
    }
    for (int h = 0; h < PROFILE_HISTS; h++) {
        for (int i = 0; i < n; i++) sorted[i] = r->own[(int64_t)h * n + i];
        r->own_spread[h] = spread_of(sorted, n);
    }
    free(sorted);
}

static void compare_hists(const CorpusReport *r, PieceReport *p)
{
    int n = r->corpus.nfiles, counted = 0;
    for (int h = 0; h < PROFILE_HISTS; h++) {
        p->overlap[h] = profile_overlap(&p->profile, &r->all, h);
        p->overlap_rank[h] = share_below(r->own + (int64_t)h * n, n, p->overlap[h]);
        p->divergence[h] = profile_divergence(&p->profile, &r->all, h);
        p->wasserstein[h] = profile_wasserstein(&p->profile, &r->all, h);
        if (isnan(p->overlap[h]) || (r->job->rules.drums && !profile_hist_of_drums(h))) continue;
        p->mean_overlap += p->overlap[h];
        counted++;
    }
    p->mean_overlap = counted > 0 ? p->mean_overlap / counted : NAN;
}

static void compare_measures(const CorpusReport *r, PieceReport *p)
{
    int n = r->corpus.nfiles;
    double *x = mem_alloc(n, sizeof *x);
    for (int m = 0; m < PROFILE_MEASURES; m++) {
        for (int i = 0; i < n; i++) x[i] = r->file[i].measure[m];
        p->rank[m] = share_below(x, n, p->profile.measure[m]);
    }
    free(x);
}

static bool compare_piece(const CorpusReport *r, PieceReport *p, const char *path, const Run *run,
                          Err *err)
{
    const CorpusRules any = {.bpm_hi = INFINITY, .any_metre = true,
                             .drums = r->job->rules.drums, .max_files = 1};
    Corpus c;
    if (!corpus_read(&c, path, &any, run, err)) return false;
    *p = (PieceReport){.path = path, .file = c.file[0]};
    corpus_profile(&p->profile, &c, 0);
    compare_hists(r, p);
    compare_measures(r, p);
    corpus_free(&c);
    return true;
}

static bool compare_pieces(const CorpusReport *r, Str *out, const Run *run, Err *err)
{
    const OptList *list = r->job->piece;
    PieceReport *piece = mem_alloc(list->n, sizeof *piece);
    bool ok = true;
    for (int i = 0; ok && i < list->n; i++)
        ok = compare_piece(r, &piece[i], list->item[i], run, err);
    if (ok && r->job->json) corpus_report_json(r, piece, list->n, out);
    for (int i = 0; ok && !r->job->json && i < list->n; i++) {
        if (i > 0) str_putc(out, '\n');
        corpus_report_piece(r, &piece[i], out);
    }
    free(piece);
    return ok;
}

bool corpus_report(const CorpusJob *job, Str *out, const Run *run, Err *err)
{
    CorpusReport r = {.job = job};
    bool ok = corpus_read(&r.corpus, job->midi, &job->rules, run, err);
    if (ok) {
        r.file = mem_alloc(r.corpus.nfiles, sizeof *r.file);
        parallel_for(run, NULL, r.corpus.nfiles, profile_one, &r);
        for (int i = 0; i < r.corpus.nfiles; i++) corpus_profile_add(&r.all, &r.file[i], 1);
        describe_windows(&r);
        describe_files(&r);
        compare_own(&r);
        if (run_stopped(run)) ok = err_set(err, "interrupted");
    }
    if (ok && job->piece->n > 0) ok = compare_pieces(&r, out, run, err);
    else if (ok && job->json) corpus_report_json(&r, NULL, 0, out);
    else if (ok) corpus_report_text(&r, out);
    corpus_free(&r.corpus);
    free(r.file);
    free(r.own);
    return ok;
}
