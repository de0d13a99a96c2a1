/* finding_out.c: findings as a text to read and as JSON. */
#include <math.h>
#include <string.h>

#include "theory/finding.h"

enum { DIGITS = 6, WRAP = 92, CELL = 12 };

static const char *const VERDICT[] = {"measured", "found", "not found"};

/* Words of s, filled into lines that begin with `indent` blanks. */
static void put_filled(Str *out, int indent, const char *s)
{
    int at = 0;
    while (*s) {
        size_t n = strcspn(s, " ");
        if (at && at + 1 + (int)n > WRAP) {
            str_putc(out, '\n');
            at = 0;
        }
        if (at == 0)
            str_addf(out, "%*s", at = indent, "");
        else {
            str_putc(out, ' ');
            at++;
        }
        str_add(out, s, n);
        at += (int)n;
        s += n;
        s += strspn(s, " ");
    }
    str_putc(out, '\n');
}

static void put_number(Str *out, double v)
{
    if (isnan(v))
        str_puts(out, "-");
    else
        str_addf(out, "%.4g", v);
}

static void text_finding(const Finding *f, Str *out)
{
    str_addf(out, "  %s = ", f->name);
    put_number(out, f->value);
    if (*f->unit) str_addf(out, " %s", f->unit);
    if (!isnan(f->spread)) str_addf(out, " +- %.3g", f->spread);
    str_addf(out, " (n = %d)", f->n);
    if (f->control)
        str_addf(out, "; chance %.4g +- %.3g, p = %.3g: %s", f->control_mean, f->control_sd, f->p,
                 VERDICT[f->verdict]);
    str_putc(out, '\n');
    put_filled(out, 4, f->says);
    Str line = {0};
    str_addf(&line, "[%s%s%s]", f->definition, f->control ? "; control: " : "",
             f->control ? f->control : "");
    put_filled(out, 4, str_text(&line));
    str_free(&line);
}

static int label_width(const FindingTable *t)
{
    int width = 0;
    for (int i = 0; i < t->nrows; i++) {
        int n = t->label[i] ? (int)strlen(t->label[i]) : 0;
        if (n > width) width = n;
    }
    return width;
}

static void text_table(const FindingTable *t, Str *out)
{
    int width = label_width(t);
    Str line = {0};
    str_addf(&line, "%s: %s", t->name, t->definition);
    put_filled(out, 2, str_text(&line));
    str_free(&line);
    str_addf(out, "    %-*s", width, "");
    for (int k = 0; k < t->ncols; k++) str_addf(out, "  %*s", CELL, t->column[k]);
    str_putc(out, '\n');
    for (int i = 0; i < t->nrows; i++) {
        str_addf(out, "    %-*s", width, t->label[i] ? t->label[i] : "");
        for (int k = 0; k < t->ncols; k++) {
            int room = (int)strlen(t->column[k]) > CELL ? (int)strlen(t->column[k]) : CELL;
            double v = t->v[(int64_t)i * t->ncols + k];
            if (isnan(v))
                str_addf(out, "  %*s", room, "-");
            else
                str_addf(out, "  %*.4g", room, v);
        }
        if (t->note[i]) str_addf(out, "  %s", t->note[i]);
        str_putc(out, '\n');
    }
}

static void heading(const char **section, const char *next, Str *out)
{
    if (*section && strcmp(*section, next) == 0) return;
    *section = next;
    str_addf(out, "\n%s\n", next);
}

/* Many tests find something by chance: how many. */
static void tally(const Findings *fs, Str *out)
{
    int claims = 0, found = 0;
    for (int i = 0; i < fs->n; i++) {
        claims += fs->f[i].verdict != FINDING_MEASURED;
        found += fs->f[i].verdict == FINDING_FOUND;
    }
    if (claims)
        str_addf(out, "%d of %d claims found; chance alone would find about %.1f\n", found, claims,
                 FINDING_P * claims);
}

/* Sections in the order in which they first appear; the tables of a section follow its findings. */
void findings_text(const Findings *fs, Str *out)
{
    const char *section = NULL;
    str_addf(out, "%s: \"%s\"\n", fs->model ? fs->model : "", fs->text ? fs->text : "");
    tally(fs, out);
    for (int i = 0; i < fs->n; i++) {
        heading(&section, fs->f[i].section, out);
        text_finding(&fs->f[i], out);
        bool last = i + 1 == fs->n || strcmp(fs->f[i + 1].section, section) != 0;
        for (int k = 0; last && k < fs->ntables; k++)
            if (strcmp(fs->table[k].section, section) == 0) text_table(&fs->table[k], out);
    }
    for (int k = 0; k < fs->ntables; k++) {
        bool shown = false;
        for (int i = 0; i < fs->n; i++)
            if (strcmp(fs->f[i].section, fs->table[k].section) == 0) shown = true;
        if (shown) continue;
        heading(&section, fs->table[k].section, out);
        text_table(&fs->table[k], out);
    }
}

static void json_finding(const Finding *f, JsonOut *j)
{
    jout_begin(j, NULL, '{', false);
    jout_string(j, "section", f->section);
    jout_string(j, "name", f->name);
    jout_string(j, "definition", f->definition);
    jout_number(j, "value", f->value, DIGITS);
    jout_string(j, "unit", f->unit);
    jout_int(j, "n", f->n);
    jout_number(j, "spread", f->spread, DIGITS);
    jout_string(j, "control", f->control);
    jout_number(j, "control_mean", f->control_mean, DIGITS);
    jout_number(j, "control_sd", f->control_sd, DIGITS);
    jout_number(j, "p", f->p, DIGITS);
    jout_string(j, "verdict", VERDICT[f->verdict]);
    jout_string(j, "says", f->says);
    jout_end(j, '}');
}

static void json_table(const FindingTable *t, JsonOut *j)
{
    jout_begin(j, NULL, '{', false);
    jout_string(j, "section", t->section);
    jout_string(j, "name", t->name);
    jout_string(j, "definition", t->definition);
    jout_begin(j, "columns", '[', true);
    for (int k = 0; k < t->ncols; k++) jout_string(j, NULL, t->column[k]);
    jout_end(j, ']');
    jout_begin(j, "rows", '[', false);
    for (int i = 0; i < t->nrows; i++) {
        jout_begin(j, NULL, '{', true);
        jout_string(j, "label", t->label[i]);
        jout_begin(j, "values", '[', true);
        for (int k = 0; k < t->ncols; k++)
            jout_number(j, NULL, t->v[(int64_t)i * t->ncols + k], DIGITS);
        jout_end(j, ']');
        jout_string(j, "note", t->note[i]);
        jout_end(j, '}');
    }
    jout_end(j, ']');
    jout_end(j, '}');
}

void findings_json(const Findings *fs, JsonOut *j)
{
    jout_begin(j, NULL, '{', false);
    jout_string(j, "model", fs->model);
    jout_string(j, "text", fs->text);
    jout_begin(j, "findings", '[', false);
    for (int i = 0; i < fs->n; i++) json_finding(&fs->f[i], j);
    jout_end(j, ']');
    jout_begin(j, "tables", '[', false);
    for (int k = 0; k < fs->ntables; k++) json_table(&fs->table[k], j);
    jout_end(j, ']');
    jout_end(j, '}');
}
