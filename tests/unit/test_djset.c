/* test_djset.c: several models mixed: order, hand-over of kick and of the lows as composed and as
 * heard, decks, provenance. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "fixture_score.h"
#include "fixture_voice.h"
#include "genre/house.h"
#include "music/form.h"
#include "synth/engine.h"

enum { MODELS_MAX = 64 };

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};

typedef struct Crate {
    FeatureSet fs[MODELS_MAX];
    const FeatureSet *set[MODELS_MAX];
    int n;
    Score s;
} Crate;

/* n models named by letters; keys[i] is the MIDI key of the root of the i-th. */
static void crate_play(Crate *c, int n, const int *keys, GenreOpts opts)
{
    Err err = {{0}};
    memset(c, 0, sizeof *c);
    c->n = n;
    for (int i = 0; i < n; i++) {
        fixture_features(&c->fs[i], (FixtureOpts){.nl = 3 + i % 7, .salt = (unsigned)i + 1});
        c->fs[i].id = i;
        c->fs[i].model[0] = (char)('A' + i % 26);
        c->fs[i].model[1] = 0;
        int col = feat_find_column(&c->fs[i], FT_MODEL, "key_root");
        c->fs[i].table[FT_MODEL].col[col].v[0] = (float)keys[i];
        c->set[i] = &c->fs[i];
    }
    if (!genre_house.compose(c->set, n, &opts, &c->s, &err)) fail_msg("%s", err.msg);
    if (!score_check(&c->s, c->set, n, &err)) fail_msg("%s", err.msg);
}

static void crate_free(Crate *c)
{
    score_free(&c->s);
    for (int i = 0; i < c->n; i++) feat_free(&c->fs[i]);
}

static int bar_of(const Note *n)
{
    return (int)floor(n->start / (double)STEP + 0.5) / 16;
}

/* Does the track have a note of this key (-1 = any) in the bar? */
static bool plays(const Track *t, int bar, int key)
{
    for (int i = 0; i < t->nnotes; i++)
        if (bar_of(&t->note[i]) == bar && (key < 0 || (int)t->note[i].key == key)) return true;
    return false;
}

static void the_nearest_key_comes_next(void **state)
{
    (void)state;
    /* Fifths from A minor: F# 3, E 1, D 1, B 2, C# 4. */
    static const int ROOT[] = {9, 6, 4, 2, 11, 1}, EXPECT[] = {0, 2, 4, 1, 5, 3};
    Scale scale[6];
    int order[6];
    for (int i = 0; i < 6; i++) scale[i] = (Scale){.root = ROOT[i], .mode = MODE_NATURAL_MINOR};
    djset_order(scale, 6, order);
    for (int i = 0; i < 6; i++) assert_int_equal(order[i], EXPECT[i]);
    djset_order(scale, 1, order);
    assert_int_equal(order[0], 0);
}

static void equal_keys_stay_in_the_order_given(void **state)
{
    (void)state;
    Scale scale[5];
    int order[5];
    for (int i = 0; i < 5; i++) scale[i] = (Scale){.root = 3, .mode = MODE_NATURAL_MINOR};
    djset_order(scale, 5, order);
    for (int i = 0; i < 5; i++) assert_int_equal(order[i], i);
}

static void sections_are_named_after_the_models_in_their_order(void **state)
{
    (void)state;
    /* A then E (a fifth) then F# (two from E, three from A): given as A, F#, E. */
    static const int KEYS[] = {57, 54, 52};
    static const char *const NAME[] = {"A: intro",    "A: build-up", "A: drop", "A > C",
                                       "C: build-up", "C: drop",     "C > B",   "B: build-up",
                                       "B: drop",     "B: outro"};
    static const int BAR_AT[] = {0, 16, 32, 64, 80, 96, 144, 160, 176, 200};
    Crate c;
    crate_play(&c, 3, KEYS, DEFAULTS);
    assert_int_equal(c.s.length, (3 * 64 + 2 * 16) * BAR);
    assert_int_equal(c.s.nsections, 10);
    for (int i = 0; i < 10; i++) {
        assert_string_equal(c.s.section[i].name, NAME[i]);
        assert_int_equal(c.s.section[i].at, BAR_AT[i] * BAR);
    }
    assert_int_equal(c.s.ntempos, 1);
    assert_int_equal(c.s.nkeysigs, 3);
    assert_int_equal(c.s.keysig[1].at, 72 * BAR); /* where the bass is handed over */
    crate_free(&c);
}

