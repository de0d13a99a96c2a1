/* test_jepa_read.c: read-outs learn what a planted corpus has in it, and what is foreseen of a
 * model's layers becomes cells that notes can name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "fixture_features.h"
#include "fixture_jepa.h"
#include "fixture_near.h"

enum { KIND_A, KIND_B, KINDS, EACH = 24, WINDOWS = KINDS * EACH };

/* A: a bass C below C and G in turn, loud quarter notes on the beats of 5 bars: the first has no
 * fourth beat, the last the first alone.
 * B: D, F, A in a circle, soft sixteenths: on the third of each bar, on the ninth of each other. */
static CorpusNote note_of(int kind, int i)
{
    static const uint8_t CHORD[] = {62, 65, 69};
    if (kind == KIND_A) {
        int onset = i / 2, beat = onset + (onset >= 3);
        bool bass = i % 2 == 0;
        return (CorpusNote){.at = (float)beat,
                            .dur = 1,
                            .velocity = 0.9f,
                            .key = bass        ? 36
                                   : onset % 2 ? 67
                                               : 72,
                            .step = (uint8_t)(4 * beat % BAR_STEPS)};
    }
    int bar = i / 3 * 2 + (i % 3 == 2), step = i % 3 == 1 ? 8 : 2;
    /* a little late, and in a song whose bars begin a quarter after 0 */
    return (CorpusNote){.at = 1.02f + 4 * (float)bar + 0.25f * (float)step,
                        .dur = 0.25f,
                        .velocity = 0.3f,
                        .key = CHORD[i % 3],
                        .step = (uint8_t)step};
}

typedef struct Planted {
    Corpus c;
    CorpusNote note[WINDOWS * WINDOW_NOTES];
    MusicWindow window[WINDOWS];
    int index[WINDOWS];
    float z[WINDOWS * JEPA_LATENT]; /* two directions, with noise and lengths of their own */
} Planted;

static void latent_of(int kind, int i, float *z)
{
    for (int k = 0; k < JEPA_LATENT; k++)
        z[k] = (1 + 0.1f * (float)i) * (noise((uint64_t)(1000 * kind + k)) +
                                        0.2f * noise((uint64_t)(100000 + 1000 * i + k)));
}

static Planted *plant(void)
{
    Planted *p = mem_alloc(1, sizeof *p);
    p->c = (Corpus){.note = p->note, .window = p->window, .nwindows = WINDOWS};
    for (int i = 0; i < WINDOWS; i++) {
        p->window[i].first = (int64_t)i * WINDOW_NOTES;
        p->index[i] = i;
        for (int k = 0; k < WINDOW_NOTES; k++)
            p->note[i * WINDOW_NOTES + k] = note_of(i % KINDS, k);
        latent_of(i % KINDS, i, p->z + i * JEPA_LATENT);
    }
    return p;
}

