/* atmos_pieces.c: what atmos compare has found, as a table, as JSON, as a picture. */
#include "atmos_pieces.h"

#include <math.h>
#include <stdlib.h>

#include "app/atmos_analyse.h"
#include "base/json.h"
#include "base/mem.h"
#include "math/stats.h"
#include "view/dot_panels.h"

static double deviation(const double *v, int n)
{
    Moments m = moments_of_f64(v, n);
    return n > 1 ? sqrt(m.m2 / (n - 1)) : (double)NAN;
}

static void print_pieces(const Pieces *p, Str *out)
{
    str_addf(out, "%-20s", "mean (deviation)");
    for (int s = 0; s < VERSUS_STATS; s++) str_addf(out, " %15s", versus_name((VersusStat)s));
    str_putc(out, '\n');
    for (int i = 0; i < p->n; i++) {
        str_addf(out, "%-20.20s", p->piece[i].name);
        for (int s = 0; s < VERSUS_STATS; s++) {
            const double *v = pieces_at(p, (VersusStat)s, i);
            str_addf(out, " %7.3f", stats_mean(v, p->seeds));
            if (p->seeds > 1 && s != VERSUS_TEMP)
                str_addf(out, " (%.3f)", deviation(v, p->seeds));
            else
                str_addf(out, "%8s", "");
        }
        str_putc(out, '\n');
    }
}

static void print_tests(const Pieces *p, Str *out)
{
    int tests = 0;
    for (int i = 0; i < p->ntests; i++) tests += !isnan(p->test[i].p);
    str_addf(out, "\n%-41s %-11s %9s %9s %7s %7s\n", "difference", "", "mean", "deviation", "p",
             "Holm");
    for (int i = 0; i < p->ntests; i++) {
        const PieceTest *t = &p->test[i];
        if (isnan(t->p)) continue;
        str_addf(out, "%-20.20s %-20.20s %-11s %+9.3f %9.3f %7.4f %7.4f%s\n", p->piece[t->a].name,
                 p->piece[t->b].name, versus_name(t->stat), t->diff, t->sd, t->p, t->holm,
                 t->holm < 0.05 ? " *" : "");
    }
    str_addf(out, "\np: two-sided, by flipping the signs of the %d differences, seed by seed; "
                  "with %d seeds\nnone is under %.2g. Holm: for all %d tests together; * under "
                  "0.05.\n", p->seeds, p->seeds, ldexp(2, -p->seeds), tests);
    if (ldexp(2, -p->seeds) * tests >= 0.05)
        str_puts(out, "With so few seeds and so many tests nothing could be: give more --seeds.\n");
}

static void print_text(const Pieces *p, const CompareJob *job, Str *out)
{
    unsigned long long seed = job->sampler.seed;
    str_addf(out, "%s, ", p->model);
    json_quote(out, p->prompt);
    str_addf(out, ", %d tokens, seeds %llu to %llu; the end of a text is a token like any "
                  "other\n\n", p->tokens, seed, seed + (unsigned)p->seeds - 1);
    print_pieces(p, out);
    if (p->seeds > 1)
        print_tests(p, out);
    else
        str_puts(out, "\nOne text each tells nothing about chance: give --seeds 12.\n");
    str_puts(out, "\nEntropy and surprisal (nats) are of the model's own distribution, at "
                  "temperature 1. A hotter\npiece writes otherwise because it is hotter: what its "
                  "rhythm does is told by --shuffled,\nthe same temperatures in another order.\n");
}

static void print_json(const Pieces *p, const CompareJob *job, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "model", p->model);
    jout_string(&j, "prompt", p->prompt);
    jout_int(&j, "tokens", p->tokens);
    jout_int(&j, "seed", (int64_t)job->sampler.seed);
    jout_int(&j, "seeds", p->seeds);
    jout_string(&j, "control", p->piece[p->control].name);
    atmos_json_settings(&j, &job->contour);
    jout_begin(&j, "pieces", '[', false);
    for (int i = 0; i < p->n; i++) {
        jout_begin(&j, NULL, '{', false);
        jout_string(&j, "name", p->piece[i].name);
        for (int s = 0; s < VERSUS_STATS; s++) {
            jout_begin(&j, versus_name((VersusStat)s), '[', true);
            for (int k = 0; k < p->seeds; k++)
                jout_number(&j, NULL, pieces_at(p, (VersusStat)s, i)[k], 9);
            jout_end(&j, ']');
        }
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_begin(&j, "tests", '[', false);
    for (int i = 0; i < p->ntests; i++) {
        const PieceTest *t = &p->test[i];
        jout_begin(&j, NULL, '{', true);
        jout_string(&j, "piece", p->piece[t->a].name);
        jout_string(&j, "against", p->piece[t->b].name);
        jout_string(&j, "statistic", versus_name(t->stat));
        jout_number(&j, "difference", t->diff, 6);
        jout_number(&j, "deviation", t->sd, 6);
        jout_number(&j, "p", t->p, 6);
        jout_number(&j, "p_holm", t->holm, 6);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
    str_putc(out, '\n');
}

void pieces_print(const Pieces *p, const CompareJob *job, Str *out)
{
    if (job->json)
        print_json(p, job, out);
    else
        print_text(p, job, out);
}

const char *pieces_picture(const CompareJob *job)
{
    if (job->output) return job->output;
    return job->plot.format == CANVAS_SVG ? "atmos-compare.svg" : "atmos-compare.png";
}

static void draw(Canvas *c, const void *ud)
{
    dot_panels_draw(c, ud);
}

bool pieces_draw(const Pieces *p, const CompareJob *job, Err *err)
{
    const char **group = mem_alloc(p->n, sizeof *group), *panel[VERSUS_STATS];
    OutSet set = {0};
    Str title = {0}, line = {0};
    for (int i = 0; i < p->n; i++) group[i] = p->piece[i].name;
    for (int s = 0; s < VERSUS_STATS; s++) panel[s] = versus_name((VersusStat)s);
    str_addf(&title, "%s: the same prompt under %d pieces", p->model, p->n);
    str_addf(&line, "%d tokens, %d seeds: a dot is a text, a bar the mean; prompt: %s", p->tokens,
             p->seeds, p->prompt);
    DotPanels page = {.title = title.s, .line = line.s, .panel = panel, .group = group,
                      .v = p->value, .npanels = VERSUS_STATS, .ngroups = p->n, .n = p->seeds};
    const char *path = pieces_picture(job);
    bool ok = plot_to(path, DOT_PANELS_WIDTH, DOT_PANELS_HEIGHT, draw, &page, &set, err) &&
              outset_commit(&set, err);
    if (!ok) outset_abort(&set);
    if (ok) say(&job->text.say, SAY_INFO, "%s", path);
    str_free(&title);
    str_free(&line);
    free(group);
    return ok;
}