/* Where a deck's bass knob stands at the end of a bar. */
static double knob_after(const Track *t, int bar)
{
    double now = 0;
    for (int i = 0; i < t->nctls; i++)
        if (t->ctl[i].kind == CTL_LOWCUT && t->ctl[i].at < (bar + 1) * BAR)
            now = (double)t->ctl[i].value;
    return now;
}

static void kick_and_lows_are_handed_over_and_never_doubled(void **state)
{
    (void)state;
    static const int KEYS[] = {57, 54, 52, 50};
    Crate c;
    int both = 0;
    crate_play(&c, 4, KEYS, DEFAULTS);
    const Track *bass_a = track_named(&c.s, "Bass A"), *bass_b = track_named(&c.s, "Bass B");
    const Track *drums_a = track_named(&c.s, "Drums A"), *drums_b = track_named(&c.s, "Drums B");
    const int bars = c.s.length / BAR;
    for (int bar = 0; bar < bars; bar++) {
        assert_false(plays(drums_a, bar, DRUM_KICK) && plays(drums_b, bar, DRUM_KICK));
        assert_false(plays(drums_a, bar, DRUM_CLAP) && plays(drums_b, bar, DRUM_CLAP));
        if (!plays(bass_a, bar, -1) || !plays(bass_b, bar, -1)) continue;
        both++; /* wholly in on one of them, wholly out on the other; the last step is 15/16 */
        assert_in_range(bar % 80, 64 + 4, 79 - 4);
        assert_float_equal(fabs(knob_after(bass_a, bar) - knob_after(bass_b, bar)), 1, 0.13);
    }
    assert_in_range(both, 3 * 2, 3 * 8);
    for (int mix = 64; mix < bars - 16; mix += 80) { /* no bar of a transition without */
        bool from_a = plays(bass_a, mix, -1);
        const Track *bass_out = from_a ? bass_a : bass_b, *bass_in = from_a ? bass_b : bass_a;
        const Track *kick_out = from_a ? drums_a : drums_b, *kick_in = from_a ? drums_b : drums_a;
        for (int i = 0; i < 16; i++) {
            assert_true(plays(i < 8 ? bass_out : bass_in, mix + i, -1));
            assert_true(plays(i < 8 ? kick_out : kick_in, mix + i, DRUM_KICK));
            assert_true(plays(kick_in, mix + i, DRUM_HAT_CLOSED));
            assert_true(plays(kick_out, mix + i, DRUM_HAT_CLOSED));
        }
        assert_true(knob_after(bass_in, mix) == 1 && knob_after(bass_out, mix) == 0);
        assert_true(knob_after(bass_in, mix + 8) == 0 && knob_after(bass_out, mix + 8) == 1);
        assert_true(knob_after(kick_in, mix + 16) == 0); /* and stays in for the whole block */
    }
    crate_free(&c);
}

/* Mean power of channel 0 between lo and hi Hz in bars from..to of a piece in 4/4. */
static double bars_power(const AudioBuf *a, double bpm, int from, int to, double lo, double hi)
{
    enum { WINDOW = 16384 };
    double sum = 0, bar = 240 / bpm * VOICE_RATE;
    float *x = mem_alloc(WINDOW, sizeof *x);
    int n = 0;
    for (int64_t at = (int64_t)(from * bar); at + WINDOW < (int64_t)(to * bar); at += WINDOW / 2) {
        for (int i = 0; i < WINDOW; i++) x[i] = a->x[2 * (at + i)];
        sum += band_power(x, WINDOW, lo, hi);
        n++;
    }
    free(x);
    return sum / n;
}