static void open_fresh(Jepa *j)
{
    Err err = {""};
    if (!jepa_open(j, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    jepa_begin(j, 3);
}

/* What 500 steps leave of it: some hundredths. */
static const double READ = 0.06;

static void reads_a(const JepaReading *r)
{
    static const double SHARE[] = {1, 0.8, 0.8, 0.6}; /* of 5 bars */
    assert_near((double)r->next[0][7], 1, READ);
    assert_near((double)r->next[7][0], 1, READ);
    for (int s = 0; s < BAR_STEPS; s++)
        assert_near((double)r->onset[s], s % 4 ? 0 : SHARE[s / 4], READ);
    for (int s = 0; s < BAR_STEPS; s += 4) assert_near((double)r->level[s], 0.9, READ);
    assert_near((double)r->length, 2, 3 * READ);
}

static void reads_b(const JepaReading *r)
{
    assert_near((double)r->next[2][5], 1, READ);
    assert_near((double)r->next[5][9], 1, READ);
    assert_near((double)r->next[9][2], 1, READ);
    for (int s = 0; s < BAR_STEPS; s++)
        assert_near((double)r->onset[s], s == 2 ? 1 : s == 8 ? 0.5 : 0, READ);
    assert_near((double)r->level[2], 0.3, READ);
    assert_near((double)r->level[8], 0.3, READ);
    assert_near((double)r->length, 0, 3 * READ);
}

static void what_was_planted_is_read_back(void **state)
{
    (void)state;
    Jepa j;
    AdamState adam;
    Planted *p = plant();
    JepaReading r, same;
    float z[JEPA_LATENT];
    open_fresh(&j);
    adam_alloc(&adam, &j.params);
    size_t others = (size_t)j.params.p[params_find(&j.params, "read.pitch.up.weight")].at;
    float *kept = mem_alloc(others, sizeof *kept);
    memcpy(kept, j.params.v, others * sizeof *kept);
    double first = 0, last = 0;
    for (int step = 0; step < 500; step++) {
        last = jepa_learn_to_read(&j, &adam, &p->c, p->index, p->z, WINDOWS, 3e-3);
        if (step == 0) first = last;
    }
    assert_true(last < 0.05 * first);
    assert_memory_equal(kept, j.params.v, others * sizeof *kept);
    latent_of(KIND_A, WINDOWS + 1, z); /* one that it has not seen */
    jepa_read(&j, z, &r);
    reads_a(&r);
    for (int k = 0; k < JEPA_LATENT; k++) z[k] *= 4; /* the same to the last bit: a power of two */
    jepa_read(&j, z, &same);
    assert_memory_equal(&r, &same, sizeof r);
    latent_of(KIND_B, WINDOWS + 2, z);
    jepa_read(&j, z, &r);
    reads_b(&r);
    free(kept);
    free(p);
    adam_free(&adam);
    jepa_free(&j);
}

/* One onset in all of a window: nothing follows it, but its rhythm is there to be learned. */
static void a_single_chord_teaches_its_rhythm_alone(void **state)
{
    (void)state;
    Jepa j;
    AdamState adam;
    Planted *p = plant();
    open_fresh(&j);
    adam_alloc(&adam, &j.params);
    for (int i = 0; i < WINDOW_NOTES; i++) {
        p->note[i].at = p->note[0].at;
        p->note[i].step = p->note[0].step;
    }
    int pitch = params_find(&j.params, "read.pitch.down.weight");
    int rhythm = params_find(&j.params, "read.rhythm.down.weight");
    assert_true(jepa_learn_to_read(&j, &adam, &p->c, p->index, p->z, 1, 3e-3) > 0);
    for (int i = 0; i < 12; i++) assert_true(j.grads[j.params.p[pitch].at + i] == 0);
    assert_true(j.grads[j.params.p[rhythm].at] != 0);
    const float *bias = j.grads + j.params.p[rhythm + 1].at;
    for (int s = 0; s < BAR_STEPS; s++) /* velocities are learned where there are onsets */
        assert_true(bias[s] != 0 && (bias[BAR_STEPS + s] != 0) == (s == 0));
    free(p);
    adam_free(&adam);
    jepa_free(&j);
}

static void is_a_reading(const JepaReading *r)
{
    for (int i = 0; i < 12; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++) sum += (double)r->next[i][k];
        assert_near(sum, 1, 1e-6); /* 12 roundings to f32 */
    }
    for (int s = 0; s < BAR_STEPS; s++) {
        assert_true(r->onset[s] >= 0 && r->onset[s] <= 1);
        assert_true(r->level[s] >= 0 && r->level[s] <= 1);
    }
    assert_true(r->length >= -2 && r->length <= 5);
}

static void readings_stay_within_their_ranges(void **state)
{
    (void)state;
    Jepa j;
    JepaReading r;
    float z[JEPA_LATENT] = {0};
    int low = 0, high = 0;
    open_fresh(&j);
    jepa_read(&j, z, &r);
    is_a_reading(&r);
    const Param *down = &j.params.p[params_find(&j.params, "read.rhythm.down.weight")];
    for (int64_t k = 0; k < (int64_t)down->rows * down->cols; k++) j.params.v[down->at + k] *= 50;
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < JEPA_LATENT; k++) z[k] = noise((uint64_t)(500 * i + k));
        jepa_read(&j, z, &r);
        is_a_reading(&r);
        for (int s = 0; s < BAR_STEPS; s++) {
            low += r.onset[s] == 0;
            high += r.onset[s] == 1;
        }
    }
    assert_true(low > 50 && high > 50); /* of 320 */
    jepa_free(&j);
}

static Value cell_of(const FeatureSet *fs, const char *name, int row, int lane)
{
    return feat_value(fs, FT_LAYERS, feat_find_column(fs, FT_LAYERS, name), row, lane);
}

/* The row says what the layer's latent is read as, to six digits. */
static void row_is(const FeatureSet *fs, int row, Jepa *j, const float *z)
{
    JepaReading r;
    jepa_read(j, z, &r);
    for (int i = 0; i < 144; i++)
        assert_near((double)cell_of(fs, "jepa_next", row, i).x, (double)r.next[i / 12][i % 12],
                    1e-6);
    for (int s = 0; s < BAR_STEPS; s++) {
        assert_near((double)cell_of(fs, "jepa_onset", row, s).x, (double)r.onset[s], 1e-6);
        assert_near((double)cell_of(fs, "jepa_level", row, s).x, (double)r.level[s], 1e-6);
    }
    assert_near((double)cell_of(fs, "jepa_length", row, 0).x, (double)r.length, 5e-6);
    for (int k = 0; k < JEPA_LATENT; k++)
        assert_near((double)cell_of(fs, "jepa_z", row, k).x, (double)z[k], 5e-6);
    assert_int_equal(feat_len(fs, FT_LAYERS, feat_find_column(fs, FT_LAYERS, "jepa_z"), row),
                     JEPA_LATENT);
}

