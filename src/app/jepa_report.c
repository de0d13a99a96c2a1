/* jepa_report.c: see jepa_report.h: the table and the numbers of an evaluation. */
#include "jepa_report.h"

#include <math.h>

static void add_interval(Str *out, Interval i)
{
    if (isnan(i.lo))
        str_puts(out, "          -");
    else
        str_addf(out, " %5.1f-%5.1f", 100 * i.lo, 100 * i.hi);
}

static void add_score(Str *out, const char *name, const RetrievalScore *s)
{
    str_addf(out, "  %-8s %6.1f", name, 100 * s->recall1);
    add_interval(out, s->cluster1);
    str_addf(out, " %6.3f   %6.1f", s->p1, 100 * s->recall5);
    add_interval(out, s->cluster5);
    str_addf(out, " %6.3f  %6.1f  %6.3f  %6.3f\n", s->p5, s->median, s->cosine, s->cosine_others);
}

static void add_chance(Str *out, int n)
{
    str_addf(out, "  %-8s %6.1f %18s   %6.1f %18s  %6.1f\n", "chance", 100.0 / n, "",
             100.0 * RECALL_DEEP / n, "", (n + 1) / 2.0);
}

static void add_heading(Str *out, const char *unit)
{
    str_addf(out, "  %-8s %6s  %10s %6s   %6s  %10s %6s  %6s  %6s  %6s\n", "guess", "R@1 %", unit,
             "p", "R@5 %", unit, "p", "rank", "cosine", "others");
}

static void add_wilson(Str *out, const RetrievalScore *s)
{
    str_addf(out, "  jepa, intervals of Wilson with %d trials: R@1 %.1f-%.1f, R@5 %.1f-%.1f %%\n",
             s->guesses, 100 * s->wilson1.lo, 100 * s->wilson1.hi, 100 * s->wilson5.lo,
             100 * s->wilson5.hi);
}

static void add_health(Str *out, const char *name, const Health *h)
{
    str_addf(out,
             "  %-20s %3d of %d dimensions active, effective rank %.1f, mean cosine %.3f, "
             "uniformity %.2f%s\n",
             name, h->active, JEPA_LATENT, h->rank, h->cosine, h->uniformity,
             h->collapsed ? ": collapsed" : "");
}

static void add_cross(const JepaEval *e, Str *out)
{
    str_addf(out, "\nfrom a layer to its window among %d of files kept out: %d draws, %d asked\n",
             e->candidates, e->draws, e->cross[GUESS_JEPA].asked);
    add_heading(out, "(models)");
    for (int g = 0; g < GUESS_KINDS; g++)
        if (e->has[g]) add_score(out, guess_name((Guess)g), &e->cross[g]);
    add_chance(out, e->candidates);
    add_wilson(out, &e->cross[GUESS_JEPA]);
    str_addf(out,
             "  which window is a layer's: a rule that was laid down (density with impulsiveness,\n"
             "  entropy of pitch classes with tension, of intervals with flatness; mean distance\n"
             "  %.2f), no fact of nature: over chance means learned, and true of models never\n"
             "  seen. rule: the rule itself on what was learned from; ridge, nearest: without the\n"
             "  network. In brackets 95 %% over models; p by permutation; rank is the median\n",
             e->distance);
}

static void add_next(const JepaEval *e, Str *out)
{
    str_addf(out, "\nfrom %d windows to the next of the same song among %d: %d draws, %d asked\n",
             JEPA_SEQ, e->next_candidates, e->draws, e->next[NEXT_JEPA].asked);
    add_heading(out, "(files)");
    for (int g = 0; g < NEXT_KINDS; g++) add_score(out, next_guess_name((NextGuess)g), &e->next[g]);
    add_chance(out, e->next_candidates);
    str_puts(out, "  last: the same window again\n");
}

void jepa_verdict(const JepaEval *e, Str *out)
{
    const RetrievalScore *s = &e->cross[GUESS_JEPA];
    double chance = e->candidates ? (double)RECALL_DEEP / e->candidates : NAN;
    if (!e->has[GUESS_JEPA]) {
        str_puts(out, "no models were kept out: whether it holds for others is not known");
        return;
    }
    bool over =
        s->p5 < 0.05 && s->recall5 > chance && (isnan(s->cluster5.lo) || s->cluster5.lo > chance);
    str_addf(out, "on %d models kept out, recall at 5 is %.1f %%", e->models, 100 * s->recall5);
    if (!isnan(s->cluster5.lo))
        str_addf(out, " (95 %% over models %.1f-%.1f)", 100 * s->cluster5.lo, 100 * s->cluster5.hi);
    str_addf(out, ", chance %.1f %%, p %.3f: %s", 100 * chance, s->p5,
             over ? "over chance" : "not over chance");
}