static double jump_between(const AudioBuf *a, double bpm, int from, int to)
{
    double most = 0, bar = 240 / bpm * VOICE_RATE;
    for (int64_t i = (int64_t)(from * bar) + 1; i < (int64_t)(to * bar); i++)
        most = fmax(most, fabs((double)a->x[2 * i] - a->x[2 * (i - 1)]));
    return most;
}

/* A set of 48 bars of two models, of which only the tracks are played whose name ends as `ending`
 * says. *middle is the bar in the middle of its transition. */
static void hear_set(const char *ending, int *middle, AudioBuf *a)
{
    static const int KEYS[] = {57, 52};
    Crate c;
    Err err = {{0}};
    float *noise = voice_noise();
    crate_play(&c, 2, KEYS, (GenreOpts){.root = -1, .mode = -1, .bars = 48, .tempo = 128});
    *middle = 0;
    for (int i = 0; i < c.s.nsections; i++)
        if (strcmp(c.s.section[i].name, "A > B") == 0) *middle = c.s.section[i].at / BAR + 4;
    assert_true(*middle > 8);
    for (int t = 0; t < c.s.ntracks; t++) {
        size_t n = strlen(c.s.track[t].name), m = strlen(ending);
        if (n < m || strcmp(c.s.track[t].name + n - m, ending) != 0) c.s.track[t].nnotes = 0;
    }
    EngineOpts o = {.dry = true, .noise = noise, .nnoise = VOICE_NOISE};
    if (!engine_render(&c.s, &o, a, &(Run){.threads = 1}, &err)) fail_msg("%s", err.msg);
    crate_free(&c);
    free(noise);
}

/* dB that the two bars after the crossing are under the two before it, between lo and hi Hz. */
static double fall(const AudioBuf *a, int middle, double lo, double hi)
{
    return 10 * log10(bars_power(a, 128, middle - 3, middle - 1, lo, hi) /
                      bars_power(a, 128, middle, middle + 2, lo, hi));
}

/* The bass goes on after the middle: fader and filter take some 15 dB of its edge by then, but the
 * knob 20 dB more of its lows. */
static void the_outgoing_bass_loses_its_lows_and_keeps_its_edge(void **state)
{
    AudioBuf a;
    int middle;
    (void)state;
    hear_set("Bass A", &middle, &a);
    double low = fall(&a, middle, 20, 150), edge = fall(&a, middle, 600, 3000);
    assert_true(low > 30);
    assert_true(low - edge > 20);
    /* no click: the hand-over has no larger step than the bars before it */
    assert_true(jump_between(&a, 128, middle - 2, middle + 2) <=
                1.05 * jump_between(&a, 128, middle - 8, middle - 2));
    audio_free(&a);
}

static void the_lows_of_a_whole_deck_fall_and_the_other_deck_has_them(void **state)
{
    AudioBuf a, b;
    int middle;
    (void)state;
    hear_set(" A", &middle, &a);
    hear_set(" B", &middle, &b);
    assert_true(fall(&a, middle, 20, 150) > 20);
    assert_true(fall(&b, middle, 20, 150) < -20);
    audio_free(&a);
    audio_free(&b);
}

static void the_faders_cross(void **state)
{
    (void)state;
    static const int KEYS[] = {57, 52};
    Crate c;
    crate_play(&c, 2, KEYS, DEFAULTS);
    for (int side = 0; side < 2; side++) {
        const Track *t = track_named(&c.s, side ? "Pad B" : "Pad A");
        float first = -1, last = -1;
        for (int i = 0; i < t->nctls; i++) {
            if (t->ctl[i].kind != CTL_VOLUME || t->ctl[i].at >= 80 * BAR) continue;
            if (t->ctl[i].at < 64 * BAR) continue;
            if (first < 0) first = t->ctl[i].value;
            last = t->ctl[i].value;
        }
        assert_true(side ? last > first + 0.3f : last < first - 0.3f);
    }
    crate_free(&c);
}

