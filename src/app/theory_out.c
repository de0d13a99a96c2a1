/* theory_out.c: findings to text, JSON and a picture; see theory_desk.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/plot.h"
#include "base/mem.h"
#include "theory_desk.h"
#include "view/evidence.h"

enum { VALUE = 24 };

static void draw(Canvas *c, const void *ud)
{
    evidence_draw(c, ud);
}

/* Claims first, so that they stand together; numbers without a claim below. */
static int rows_of(const Findings *fs, EvidenceRow *row, char (*value)[VALUE])
{
    int n = 0;
    for (int claims = 1; claims >= 0; claims--)
        for (int i = 0; i < fs->n; i++) {
            const Finding *f = &fs->f[i];
            if ((f->control != NULL) != (claims == 1)) continue;
            snprintf(value[n], VALUE, "%.4g", f->value);
            double over = f->control ? (f->value - f->control_mean) / f->control_sd : NAN;
            row[n] = (EvidenceRow){.name = f->name, .value = value[n], .says = f->says,
                                   .deviations = over, .p = f->p,
                                   .found = f->verdict == FINDING_FOUND};
            n++;
        }
    return n;
}

/* Tables of several rows, in their order. */
static int grids_of(const Findings *fs, EvidenceGrid *grid)
{
    int n = 0;
    for (int i = 0; i < fs->ntables; i++) {
        const FindingTable *t = &fs->table[i];
        if (t->nrows < 2) continue;
        grid[n++] = (EvidenceGrid){.title = t->name, .rows = t->nrows, .cols = t->ncols, .v = t->v,
                                   .row_name = (const char *const *)t->label,
                                   .note = (const char *const *)t->note,
                                   .col_name = (const char *const *)t->column};
    }
    return n;
}

static bool picture(const Findings *fs, const char *path, Err *err)
{
    OutSet set = {0};
    EvidenceRow *row = mem_alloc(fs->n, sizeof *row);
    EvidenceGrid *grid = mem_alloc(fs->ntables, sizeof *grid);
    char (*value)[VALUE] = mem_alloc(fs->n, sizeof *value);
    Str title = {0};
    str_addf(&title, "the music theory of %s%s", fs->model ? fs->model : "",
             fs->nmodels > 1 ? "' latent spaces" : "'s latent space");
    Evidence e = {.title = str_text(&title), .subtitle = fs->text ? fs->text : "", .row = row,
                  .n = rows_of(fs, row, value), .grid = grid, .ngrids = grids_of(fs, grid)};
    bool ok = plot_to(path, EVIDENCE_WIDTH, evidence_height(&e), draw, &e, &set, err);
    if (ok)
        ok = outset_commit(&set, err);
    else
        outset_abort(&set);
    str_free(&title);
    free(value);
    free(grid);
    free(row);
    return ok;
}

bool theory_put(const Findings *fs, const TheoryJob *job, Str *out, Err *err)
{
    if (run_stopped(fs->run)) return err_set(err, "interrupted");
    if (job->json) {
        JsonOut j;
        jout_init(&j, out);
        findings_json(fs, &j);
        str_putc(out, '\n');
    } else {
        findings_text(fs, out);
    }
    return !job->plot || picture(fs, job->plot, err);
}
