/* train_keep.c: see train_keep.h. */
#include "train_keep.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "learn/decoder_file.h"
#include "model/find.h"

#define STEP_PREFIX "step-"

static const double FIRST_SHARE = 0.01; /* of the steps, when the first is kept */
static const char *const FILES[] = {"model.safetensors", "config.json", "tokenizer.json"};

enum { WEIGHTS, CONFIG, TOKENIZER, NFILES };

/* That of a model that was trained further stays as it was. */
static bool put_config(const TrainJob *job, const TrainText *text, const Decoder *dec,
                       const char *to, Err *err)
{
    if (!job->from) {
        Str config = {0};
        decoder_config(&dec->shape, text->end, &config);
        bool ok = out_file(to, config.s, config.len, err);
        str_free(&config);
        return ok;
    }
    char *dir = model_locate(job->from, err);
    char *from = dir ? path_join(dir, FILES[CONFIG]) : NULL;
    bool ok = from && out_copy(to, from, err);
    free(from);
    free(dir);
    return ok;
}

/* The weights last: a directory with weights is a model. */
static bool put_model(const TrainJob *job, const TrainText *text, const Decoder *dec,
                      const char *dir, Err *err)
{
    char *config = path_join(dir, FILES[CONFIG]), *weights = path_join(dir, FILES[WEIGHTS]);
    bool ok = put_config(job, text, dec, config, err) && decoder_write(dec, weights, err);
    free(config);
    free(weights);
    return ok;
}

bool train_keep_last(const TrainJob *job, const TrainText *text, const Decoder *dec, Err *err)
{
    return put_model(job, text, dec, job->out, err);
}

static bool is_due(const TrainJob *job, int64_t step)
{
    for (int k = 1; k < job->keep; k++) {
        double share = pow(FIRST_SHARE, (double)k / (job->keep - 1));
        if (step == (int64_t)fmax(1, floor(share * job->steps + 0.5))) return step < job->steps;
    }
    return false;
}

bool train_keep_step(const TrainJob *job, const TrainText *text, const Decoder *dec, int64_t step,
                     Err *err)
{
    if (!is_due(job, step)) return true;
    Str dir = {0};
    str_addf(&dir, "%s/" STEP_PREFIX "%06lld", job->out, (long long)step);
    char *from = path_join(job->out, FILES[TOKENIZER]), *to = path_join(dir.s, FILES[TOKENIZER]);
    bool ok = mkdir(dir.s, 0777) == 0 || errno == EEXIST ||
              err_set(err, "%s: cannot make the directory: %s", dir.s, strerror(errno));
    ok = ok && out_copy(to, from, err) && put_model(job, text, dec, dir.s, err);
    free(from);
    free(to);
    str_free(&dir);
    return ok;
}

static bool is_kept(const char *name)
{
    const char *digits = name + strlen(STEP_PREFIX);
    return str_starts(name, STEP_PREFIX) && *digits && !digits[strspn(digits, "0123456789")];
}

void train_keep_clear(const TrainJob *job)
{
    DIR *d = opendir(job->out);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (!is_kept(e->d_name)) continue;
        char *dir = path_join(job->out, e->d_name);
        for (int i = 0; i < NFILES; i++) {
            char *path = path_join(dir, FILES[i]);
            remove(path);
            free(path);
        }
        rmdir(dir); /* stays when there is something else in it */
        free(dir);
    }
    if (d) closedir(d);
}
