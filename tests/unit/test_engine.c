/* test_engine.c: scores become sound: exact frames, same bytes on any number of threads, faders,
 * slides, stolen voices, ducking, sends, tails, refusals. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture_voice.h"
#include "synth/engine.h"

static Note note(int32_t start, int32_t dur, float key, float vel)
{
    return (Note){.start = start, .dur = dur, .key = key, .vel = vel};
}

static int add_track(Score *s, const char *instrument)
{
    int t = score_add_track(s, instrument, 0, strcmp(instrument, "drumkit") == 0);
    snprintf(s->track[t].instrument, sizeof s->track[t].instrument, "%s", instrument);
    return t;
}

static void add_note(Score *s, int track, Note n)
{
    score_add_note(s, track, &n);
}

static void add_ctl(Score *s, int track, int32_t at, CtlKind kind, float value)
{
    score_add_ctl(s, track, at, kind, (Value){.x = value}, 0);
}

static void render(const Score *s, EngineOpts o, int threads, AudioBuf *a)
{
    Err err = {{0}};
    float *noise = voice_noise();
    o.noise = noise;
    o.nnoise = VOICE_NOISE;
    if (!engine_render(s, &o, a, &(Run){.threads = threads}, &err)) fail_msg("%s", err.msg);
    free(noise);
}

/* One channel as an array, the caller's to free. */
static float *channel(const AudioBuf *a, int c)
{
    float *x = mem_alloc(a->frames, sizeof *x);
    for (int64_t i = 0; i < a->frames; i++) x[i] = a->x[2 * i + c];
    return x;
}

/* The first frame above 1e-6. */
static int64_t first_sound(const AudioBuf *a)
{
    for (int64_t i = 0; i < a->frames; i++)
        if (fabsf(a->x[2 * i]) + fabsf(a->x[2 * i + 1]) > 1e-6f) return i;
    return -1;
}

/* A small band: chords, a 303 that slides, drums, everything sent everywhere. */
static void make_band(Score *s)
{
    *s = (Score){0};
    score_add_tempo(s, 0, 130);
    score_add_tempo(s, 4 * SCORE_PPQ, 97);
    int pad = add_track(s, "supersaw"), bass = add_track(s, "tb303"), kit = add_track(s, "drumkit");
    s->track[bass].mono = true;
    for (int t = 0; t < 3; t++) {
        s->track[t].reverb = 0.3f;
        s->track[t].chorus = 0.2f;
        s->track[t].delay = 0.25f;
        s->track[t].pan = 0.3f * (float)(t - 1);
    }
    s->track[pad].duck = 0.5f;
    for (int i = 0; i < 16; i++) {
        add_note(s, pad, note(i * 480, 470, 48 + (float)(i * 7 % 24), 0.6f));
        add_note(s, pad, note(i * 480, 470, 55 + (float)(i * 5 % 24), 0.6f));
        add_note(s, kit, note(i * 240, 100, i % 2 ? 42 : 36, 0.9f));
        Note n = note(i * 240, 240, 36 + (float)(i * 5 % 12), 0.8f);
        n.flags = i % 3 == 2 ? NOTE_SLIDE : 0;
        add_note(s, bass, n);
        add_ctl(s, bass, i * 240, CTL_CUTOFF, 0.2f + 0.04f * (float)i);
    }
    score_finish(s);
}

static void the_same_bytes_come_from_any_number_of_threads(void **state)
{
    Score s;
    AudioBuf a, b;
    (void)state;
    make_band(&s);
    render(&s, (EngineOpts){.style = "house"}, 1, &a);
    render(&s, (EngineOpts){.style = "house"}, 3, &b);
    assert_int_equal(a.frames, b.frames);
    assert_memory_equal(a.x, b.x, (size_t)a.frames * 2 * sizeof *a.x);
    assert_true(all_finite(a.x, 2 * a.frames));
    assert_true(peak_of(a.x, 2 * a.frames) > 0.05 && peak_of(a.x, 2 * a.frames) < 2);
    audio_free(&a);
    audio_free(&b);
    score_free(&s);
}

/* Through a change of tempo: two beats at 120 and one at 60 are 2 s. The organ's attack is heard at
 * its first or second frame. */
static void notes_begin_on_their_frame(void **state)
{
    Score s = {0};
    AudioBuf a;
    (void)state;
    score_add_tempo(&s, 0, 120);
    score_add_tempo(&s, 2 * SCORE_PPQ, 60);
    int t = add_track(&s, "flute");
    add_note(&s, t, note(3 * SCORE_PPQ, 480, 69, 1));
    score_finish(&s);
    render(&s, (EngineOpts){.dry = true}, 1, &a);
    int64_t at = first_sound(&a);
    assert_true(at >= 2 * 44100 && at <= 2 * 44100 + 2);
    assert_true(a.frames >= 3 * 44100);
    audio_free(&a);
    score_free(&s);
}

