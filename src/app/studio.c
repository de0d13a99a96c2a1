/* studio.c: see app/studio.h. A job goes the way of its command: the same functions compose it,
 * describe it and encode its files; only the OutSet keeps the bytes instead of writing them. */
#include "app/studio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "activations_cast.h"
#include "app/piece_write.h"
#include "base/mem.h"
#include "studio_models.h"
#include "studio_tell.h"

#define NAME_MIDI "piece.mid"
#define NAME_JSON "piece.json"
#define NAME_WORDS "words.json"

struct StudioSeat {
    Studio *studio;
    int threads;
    Lm *lm; /* of `of` */
    const StudioShared *of;
};

/* One piece being made. */
typedef struct Sitting {
    StudioSeat *seat;
    const StudioJob *job;
    const StudioShared *shared;
    OutSet set;
    OutNames names;
    StudioPiece *out;
    const Run *run;
} Sitting;

StudioSeat *studio_sit(Studio *s, int threads)
{
    StudioSeat *seat = mem_alloc(1, sizeof *seat);
    *seat = (StudioSeat){.studio = s, .threads = threads};
    return seat;
}

void studio_rise(StudioSeat *seat)
{
    if (seat) lm_close(seat->lm);
    free(seat);
}

void studio_piece_free(StudioPiece *p)
{
    for (int i = 0; i < STUDIO_PARTS; i++) str_free(&p->part[i]);
    *p = (StudioPiece){.seconds = 0};
}

static bool open_lm(StudioSeat *seat, const StudioShared *h, Err *err)
{
    const LmOpts opts = {.threads = seat->threads};
    if (!h->tok) return err_set(err, "%s has no tokenizer: it can read no prompt", h->m.name);
    if (seat->of == h) return true;
    lm_close(seat->lm);
    seat->lm = NULL;
    seat->of = NULL;
    if (!lm_open(&seat->lm, &h->m, &opts, err)) return false;
    seat->of = h;
    return true;
}

/* A reader whose parts the studio and the seat own: never closed. */
static PromptReader borrow_reader(const Sitting *s, const Direction *direction)
{
    const TextInput in = TEXT_INPUT_DEFAULTS;
    return (PromptReader){.in = in,
                          .model = {.m = s->shared->m, .tok = s->shared->tok,
                                    .lm = s->seat->lm},
                          .noise = s->shared->noise, .use = direction};
}

static void take(Sitting *s, StudioPart part, const char *name)
{
    Str *held = outset_held(&s->set, name);
    if (!held || held->len == 0) return;
    s->out->part[part] = *held;
    *held = (Str){0};
}

/* ---- a prompt on the map --------------------------------------------------------------------- */

/* When the words that tokens belong to are heard first. */
static double *word_onsets(const SpacePiece *p, int nt)
{
    double *onset = mem_alloc(nt, sizeof *onset);
    for (int t = 0; t < nt; t++) onset[t] = NAN;
    const Track *track = p->score.ntracks ? &p->score.track[0] : NULL;
    for (int k = 0; track && k < track->nnotes; k++) {
        Cell from = track->note[k].from[FROM_PITCH];
        if (cell_is_none(from) || from.table != FT_WORDS) continue;
        int w = p->fs.table[FT_WORDS].key[from.row].token;
        double at = score_seconds(&p->score, track->note[k].start);
        for (int t = p->words.span[w].from; t < p->words.span[w].end && t < nt; t++)
            if (!(onset[t] <= at)) onset[t] = at;
    }
    return onset;
}

static bool make_heat(Sitting *s, const SpacePiece *piece, Err *err)
{
    const StudioShared *h = s->shared;
    PromptReader reader = borrow_reader(s, h->has_direction ? &h->direction : NULL);
    TokenIds ids = {0};
    FeatureSet fs = {0};
    bool ok = prompt_reader_encode(&reader, s->job->prompt, &ids, err) &&
              prompt_reader_features(&reader, &ids, s->job->prompt, &fs, s->run, err);
    if (ok) {
        double *onset = word_onsets(piece, ids.n);
        studio_tell_heat(&fs, onset, ids.n, &s->out->part[STUDIO_HEAT]);
        free(onset);
    }
    feat_free(&fs);
    token_ids_free(&ids);
    return ok;
}

static bool make_space(Sitting *s, Err *err)
{
    const StudioShared *h = s->shared;
    const SpacePlayJob *job = &s->job->space;
    SpacePiece piece = {.text = {0}};
    SpaceRequest r = {.text = s->job->prompt, .music = job->music, .command = job->command};
    if (!open_lm(s->seat, h, err)) return false;
    if (!h->space.layers)
        return err_set(err, "%s has no map of its hidden states beside it; llmsonify space fit "
                            "makes one", h->m.name);
    bool ok = space_piece(&piece, h->tok, s->seat->lm, &h->space, &r, s->run, err) &&
              make_heat(s, &piece, err) &&
              space_piece_write(&piece, &s->names, NAME_WORDS, &h->noise, &job->sound, NULL,
                                &s->set, s->run, err);
    space_piece_free(&piece);
    return ok;
}