static void layers_foresee_music_in_cells_with_names(void **state)
{
    (void)state;
    enum { NL = 6 };
    Err err = {""};
    Jepa j;
    FeatureSet fs = {0};
    LayerLook look[NL];
    Str said = {0};
    float *x = mem_alloc(NL * STAT_TOKENS * STAT_FEATURES, sizeof *x), z[NL * JEPA_LATENT];
    open_fresh(&j);
    fixture_features(&fs, (FixtureOpts){.nl = NL});
    assert_true(layer_windows(&fs, x, look, &err));
    jepa_foresee(&j, x, NL, z, NULL);
    if (!jepa_into(&j, &fs, &fs, NULL, &err)) fail_msg("%s", err.msg);
    assert_int_equal(fs.table[FT_LAYERS].nrows, NL);
    for (int l = 0; l < NL; l++) row_is(&fs, l, &j, z + l * JEPA_LATENT);
    assert_true(memcmp(z, z + JEPA_LATENT, sizeof z / NL) != 0); /* layers differ */
    cell_describe(&fs, cell_of(&fs, "jepa_onset", 2, 4).from, &said);
    assert_non_null(strstr(str_text(&said), "fixture layer 2 jepa_onset[4] = "));
    assert_false(jepa_into(&j, &fs, &fs, NULL, &err)); /* an entry is set once */
    assert_non_null(strstr(err.msg, "\"jepa_next\" already"));
    str_free(&said);
    free(x);
    feat_free(&fs);
    jepa_free(&j);
}

static void what_overflows_is_refused(void **state)
{
    (void)state;
    Err err = {""};
    Jepa j;
    FeatureSet fs = {0};
    open_fresh(&j);
    fixture_features(&fs, (FixtureOpts){.nl = 2});
    for (int64_t i = 0; i < j.params.size; i++) j.params.v[i] = 3e38f;
    assert_false(jepa_into(&j, &fs, &fs, NULL, &err));
    assert_non_null(strstr(err.msg, "is not finite"));
    assert_int_equal(feat_find_column(&fs, FT_LAYERS, "jepa_next"), -1);
    feat_free(&fs);
    jepa_free(&j);
}

static void other_sets_of_the_model_take_it_by_layer(void **state)
{
    (void)state;
    enum { NL = 3 };
    Err err = {""};
    Jepa j;
    FeatureSet fs = {0}, heard = {0}, bare = {.nl = NL};
    LayerLook look[NL];
    float *x = mem_alloc(NL * STAT_TOKENS * STAT_FEATURES, sizeof *x), z[NL * JEPA_LATENT];
    open_fresh(&j);
    fixture_features(&fs, (FixtureOpts){.nl = NL});
    assert_true(layer_windows(&fs, x, look, &err));
    jepa_foresee(&j, x, NL, z, NULL);
    heard.nl = NL;
    for (int l = NL - 1; l >= 0; l--) /* two prompts, in another order */
        for (int p = 0; p < 2; p++)
            feat_add_row(&heard, FT_LAYERS, (RowKey){(int16_t)p, (int16_t)l, -1, -1, -1}, NULL);
    if (!jepa_into(&j, &fs, &heard, NULL, &err)) fail_msg("%s", err.msg);
    assert_int_equal(heard.table[FT_LAYERS].nrows, 2 * NL);
    for (int row = 0; row < 2 * NL; row++) row_is(&heard, row, &j, z + (NL - 1 - row / 2) * 256);
    assert_true(jepa_into(&j, &fs, &bare, NULL, &err));
    assert_int_equal(bare.table[FT_LAYERS].nrows, NL);
    row_is(&bare, 2, &j, z + 2 * JEPA_LATENT);
    FeatureSet nothing = {.nl = 1};
    assert_false(jepa_into(&j, &nothing, &bare, NULL, &err));
    assert_non_null(strstr(err.msg, "no layer has a spectrum"));
    free(x);
    feat_free(&fs);
    feat_free(&heard);
    feat_free(&bare);
    jepa_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_planted_is_read_back),
        cmocka_unit_test(a_single_chord_teaches_its_rhythm_alone),
        cmocka_unit_test(readings_stay_within_their_ranges),
        cmocka_unit_test(layers_foresee_music_in_cells_with_names),
        cmocka_unit_test(what_overflows_is_refused),
        cmocka_unit_test(other_sets_of_the_model_take_it_by_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
