/* corpus_report_out.c: a corpus, and pieces beside it, as text to read and as JSON. */
#include <math.h>

#include "base/json.h"
#include "corpus_report_parts.h"
#include "music/keyfind.h"

static const char *const REFUSED[REFUSED_KINDS] = {"broken", "tempo", "metre", "short", "sparse"};

static void put_number(Str *out, double v)
{
    if (isnan(v)) str_addf(out, "%9s", "-");
    else str_addf(out, fabs(v) < 100 ? "%9.3f" : "%9.1f", v);
}

static void put_share(Str *out, double v)
{
    if (isnan(v)) str_addf(out, "%7s", "-");
    else str_addf(out, "%6.0f%%", 100 * v);
}

static void put_spread(Str *out, const Spread *s)
{
    put_number(out, s->p10);
    put_number(out, s->p50);
    put_number(out, s->p90);
}

static void put_row(Str *out, const char *name, const Spread *s)
{
    str_addf(out, "  %-26s", name);
    put_number(out, s->mean);
    put_spread(out, s);
    str_putc(out, '\n');
}

static void put_head(Str *out, const char *name)
{
    str_addf(out, "  %-26s%9s%9s%9s%9s\n", name, "mean", "10%", "50%", "90%");
}

static void put_keys(const CorpusReport *r, Str *out)
{
    int shown = 0;
    str_puts(out, "  keys, moved to C: ");
    for (int k = 0; k < 24; k++) {
        const KeyFind key = {.root = k % 12, .minor = k >= 12};
        if (r->key[key.minor][key.root] == 0) continue;
        if (shown > 0) str_puts(out, shown % 6 == 0 ? ",\n                    " : ", ");
        str_addf(out, "%d %s", r->key[key.minor][key.root], keyfind_name(&key));
        shown++;
    }
    str_putc(out, '\n');
}

static int64_t count_bars(const Corpus *c)
{
    int64_t bars = 0;
    for (int i = 0; i < c->nfiles; i++) bars += c->file[i].bars;
    return bars;
}

static int count_files(const Corpus *c)
{
    int n = c->nfiles;
    for (int i = 0; i < REFUSED_KINDS; i++) n += c->refused[i];
    return n;
}

static bool shown_hist(const CorpusReport *r, ProfileHist h)
{
    return !r->job->rules.drums || profile_hist_of_drums(h);
}

static bool shown_measure(const CorpusReport *r, ProfileMeasure m)
{
    return !r->job->rules.drums || profile_measure_of_drums(m);
}

void corpus_report_text(const CorpusReport *r, Str *out)
{
    const Corpus *c = &r->corpus;
    const char *before = "; refused: ";
    str_addf(out, "%s\n  %d of %d files are heard", r->job->midi, c->nfiles, count_files(c));
    for (int i = 0; i < REFUSED_KINDS; i++) {
        if (c->refused[i] == 0) continue;
        str_addf(out, "%s%d %s", before, c->refused[i], REFUSED[i]);
        before = ", ";
    }
    str_addf(out, "\n  %lld notes in %lld bars, %d windows of %d notes\n", (long long)c->nnotes,
             (long long)count_bars(c), c->nwindows, WINDOW_NOTES);
    if (!r->job->rules.drums) put_keys(r, out);
    put_head(out, "windows");
    for (int i = 0; i < WINDOW_MEASURES; i++)
        put_row(out, window_measure_name(i), &r->window[i]);
    put_head(out, "files");
    put_row(out, "quarter notes a minute", &r->bpm);
    put_row(out, "bars", &r->bars);
    for (int m = 0; m < PROFILE_MEASURES; m++)
        if (shown_measure(r, m)) put_row(out, profile_measure_name(m), &r->measure[m]);
    put_head(out, "a file's overlap with others");
    for (int h = 0; h < PROFILE_HISTS; h++)
        if (shown_hist(r, h)) put_row(out, profile_hist_name(h), &r->own_spread[h]);
}

void corpus_report_piece(const CorpusReport *r, const PieceReport *p, Str *out)
{
    const KeyFind key = {.root = p->file.tonic, .minor = p->file.minor};
    str_addf(out, "%s\n  %lld notes in %d windows, %d bars at %.1f%s%s\n", p->path,
             (long long)p->profile.notes, p->profile.windows, p->file.bars, p->file.bpm,
             r->job->rules.drums ? "" : ", ", r->job->rules.drums ? "" : keyfind_name(&key));
    str_addf(out, "  %-26s%9s%27s%7s%9s%12s\n", "distribution", "overlap",
             "file 10%      50%      90%", "rank", "KL bits", "Wasserstein");
    for (int h = 0; h < PROFILE_HISTS; h++) {
        if (!shown_hist(r, h)) continue;
        str_addf(out, "  %-26s", profile_hist_name(h));
        put_number(out, p->overlap[h]);
        put_spread(out, &r->own_spread[h]);
        put_share(out, p->overlap_rank[h]);
        put_number(out, p->divergence[h]);
        put_number(out, p->wasserstein[h]);
        str_addf(out, " %s\n", profile_hist_unit(h));
    }
    str_addf(out, "  %-26s", "mean overlap");
    put_number(out, p->mean_overlap);
    str_addf(out, "\n  %-26s%9s%27s%7s\n", "measure", "piece", "file 10%      50%      90%",
             "rank");
    for (int m = 0; m < PROFILE_MEASURES; m++) {
        if (!shown_measure(r, m)) continue;
        str_addf(out, "  %-26s", profile_measure_name(m));
        put_number(out, p->profile.measure[m]);
        put_spread(out, &r->measure[m]);
        put_share(out, p->rank[m]);
        str_putc(out, '\n');
    }
}

