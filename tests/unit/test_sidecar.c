/* test_sidecar.c: the JSON beside a piece: written, read back, explained, refused when broken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "score/sidecar.h"

/* Two layers of q: a vector "sv" of 3 and a single number "std". */
static void make_features(FeatureSet *fs)
{
    const double sv[2][3] = {{8, 4, 2}, {5, 5, 5}};
    *fs = (FeatureSet){.id = 1};
    fs->model = strdup("wren");
    fs->family = strdup("gemma3");
    int svc = feat_add_column(fs, FT_WEIGHTS, "sv", "", "singular values");
    int std = feat_add_column(fs, FT_WEIGHTS, "std", "dB", "spread");
    for (int l = 0; l < 2; l++) {
        int row = feat_add_row(fs, FT_WEIGHTS, (RowKey){-1, (int16_t)l, ROLE_Q, -1, -1},
                               l ? "layers.1.q.weight" : "layers.0.q.weight");
        feat_set(fs, FT_WEIGHTS, svc, row, sv[l], 3);
        feat_set1(fs, FT_WEIGHTS, std, row, l ? 0.5 : 0.25);
    }
}

static Note note(int32_t start, float key, int rule, Cell pitch, Cell velocity)
{
    Note n = {.start = start, .dur = 240, .key = key, .vel = 0.62f, .rule = (uint16_t)rule};
    for (int f = 0; f < FROM_COUNT; f++) n.from[f] = CELL_NONE;
    n.from[FROM_PITCH] = pitch;
    n.from[FROM_VELOCITY] = velocity;
    return n;
}

static void make_score(Score *s, const FeatureSet *fs)
{
    *s = (Score){.title = "a \"quoted\" title", .genre = "opera"};
    int rule = score_add_rule(s, "opera.act1: key = scale[norm01(sv)]");
    int vn = score_add_track(s, "Violins", 40, false), dr = score_add_track(s, "Kick", 0, true);
    Cell sv = feat_look(fs, FT_WEIGHTS, "sv", 0, ROLE_Q, 1).from;
    Cell flat = feat_look(fs, FT_WEIGHTS, "sv", 1, ROLE_Q, 2).from;
    Value std = feat_look(fs, FT_WEIGHTS, "std", 1, ROLE_Q, 0);
    Note a = note(480, 64, rule, sv, std.from), b = note(0, 60.5f, rule, flat, CELL_NONE);
    Note c = note(2400, 36, rule, sv, sv);
    score_add_note(s, vn, &a);
    score_add_note(s, vn, &b);
    score_add_note(s, dr, &c);
    score_add_ctl(s, vn, 240, CTL_CUTOFF, std, rule);
    score_add_tempo(s, 0, 60);
    score_add_meter(s, 0, 2, 4);
    score_add_section(s, 0, "act I");
    score_add_text(s, "llmsonify test");
    score_finish(s);
}

typedef struct Fixture {
    FeatureSet fs;
    Score s;
    Str json;
} Fixture;

static void setup(Fixture *f)
{
    *f = (Fixture){0};
    make_features(&f->fs);
    make_score(&f->s, &f->fs);
    const FeatureSet *set = &f->fs;
    score_write_json(&f->s, &set, 1, &f->json);
}

static void teardown(Fixture *f)
{
    feat_free(&f->fs);
    score_free(&f->s);
    str_free(&f->json);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    Fixture f;
    Sidecar sc;
    Err err = {0};
    setup(&f);
    if (!sidecar_parse(&sc, f.json.s, f.json.len, &err)) fail_msg("%s", err.msg);
    assert_string_equal(sc.title, "a \"quoted\" title");
    assert_string_equal(sc.genre, "opera");
    assert_true(fabs(sc.seconds - 5.5) < 1e-9); /* (2400 + 240) / 480 at 60 a minute */
    assert_int_equal(sc.ntracks, 2);
    assert_string_equal(sc.track[0].name, "Violins");
    assert_int_equal(sc.track[0].program, 40);
    assert_true(sc.track[1].drum && !sc.track[0].drum);
    assert_int_equal(sc.nnotes, 3);
    const SidecarNote *n = &sc.note[1];
    assert_int_equal(n->track, 0);
    assert_int_equal(n->start, 480);
    assert_int_equal(n->end, 720);
    assert_true(fabs(n->at - 1) < 1e-9 && fabs(n->to - 1.5) < 1e-9);
    assert_int_equal(n->bar, 1);
    assert_true(fabs(n->beat - 2) < 1e-6);
    assert_true(n->key == 64 && fabs(n->vel - 0.62) < 1e-4); /* written with 4 digits */
    assert_string_equal(n->rule, "opera.act1: key = scale[norm01(sv)]");
    assert_true(sc.note[0].key == 60.5);
    assert_int_equal(sc.note[2].bar, 3);
    sidecar_free(&sc);
    teardown(&f);
}

