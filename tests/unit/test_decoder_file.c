/* test_decoder_file.c: what is trained here is what infer/ runs: the same loss from one file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "fixture_model.h"
#include "infer/lm.h"
#include "infer/surprisal.h"
#include "learn/decoder_file.h"

enum { SEQ = 20 };

typedef struct Sum {
    const Lm *lm;
    const int32_t *id;
    double nats;
} Sum;

static void take_logits(void *ud, const HookData *h)
{
    Sum *s = ud;
    for (int t = 0; t < h->nt; t++) {
        const float *row = h->v + t * h->ld_token;
        LogitStats st = logit_stats(s->lm, row);
        s->nats += st.log_z - (double)row[s->id[h->pos + t + 1]];
    }
}

/* Mean nats a token by the forward pass of infer/. */
static double loss_by_infer(const char *dir, const int32_t *id)
{
    Err err = {""};
    Model m = {0};
    Lm *lm = NULL;
    LmOpts one = {.threads = 1};
    if (!model_open(&m, dir, &err) || !lm_open(&lm, &m, &one, &err)) fail_msg("%s", err.msg);
    Sum s = {.lm = lm, .id = id};
    Hooks hooks = {.mask = HOOK_BIT(HOOK_LOGITS), .whole = true, .visit = take_logits, .ud = &s};
    lm_rewind(lm, 0);
    if (!lm_eval(lm, id, SEQ, &hooks, NULL, &err)) fail_msg("%s", err.msg);
    lm_close(lm);
    model_close(&m);
    return s.nats / SEQ;
}

static DecoderShape shape_of(int which)
{
    DecoderShape s = decoder_shape(which ? DECODER_GPT2 : DECODER_GEMMA3, 50, 64, 3);
    s.window = 6;
    s.pattern = 2;
    s.context = 24;
    return s;
}

static void the_forward_pass_of_training_is_that_of_the_program(void **state)
{
    for (int which = 0; which < 2; which++) {
        Err err = {""};
        Decoder dec, back;
        DecoderShape s = shape_of(which);
        int32_t id[SEQ + 1];
        for (int i = 0; i <= SEQ; i++) id[i] = (7 * i * i + 3 * i + 1) % 50;
        assert_true(decoder_open(&dec, &s, CPU_PORTABLE, &err));
        assert_true(decoder_open(&back, &s, CPU_PORTABLE, &err));
        decoder_begin(&dec, 5);
        for (int64_t i = 0; i < dec.params.size; i++) dec.params.v[i] *= 5; /* else all is even */
        Str config = {0};
        decoder_config(&s, 0, &config);
        write_text(*state, "config.json", str_text(&config));
        char *path = path_join(*state, "model.safetensors");
        if (!decoder_write(&dec, path, &err)) fail_msg("%s", err.msg);
        Checkpoint *ck;
        if (!checkpoint_open(&ck, path, &err) || !decoder_read(&back, ck, &err))
            fail_msg("%s", err.msg);
        double loss = decoder_loss(&back, &(Batch){.id = id, .n = 1, .seq = SEQ}, NULL);
        double want = loss_by_infer(*state, id);
        if (!(loss > 2 && fabs(loss - want) < 1e-5 * want)) /* sums in f32, other orders */
            fail_msg("%.9g, by infer/ %.9g", loss, want);
        assert_true(fabs(loss - decoder_loss(&dec, &(Batch){.id = id, .n = 1, .seq = SEQ}, NULL)) <
                    0.05); /* what bf16 took */
        checkpoint_close(ck);
        str_free(&config);
        free(path);
        decoder_free(&dec);
        decoder_free(&back);
    }
}

static void another_shape_is_refused_by_name(void **state)
{
    Err err = {""};
    Decoder dec;
    Checkpoint *ck;
    DecoderShape s = shape_of(1);
    assert_true(decoder_open(&dec, &s, CPU_PORTABLE, &err));
    char *path = path_join(*state, "model.safetensors");
    assert_true(decoder_write(&dec, path, &err) && checkpoint_open(&ck, path, &err));
    decoder_free(&dec);
    s.ff = 100;
    assert_true(decoder_open(&dec, &s, CPU_PORTABLE, &err));
    assert_false(decoder_read(&dec, ck, &err));
    assert_non_null(strstr(err.msg, "c_fc.weight\" is 64 x 256, expected 64 x 100"));
    checkpoint_close(ck);
    decoder_free(&dec);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(the_forward_pass_of_training_is_that_of_the_program),
        SCRATCH_TEST(another_shape_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
