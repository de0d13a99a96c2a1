/* test_train_job.c: what a training tells while it runs, and what it leaves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "app/train_job.h"
#include "base/file.h"
#include "fixture_model.h"

typedef struct Heard {
    int64_t steps, total; /* of the stage "training" */
    int paces;            /* stages with loss and speed */
    int samples;          /* lines in quotes */
    Str lines;
} Heard;

static void hear_progress(void *ud, const char *stage, int64_t done, int64_t total)
{
    Heard *h = ud;
    if (!str_starts(stage, "training, loss ")) return;
    h->steps = done;
    h->total = total;
    if (strstr(stage, " tokens/s")) h->paces++;
}

static void hear_line(void *ud, SayLevel level, const char *text)
{
    Heard *h = ud;
    (void)level;
    if (text[0] == '"') h->samples++;
    str_addf(&h->lines, "%s\n", text);
}

static TrainJob small_job(const OptList *text, const char *out, Heard *h)
{
    return (TrainJob){.text = text,
                      .out = out,
                      .arch = DECODER_GPT2,
                      .vocab = 300,
                      .width = 32,
                      .layers = 1,
                      .seq = 16,
                      .batch = 4,
                      .steps = 20,
                      .warm = 2,
                      .rate = 1e-3,
                      .clip = 1,
                      .every = 10,
                      .keep = 3,
                      .sample = "a\nb",
                      .say = {hear_line, h}};
}

/* A scratch directory with a text in it; what the job said. */
static void train_small(char *dir, TrainJob (*change)(TrainJob), Heard *h)
{
    Str text = {0};
    for (int i = 0; i < 400; i++) str_addf(&text, "%d bottles hang on wall %d. ", i, i % 7);
    write_text(dir, "text", str_text(&text));
    char *path = path_join(dir, "text"), *out = path_join(dir, "made");
    OptList list = {0};
    optlist_add(&list, path, strlen(path));
    TrainJob job = small_job(&list, out, h);
    if (change) job = change(job);
    const Run run = {.progress = hear_progress, .ud = h, .threads = 1};
    Err err = {""};
    if (!train_job(&job, &run, &err)) fail_msg("%s", err.msg);
    optlist_free(&list);
    str_free(&text);
    free(path);
    free(out);
}

static bool made(const char *dir, const char *rest)
{
    char *path = path_join(dir, rest);
    bool yes = file_exists(path);
    free(path);
    return yes;
}

static void every_step_tells_loss_and_speed_and_every_look_a_sample(void **state)
{
    Heard h = {0};
    train_small(*state, NULL, &h);
    assert_int_equal(h.paces, 20);
    assert_int_equal(h.steps, 20);
    assert_int_equal(h.total, 20);
    assert_int_equal(h.samples, 2);
    assert_non_null(strstr(str_text(&h.lines), "\n\"a\\nb")); /* one line, whatever is in it */
    str_free(&h.lines);
}

static void models_of_the_way_are_whole(void **state)
{
    static const char *const FILES[] = {"config.json", "model.safetensors", "tokenizer.json"};
    static const char *const DIRS[] = {"made", "made/step-000001", "made/step-000002"};
    Heard h = {0};
    train_small(*state, NULL, &h);
    for (int d = 0; d < 3; d++)
        for (int f = 0; f < 3; f++) {
            char *path = path_join(DIRS[d], FILES[f]);
            if (!made(*state, path)) fail_msg("%s is missing", path);
            free(path);
        }
    assert_false(made(*state, "made/train.safetensors"));
    str_free(&h.lines);
}

static TrainJob silent(TrainJob job)
{
    job.sample = "";
    job.keep = 0;
    return job;
}

static void without_a_prompt_there_is_no_sample_and_without_keep_one_model(void **state)
{
    Heard h = {0};
    train_small(*state, silent, &h);
    assert_int_equal(h.samples, 0);
    assert_true(made(*state, "made/model.safetensors"));
    assert_false(made(*state, "made/step-000001/model.safetensors"));
    str_free(&h.lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(every_step_tells_loss_and_speed_and_every_look_a_sample),
        SCRATCH_TEST(models_of_the_way_are_whole),
        SCRATCH_TEST(without_a_prompt_there_is_no_sample_and_without_keep_one_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
