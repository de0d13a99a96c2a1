/* text_generate.c: see app/text_generate.h. */
#include "app/text_generate.h"

#include "infer/generate.h"

static double per_second(int n, double seconds)
{
    return seconds > 0 ? n / seconds : 0;
}

static void report(const GenerateJob *job, const GenStats *st)
{
    say(&job->text.say, SAY_INFO,
        "prompt %d tokens, %.1f ms, %.0f tokens/s; text %d tokens, %.1f ms, %.1f tokens/s; "
        "seed %llu; end: %s",
        st->prompt, 1e3 * st->prompt_seconds, per_second(st->prompt, st->prompt_seconds),
        st->tokens, 1e3 * st->seconds, per_second(st->tokens, st->seconds),
        (unsigned long long)job->sampler.seed, gen_end_name(st->end));
}

static bool go_on(const GenerateJob *job, const TextModel *t, const Run *run, Err *err)
{
    GenStats stats = {0};
    GenOpts opts = {.n = job->n ? job->n : -1, .sampler = job->sampler,
                    .stop = (const char *const *)job->stop->item, .nstop = job->stop->n,
                    .ignore_end = job->ignore_end, .on_text = job->put, .ud = job->ud,
                    .decode = DECODE_REPLACE | (job->text.in.chat ? 0 : DECODE_INSIDE)};
    bool ok = generate(t->lm, t->tok, t->ids.id, t->ids.n, &opts, &stats, run, err);
    if (!ok && !run_stopped(run)) return false;
    if (stats.end == GEN_CALLER || !job->put(job->ud, "\n", 1))
        return err_set(err, "standard output: cannot write");
    if (ok) report(job, &stats);
    return ok;
}

bool text_generate(const GenerateJob *job, const Run *run, Err *err)
{
    TextModel t = {0};
    bool ok = text_model_open(&t, &job->text, run, err);
    if (ok) {
        if (!job->text.in.chat) text_model_drop_end(&t);
        ok = text_model_fits(&t, 1, err) && go_on(job, &t, run, err);
    }
    text_model_close(&t);
    return ok;
}
