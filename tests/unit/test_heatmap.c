/* test_heatmap.c: facts about the pixels of the pictures of activations. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_canvas.h"
#include "base/mem.h"
#include "view/chords.h"
#include "view/heatmap.h"

typedef struct Made {
    int nl, nt;
    bool tension;
    int hot_layer, hot_token; /* norm 90; others 10..20 */
    bool sink;                /* token 0 is one */
    double first;             /* norm and tension of token 0, 0 = as the others */
    int nan_token;            /* no norm; 0 = none */
} Made;

static const char *const WORDS[] = {
    "<bos>", " bird", "\n", "\xd0\xbf\xd1\x82\xd0\xb8\xd1\x86\xd0\xb0",
    "\xe5\xb0\x8f\xe9\xb3\xa5", "\t", " internationalisation of all", "\xff", ""};
enum { NWORDS = sizeof WORDS / sizeof WORDS[0] };
enum { NORM, PHASE, SINK, ENTROPY, TENSION };

static void make_row(FeatureSet *fs, const Made *m, int l, int t)
{
    double norm = 10 + fmod(7.3 * t + 3.1 * (l + 1), 10);
    int row = feat_add_row(fs, FT_TOKENS, (RowKey){0, (int16_t)l, -1, -1, t}, WORDS[t % NWORDS]);
    bool first = t == 0 && m->first > 0;
    if (l == m->hot_layer && t == m->hot_token) norm = 90;
    if (first) norm = m->first;
    if (m->nan_token == 0 || t != m->nan_token) feat_set1(fs, FT_TOKENS, NORM, row, norm);
    feat_set1(fs, FT_TOKENS, PHASE, row, fmod(t + 0.5 * l, 6) - 3);
    feat_set1(fs, FT_TOKENS, SINK, row, t == 0 && m->sink);
    if (l >= 0) feat_set1(fs, FT_TOKENS, ENTROPY, row, 0.5 + 0.4 * sin(t + l));
    if (m->tension && 2 * l >= m->nl)
        feat_set1(fs, FT_TOKENS, TENSION, row, first ? m->first : 0.5 + 0.3 * sin(0.3 * t + l));
}

static void make(FeatureSet *fs, const Made *m)
{
    static const char *const NAMES[] = {"norm", "phase", "sink", "attn_entropy", "tension"};
    static const char *const LAYERS[] = {"norm_mean", "attn_entropy_mean", "sparsity_mean",
                                         "tension_mean", "pc1_share", "pc2_share"};
    fs->model = mem_strdup("made");
    for (int i = 0; i < (m->tension ? 5 : 4); i++)
        feat_add_column(fs, FT_TOKENS, NAMES[i], "", "");
    for (int i = 0; i < 6; i++) feat_add_column(fs, FT_LAYERS, LAYERS[i], "", "");
    for (int l = -1; l < m->nl; l++) {
        for (int t = 0; t < m->nt; t++) make_row(fs, m, l, t);
        int row = feat_add_row(fs, FT_LAYERS, (RowKey){0, (int16_t)l, -1, -1, -1}, NULL);
        for (int i = 0; i < 6; i++)
            if (l >= 0 || i == 0 || i > 3)
                feat_set1(fs, FT_LAYERS, i, row, 0.4 + 0.05 * fmod(l + i, 7));
    }
}

typedef void Draw(Canvas *c, const FeatureSet *fs);

static Canvas *page(Draw *draw, Made m)
{
    FeatureSet fs = {.id = 0};
    Canvas *c = canvas_open(HEATMAP_WIDTH, HEATMAP_HEIGHT, CANVAS_PNG);
    make(&fs, &m);
    draw(c, &fs);
    feat_free(&fs);
    return c;
}

static Str bytes(Canvas *c)
{
    Str s = {0};
    Err err;
    assert_true(canvas_finish(c, &s, &err));
    canvas_close(c);
    return s;
}

static bool near(Rgb a, Rgb b)
{
    const double one = 1.01 / 255; /* rounding to bytes */
    return fabs(a.r - b.r) < one && fabs(a.g - b.g) < one && fabs(a.b - b.b) < one;
}

/* The pixels of a colour in part of a page. */
typedef struct Found {
    int n, x0, y0, x1, y1;
} Found;

static Found find(const Canvas *c, Rgb colour, int x0, int y0, int x1, int y1)
{
    Found f = {.x0 = x1, .y0 = y1};
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            if (!near(canvas_pixel(c, x, y), colour)) continue;
            f.n++;
            if (x < f.x0) f.x0 = x;
            if (y < f.y0) f.y0 = y;
            if (x > f.x1) f.x1 = x;
            if (y > f.y1) f.y1 = y;
        }
    return f;
}

/* Where heatmap_draw puts its upper and its lower panel. */
enum { LEFT = 84, RIGHT = 1124, TOP = 100, MIDDLE = 452, LOW = 504, FOOT = 856 };