void jepa_report_text(const JepaEval *e, Str *out)
{
    str_addf(out, "kept out: %d models (%d layers), %d files (%d windows)\n", e->models, e->layers,
             e->files, e->windows);
    if (e->has[GUESS_JEPA]) add_cross(e, out);
    if (e->has_next) add_next(e, out);
    if (e->has[GUESS_JEPA]) {
        str_puts(out, "\nlatents\n");
        add_health(out, "of windows heard", &e->heard);
        add_health(out, "foreseen of layers", &e->foreseen);
        if (!isnan(e->told[0]))
            str_addf(out,
                     "  what a window's latent tells, linearly, of its density, entropy of pitch "
                     "classes,\n  entropy of intervals: R^2 %.2f, %.2f, %.2f\n",
                     e->told[0], e->told[1], e->told[2]);
    }
    str_putc(out, '\n');
    jepa_verdict(e, out);
    str_putc(out, '\n');
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void write_interval(JsonOut *j, const char *key, Interval i)
{
    jout_begin(j, key, '[', true);
    jout_number(j, NULL, i.lo, 4);
    jout_number(j, NULL, i.hi, 4);
    jout_end(j, ']');
}

static void write_score(JsonOut *j, const char *key, const RetrievalScore *s)
{
    jout_begin(j, key, '{', false);
    jout_int(j, "asked", s->asked);
    jout_int(j, "guesses", s->guesses);
    jout_number(j, "recall_1", s->recall1, 4);
    write_interval(j, "recall_1_wilson", s->wilson1);
    write_interval(j, "recall_1_clusters", s->cluster1);
    jout_number(j, "recall_1_p", s->p1, 4);
    jout_number(j, "recall_5", s->recall5, 4);
    write_interval(j, "recall_5_wilson", s->wilson5);
    write_interval(j, "recall_5_clusters", s->cluster5);
    jout_number(j, "recall_5_p", s->p5, 4);
    jout_number(j, "median_rank", s->median, 4);
    jout_number(j, "cosine", s->cosine, 4);
    jout_number(j, "cosine_others", s->cosine_others, 4);
    jout_begin(j, "ranks", '[', true);
    for (int k = 0; k < s->candidates; k++) jout_int(j, NULL, s->histogram[k]);
    jout_end(j, ']');
    jout_end(j, '}');
}

static void write_chance(JsonOut *j, int n)
{
    jout_begin(j, "chance", '{', true);
    jout_number(j, "recall_1", 1.0 / n, 4);
    jout_number(j, "recall_5", (double)RECALL_DEEP / n, 4);
    jout_number(j, "median_rank", (n + 1) / 2.0, 4);
    jout_end(j, '}');
}

static void write_health(JsonOut *j, const char *key, const Health *h)
{
    jout_begin(j, key, '{', true);
    jout_int(j, "active", h->active);
    jout_int(j, "dimensions", JEPA_LATENT);
    jout_number(j, "effective_rank", h->rank, 4);
    jout_number(j, "mean_cosine", h->cosine, 4);
    jout_number(j, "uniformity", h->uniformity, 4);
    jout_bool(j, "collapsed", h->collapsed);
    jout_end(j, '}');
}

static void write_cross(const JepaEval *e, JsonOut *j)
{
    jout_begin(j, "layer_to_window", '{', false);
    jout_string(j, "pairing",
                "a rule: density with impulsiveness, entropy of pitch classes with tension, "
                "entropy of intervals with flatness");
    jout_int(j, "candidates", e->candidates);
    jout_number(j, "mean_distance", e->distance, 4);
    write_chance(j, e->candidates);
    for (int g = 0; g < GUESS_KINDS; g++)
        if (e->has[g]) write_score(j, guess_name((Guess)g), &e->cross[g]);
    jout_end(j, '}');
    write_health(j, "heard", &e->heard);
    write_health(j, "foreseen", &e->foreseen);
    jout_begin(j, "told_by_latents", '{', true);
    jout_number(j, "density", e->told[0], 4);
    jout_number(j, "entropy_pitch", e->told[1], 4);
    jout_number(j, "entropy_interval", e->told[2], 4);
    jout_end(j, '}');
}

void jepa_report_json(const JepaEval *e, JsonOut *j, const char *key)
{
    Str verdict = {0};
    jepa_verdict(e, &verdict);
    jout_begin(j, key, '{', false);
    jout_string(j, "verdict", str_text(&verdict));
    jout_int(j, "models", e->models);
    jout_int(j, "layers", e->layers);
    jout_int(j, "files", e->files);
    jout_int(j, "windows", e->windows);
    jout_int(j, "draws", e->draws);
    if (e->has[GUESS_JEPA]) write_cross(e, j);
    if (e->has_next) {
        jout_begin(j, "window_to_next", '{', false);
        jout_int(j, "candidates", e->next_candidates);
        write_chance(j, e->next_candidates);
        for (int g = 0; g < NEXT_KINDS; g++)
            write_score(j, next_guess_name((NextGuess)g), &e->next[g]);
        jout_end(j, '}');
    }
    jout_end(j, '}');
    str_free(&verdict);
}