static void blocks_and_chunks_leave_no_seam(void **state)
{
    Score s = {0};
    AudioBuf a;
    (void)state;
    int t = add_track(&s, "triangle");
    add_note(&s, t, note(0, 8 * SCORE_PPQ, 45, 0.8f)); /* 4 s: eleven chunks */
    for (int i = 0; i < 100; i++)
        add_ctl(&s, t, 7 + i * 37, CTL_REVERB, 0); /* cuts at odd places */
    score_finish(&s);
    render(&s, (EngineOpts){.dry = true}, 2, &a);
    float *x = channel(&a, 0);
    /* the decay is over after 0.2 s */
    assert_true(jump_of(x + 12000, 3 * 44100) < 1.01 * jump_of(x + 60000, 10000));
    free(x);
    audio_free(&a);
    score_free(&s);
}

static double level_after(Score *s, double from, double to)
{
    AudioBuf a;
    render(s, (EngineOpts){.dry = true}, 1, &a);
    float *x = channel(&a, 0);
    double rms = rms_of(x + (int64_t)(from * 44100), (int64_t)((to - from) * 44100));
    free(x);
    audio_free(&a);
    return rms;
}

/* Volume and expression are squared; gain is dB; each within 0.1 dB (the envelope's slow end). */
static void faders_have_their_laws(void **state)
{
    double level[4];
    (void)state;
    for (int k = 0; k < 4; k++) {
        Score s = {0};
        int t = add_track(&s, "organ");
        add_note(&s, t, note(0, 4 * SCORE_PPQ, 57, 0.8f));
        if (k == 1) add_ctl(&s, t, 480, CTL_EXPRESSION, 0.5f);
        if (k == 2) add_ctl(&s, t, 480, CTL_VOLUME, 0.25f);
        if (k == 3) s.track[t].gain_db = -9;
        score_finish(&s);
        level[k] = 20 * log10(level_after(&s, 1, 1.8));
        score_free(&s);
    }
    assert_true(fabs(level[1] - level[0] + 12.04) < 0.1);
    assert_true(fabs(level[2] - level[0] + 24.08) < 0.1);
    assert_true(fabs(level[3] - level[0] + 9) < 0.1);
}

/* A jump of expression glides with 5 ms: no step larger than a tenth of the wave. */
static void a_jump_of_a_fader_does_not_click(void **state)
{
    Score s = {0};
    AudioBuf a;
    (void)state;
    int t = add_track(&s, "flute");
    add_note(&s, t, note(0, 4 * SCORE_PPQ, 45, 0.8f));
    for (int i = 0; i < 8; i++) add_ctl(&s, t, 480 + i * 120, CTL_EXPRESSION, i % 2 ? 1 : 0.1f);
    for (int i = 0; i < 8; i++) add_ctl(&s, t, 510 + i * 120, CTL_PAN, i % 2 ? 1 : 0);
    score_finish(&s);
    render(&s, (EngineOpts){.dry = true}, 1, &a);
    float *x = channel(&a, 0);
    double own = jump_of(x + 10000, 10000);
    assert_true(jump_of(x, a.frames) < 2 * own + 0.002);
    free(x);
    audio_free(&a);
    score_free(&s);
}

/* Amplitude of hz in the second that begins at `at` seconds. */
static double tone_at(const float *x, double at, double hz)
{
    double re = 0, im = 0;
    for (int i = 0; i < VOICE_RATE; i++) {
        double w = 1 - cos(2 * M_PI * i / VOICE_RATE), p = 2 * M_PI * hz * i / VOICE_RATE;
        re += w * x[(int)(at * VOICE_RATE) + i] * cos(p);
        im += w * x[(int)(at * VOICE_RATE) + i] * sin(p);
    }
    return 2 * hypot(re, im) / VOICE_RATE;
}

/* A bass on B1 (61.7 Hz) and a flute on A5 (880 Hz). The cut comes at 3 s and goes at 6 s.
 * Four poles at 300 Hz: -54.9 dB at 61.7 Hz, -0.001 dB at 880. */