static void a_planted_hot_cell_alone_has_the_brightest_colour_at_its_place(void **state)
{
    (void)state;
    enum { NL = 5, NT = 8, LAYER = 3, TOKEN = 5 };
    Canvas *c = page(heatmap_draw, (Made){.nl = NL, .nt = NT, .hot_layer = LAYER,
                                          .hot_token = TOKEN, .sink = true, .first = 1e5});
    Found f = find(c, colour_ramp(1), LEFT, TOP, RIGHT, MIDDLE);
    double w = (RIGHT - LEFT) / (double)NT, h = (MIDDLE - TOP) / (NL + 1.0);
    /* layer -1 is the lowest row; 1.5: a cell's edge may fall inside of a pixel */
    assert_true(fabs(f.x0 - (LEFT + TOKEN * w)) < 1.5);
    assert_true(fabs(f.x1 + 1 - (LEFT + (TOKEN + 1) * w)) < 1.5);
    assert_true(fabs(f.y1 + 1 - (MIDDLE - (LAYER + 1) * h)) < 1.5);
    assert_true(fabs(f.y0 - (MIDDLE - (LAYER + 2) * h)) < 1.5);
    assert_true(f.n > 0.95 * w * h);
    canvas_close(c);
}

static void a_sink_is_hatched_and_its_number_changes_no_pixel(void **state)
{
    (void)state;
    for (int tension = 0; tension < 2; tension++) {
        Made m = {.nl = 4, .nt = 7, .hot_layer = -2, .tension = tension, .sink = true, .first = 3};
        Canvas *marked = page(heatmap_draw, m);
        Rgb white = {1, 1, 1};
        double w = (RIGHT - LEFT) / 7.0;
        Found f = find(marked, white, LEFT + 2, TOP + 2, LEFT + (int)w - 2, MIDDLE - 2);
        double all = (w - 4) * (MIDDLE - TOP - 4);
        assert_true(f.n > 0.1 * all && f.n < 0.95 * all); /* paper and lines */
        Str low = bytes(marked);
        m.first = 1e6;
        Str high = bytes(page(heatmap_draw, m));
        assert_int_equal(low.len, high.len);
        assert_memory_equal(low.s, high.s, low.len);
        m.sink = false;
        Str plain = bytes(page(heatmap_draw, m));
        assert_true(plain.len != high.len || memcmp(plain.s, high.s, high.len) != 0);
        str_free(&low);
        str_free(&high);
        str_free(&plain);
    }
}

static void an_entry_that_is_absent_is_grey(void **state)
{
    (void)state;
    Canvas *c = page(heatmap_draw, (Made){.nl = 3, .nt = 4, .hot_layer = -2, .nan_token = 2});
    double w = (RIGHT - LEFT) / 4.0;
    for (int r = 0; r < 4; r++)
        assert_true(near(canvas_pixel(c, (int)(LEFT + 2.5 * w),
                                      (int)(TOP + (r + 0.5) * (MIDDLE - TOP) / 4)),
                         colour_ramp(NAN)));
    Found f = find(c, colour_ramp(NAN), LEFT, TOP, LEFT + (int)(2 * w) - 1, MIDDLE);
    assert_int_equal(f.n, 0);
    canvas_close(c);
}

static void tension_takes_the_lower_panel_where_there_is_a_direction(void **state)
{
    (void)state;
    /* tension 1000 in token 0 alone, which is no sink: every other is near the middle of 0.5 */
    Canvas *c = page(heatmap_draw, (Made){.nl = 2, .nt = 4, .hot_layer = -2, .tension = true,
                                          .first = 1000});
    int y = LOW + (FOOT - LOW) / 6; /* the uppermost of three rows */
    double w = (RIGHT - LEFT) / 4.0;
    assert_true(near(canvas_pixel(c, LEFT + (int)(w / 2), y), colour_split(1)));
    Rgb middle = canvas_pixel(c, LEFT + (int)(1.5 * w), y);
    assert_true(colour_lightness(middle) > 0.95);
    assert_true(near(canvas_pixel(c, LEFT + (int)(1.5 * w), FOOT - 5), colour_ramp(NAN)));
    canvas_close(c);
}

static void split_colours_part_at_the_middle(void **state)
{
    (void)state;
    Rgb low = colour_split(0), mid = colour_split(0.5), high = colour_split(1);
    assert_true(low.b > low.r + 0.3 && high.r > high.b + 0.3);
    assert_true(fabs(mid.r - mid.b) < 0.02 && colour_lightness(mid) > 0.96);
    for (int i = 0; i <= 50; i++) /* 0.01: decoding constants */
        assert_true(fabs(colour_lightness(colour_split(i / 100.0)) -
                         colour_lightness(colour_split(1 - i / 100.0))) < 0.01);
}