/* ---- a prompt in one of the modes ------------------------------------------------------------ */

static bool tell_prompt(Sitting *s, const FeatureSet *fs, PromptReader *reader, Err *err)
{
    Sidecar sc = {.root = NULL};
    TokenIds ids = {0};
    const Str *json = &s->out->part[STUDIO_JSON];
    bool ok = sidecar_parse(&sc, str_text(json), json->len, err) &&
              prompt_reader_encode(reader, s->job->prompt, &ids, err);
    double *onset = mem_alloc(ids.n, sizeof *onset);
    bool ordered = ok && studio_tell_onsets(&sc, ids.n, onset);
    if (ordered)
        studio_tell_words(&sc, s->job->prompt, &ids, &s->out->part[STUDIO_WORDS]);
    if (ok)
        studio_tell_heat(fs, ordered ? onset : NULL, ids.n, &s->out->part[STUDIO_HEAT]);
    free(onset);
    token_ids_free(&ids);
    sidecar_free(&sc);
    return ok;
}

/* The network is the reader's own, the features are the studio's. */
static bool lend_network(Sitting *s, PromptReader *reader, GeneratorSource *network, Err *err)
{
    if (s->job->activations.music.generator != GEN_JEPA) return true;
    const Sources *src = studio_weights(s->seat->studio, s->job->model, false, s->run, err);
    if (!src || !generator_source_open(network, NULL, err)) return false;
    reader->network = network;
    reader->weights = src->fs[0];
    return true;
}

static bool make_prompt(Sitting *s, Err *err)
{
    const StudioShared *h = s->shared;
    const ActivationsJob *job = &s->job->activations;
    bool tense = activations_wants_direction(job);
    Stage stage = {.job = job, .genre = genre_mode_find(job->mode), .names = &s->names,
                   .set = &s->set};
    if (!stage.genre) return err_set(err, "there is no mode '%s'", job->mode);
    if (!open_lm(s->seat, h, err)) return false;
    if (tense && !h->has_direction)
        return err_set(err, "%s: no direction can be fitted for --mode %s", h->m.name, job->mode);
    GeneratorSource network = {.said = ""};
    stage.reader = borrow_reader(s, tense ? &h->direction : NULL);
    bool ok = lend_network(s, &stage.reader, &network, err) &&
              cast_add(&stage.cast, &stage.reader, s->job->prompt, s->run, err) &&
              stage_piece(&stage, &s->names, s->run, err);
    take(s, STUDIO_JSON, NAME_JSON);
    ok = ok && tell_prompt(s, &stage.cast.fs[0], &stage.reader, err);
    cast_free(&stage.cast);
    generator_source_close(&network);
    return ok;
}

/* ---- weights --------------------------------------------------------------------------------- */

static bool make_weights(Sitting *s, Err *err)
{
    const PieceJob *job = &s->job->weights;
    const char *name = job->genre->n ? job->genre->item[0] : PIECE_DEFAULT_GENRE;
    const Genre *genre = genre_find(name);
    if (!genre) return err_set(err, "there is no genre '%s'", name);
    bool foreseen = job->opts.generator == GEN_JEPA;
    const Sources *src = studio_weights(s->seat->studio, s->job->model, foreseen, s->run, err);
    return src && piece_make_one(job, genre, src, &s->names, &s->set, s->run, err);
}

bool studio_make(StudioSeat *seat, const StudioJob *job, StudioPiece *out, const Run *run,
                 Err *err)
{
    static bool (*const MAKE[])(Sitting *s, Err *err) = {
        [STUDIO_SPACE] = make_space, [STUDIO_PROMPT] = make_prompt,
        [STUDIO_WEIGHTS] = make_weights};
    Str audio = {0};
    str_addf(&audio, "piece.%s", job->format);
    Sitting s = {.seat = seat, .job = job, .set = {.hold = true}, .out = out, .run = run};
    s.names.path[OUT_MIDI] = mem_strdup(NAME_MIDI);
    s.names.path[OUT_JSON] = mem_strdup(NAME_JSON);
    s.names.path[OUT_AUDIO] = mem_strdup(audio.s);
    s.shared = studio_shared(seat->studio, job->model, run, err);
    bool ok = s.shared && MAKE[job->kind](&s, err);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    take(&s, STUDIO_MIDI, NAME_MIDI);
    take(&s, STUDIO_AUDIO, audio.s);
    take(&s, STUDIO_JSON, NAME_JSON);
    take(&s, STUDIO_WORDS, NAME_WORDS);
    ok = ok && studio_tell_summary(out, err);
    if (!ok) studio_piece_free(out);
    outset_abort(&s.set);
    outnames_free(&s.names);
    str_free(&audio);
    return ok;
}