static void sources_carry_model_tensor_layer_role_feature_and_value(void **state)
{
    (void)state;
    Fixture f;
    Sidecar sc;
    Err err = {0};
    setup(&f);
    if (!sidecar_parse(&sc, f.json.s, f.json.len, &err)) fail_msg("%s", err.msg);
    assert_int_equal(sc.nsources, 3); /* five uses of three numbers */
    const SidecarSource *p = &sc.source[sc.note[1].from[FROM_PITCH]];
    assert_string_equal(p->model, "wren");
    assert_string_equal(p->table, feat_table_name(FT_WEIGHTS));
    assert_string_equal(p->label, "layers.0.q.weight");
    assert_string_equal(p->role, "q");
    assert_string_equal(p->feature, "sv");
    assert_int_equal(p->layer, 0);
    assert_int_equal(p->lane, 1);
    assert_int_equal(p->head, -1);
    assert_true(p->value == 4);
    assert_true(fabs(p->norm - 1 / 3.0) < 1e-4); /* within 2..8; written with 4 digits */
    const SidecarSource *v = &sc.source[sc.note[1].from[FROM_VELOCITY]];
    assert_string_equal(v->feature, "std");
    assert_string_equal(v->unit, "dB");
    assert_true(v->value == 0.5 && v->norm == 1); /* over the layers of q */
    assert_int_equal(sc.note[1].from[FROM_DURATION], -1);
    const SidecarSource *flat = &sc.source[sc.note[0].from[FROM_PITCH]];
    assert_true(flat->value == 5 && isnan(flat->norm)); /* all alike */
    sidecar_free(&sc);
    teardown(&f);
}

static void controls_are_written_with_place_and_source(void **state)
{
    (void)state;
    Fixture f;
    setup(&f);
    assert_non_null(strstr(f.json.s, "[240, 0.5, 1, 1.5, \"cutoff\", 0.5, 1, "));
    teardown(&f);
}

static void a_file_is_read_and_a_fault_names_it(void **state)
{
    (void)state;
    Fixture f;
    Sidecar sc;
    Err err = {0};
    const char *tmp = getenv("TMPDIR");
    char dir[400], path[420];
    snprintf(dir, sizeof dir, "%s/sidecarXXXXXX", tmp && *tmp ? tmp : "/tmp");
    setup(&f);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/x.json", dir);
    assert_true(out_file(path, f.json.s, f.json.len, &err));
    assert_true(sidecar_read(&sc, path, &err));
    assert_int_equal(sc.nnotes, 3);
    sidecar_free(&sc);
    assert_true(out_file(path, "{}", 2, &err));
    assert_false(sidecar_read(&sc, path, &err));
    assert_non_null(strstr(err.msg, path));
    unlink(path);
    rmdir(dir);
    teardown(&f);
}

static void explaining_gives_one_line_a_note_in_order_of_time(void **state)
{
    (void)state;
    Fixture f;
    Sidecar sc;
    Err err = {0};
    Str out = {0};
    setup(&f);
    assert_true(sidecar_parse(&sc, f.json.s, f.json.len, &err));
    assert_true(score_explain(&sc, &(ExplainFilter){0}, false, &out, &err));
    assert_string_equal(
        out.s,
        "0.000s bar 1:1.00 Violins  C#4-50c (60.5) vel 0.62  q sv[2]=5 layer 1 "
        "(layers.1.q.weight) of wren  opera.act1: key = scale[norm01(sv)]\n"
        "1.000s bar 1:2.00 Violins  E4 (64) vel 0.62  q sv[1]=4 (33%) layer 0 "
        "(layers.0.q.weight) of wren  q std[0]=0.5 dB (100%) layer 1 (layers.1.q.weight) of wren  "
        "opera.act1: key = scale[norm01(sv)]\n"
        "5.000s bar 3:2.00 Kick  C2 (36) vel 0.62  q sv[1]=4 (33%) layer 0 "
        "(layers.0.q.weight) of wren  opera.act1: key = scale[norm01(sv)]\n");
    str_free(&out);
    sidecar_free(&sc);
    teardown(&f);
}