static void assert_white_border(const Canvas *c)
{
    Rgb white = {1, 1, 1};
    int w = (int)canvas_width(c), h = (int)canvas_height(c);
    for (int d = 0; d < 3; d++) {
        for (int x = 0; x < w; x++)
            assert_true(near(canvas_pixel(c, x, d), white) &&
                        near(canvas_pixel(c, x, h - 1 - d), white));
        for (int y = 0; y < h; y++)
            assert_true(near(canvas_pixel(c, d, y), white) &&
                        near(canvas_pixel(c, w - 1 - d, y), white));
    }
}

static void pages_of_any_size_keep_within_their_borders_and_repeat(void **state)
{
    static const int SIZES[][2] = {{0, 1}, {1, 1}, {1, 3}, {6, 61}, {80, 2000}, {2, 150}};
    static Draw *const DRAW[] = {heatmap_draw, phases_draw};
    (void)state;
    for (int d = 0; d < 2; d++)
        for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
            Made m = {.nl = SIZES[i][0], .nt = SIZES[i][1], .hot_layer = -2, .sink = true,
                      .tension = i % 2 == 0};
            Canvas *c = page(DRAW[d], m);
            assert_white_border(c);
            Str a = bytes(c), b = bytes(page(DRAW[d], m));
            assert_int_equal(a.len, b.len);
            assert_memory_equal(a.s, b.s, a.len);
            str_free(&a);
            str_free(&b);
        }
}

static void a_set_without_tokens_gives_a_page_that_says_so(void **state)
{
    static Draw *const DRAW[] = {heatmap_draw, phases_draw};
    (void)state;
    for (int d = 0; d < 2; d++) {
        FeatureSet fs = {.id = 0};
        Canvas *c = canvas_open(HEATMAP_WIDTH, HEATMAP_HEIGHT, CANVAS_PNG);
        DRAW[d](c, &fs);
        Str s = bytes(c);
        assert_true(s.len > 0);
        str_free(&s);
    }
}

static void a_phase_has_its_colour_of_the_circle(void **state)
{
    (void)state;
    Canvas *c = page(phases_draw, (Made){.nl = 1, .nt = 2, .hot_layer = -2});
    /* the embedding, token 1: phase 0.5 - 3 rad; the grid is 84..1224 by 100..856 */
    Rgb want = colour_cycle((0.5 - 3) / (2 * 3.14159265358979323846));
    assert_true(near(canvas_pixel(c, 900, 700), want));
    canvas_close(c);
}

static Canvas *arc_page(Arc a)
{
    Canvas *c = canvas_open(HEATMAP_WIDTH, HEATMAP_HEIGHT, CANVAS_PNG);
    arc_draw(c, &a);
    return c;
}

static void bars_of_an_arc_are_as_high_as_their_tension(void **state)
{
    static const double T[] = {0.25, 1, 0.5, NAN}, TEMPO[] = {72, 112, 90, 90};
    static const char *const NAME[] = {"a", "b", "c", "d"}, *const PART[] = {"x", "y", "y", "z"};
    (void)state;
    Arc a = {.n = 4, .tension = T, .name = NAME, .title = "arc"};
    int n[3];
    for (int with = 0; with < 2; with++) {
        a.tempo = with ? TEMPO : NULL;
        a.section = with ? PART : NULL;
        Canvas *c = arc_page(a);
        for (int i = 0; i < 3; i++)
            n[i] = find(c, colour_ramp(0.12 + 0.72 * T[i]), 0, 0, HEATMAP_WIDTH, 900).n;
        /* 0.02: the edges of the bars are blended with the paper */
        assert_true(fabs((double)n[0] / n[1] - 0.25) < 0.02 && n[1] > 10000);
        assert_true(fabs((double)n[2] / n[1] - 0.5) < 0.02);
        assert_white_border(c);
        canvas_close(c);
    }
}

static void arcs_of_one_to_a_thousand_prompts_stay_on_the_page(void **state)
{
    static const int N[] = {1, 11, 100, 1000};
    static const char LONG[] = "a prompt that is longer than what any page has room for";
    static const char *const PART[] = {"calm", "rising", "a category of many long words",
                                       "unbreakablylongcategoryname"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        int n = N[i];
        double *t = mem_alloc(n, sizeof *t), *tempo = mem_alloc(n, sizeof *tempo);
        const char **name = mem_alloc(n, sizeof *name), **part = mem_alloc(n, sizeof *part);
        for (int k = 0; k < n; k++) {
            t[k] = 0.5 + 0.5 * sin(0.1 * k);
            tempo[k] = 72 + 40 * t[k];
            name[k] = LONG;
            part[k] = PART[k * 4 / n];
        }
        Arc a = {.n = n, .tension = t, .tempo = tempo, .name = name, .section = part};
        Canvas *c = arc_page(a);
        assert_white_border(c);
        Str x = bytes(c), y = bytes(arc_page(a));
        assert_int_equal(x.len, y.len);
        assert_memory_equal(x.s, y.s, x.len);
        str_free(&x);
        str_free(&y);
        free(t);
        free(tempo);
        free(name);
        free(part);
    }
}

