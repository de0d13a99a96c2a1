/* atmos_analyse.c: see app/atmos_analyse.h. */
#include "app/atmos_analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "view/time_panels.h"

static const char *const DRIVE[] = {"velocity", "loudness"};

/* The curves of a contour, as they are called everywhere. */
enum { COLUMNS = 4 };
static const struct {
    const char *key, *title, *unit;
    int digits;
} COLUMN[COLUMNS] = {
    {"lufs_raw", "momentary loudness", "LUFS", 7},
    {"lufs", "loudness, scaled, smoothed, S-curve", "0..1", 7},
    {"velocity", "velocity", "0..1", 7},
    {"temp", "temperature", "T", 7},
};

static const double *column_of(const Contour *c, int i)
{
    const double *all[COLUMNS] = {c->lufs_raw, c->lufs, c->velocity, c->temp};
    return all[i];
}

ContourRange contour_range(const double *v, int n)
{
    ContourRange r = {.min = n ? v[0] : NAN, .mean = 0, .max = n ? v[0] : NAN};
    for (int i = 0; i < n; i++) {
        r.min = fmin(r.min, v[i]);
        r.max = fmax(r.max, v[i]);
        r.mean += v[i] / n;
    }
    return r;
}

void atmos_json_settings(JsonOut *j, const ContourOpts *o)
{
    jout_begin(j, "settings", '{', true);
    jout_number(j, "tps", o->tps, 9);
    jout_number(j, "gate", o->gate, 9);
    jout_number(j, "smooth", o->smooth, 9);
    jout_number(j, "midpoint", o->midpoint, 9);
    jout_number(j, "steepness", o->steepness, 9);
    jout_number(j, "t_min", o->t_min, 9);
    jout_number(j, "t_max", o->t_max, 9);
    jout_string(j, "drive", DRIVE[o->drive]);
    jout_end(j, '}');
}

static void put_json(const AnalyseJob *job, const Conductor *c, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "song", c->path);
    jout_number(&j, "seconds", c->seconds, 9);
    jout_int(&j, "rate", c->rate);
    jout_int(&j, "channels", c->channels);
    jout_number(&j, "integrated_lufs", c->lufs, 5);
    jout_number(&j, "momentary_max", c->momentary, 5);
    jout_number(&j, "short_term_max", c->short_term, 5);
    atmos_json_settings(&j, &job->contour);
    jout_int(&j, "frames", c->contour.n);
    for (int i = 0; i < COLUMNS; i++) {
        const double *v = column_of(&c->contour, i);
        ContourRange r = contour_range(v, c->contour.n);
        jout_begin(&j, COLUMN[i].key, '{', true);
        jout_number(&j, "min", r.min, 6);
        jout_number(&j, "mean", r.mean, 6);
        jout_number(&j, "max", r.max, 6);
        jout_begin(&j, "v", '[', true);
        for (int k = 0; k < c->contour.n; k++) jout_number(&j, NULL, v[k], COLUMN[i].digits);
        jout_end(&j, ']');
        jout_end(&j, '}');
    }
    jout_end(&j, '}');
    str_putc(out, '\n');
}

static void put_csv(const Conductor *c, Str *out)
{
    const Contour *k = &c->contour;
    str_puts(out, "frame,time,lufs_raw,lufs,velocity,temp\n");
    for (int i = 0; i < k->n; i++)
        str_addf(out, "%d,%.6f,%.7g,%.7g,%.7g,%.7g\n", i, i / k->tps, k->lufs_raw[i], k->lufs[i],
                 k->velocity[i], k->temp[i]);
}

static void put_loudness(Str *out, const char *name, double lufs)
{
    if (isfinite(lufs))
        str_addf(out, "%-22s %8.1f LUFS\n", name, lufs);
    else
        str_addf(out, "%-22s  silence\n", name);
}

