/* finding.c: see theory/finding.h. */
#include "theory/finding.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/permute.h"

static void format(char **out, const char *fmt, va_list ap)
{
    Str s = {0};
    str_addv(&s, fmt, ap);
    free(*out);
    *out = s.s ? s.s : mem_strdup("");
}

static void compare(Finding *f, const FindingSpec *spec)
{
    double sum = 0, squares = 0, sign = spec->smaller ? -1 : 1;
    double *turned = mem_alloc(spec->ncontrol, sizeof *turned);
    for (int i = 0; i < spec->ncontrol; i++) {
        sum += spec->under[i];
        turned[i] = sign * spec->under[i];
    }
    double mean = sum / spec->ncontrol;
    for (int i = 0; i < spec->ncontrol; i++)
        squares += (spec->under[i] - mean) * (spec->under[i] - mean);
    f->control_mean = mean;
    f->control_sd = spec->ncontrol > 1 ? sqrt(squares / (spec->ncontrol - 1)) : NAN;
    f->p = permutation_p(sign * spec->value, turned, spec->ncontrol);
    f->verdict = f->p <= FINDING_P ? FINDING_FOUND : FINDING_NOT_FOUND;
    free(turned);
}

Finding *finding_add(Findings *fs, const FindingSpec *spec, const char *found, ...)
{
    Finding *f = mem_push(&fs->f, &fs->n, &fs->cap, sizeof *f);
    *f = (Finding){.section = mem_strdup(spec->section), .name = mem_strdup(spec->name),
                   .definition = mem_strdup(spec->definition),
                   .unit = mem_strdup(spec->unit ? spec->unit : ""),
                   .control = mem_strdup(spec->control),
                   .value = spec->value, .spread = spec->spread, .n = spec->n,
                   .control_mean = NAN, .control_sd = NAN, .p = NAN};
    if (spec->control && spec->ncontrol > 0 && !run_stopped(fs->run)) compare(f, spec);
    va_list ap;
    va_start(ap, found);
    format(&f->says, found, ap);
    va_end(ap);
    return f;
}

void finding_else(Finding *f, const char *not_found, ...)
{
    if (f->verdict != FINDING_NOT_FOUND) return;
    va_list ap;
    va_start(ap, not_found);
    format(&f->says, not_found, ap);
    va_end(ap);
}

FindingTable *findings_table(Findings *fs, const char *section, const char *name,
                             const char *definition, const char *const *column, int ncols,
                             int nrows)
{
    FindingTable *t = mem_push(&fs->table, &fs->ntables, &fs->cap_tables, sizeof *t);
    *t = (FindingTable){.section = mem_strdup(section), .name = mem_strdup(name),
                        .definition = mem_strdup(definition), .ncols = ncols, .nrows = nrows};
    t->column = mem_alloc(ncols, sizeof *t->column);
    for (int i = 0; i < ncols; i++) t->column[i] = mem_strdup(column[i]);
    t->label = mem_alloc(nrows, sizeof *t->label);
    t->note = mem_alloc(nrows, sizeof *t->note);
    t->v = mem_alloc((int64_t)nrows * ncols, sizeof *t->v);
    for (int64_t i = 0; i < (int64_t)nrows * ncols; i++) t->v[i] = NAN;
    return t;
}

void table_label(FindingTable *t, int row, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(&t->label[row], fmt, ap);
    va_end(ap);
}

void table_note(FindingTable *t, int row, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(&t->note[row], fmt, ap);
    va_end(ap);
}

void table_set(FindingTable *t, int row, int col, double v)
{
    t->v[(int64_t)row * t->ncols + col] = v;
}

const Finding *findings_get(const Findings *fs, const char *name)
{
    for (int i = 0; i < fs->n; i++)
        if (strcmp(fs->f[i].name, name) == 0) return &fs->f[i];
    return NULL;
}

static void free_table(FindingTable *t)
{
    for (int i = 0; i < t->ncols; i++) free(t->column[i]);
    for (int i = 0; i < t->nrows; i++) {
        free(t->label[i]);
        free(t->note[i]);
    }
    void *all[] = {t->column, t->label, t->note, t->v, t->section, t->name, t->definition};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

void findings_free(Findings *fs)
{
    for (int i = 0; i < fs->n; i++) {
        Finding *f = &fs->f[i];
        void *all[] = {f->section, f->name, f->definition, f->unit, f->control, f->says};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
    }
    for (int i = 0; i < fs->ntables; i++) free_table(&fs->table[i]);
    free(fs->f);
    free(fs->table);
    free(fs->model);
    free(fs->text);
    *fs = (Findings){.n = 0};
}
