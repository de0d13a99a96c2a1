/* space_piece.c: see app/space_piece.h. */
#include "app/space_piece.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/piece_write.h"
#include "app/space_job.h"
#include "app/version.h"
#include "app/words_json.h"
#include "base/mem.h"
#include "model/find.h"

void space_piece_free(SpacePiece *p)
{
    str_free(&p->text);
    space_words_free(&p->words);
    feat_free(&p->fs);
    score_free(&p->score);
}

static void describe(SpacePiece *p, const char *command)
{
    char print[17];
    Score *s = &p->score;
    feat_fingerprint(&p->fs, print);
    snprintf(s->genre, sizeof s->genre, "%s", genre_space.name);
    snprintf(s->title, sizeof s->title, "%s: %s", p->fs.model, genre_space.name);
    score_add_text(s, "llmsonify %s", LLMSONIFY_VERSION);
    score_add_text(s, "%s", command ? command : "");
    score_add_text(s, "model %s (%s, %d layers, %lld parameters), features %s", p->fs.model,
                   p->fs.family, p->fs.nl, (long long)p->fs.nparams, print);
    for (const char *line = genre_space.legend; *line;) {
        size_t n = strcspn(line, "\n");
        score_add_text(s, "%.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

static SpaceMusicOpts with_layers(const SpaceMusicOpts *music, int nl)
{
    SpaceMusicOpts o = *music;
    for (int v = 0; v < SPACE_VOICES; v++) {
        if (o.layer[v] == SPACE_LAYER_MIDDLE) o.layer[v] = nl / 2;
        if (o.layer[v] == SPACE_LAYER_LAST) o.layer[v] = nl;
    }
    return o;
}

bool space_piece(SpacePiece *out, const Tokenizer *tok, Lm *lm, const Space *space,
                 const SpaceRequest *r, const Run *run, Err *err)
{
    const FeatureSet *fs = &out->fs;
    TokenIds ids = {0};
    const Hparams *hp = lm_hparams(lm);
    SpaceMusicOpts music = with_layers(&r->music, hp->nl);
    str_puts(&out->text, r->text);
    bool ok = tokenizer_encode(tok, r->text, out->text.len, TOKENIZE_EDGES, &ids, err);
    for (int i = 0; ok && i < ids.n; i++)
        if (ids.id[i] >= hp->vocab)
            ok = err_set(err, "the tokenizer gives id %d, the model knows %lld tokens", ids.id[i],
                         (long long)hp->vocab);
    if (ok) space_words_find(&out->words, r->text, out->text.len, &ids);
    SpaceText text = {.ids = ids.id, .n = ids.n, .bos = tokenizer_bos(tok),
                      .word = out->words.span, .nwords = out->words.n};
    ok = ok &&
         space_features(space, lm, &text, (const char *const *)out->words.label, &out->fs, run,
                        err) &&
         space_compose(fs, &music, &out->score, err);
    token_ids_free(&ids);
    if (!ok) return false;
    describe(out, r->command);
    return score_check(&out->score, &fs, 1, err) ||
           err_wrap(err, "space: the score breaks a rule of its own");
}

/* ---- words ---------------------------------------------------------------------------------- */

/* The word that a note of a voice stands for; -1 in the drone and the close. */
static int word_of(const SpacePiece *p, const Track *t, const Note *n)
{
    if (strcmp(t->name, "Drone") == 0 || strcmp(t->name, "Close") == 0) return -1;
    return p->fs.table[FT_WORDS].key[n->from[FROM_PITCH].row].token;
}

void space_piece_words(const SpacePiece *p, Str *out)
{
    const Score *s = &p->score;
    WordNote *note = NULL;
    int n = 0, cap = 0;
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++) {
            const Note *from = &s->track[t].note[i];
            int word = word_of(p, &s->track[t], from);
            if (word < 0) continue;
            WordNote *to = mem_push(&note, &n, &cap, sizeof *note);
            *to = (WordNote){.word = word, .track = t, .note = i, .voice = s->track[t].name,
                             .key = (double)from->key, .vel = (double)from->vel,
                             .at = score_seconds(s, from->start),
                             .to = score_seconds(s, from->start + from->dur)};
        }
    words_json(out, str_text(&p->text), score_seconds(s, s->length), &p->words, note, n);
    free(note);
}

/* ---- files ---------------------------------------------------------------------------------- */

bool space_piece_write(const SpacePiece *p, const OutNames *names, const char *words_path,
                       const WeightNoise *noise, const SoundJob *sound, const Say *report,
                       OutSet *set, const Run *run, Err *err)
{
    const FeatureSet *fs = &p->fs;
    Str words = {0};
    PieceOut out = {.genre = &genre_space, .score = &p->score, .fs = &fs, .nfs = 1, .noise = noise,
                    .names = names, .sound = *sound, .say = report ? *report : (Say){0}};
    bool ok = piece_write(&out, set, run, err);
    if (ok && words_path) {
        space_piece_words(p, &words);
        ok = outset_put(set, words_path, &words, err);
    }
    str_free(&words);
    return ok;
}

static bool name_files(OutNames *names, const SpacePlayJob *job, Err *err)
{
    const OptList *model = job->text.model;
    Str stem = {0};
    str_addf(&stem, "%s-space", path_base(model->n ? model->item[0] : MODEL_DEFAULT));
    OutRequest r = {.output = job->output, .stem = stem.s, .format = job->format,
                    .audio = job->audio};
    bool ok = outnames_make(names, &r, err);
    str_free(&stem);
    return ok;
}

/* NAME.words.json beside NAME.mid and NAME.json; NULL when only one file is asked for. */
static char *words_path(const OutNames *names)
{
    const char *json = names->path[OUT_JSON];
    if (!json || !names->path[OUT_MIDI]) return NULL;
    Str s = {0};
    str_add(&s, json, strlen(json) - strlen(".json"));
    str_puts(&s, ".words.json");
    return s.s;
}

bool space_play_check(const SpacePlayJob *job, Err *err)
{
    OutNames names;
    if (!text_model_check(&job->text, err) || !name_files(&names, job, err)) return false;
    outnames_free(&names);
    return true;
}

static bool play(const SpacePlayJob *job, const OutNames *names, OutSet *set, const Run *run,
                 Err *err)
{
    TextModel t = {0};
    Space space = {0};
    SpacePiece piece = {0};
    WeightNoise noise = {0};
    Str text = {0};
    char *words = words_path(names);
    SpaceRequest r = {.music = job->music, .command = job->command};
    bool ok = text_input_read(&job->text.in, &text, err) &&
              text_model_open_mute(&t, &job->text, run, err) &&
              tokenizer_open(&t.tok, t.m.dir, err) &&
              space_open(&space, job->space, t.lm, &job->text.say, err);
    r.text = str_text(&text);
    ok = ok && (!words || out_check_path(words, job->clobber, err)) &&
         space_piece(&piece, t.tok, t.lm, &space, &r, run, err);
    if (ok) noise_from_model(&noise, &t.m);
    ok = ok && space_piece_write(&piece, names, words, &noise, &job->sound, &job->text.say, set,
                                 run, err);
    free(words);
    str_free(&text);
    noise_free(&noise);
    space_piece_free(&piece);
    space_free(&space);
    text_model_close(&t);
    return ok;
}

bool space_play(const SpacePlayJob *job, const Run *run, Err *err)
{
    OutNames names = {.format = NULL};
    OutSet set = {0};
    bool ok = name_files(&names, job, err) && outnames_check(&names, job->clobber, err) &&
              play(job, &names, &set, run, err);
    ok = outset_finish(&set, ok, run, err);
    outnames_free(&names);
    return ok;
}
