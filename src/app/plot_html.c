/* plot_html.c: see plot_data_parts.h. A map as one page: our own script, a canvas, no network (its
 * content policy forbids any). Prompts are strangers' text: they stand in JSON, where '<' is
 * written \u003c so that no "</script>" can end it, and reach the page by textContent only. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "math/stats.h"
#include "plot_data_parts.h"
#include "plot_page.h"

static void add_escaped(Str *out, const char *s)
{
    for (; *s; s++) {
        switch (*s) {
        case '<': str_puts(out, "&lt;"); break;
        case '>': str_puts(out, "&gt;"); break;
        case '&': str_puts(out, "&amp;"); break;
        case '"': str_puts(out, "&quot;"); break;
        default: str_putc(out, *s);
        }
    }
}

static void add_colour(JsonOut *j, Rgb c)
{
    char hex[8];
    snprintf(hex, sizeof hex, "#%02x%02x%02x", (unsigned)lrint(255 * c.r) & 255u,
             (unsigned)lrint(255 * c.g) & 255u, (unsigned)lrint(255 * c.b) & 255u);
    jout_string(j, NULL, hex);
}

/* shade [n]: 0..1 for the ramp, by norm or by row. */
static void fill_shades(const PlotNumbers *p, double *shade)
{
    if (plot_colour(p) == COLOUR_NORM) {
        stats_norm01(p->norm, p->t.n, shade);
        return;
    }
    for (int i = 0; i < p->t.n; i++) shade[i] = p->t.n > 1 ? (double)i / (p->t.n - 1) : 0.5;
}

static void add_colours(JsonOut *j, const PlotNumbers *p)
{
    bool groups = plot_colour(p) == COLOUR_CATEGORY;
    double *shade = mem_alloc(p->t.n, sizeof *shade);
    fill_shades(p, shade);
    jout_begin(j, "colours", '[', true);
    for (int g = 0; groups && g < p->ngroups; g++) add_colour(j, colour_track(g));
    for (int i = 0; !groups && i < p->t.n; i++) add_colour(j, colour_ramp(shade[i]));
    jout_end(j, ']');
    free(shade);
    if (!groups) return;
    jout_begin(j, "groups", '[', true);
    for (int g = 0; g < p->ngroups; g++)
        jout_string(j, NULL, *p->groups[g] ? p->groups[g] : "(none)");
    jout_end(j, ']');
    jout_begin(j, "group", '[', true);
    for (int i = 0; i < p->t.n; i++) jout_int(j, NULL, p->group[i]);
    jout_end(j, ']');
}

static void add_points(JsonOut *j, const PlotNumbers *p)
{
    jout_begin(j, "at", '[', false);
    for (int i = 0; i < p->t.n; i++) {
        jout_begin(j, NULL, '[', true);
        for (int k = 0; k < p->dims; k++)
            jout_number(j, NULL, p->at[(int64_t)i * p->dims + k], 6);
        jout_end(j, ']');
    }
    jout_end(j, ']');
    jout_begin(j, "norm", '[', true);
    for (int i = 0; i < p->t.n; i++) jout_number(j, NULL, p->norm[i], 4);
    jout_end(j, ']');
    if (!p->t.text) return;
    jout_begin(j, "text", '[', false);
    for (int i = 0; i < p->t.n; i++) jout_string(j, NULL, p->t.text[i]);
    jout_end(j, ']');
}

void plot_html_picture(const PlotNumbers *p, const char *svg, Str *out)
{
    static const char TAG[] = "<svg";
    const char *tag = strstr(svg, TAG); /* before it is an XML declaration */
    str_puts(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\"\n content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'; img-src data:\">\n<title>");
    add_escaped(out, p->title);
    str_puts(out, "</title>\n<style>body { margin: 0; background: #fff; } svg { max-width: 100%; "
                  "height: auto; }</style></head>\n<body><svg role=\"img\" aria-label=\"");
    add_escaped(out, p->title);
    str_puts(out, ", ");
    add_escaped(out, p->subtitle);
    str_puts(out, "\"");
    if (tag) str_puts(out, tag + strlen(TAG));
    str_puts(out, "</body></html>\n");
}

void plot_html(const PlotNumbers *p, Str *out)
{
    Str json = {0};
    JsonOut j;
    jout_init(&j, &json);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "title", p->title);
    jout_string(&j, "axis", plot_points(p).axis);
    jout_int(&j, "dims", p->dims);
    add_colours(&j, p);
    add_points(&j, p);
    jout_end(&j, '}');
    str_puts(out, PLOT_PAGE_HEAD);
    add_escaped(out, p->title);
    str_puts(out, PLOT_PAGE_STYLE);
    add_escaped(out, p->title);
    str_puts(out, "</h1><p>");
    add_escaped(out, p->subtitle);
    str_puts(out, PLOT_PAGE_BODY);
    for (const char *s = str_text(&json); *s; s++) {
        if (*s == '<')
            str_puts(out, "\\u003c");
        else
            str_putc(out, *s);
    }
    str_puts(out, PLOT_PAGE_SCRIPT);
    str_puts(out, PLOT_PAGE_TAIL);
    str_free(&json);
}