static void the_low_cut_takes_the_lows_without_a_click(void **state)
{
    float *x[2];
    (void)state;
    for (int cut = 0; cut < 2; cut++) {
        Score s = {0};
        AudioBuf a;
        score_add_tempo(&s, 0, 60);
        int t = add_track(&s, "fmbass");
        int high = add_track(&s, "flute");
        add_note(&s, t, note(0, 9 * SCORE_PPQ, 35, 0.8f));
        add_note(&s, high, note(0, 9 * SCORE_PPQ, 81, 0.8f));
        for (int k = 0; k < 2 && cut; k++) {
            add_ctl(&s, k ? high : t, 3 * SCORE_PPQ, CTL_LOWCUT, 1);
            add_ctl(&s, k ? high : t, 6 * SCORE_PPQ, CTL_LOWCUT, 0);
        }
        score_finish(&s);
        render(&s, (EngineOpts){.dry = true}, 1, &a);
        x[cut] = channel(&a, 0);
        audio_free(&a);
        score_free(&s);
    }
    const double low = key_hz(35), top = key_hz(81);
    assert_float_equal(20 * log10(tone_at(x[1], 1, low) / tone_at(x[0], 1, low)), 0, 0.1);
    assert_true(20 * log10(tone_at(x[1], 4, low) / tone_at(x[0], 4, low)) < -50);
    assert_float_equal(20 * log10(tone_at(x[1], 4, top) / tone_at(x[0], 4, top)), 0, 0.5);
    assert_float_equal(20 * log10(tone_at(x[1], 7, low) / tone_at(x[0], 7, low)), 0, 0.1);
    for (int second = 3; second <= 6; second += 3) {
        const int64_t at = second * VOICE_RATE - 2000;
        assert_true(jump_of(x[1] + at, 4000) < 1.3 * jump_of(x[0] + at, 4000));
    }
    free(x[0]);
    free(x[1]);
}

static void panning_moves_the_power_from_side_to_side(void **state)
{
    (void)state;
    for (int k = -1; k <= 1; k++) {
        Score s = {0};
        AudioBuf a;
        int t = add_track(&s, "triangle");
        s.track[t].pan = (float)k;
        add_note(&s, t, note(0, 2 * SCORE_PPQ, 57, 0.8f));
        score_finish(&s);
        render(&s, (EngineOpts){.dry = true}, 1, &a);
        float *l = channel(&a, 0), *r = channel(&a, 1);
        double left = rms_of(l, a.frames), right = rms_of(r, a.frames);
        if (k < 0) assert_true(right < 1e-4 * left);
        if (k > 0) assert_true(left < 1e-4 * right);
        if (k == 0) assert_true(fabs(left / right - 1) < 1e-4);
        free(l);
        free(r);
        audio_free(&a);
        score_free(&s);
    }
}

/* 60 notes at once through 32 voices, then 60 more: bounded, and gone when they end. */
static void voices_are_stolen_without_a_click(void **state)
{
    Score s = {0};
    AudioBuf a;
    (void)state;
    int t = add_track(&s, "flute");
    s.track[t].gain_db = -20;
    for (int i = 0; i < 90; i++) add_note(&s, t, note(i * 24, 2400, 36 + (float)(i % 48), 0.7f));
    score_finish(&s);
    render(&s, (EngineOpts){.dry = true}, 1, &a);
    float *x = channel(&a, 0);
    assert_true(all_finite(x, a.frames));
    assert_true(jump_of(x, a.frames) < 0.1);
    assert_true(rms_of(x + a.frames - 200, 200) < 1e-3);
    free(x);
    audio_free(&a);
    score_free(&s);
}

/* The pad under a kick on every beat: 20 ms after the kick it is far lower than before it. */
static void kicks_push_down_the_tracks_that_ask(void **state)
{
    double dip[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        Score s = {0};
        AudioBuf a;
        int pad = add_track(&s, "organ"), kit = add_track(&s, "drumkit");
        s.track[pad].duck = k ? 0.6f : 0;
        add_note(&s, pad, note(0, 8 * SCORE_PPQ, 57, 0.8f));
        for (int i = 0; i < 8; i++) add_note(&s, kit, note(i * SCORE_PPQ, 100, 36, 1));
        score_finish(&s);
        render(&s, (EngineOpts){.dry = true, .solo = pad + 1}, 1, &a);
        float *x = channel(&a, 0);
        dip[k] = rms_of(x + 66150 + 882, 882) / rms_of(x + 66150 - 1323, 882);
        free(x);
        audio_free(&a);
        score_free(&s);
    }
    assert_true(dip[0] > 0.9);
    assert_true(20 * log10(dip[1]) < -15 && 20 * log10(dip[1]) > -20); /* 0.6 of 30 dB */
}

/* A closed hat ends the open one; a clap does not. */
static void a_closed_hat_cuts_the_open_one(void **state)
{
    double left[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        Score s = {0};
        int t = add_track(&s, "drumkit");
        add_note(&s, t, note(0, 100, 46, 1));
        add_note(&s, t, note(96, 20, k ? 42 : 37, 0.02f));
        s.length = SCORE_PPQ;
        score_finish(&s);
        left[k] = level_after(&s, 0.14, 0.2);
        score_free(&s);
    }
    assert_true(left[1] < 0.05 * left[0]);
}