static void json_spread(JsonOut *j, const char *key, const Spread *s)
{
    jout_begin(j, key, '{', true);
    jout_number(j, "mean", s->mean, 6);
    jout_number(j, "p10", s->p10, 6);
    jout_number(j, "p50", s->p50, 6);
    jout_number(j, "p90", s->p90, 6);
    jout_end(j, '}');
}

static void json_tonic(JsonOut *j, const CorpusFile *f, bool drums)
{
    const KeyFind key = {.root = f->tonic, .minor = f->minor};
    jout_string(j, "key", drums ? NULL : keyfind_name(&key));
}

static void json_files(const CorpusReport *r, JsonOut *j)
{
    jout_begin(j, "files", '[', false);
    for (int i = 0; i < r->corpus.nfiles; i++) {
        const CorpusFile *f = &r->corpus.file[i];
        jout_begin(j, NULL, '{', true);
        jout_string(j, "path", f->path);
        jout_number(j, "bpm", f->bpm, 7);
        jout_int(j, "bars", f->bars);
        jout_int(j, "notes", f->notes);
        jout_int(j, "windows", r->file[i].windows);
        json_tonic(j, f, r->job->rules.drums);
        jout_end(j, '}');
    }
    jout_end(j, ']');
}

static void json_corpus(const CorpusReport *r, JsonOut *j)
{
    const Corpus *c = &r->corpus;
    jout_string(j, "midi", r->job->midi);
    jout_int(j, "heard", c->nfiles);
    jout_begin(j, "refused", '{', true);
    for (int i = 0; i < REFUSED_KINDS; i++) jout_int(j, REFUSED[i], c->refused[i]);
    jout_end(j, '}');
    jout_int(j, "notes", c->nnotes);
    jout_int(j, "bars", count_bars(c));
    jout_int(j, "windows", c->nwindows);
    jout_begin(j, "of_windows", '{', false);
    for (int i = 0; i < WINDOW_MEASURES; i++)
        json_spread(j, window_measure_key(i), &r->window[i]);
    jout_end(j, '}');
    jout_begin(j, "of_files", '{', false);
    json_spread(j, "bpm", &r->bpm);
    json_spread(j, "bars", &r->bars);
    for (int m = 0; m < PROFILE_MEASURES; m++)
        if (shown_measure(r, m)) json_spread(j, profile_measure_key(m), &r->measure[m]);
    jout_end(j, '}');
    jout_begin(j, "overlap_of_files", '{', false);
    for (int h = 0; h < PROFILE_HISTS; h++)
        if (shown_hist(r, h)) json_spread(j, profile_hist_key(h), &r->own_spread[h]);
    jout_end(j, '}');
}

static void json_piece(const CorpusReport *r, const PieceReport *p, JsonOut *j)
{
    jout_begin(j, NULL, '{', false);
    jout_string(j, "piece", p->path);
    jout_int(j, "notes", p->profile.notes);
    jout_int(j, "windows", p->profile.windows);
    jout_int(j, "bars", p->file.bars);
    jout_number(j, "bpm", p->file.bpm, 7);
    json_tonic(j, &p->file, r->job->rules.drums);
    jout_begin(j, "distributions", '{', false);
    for (int h = 0; h < PROFILE_HISTS; h++) {
        if (!shown_hist(r, h)) continue;
        jout_begin(j, profile_hist_key(h), '{', true);
        jout_number(j, "overlap", p->overlap[h], 6);
        jout_number(j, "rank", p->overlap_rank[h], 6);
        jout_number(j, "kl_bits", p->divergence[h], 6);
        jout_number(j, "wasserstein", p->wasserstein[h], 6);
        jout_string(j, "unit", profile_hist_unit(h));
        jout_end(j, '}');
    }
    jout_end(j, '}');
    jout_number(j, "mean_overlap", p->mean_overlap, 6);
    jout_begin(j, "measures", '{', false);
    for (int m = 0; m < PROFILE_MEASURES; m++) {
        if (!shown_measure(r, m)) continue;
        jout_begin(j, profile_measure_key(m), '{', true);
        jout_number(j, "value", p->profile.measure[m], 6);
        jout_number(j, "rank", p->rank[m], 6);
        jout_end(j, '}');
    }
    jout_end(j, '}');
    jout_end(j, '}');
}

void corpus_report_json(const CorpusReport *r, const PieceReport *piece, int n, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    json_corpus(r, &j);
    if (!piece) json_files(r, &j);
    if (piece) {
        jout_begin(&j, "against", '[', false);
        for (int i = 0; i < n; i++) json_piece(r, &piece[i], &j);
        jout_end(&j, ']');
    }
    jout_end(&j, '}');
    str_putc(out, '\n');
}
