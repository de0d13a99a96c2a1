/* activations_cast.c: what contrast, dialogue and delta share; see activations_cast.h. */
#include "activations_cast.h"

#include <stdlib.h>
#include <string.h>

#include "app/piece_write.h"
#include "base/mem.h"

void cast_free(Cast *c)
{
    for (int i = 0; i < c->n; i++) feat_free(&c->fs[i]);
    free(c->fs);
    free(c->ptr);
    *c = (Cast){.n = 0};
}

static void number(Cast *c)
{
    c->ptr = mem_resize(c->ptr, c->n, sizeof *c->ptr);
    for (int i = 0; i < c->n; i++) {
        c->fs[i].id = i;
        c->ptr[i] = &c->fs[i];
    }
}

bool cast_add(Cast *c, PromptReader *r, const char *prompt, const Run *run, Err *err)
{
    TokenIds ids = {0};
    FeatureSet fs = {0};
    bool ok = prompt_reader_encode(r, prompt, &ids, err) &&
              prompt_reader_features(r, &ids, prompt, &fs, run, err);
    token_ids_free(&ids);
    if (!ok) return false;
    *(FeatureSet *)mem_push(&c->fs, &c->n, &c->cap, sizeof *c->fs) = fs;
    number(c);
    return true;
}

void cast_order(Cast *c, const int *order, int n)
{
    FeatureSet *fs = mem_alloc(n, sizeof *fs);
    bool *kept = mem_alloc(c->n, sizeof *kept);
    for (int i = 0; i < n; i++) {
        fs[i] = c->fs[order[i]];
        kept[order[i]] = true;
    }
    for (int i = 0; i < c->n; i++)
        if (!kept[i]) feat_free(&c->fs[i]);
    free(kept);
    free(c->fs);
    c->fs = fs;
    c->n = c->cap = n;
    number(c);
}

GenreOpts stage_opts(const Stage *s)
{
    GenreOpts opts = s->job->music;
    opts.network = prompt_reader_network(&s->reader);
    return opts;
}

bool stage_part_names(const Stage *s, const char *suffix, OutNames *out)
{
    const char *asked = s->job->output;
    *out = (OutNames){.format = NULL};
    for (int k = 0; k < OUT_KINDS; k++)
        if (s->names->path[k] && asked && strcmp(s->names->path[k], asked) == 0) return false;
    for (int k = 0; k < OUT_KINDS; k++) {
        const char *path = s->names->path[k], *dot = path ? strrchr(path, '.') : NULL;
        if (!dot) continue;
        Str name = {0};
        str_add(&name, path, (size_t)(dot - path));
        str_addf(&name, "%s%s", suffix, dot);
        out->path[k] = name.s;
    }
    return true;
}

bool stage_write(const Stage *s, const Score *score, const OutNames *names, const FeatureSet *fs,
                 const Run *run, Err *err)
{
    PieceOut out = {.genre = s->genre, .score = score, .fs = s->cast.ptr, .nfs = s->cast.n,
                    .noise = &s->reader.noise, .names = names, .sound = s->job->sound,
                    .plot = s->job->plot, .heard = fs, .say = s->job->text.say};
    if (!s->set->hold && !outnames_check(names, s->job->clobber, err)) return false;
    if (!piece_write(&out, s->set, run, err)) return false;
    if (run_stopped(run)) return err_set(err, "interrupted");
    return !fs || !out.plot.wanted || s->cast.n == 1 ||
           plot_activations(names, &out.plot, fs, s->set, err);
}

bool stage_piece(const Stage *s, const OutNames *names, const Run *run, Err *err)
{
    const GenreOpts opts = stage_opts(s);
    Score score = {0};
    const Cast *c = &s->cast;
    bool ok = piece_compose(s->genre, c->ptr, c->n, &opts, s->job->command, &score, err) &&
              stage_write(s, &score, names, NULL, run, err);
    score_free(&score);
    return ok;
}