/* A rest before the sliding note: the one before sounds until then (score.h), and glides. */
static void a_slide_bridges_the_gap_before_it(void **state)
{
    double level[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        Score s = {0};
        int t = add_track(&s, "tb303");
        s.track[t].mono = true;
        Note a = note(0, 240, 33, 0.9f), b = note(480, 240, 45, 0.9f);
        b.flags = k ? NOTE_SLIDE : 0;
        add_note(&s, t, a);
        add_note(&s, t, b);
        score_finish(&s);
        level[k] = level_after(&s, 0.4, 0.48);
        score_free(&s);
    }
    assert_true(level[0] < 1e-3 && level[1] > 0.01);
}

static void sends_ring_on_and_the_tail_is_cut(void **state)
{
    int64_t frames[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        Score s = {0};
        AudioBuf a;
        int t = add_track(&s, "drumkit");
        s.track[t].reverb = 0.5f;
        add_note(&s, t, note(0, 100, 37, 1));
        score_finish(&s);
        render(&s, (EngineOpts){.dry = k == 0, .room = 1.5}, 2, &a);
        frames[k] = a.frames;
        assert_true(fabsf(a.x[2 * a.frames - 1]) < 1e-4f);
        audio_free(&a);
        score_free(&s);
    }
    assert_true(frames[1] - frames[0] > 44100 / 2 && frames[1] < 4 * 44100);
}

/* A dotted eighth at 120: 0.375 s later, first on one side, then on the other. */
static void the_delay_keeps_time(void **state)
{
    Score s = {0};
    AudioBuf a;
    (void)state;
    score_add_tempo(&s, 0, 120);
    int t = add_track(&s, "drumkit");
    s.track[t].delay = 1;
    add_note(&s, t, note(0, 100, 75, 1));
    score_finish(&s);
    render(&s, (EngineOpts){0}, 1, &a);
    float *l = channel(&a, 0), *r = channel(&a, 1);
    double left = rms_of(l + 16538, 2000), right = rms_of(r + 16538, 2000);
    double left2 = rms_of(l + 2 * 16538, 2000), right2 = rms_of(r + 2 * 16538, 2000);
    assert_true(rms_of(l + 12000, 4500) < 0.1 * (left + right)); /* nothing before */
    assert_true((left > 3 * right && right2 > 3 * left2) ||
                (right > 3 * left && left2 > 3 * right2));
    free(l);
    free(r);
    audio_free(&a);
    score_free(&s);
}

static void what_cannot_be_played_is_refused_with_a_reason(void **state)
{
    Score s = {0};
    AudioBuf a;
    Err err = {{0}};
    float one = 1;
    (void)state;
    int t = add_track(&s, "kazoo");
    add_note(&s, t, note(0, 100, 60, 1));
    score_finish(&s);
    assert_false(engine_render(&s, &(EngineOpts){.noise = &one, .nnoise = 1}, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "kazoo"));
    assert_non_null(strstr(err.msg, "tb303"));
    assert_false(engine_render(&s, &(EngineOpts){0}, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "weights"));
    EngineOpts slow = {.noise = &one, .nnoise = 1, .rate = 100};
    assert_false(engine_render(&s, &slow, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "100 Hz"));
    volatile sig_atomic_t stop = 1;
    s.track[t].instrument[0] = '\0';
    EngineOpts fine = {.noise = &one, .nnoise = 1};
    assert_false(engine_render(&s, &fine, &a, &(Run){.stop = &stop}, &err));
    assert_string_equal(err.msg, "interrupted");
    score_free(&s);
}

static void an_empty_score_is_silence(void **state)
{
    Score s = {.length = 2 * SCORE_PPQ};
    AudioBuf a;
    (void)state;
    render(&s, (EngineOpts){0}, 2, &a);
    assert_true(a.frames >= 44100 && a.frames < 2 * 44100);
    assert_true(peak_of(a.x, 2 * a.frames) == 0);
    audio_free(&a);
    score_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_come_from_any_number_of_threads),
        cmocka_unit_test(notes_begin_on_their_frame),
        cmocka_unit_test(blocks_and_chunks_leave_no_seam),
        cmocka_unit_test(faders_have_their_laws),
        cmocka_unit_test(a_jump_of_a_fader_does_not_click),
        cmocka_unit_test(the_low_cut_takes_the_lows_without_a_click),
        cmocka_unit_test(panning_moves_the_power_from_side_to_side),
        cmocka_unit_test(voices_are_stolen_without_a_click),
        cmocka_unit_test(kicks_push_down_the_tracks_that_ask),
        cmocka_unit_test(a_closed_hat_cuts_the_open_one),
        cmocka_unit_test(a_slide_bridges_the_gap_before_it),
        cmocka_unit_test(sends_ring_on_and_the_tail_is_cut),
        cmocka_unit_test(the_delay_keeps_time),
        cmocka_unit_test(what_cannot_be_played_is_refused_with_a_reason),
        cmocka_unit_test(an_empty_score_is_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