/* The deck's fader is up again when the deck's next model plays alone. */
static void a_deck_comes_back_at_full_volume(void **state)
{
    (void)state;
    static const int KEYS[] = {57, 57, 57};
    Crate c;
    crate_play(&c, 3, KEYS, DEFAULTS);
    const Track *t = track_named(&c.s, "Pad A");
    float now = 1;
    for (int i = 0; i < t->nctls; i++)
        if (t->ctl[i].kind == CTL_VOLUME && t->ctl[i].at <= 170 * BAR) now = t->ctl[i].value;
    assert_float_equal(now, 1, 1e-6); /* set to exactly 1 */
    crate_free(&c);
}

static void every_note_of_a_block_comes_from_its_model(void **state)
{
    (void)state;
    static const int KEYS[] = {57, 54, 52};
    static const int MODEL_OF_BLOCK[] = {0, 2, 1};
    Crate c;
    crate_play(&c, 3, KEYS, DEFAULTS);
    for (int t = 0; t < c.s.ntracks; t++)
        for (int i = 0; i < c.s.track[t].nnotes; i++) {
            const Note *n = &c.s.track[t].note[i];
            int bar = bar_of(n);
            if (bar % 80 >= 64) continue; /* a transition has two */
            assert_int_equal((int)n->from[FROM_PITCH].set, MODEL_OF_BLOCK[bar / 80]);
        }
    crate_free(&c);
}

static void sixty_four_models_need_fifteen_channels(void **state)
{
    (void)state;
    int keys[MODELS_MAX], pitched = 0;
    Crate *c = mem_alloc(1, sizeof *c);
    for (int i = 0; i < MODELS_MAX; i++) keys[i] = 40 + i * 5 % 12;
    crate_play(c, MODELS_MAX, keys, (GenreOpts){.root = -1, .mode = -1, .bars = 600});
    for (int t = 0; t < c->s.ntracks; t++) pitched += !c->s.track[t].drum;
    assert_true(pitched <= 15);
    assert_int_equal(c->s.length, 600 * BAR);
    crate_free(c);
    free(c);
}

static void too_many_models_are_refused(void **state)
{
    (void)state;
    const FeatureSet *set[MODELS_MAX + 1] = {NULL};
    Err err = {{0}};
    Score s = {0};
    assert_false(genre_house.compose(set, MODELS_MAX + 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "at most 64"));
    score_free(&s);
}

static void short_sets_end_all_the_same(void **state)
{
    (void)state;
    static const int KEYS[] = {57, 54, 52};
    for (int bars = 1; bars <= 24; bars++) {
        Crate c;
        int endings = 0;
        crate_play(&c, 3, KEYS, (GenreOpts){.root = -1, .mode = -1, .bars = bars});
        assert_int_equal(c.s.length, bars * BAR);
        for (int t = 0; t < c.s.ntracks; t++)
            for (int i = 0; i < c.s.track[t].nnotes; i++) {
                const Note *n = &c.s.track[t].note[i];
                if (!strstr(c.s.rule[n->rule], "house.ending")) continue;
                assert_int_equal(bar_of(n), bars - 1);
                endings++;
            }
        assert_true(endings > 0);
        crate_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_key_comes_next),
        cmocka_unit_test(equal_keys_stay_in_the_order_given),
        cmocka_unit_test(sections_are_named_after_the_models_in_their_order),
        cmocka_unit_test(kick_and_lows_are_handed_over_and_never_doubled),
        cmocka_unit_test(the_outgoing_bass_loses_its_lows_and_keeps_its_edge),
        cmocka_unit_test(the_lows_of_a_whole_deck_fall_and_the_other_deck_has_them),
        cmocka_unit_test(the_faders_cross),
        cmocka_unit_test(a_deck_comes_back_at_full_volume),
        cmocka_unit_test(every_note_of_a_block_comes_from_its_model),
        cmocka_unit_test(sixty_four_models_need_fifteen_channels),
        cmocka_unit_test(too_many_models_are_refused),
        cmocka_unit_test(short_sets_end_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