static void put_text(const Conductor *c, Str *out)
{
    str_addf(out, "%s: %.2f s, %d Hz, %d channel%s, %d frames of %.4g ms\n\n", c->name, c->seconds,
             c->rate, c->channels, c->channels == 1 ? "" : "s", c->contour.n,
             1e3 / c->contour.tps);
    put_loudness(out, "integrated", c->lufs);
    put_loudness(out, "momentary, largest", c->momentary);
    put_loudness(out, "short-term, largest", c->short_term);
    str_addf(out, "\n%-36s %9s %9s %9s\n", "", "min", "mean", "max");
    for (int i = 0; i < COLUMNS; i++) {
        ContourRange r = contour_range(column_of(&c->contour, i), c->contour.n);
        str_addf(out, "%-36s %9.3f %9.3f %9.3f\n", COLUMN[i].title, r.min, r.mean, r.max);
    }
}

/* A new string: the picture's name. */
static char *picture_name(const AnalyseJob *job, Err *err)
{
    Str s = {0};
    if (job->output && (str_ends(job->output, ".png") || str_ends(job->output, ".svg")))
        return mem_strdup(job->output);
    const char *base = job->output ? job->output : path_base(job->song);
    const char *dot = job->output ? NULL : strrchr(base, '.');
    if (strcmp(base, "-") == 0) {
        err_set(err, "--plot: standard input has no name for a picture; give -o NAME.png");
        return NULL;
    }
    str_add(&s, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
    str_addf(&s, "-atmos.%s", job->plot.format == CANVAS_SVG ? "svg" : "png");
    return s.s;
}

static void draw(Canvas *c, const void *ud)
{
    time_panels_draw(c, ud);
}

static bool put_picture(const AnalyseJob *job, const Conductor *c, Err *err)
{
    TimePanel panel[COLUMNS] = {0};
    OutSet set = {0};
    Str title = {0}, line = {0};
    char *path = picture_name(job, err);
    const ContourOpts *o = &job->contour;
    if (!path) return false;
    for (int i = 0; i < COLUMNS; i++)
        panel[i] = (TimePanel){.title = COLUMN[i].title, .unit = COLUMN[i].unit,
                               .v = column_of(&c->contour, i), .coloured = i == COLUMNS - 1};
    panel[1].hi = panel[2].hi = 1;
    str_addf(&title, "%s: a sampler's temperature by its %s", c->name,
             o->drive == DRIVE_LOUDNESS ? "loudness" : "loudness velocity");
    str_addf(&line, "%.4g tokens a second, gate %.3g LUFS, smoothed over %.3g s, S-curve about "
             "%.3g of steepness %.3g, T %.4g to %.4g", o->tps, o->gate, o->smooth, o->midpoint,
             o->steepness, o->t_min, o->t_max);
    TimePanels page = {.title = title.s, .line = line.s, .panel = panel, .npanels = COLUMNS,
                       .n = c->contour.n, .step = 1 / o->tps};
    bool ok = plot_to(path, TIME_PANELS_WIDTH, TIME_PANELS_HEIGHT, draw, &page, &set, err) &&
              outset_commit(&set, err);
    if (!ok) outset_abort(&set);
    if (ok) say(&job->say, SAY_INFO, "%s", path);
    str_free(&title);
    str_free(&line);
    free(path);
    return ok;
}

bool atmos_analyse_check(const AnalyseJob *job, Err *err)
{
    if (!job->plot.wanted) return true;
    char *path = picture_name(job, err);
    bool ok = path && out_check_path(path, job->clobber, err);
    free(path);
    return ok;
}

bool atmos_analyse(const AnalyseJob *job, Str *out, Err *err)
{
    Conductor c;
    if (!conductor_read(&c, job->song, &job->contour, NULL, err)) return false;
    if (job->form == ANALYSE_JSON)
        put_json(job, &c, out);
    else if (job->form == ANALYSE_CSV)
        put_csv(&c, out);
    else
        put_text(&c, out);
    bool ok = !job->plot.wanted || put_picture(job, &c, err);
    conductor_free(&c);
    return ok;
}
