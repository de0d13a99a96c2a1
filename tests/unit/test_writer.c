/* test_writer.c: a model (wren) that writes under a contour: temperatures, frequencies, pages. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "atmos/writer.h"
#include "fixture_model.h"
#include "fixture_near.h"
#include "infer/surprisal.h"

enum { FRAMES = 60, DRAWS = 20000, CONTEXT = 32 };

typedef struct Desk {
    Model m;
    Tokenizer *tok;
    Lm *lm;
    TokenIds ids;
    Contour contour; /* temperatures 0.5, 0.52, ... */
    Session got;
    int stop_at;     /* tokens; -1 = never */
} Desk;

static bool keep(void *ud, const SessionToken *t)
{
    Desk *d = ud;
    session_add(&d->got, t);
    return d->got.n != d->stop_at;
}

static void desk_open(Desk *d, int context)
{
    static const char PROMPT[] = "Once upon a time";
    const LmOpts opts = {.context = context, .threads = 1};
    const ContourOpts o = CONTOUR_DEFAULTS;
    char *dir = test_path(false, "models/wren");
    Err err = {""};
    *d = (Desk){.stop_at = -1};
    if (!dir || !model_open(&d->m, dir, &err) || !tokenizer_open(&d->tok, dir, &err) ||
        !lm_open(&d->lm, &d->m, &opts, &err) ||
        !tokenizer_encode(d->tok, PROMPT, strlen(PROMPT), TOKENIZE_EDGES, &d->ids, &err))
        fail_msg("models/wren: %s", err.msg);
    free(dir);
    if (tokenizer_is_end(d->tok, d->ids.id[d->ids.n - 1])) d->ids.n--;
    contour_of_silence(&d->contour, FRAMES, &o);
    for (int i = 0; i < FRAMES; i++) d->contour.temp[i] = 0.5 + 0.02 * i;
}

static void desk_close(Desk *d)
{
    session_free(&d->got);
    contour_free(&d->contour);
    token_ids_free(&d->ids);
    lm_close(d->lm);
    tokenizer_close(d->tok);
    model_close(&d->m);
}

static WriterJob desk_job(Desk *d, int n, uint64_t seed)
{
    return (WriterJob){.contour = &d->contour, .n = n, .ignore_end = true, .put = keep, .ud = d,
                       .sampler = {.temp = 1, .top_p = 1, .repeat_penalty = 1, .seed = seed},
                       .decode = DECODE_REPLACE | DECODE_INSIDE};
}

static const char *desk_write(Desk *d, int n, uint64_t seed)
{
    WriterJob job = desk_job(d, n, seed);
    const char *end = NULL;
    Err err = {""};
    session_free(&d->got);
    if (!writer_local(d->lm, d->tok, d->ids.id, d->ids.n, &job, &end, NULL, &err))
        fail_msg("%s", err.msg);
    return end;
}

static void every_token_has_the_temperature_of_its_frame(void **state)
{
    Desk d;
    (void)state;
    desk_open(&d, 0);
    assert_string_equal(desk_write(&d, 40, 3), "length");
    assert_int_equal(d.got.n, 40);
    for (int i = 0; i < 40; i++) {
        assert_true(d.got.token[i].temp == d.contour.temp[i]);
        assert_near(d.got.token[i].time, i / 45.0, 1e-12);
    }
    desk_close(&d);
}

static void the_text_ends_with_the_song_and_when_it_is_told(void **state)
{
    Desk d;
    (void)state;
    desk_open(&d, 0);
    assert_string_equal(desk_write(&d, FRAMES + 1, 3), "end of the song");
    assert_int_equal(d.got.n, FRAMES);
    d.stop_at = 5;
    assert_string_equal(desk_write(&d, 40, 3), "stopped");
    assert_int_equal(d.got.n, 5);
    desk_close(&d);
}

static void the_same_seed_gives_the_same_text_and_another_another(void **state)
{
    Desk d;
    (void)state;
    desk_open(&d, 0);
    desk_write(&d, 40, 3);
    char *one = session_text(&d.got);
    desk_write(&d, 40, 3);
    char *again = session_text(&d.got);
    desk_write(&d, 40, 4);
    char *other = session_text(&d.got);
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    free(one);
    free(again);
    free(other);
    desk_close(&d);
}