static void explaining_filters_by_time_bar_and_track(void **state)
{
    (void)state;
    static const struct { ExplainFilter filter; int lines; } CASE[] = {
        {{.from = 0.4, .to = 1}, 1},   /* the first sounds until 0.5 */
        {{.from = 0.5, .to = 1}, 0},   /* and no longer */
        {{.from = 1.2}, 2},            {{.to = 0.1}, 1},
        {{.first_bar = 3}, 1},         {{.first_bar = 1, .last_bar = 1}, 2},
        {{.first_bar = 2, .last_bar = 2}, 0}, {{.track = "vIoL"}, 2},
        {{.track = "ick"}, 1},         {{.track = "cello"}, 0},
        {{.track = "viol", .from = 1}, 1},
    };
    Fixture f;
    Sidecar sc;
    Err err = {0};
    setup(&f);
    assert_true(sidecar_parse(&sc, f.json.s, f.json.len, &err));
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        Str out = {0};
        int lines = 0;
        bool ok = score_explain(&sc, &CASE[i].filter, false, &out, &err);
        for (const char *c = str_text(&out); *c; c++) lines += *c == '\n';
        if (lines != CASE[i].lines || ok != (lines > 0)) fail_msg("case %zu: %d lines", i, lines);
        str_free(&out);
    }
    assert_false(score_explain(&sc, &(ExplainFilter){.track = "cello"}, false, NULL, &err));
    assert_non_null(strstr(err.msg, "Violins, Kick"));
    sidecar_free(&sc);
    teardown(&f);
}

static void explaining_as_json_gives_the_same_notes(void **state)
{
    (void)state;
    Fixture f;
    Sidecar sc;
    Err err = {0};
    Str out = {0};
    setup(&f);
    assert_true(sidecar_parse(&sc, f.json.s, f.json.len, &err));
    assert_true(score_explain(&sc, &(ExplainFilter){.from = 0.9}, true, &out, &err));
    Json *root = json_parse(out.s, out.len, &err);
    assert_non_null(root);
    const Json *first = json_child(json_get(root, "notes"));
    assert_int_equal(json_count(json_get(root, "notes")), 2);
    assert_string_equal(json_string(json_get(first, "track")), "Violins");
    assert_string_equal(json_string(json_get(first, "name")), "E4");
    assert_true(json_number(json_get(json_get(first, "pitch_from"), "value"), 0) == 4);
    assert_string_equal(json_string(json_get(json_get(first, "velocity_from"), "feature")), "std");
    assert_null(json_get(first, "duration_from"));
    json_free(root);
    str_free(&out);
    sidecar_free(&sc);
    teardown(&f);
}

/* Replaces the first `from` by `to` in a copy of the JSON; the copy must then be refused. */
/* A note of each of two sets: of two texts in one model, then of one text in two models. */
static void explain_two(const char *second_text, const char *second_model, Str *lines, Str *json)
{
    const char *const model[2] = {"wren", second_model}, *const text[2] = {"Once upon a time there "
        "w\xc3\xa4r a bird", second_text};
    FeatureSet fs[2] = {{.id = 0}, {.id = 1}};
    const FeatureSet *set[2] = {&fs[0], &fs[1]};
    Score s = {0};
    Str out = {0};
    Sidecar sc;
    Err err = {{0}};
    const ExplainFilter all = {.track = NULL};
    int track = score_add_track(&s, "Lead", 81, false), rule = score_add_rule(&s, "r");
    for (int i = 0; i < 2; i++) {
        fs[i].model = strdup(model[i]);
        fs[i].family = strdup("gemma3");
        feat_add_row(&fs[i], FT_PROMPTS, (RowKey){0, -1, -1, -1, -1}, text[i]);
        int col = feat_add_column(&fs[i], FT_TOKENS, "norm", "", "norm");
        int row = feat_add_row(&fs[i], FT_TOKENS, (RowKey){0, 3, -1, -1, 1}, "upon");
        feat_set1(&fs[i], FT_TOKENS, col, row, 2 + i);
        Cell c = feat_value(&fs[i], FT_TOKENS, col, row, 0).from;
        Note n = note(480 * i, 60, rule, c, c);
        score_add_note(&s, track, &n);
    }
    score_finish(&s);
    score_write_json(&s, set, 2, &out);
    assert_true(sidecar_parse(&sc, out.s, out.len, &err));
    assert_true(score_explain(&sc, &all, false, lines, &err));
    assert_true(score_explain(&sc, &all, true, json, &err));
    sidecar_free(&sc);
    str_free(&out);
    score_free(&s);
    for (int i = 0; i < 2; i++) feat_free(&fs[i]);
}

