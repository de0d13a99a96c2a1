/* direction_print.c: a direction as a table or as JSON; see app/direction_job.h. */
#include "app/direction_job.h"
#include "base/json.h"

static const char *const METHOD[] = {[DIRECTION_MEANS] = "means", [DIRECTION_PCA] = "pca"};

static void print_json(const Direction *r, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "name", r->name);
    jout_string(&j, "model", r->model);
    jout_string(&j, "method", METHOD[r->method]);
    jout_int(&j, "pairs", r->npairs);
    jout_int(&j, "moved", r->moved);
    jout_int(&j, "width", r->d);
    jout_number(&j, "auc", direction_auc(r), 6);
    jout_begin(&j, "layers", '[', false);
    for (int l = 0; l < r->nl; l++) {
        const DirectionLayer *x = &r->layer[l];
        if (!direction_has(r, l)) continue;
        jout_begin(&j, NULL, '{', true);
        jout_int(&j, "layer", l);
        jout_number(&j, "explained", x->explained, 6);
        jout_number(&j, "auc", x->auc, 6);
        jout_number(&j, "high", x->high, 6);
        jout_number(&j, "low", x->low, 6);
        jout_number(&j, "separation", x->high - x->low, 6);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
    str_putc(out, '\n');
}

static void print_table(const Direction *r, Str *out)
{
    str_addf(out, "%s in %s: %s of %d pairs of prompts, width %d\n\n", r->name, r->model,
             r->method == DIRECTION_PCA ? "principal component" : "difference of means", r->npairs,
             r->d);
    str_addf(out, "%5s %9s %6s %10s %10s %10s\n", "layer", "explained", "auc", "high", "low",
             "separation");
    for (int l = 0; l < r->nl; l++) {
        const DirectionLayer *x = &r->layer[l];
        if (direction_has(r, l))
            str_addf(out, "%5d %9.3f %6.3f %10.4g %10.4g %10.4g\n", l, x->explained, x->auc,
                     x->high, x->low, x->high - x->low);
    }
    str_addf(out, "%5s %9s %6.3f\n", "mean", "", direction_auc(r));
    if (r->moved)
        str_addf(out, "\n%d prompts end in an attention sink: the token before it was taken\n",
                 r->moved);
}

void direction_print(const Direction *r, bool json, Str *out)
{
    if (json)
        print_json(r, out);
    else
        print_table(r, out);
}
