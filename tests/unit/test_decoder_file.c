/* test_decoder_file.c: what is trained here is what infer/ runs: the same loss from one file; and
 * a training goes on from its state as if it had never stopped. */
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

typedef struct Learner {
    Decoder dec;
    AdamState adam;
} Learner;

static void begin(Learner *l, uint64_t seed)
{
    Err err = {""};
    DecoderShape s = shape_of(0);
    *l = (Learner){.adam = {.step = 0}};
    if (!decoder_open(&l->dec, &s, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    decoder_begin(&l->dec, seed);
    adam_alloc(&l->adam, &l->dec.params);
}

static void end(Learner *l)
{
    decoder_free(&l->dec);
    adam_free(&l->adam);
}

/* Each step has a batch of its own, told by the state's count alone. */
static void train(Learner *l, int steps)
{
    const AdamW opts = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = 0.1};
    for (int k = 0; k < steps; k++) {
        int32_t id[SEQ + 1];
        for (int i = 0; i <= SEQ; i++) id[i] = (int)((5 * i * i + 11 * l->adam.step + i) % 50);
        decoder_gradient(&l->dec, &(Batch){.id = id, .n = 1, .seq = SEQ}, NULL);
        adam_step(&l->adam, &l->dec.params, &opts, l->dec.grads, 1, 1e-2);
    }
}

static void assert_same_bits(const Learner *a, const Learner *b)
{
    size_t bytes = (size_t)a->dec.params.size * sizeof(float);
    assert_int_equal(a->adam.step, b->adam.step);
    assert_memory_equal(a->dec.params.v, b->dec.params.v, bytes);
    assert_memory_equal(a->adam.m, b->adam.m, bytes);
    assert_memory_equal(a->adam.v, b->adam.v, bytes);
}

static void a_training_goes_on_from_its_state_bit_by_bit(void **state)
{
    Err err = {""};
    Learner whole, resumed;
    char *path = path_join(*state, "train.safetensors");
    TrainState saved = {"a job", 3.25}, loaded = {.job = "a job"};
    begin(&whole, 5);
    begin(&resumed, 6);
    train(&whole, 3);
    train(&resumed, 1); /* nothing of it may stay */
    if (!decoder_save_state(&whole.dec, &whole.adam, &saved, path, &err) ||
        !decoder_load_state(&resumed.dec, &resumed.adam, &loaded, path, &err))
        fail_msg("%s", err.msg);
    assert_true(loaded.loss == saved.loss); /* written with all its digits */
    assert_int_equal(resumed.adam.step, 3);
    assert_same_bits(&whole, &resumed);
    for (int k = 0; k < 3; k++) {
        train(&whole, 1);
        train(&resumed, 1);
        assert_same_bits(&whole, &resumed);
    }
    end(&whole);
    end(&resumed);
    free(path);
}

static void the_state_of_another_training_is_refused(void **state)
{
    Err err = {""};
    Learner l;
    char *path = path_join(*state, "train.safetensors");
    TrainState saved = {"a job", 3.25}, other = {.job = "another"};
    begin(&l, 5);
    assert_true(decoder_save_state(&l.dec, &l.adam, &saved, path, &err));
    assert_false(decoder_load_state(&l.dec, &l.adam, &other, path, &err));
    assert_non_null(strstr(err.msg, "is of another training (a job); this one is another"));
    saved.job = "width 8, steps 2, 3 and 4, seed 1";
    other.job = "width 8, steps 2, 3 and 5, seed 1";
    assert_true(decoder_save_state(&l.dec, &l.adam, &saved, path, &err));
    assert_false(decoder_load_state(&l.dec, &l.adam, &other, path, &err));
    assert_non_null(strstr(err.msg, "(steps 2, 3 and 4); this one is steps 2, 3 and 5"));
    other.job = "a, b";
    assert_false(decoder_load_state(&l.dec, &l.adam, &other, path, &err));
    assert_non_null(strstr(err.msg, "with other options or of other data"));
    end(&l);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(the_forward_pass_of_training_is_that_of_the_program),
        SCRATCH_TEST(another_shape_is_refused_by_name),
        SCRATCH_TEST(a_training_goes_on_from_its_state_bit_by_bit),
        SCRATCH_TEST(the_state_of_another_training_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