enum { COVER_NL = 6, COVER_K = 32 };

static Canvas *cover(double bend, const char *title)
{
    float v[COVER_NL * COVER_K];
    Canvas *c = canvas_open(COVER_SIZE, COVER_SIZE, CANVAS_PNG);
    for (int l = 0; l < COVER_NL; l++)
        for (int i = 0; i < COVER_K; i++)
            v[l * COVER_K + i] = (float)((3 + 0.1 * l) / (1 + i) + 0.02 * sin(bend * i * (l + 1)));
    v[COVER_K + 3] = NAN;
    v[COVER_K + 4] = -1;
    cover_draw(c, title, "a subtitle", v, COVER_NL, COVER_K);
    return c;
}

static void a_cover_repeats_and_another_model_has_another(void **state)
{
    (void)state;
    Str a = bytes(cover(1, "Album")), b = bytes(cover(1, "Album"));
    Str other = bytes(cover(2, "Album"));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.s, b.s, a.len);
    assert_true(other.len != a.len || memcmp(other.s, a.s, a.len) != 0);
    str_free(&a);
    str_free(&b);
    str_free(&other);
}

/* Rows 1215 to 1265 part the ridges from the title: dark, whatever the spectra. */
static void the_title_of_a_cover_stands_in_a_quiet_place(void **state)
{
    (void)state;
    Canvas *c = cover(1, "A title that is too long to be set in the largest letters");
    int bright = 0;
    for (int y = 1215; y < 1265; y++)
        for (int x = 0; x < COVER_SIZE; x++)
            assert_true(colour_lightness(canvas_pixel(c, x, y)) < 0.25);
    for (int y = 1265; y < 1360; y++)
        for (int x = 0; x < COVER_SIZE; x++) {
            if (colour_lightness(canvas_pixel(c, x, y)) < 0.6) continue;
            assert_true(x > 180 && x < COVER_SIZE - 180);
            bright++;
        }
    assert_true(bright > 500);
    canvas_close(c);
    Canvas *bare = canvas_open(COVER_SIZE, COVER_SIZE, CANVAS_PNG);
    cover_draw(bare, "no spectra", NULL, NULL, 0, 0);
    assert_true(colour_lightness(canvas_pixel(bare, 750, 700)) < 0.3);
    canvas_close(bare);
}

static void dimensions_stand_at_their_frequencies(void **state)
{
    static const float AMP[] = {0, 0, 1, 0, 0, 0}; /* [2, 3] */
    static const double HZ[] = {60, 490, 4000}, VARIANCE[] = {1, 2, 3};
    static const char *const PROMPT[] = {"one", "two"};
    (void)state;
    Chords d = {.title = "t", .subtitle = "s", .n = 2, .dims = 3, .amp = AMP, .hz = HZ,
              .variance = VARIANCE, .prompt = PROMPT};
    Canvas *c = canvas_open(CHORDS_WIDTH, CHORDS_HEIGHT, CANVAS_PNG);
    chords_draw(c, &d);
    Found f = find(c, colour_ramp(1), 92, 92, 1222, 760); /* the panel of levels */
    assert_true(abs(f.x0 - 92) <= 1 && abs(f.x1 - 656) <= 1); /* the first of two prompts */
    assert_true(abs(f.y0 - 92) <= 1 && abs(f.y1 - 314) <= 1); /* the highest of three pitches */
    assert_white_border(c);
    canvas_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_hot_cell_alone_has_the_brightest_colour_at_its_place),
        cmocka_unit_test(a_sink_is_hatched_and_its_number_changes_no_pixel),
        cmocka_unit_test(an_entry_that_is_absent_is_grey),
        cmocka_unit_test(tension_takes_the_lower_panel_where_there_is_a_direction),
        cmocka_unit_test(split_colours_part_at_the_middle),
        cmocka_unit_test(pages_of_any_size_keep_within_their_borders_and_repeat),
        cmocka_unit_test(a_set_without_tokens_gives_a_page_that_says_so),
        cmocka_unit_test(a_phase_has_its_colour_of_the_circle),
        cmocka_unit_test(bars_of_an_arc_are_as_high_as_their_tension),
        cmocka_unit_test(arcs_of_one_to_a_thousand_prompts_stay_on_the_page),
        cmocka_unit_test(a_cover_repeats_and_another_model_has_another),
        cmocka_unit_test(the_title_of_a_cover_stands_in_a_quiet_place),
        cmocka_unit_test(dimensions_stand_at_their_frequencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