static void a_source_says_which_text_or_which_model_it_is_of(void **state)
{
    (void)state;
    Str lines = {0}, json = {0};
    explain_two("short", "wren", &lines, &json);
    /* Cut before the character of two bytes that the 24th byte would halve. */
    assert_non_null(strstr(lines.s, "of wren, prompt 1 \"Once upon a time there w...\"  r"));
    assert_non_null(strstr(lines.s, "of wren, prompt 2 \"short\"  r"));
    assert_non_null(strstr(json.s, "\"set\": 2"));
    assert_non_null(strstr(json.s, "\"prompt_text\": \"short\""));
    lines.len = json.len = 0;
    explain_two("Once upon a time there w\xc3\xa4r a bird", "tuned", &lines, &json);
    assert_non_null(strstr(lines.s, "of wren, model 1  r"));
    assert_non_null(strstr(lines.s, "of tuned, model 2  r"));
    str_free(&lines);
    str_free(&json);
}

static void a_broken_sidecar_is_refused_in_one_line(void **state)
{
    (void)state;
    static const struct { const char *from, *to; } CASE[] = {
        {"llmsonify score 1", "llmsonify score 9"}, {"\"rules\"", "\"rulers\""},
        {"\"models\"", "\"modes\""}, {"\"vectors\"", "\"v\""}, {"\"sources\"", "\"s\""},
        {"\"tracks\"", "\"t\""}, {"\"notes\"", "\"n\""}, {"{\"model\": 0", "{\"model\": 7"},
        {"\"layer\": 0", "\"layer\": 0.5"}, {"[480, 720, 1, 1.5,", "[480, 470, 1, 1.5,"},
        {"[480, 720, 1, 1.5,", "[480.5, 720, 1, 1.5,"}, {"[480, 720, 1, 1.5,", "[480, 720, 1,"},
        {"[480, 720, 1, 1.5,", "[480, 720, 2, 1.5,"}, {"[480, 720, 1, 1.5,", "[1e99, 720, 1, 1.5,"},
        {"64, 0.62, 0, 1", "64, 0.62, 0, 2"}, {"64, 0.62, 0, 1", "64, 0.62, 999, 1"},
        {"64, 0.62, 0, 1, ", "640, 0.62, 0, 1, "}, {"64, 0.62, 0, 1, ", "64, 0.62, 0, 1, 1"},
        {"[0, 1, 4, ", "[9, 1, 4, "}, {"[0, 1, 4, ", "[0, -1, 4, "},
        {"[0, 1, 4, ", "[0, \"1\", 4, "},
        {"\"program\": 40", "\"program\": 400"}, {"}", ""},
    };
    Fixture f;
    setup(&f);
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        Str bad = {0};
        Sidecar sc;
        Err err = {0};
        const char *at = strstr(f.json.s, CASE[i].from);
        if (!at) fail_msg("case %zu: \"%s\" is not there", i, CASE[i].from);
        str_add(&bad, f.json.s, (size_t)(at - f.json.s));
        str_puts(&bad, CASE[i].to);
        str_puts(&bad, at + strlen(CASE[i].from));
        if (sidecar_parse(&sc, bad.s, bad.len, &err)) fail_msg("case %zu was taken", i);
        assert_true(strlen(err.msg) > 10 && !strchr(err.msg, '\n'));
        str_free(&bad);
    }
    teardown(&f);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    Fixture f;
    setup(&f);
    for (size_t n = 0; n + 2 < f.json.len; n++) {
        Sidecar sc;
        Err err = {0};
        if (sidecar_parse(&sc, f.json.s, n, &err)) fail_msg("%zu bytes were taken", n);
    }
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(sources_carry_model_tensor_layer_role_feature_and_value),
        cmocka_unit_test(controls_are_written_with_place_and_source),
        cmocka_unit_test(a_file_is_read_and_a_fault_names_it),
        cmocka_unit_test(explaining_gives_one_line_a_note_in_order_of_time),
        cmocka_unit_test(explaining_filters_by_time_bar_and_track),
        cmocka_unit_test(explaining_as_json_gives_the_same_notes),
        cmocka_unit_test(a_source_says_which_text_or_which_model_it_is_of),
        cmocka_unit_test(a_broken_sidecar_is_refused_in_one_line),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