/* What was noted while writing is what reading the whole text gives. */
static void surprisal_and_entropy_are_those_of_the_text(void **state)
{
    enum { N = 30 };
    Desk d;
    Err err;
    double nats[64], entropy[64];
    (void)state;
    desk_open(&d, 0);
    desk_write(&d, N, 5);
    int n0 = d.ids.n;
    for (int i = 0; i < N; i++) token_ids_add(&d.ids, d.got.token[i].id, 0, 0);
    assert_true(d.ids.n <= 64);
    assert_true(surprisal(d.lm, d.ids.id, d.ids.n, d.ids.id[0], NULL, nats, entropy, NULL, &err));
    for (int i = 0; i < N; i++) {
        /* one token at a time or all at once are the same bytes */
        assert_near(d.got.token[i].surprisal, nats[n0 + i], 1e-9);
        assert_near(d.got.token[i].entropy, entropy[n0 + i], 1e-9);
    }
    desk_close(&d);
}

static void a_full_context_is_a_page_that_is_turned(void **state)
{
    Desk d;
    Lm *fresh;
    (void)state;
    desk_open(&d, CONTEXT);
    const LmOpts opts = {.context = CONTEXT, .threads = 1};
    Err err;
    assert_string_equal(desk_write(&d, FRAMES, 6), "length");
    assert_int_equal(d.got.n, FRAMES);
    int turned = CONTEXT - d.ids.n + 1; /* tokens written when there is no room for the last */
    assert_true(lm_open(&fresh, &d.m, &opts, &err));
    assert_true(lm_eval(fresh, d.ids.id, 1, NULL, NULL, &err));
    for (int i = turned - CONTEXT / 2; i < turned; i++)
        assert_true(lm_eval(fresh, &d.got.token[i].id, 1, NULL, NULL, &err));
    const float *logits = lm_logits(fresh);
    LogitStats s = logit_stats(fresh, logits);
    assert_near(d.got.token[turned].entropy, s.entropy, 1e-9);
    assert_near(d.got.token[turned].surprisal, s.log_z - logits[d.got.token[turned].id], 1e-9);
    lm_close(fresh);
    desk_close(&d);
}

/* Pearson's chi-squared of DRAWS tokens against softmax(logits / T); tokens that are expected less
 * than five times are one bin. *df: degrees of freedom. */
static double chi_squared(Desk *d, double temp, int *df)
{
    int64_t vocab = lm_hparams(d->lm)->vocab;
    const float *logits = lm_logits(d->lm);
    WriterJob job = desk_job(d, 1, 42);
    Sampler *sampler = sampler_open(&job.sampler, vocab);
    int *count = mem_alloc(vocab, sizeof *count), rest = 0;
    double z = 0, chi = 0, rest_expected = 0, top = -HUGE_VAL;
    for (int64_t i = 0; i < vocab; i++) top = fmax(top, logits[i]);
    for (int64_t i = 0; i < vocab; i++) z += exp((logits[i] - top) / temp);
    sampler_set_temp(sampler, temp);
    for (int i = 0; i < DRAWS; i++) count[sampler_pick(sampler, logits)]++;
    *df = -1;
    for (int64_t i = 0; i < vocab; i++) {
        double expected = DRAWS * exp((logits[i] - top) / temp) / z;
        if (expected >= 5) {
            chi += pow(count[i] - expected, 2) / expected;
            (*df)++;
            continue;
        }
        rest += count[i];
        rest_expected += expected;
    }
    chi += pow(rest - rest_expected, 2) / rest_expected;
    (*df)++;
    sampler_close(sampler);
    free(count);
    return chi;
}

/* The 0.001 point of chi-squared by Wilson and Hilferty (1931), good to 1 % from ten degrees on.
 * The seed is fixed: it holds or it does not. */
static double chi_critical(int df)
{
    double a = 2.0 / (9 * df);
    return df * pow(1 - a + 3.0902 * sqrt(a), 3);
}

static void frequencies_are_softmax_at_the_temperature_of_the_frame(void **state)
{
    static const double TEMP[] = {0.985, 1.4, 1.875};
    Desk d;
    Err err;
    (void)state;
    desk_open(&d, 0);
    assert_true(lm_eval(d.lm, d.ids.id, d.ids.n - 1, NULL, NULL, &err)); /* "Once upon a" */
    for (int k = 0; k < 3; k++) {
        int df;
        double chi = chi_squared(&d, TEMP[k], &df);
        print_message("# T %g: chi-squared %.1f of %d degrees of freedom, at most %.1f\n",
                      TEMP[k], chi, df, chi_critical(df));
        assert_true(df >= 10);
        assert_true(chi < chi_critical(df));
    }
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_token_has_the_temperature_of_its_frame),
        cmocka_unit_test(the_text_ends_with_the_song_and_when_it_is_told),
        cmocka_unit_test(the_same_seed_gives_the_same_text_and_another_another),
        cmocka_unit_test(surprisal_and_entropy_are_those_of_the_text),
        cmocka_unit_test(a_full_context_is_a_page_that_is_turned),
        cmocka_unit_test(frequencies_are_softmax_at_the_temperature_of_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
