/* piece_write.c: see app/piece_write.h. Sound from a SoundFont is always rendered from the MIDI
 * dialect that FluidSynth obeys, whatever dialect the MIDI file is written in; our own instruments
 * and the partials play the score itself. */
#include "app/piece_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/version.h"
#include "music/scale.h"
#include "score/sidecar.h"
#include "synth/engine.h"
#include "synth/soundfont.h"
#include "synth/spectral.h"
#include "view/caption.h"

static void add_lines(Score *s, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n) score_add_text(s, "%.*s", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void describe_generator(Score *s, const Genre *genre, const GenreOpts *opts)
{
    if (opts->generator == GEN_ROWS) return;
    score_add_text(s, "generator %s, Markov weight %.9g",
                   opts->generator == GEN_JEPA ? "jepa" : "lstm", opts->markov_weight);
    if (opts->network && *opts->network) score_add_text(s, "network %s", opts->network);
    if (genre->generators) add_lines(s, genre->generators);
}

static void describe(Score *s, const Genre *genre, const FeatureSet *const *fs, int nfs,
                     const GenreOpts *opts, const char *command)
{
    if (!s->genre[0]) snprintf(s->genre, sizeof s->genre, "%s", genre->name);
    bool two = nfs == 2 && strcmp(fs[0]->model, fs[1]->model) != 0;
    if (!s->title[0])
        snprintf(s->title, sizeof s->title, "%s%s%s: %s", fs[0]->model, two ? " and " : "",
                 two ? fs[1]->model : "", genre->name);
    score_add_text(s, "llmsonify %s", LLMSONIFY_VERSION);
    score_add_text(s, "%s", command);
    for (int i = 0; i < nfs; i++) {
        char print[17];
        feat_fingerprint(fs[i], print);
        score_add_text(s, "model %s (%s, %d layers, %lld parameters), features %s", fs[i]->model,
                       fs[i]->family, fs[i]->nl, (long long)fs[i]->nparams, print);
    }
    add_lines(s, genre->legend);
    describe_generator(s, genre, opts);
}

bool piece_describe(const Genre *genre, const FeatureSet *const *fs, int nfs,
                    const GenreOpts *opts, const char *command, Score *s, Err *err)
{
    describe(s, genre, fs, nfs, opts, command);
    return score_check(s, fs, nfs, err) ||
           err_wrap(err, "%s: the score breaks a rule of its own", genre->name);
}

bool piece_compose(const Genre *genre, const FeatureSet *const *fs, int nfs, const GenreOpts *opts,
                   const char *command, Score *s, Err *err)
{
    GenreOpts o = *opts;
    if (o.mode >= MODE_COUNT && !genre->section_modes) o.mode = -1;
    if (!genre->compose(fs, nfs, &o, s, err)) return err_wrap(err, "%s", genre->name);
    return piece_describe(genre, fs, nfs, &o, command, s, err);
}

bool piece_voices(const Genre *genre, const SoundJob *sound, GenreVoices *voices, char **font,
                  Err *err)
{
    bool asked = sound->engine == ENGINE_SOUNDFONT || (sound->engine == ENGINE_AUTO && sound->font);
    bool wanted = asked || (sound->engine == ENGINE_AUTO && genre->voices == VOICES_GM);
    char *path = wanted ? soundfont_find(sound->font, err) : NULL;
    if (!path && (asked || (wanted && soundfont_named(sound->font)))) return false;
    *voices = path ? VOICES_GM : genre->voices == VOICES_GM ? VOICES_NATIVE : genre->voices;
    if (font)
        *font = path;
    else
        free(path);
    return true;
}

/* The score through the MIDI writer, so that the sound is what others will hear of the file. */
static bool play_midi(const PieceOut *p, AudioBuf *a, const Run *run, Err *err)
{
    Str midi = {0};
    MidiSong song = {0};
    bool ok = midi_write_score(p->score, MIDI_BOTH, &midi, err) &&
              midi_read(&song, (const uint8_t *)str_text(&midi), (int64_t)midi.len, err) &&
              sound_play_midi(a, &song, &p->sound, &p->say, run, err);
    midi_free(&song);
    str_free(&midi);
    return ok;
}

static bool play_partials(const PieceOut *p, AudioBuf *a, const Run *run, Err *err)
{
    const GenrePartials *g = &p->genre->partials;
    SpectralOpts o = {.rate = p->sound.rate, .fade = g->fade, .voice = g->voice, .room = g->room,
                      .hall = g->hall, .noise = p->noise->x, .nnoise = p->noise->n,
                      .adsr = {g->attack, g->decay, g->sustain, g->release}};
    return spectral_render(p->score, &o, a, run, err);
}

static bool play(const PieceOut *p, AudioBuf *a, const Run *run, Err *err)
{
    GenreVoices voices;
    if (!piece_voices(p->genre, &p->sound, &voices, NULL, err)) return false;
    if (voices == VOICES_GM) return play_midi(p, a, run, err);
    if (voices == VOICES_PARTIALS) return play_partials(p, a, run, err);
    EngineOpts o = {.rate = p->sound.rate, .noise = p->noise->x, .nnoise = p->noise->n,
                    .style = p->genre->name};
    say(&p->say, SAY_MORE, "our own instruments");
    return engine_render(p->score, &o, a, run, err);
}

/* A piece's files, made side by side: the sound on one thread, the score's on another. */
typedef struct Files {
    const PieceOut *p;
    OutSet *set; /* the sound's alone */
    AudioBuf a;
    SoundJob sound;
    MasterDone done;
    Str json, midi;
    bool ok[2];
    Err err[2];
} Files;

/* The finished mix. */
static bool make_sound(Files *f, const Run *run, Err *err)
{
    const PieceOut *p = f->p;
    const char *path = p->names->path[OUT_AUDIO];
    f->sound.style = p->genre->voices == VOICES_PARTIALS ? "activations" : p->genre->name;
    f->sound.format = p->names->format;
    return !path || (play(p, &f->a, run, err) &&
                     sound_master(&f->a, &f->sound, path, &f->done, run, err));
}

static bool write_sound(Files *f, Err *err)
{
    Str comment = {0}, bytes = {0};
    const PieceOut *p = f->p;
    const Score *s = p->score;
    const char *path = p->names->path[OUT_AUDIO];
    for (int i = 0; i < s->ntexts && i < 2 + p->nfs; i++)
        str_addf(&comment, "%s%s", i ? "; " : "", s->text[i]);
    AudioTags tags = {.title = s->title, .artist = p->fs[0]->model, .genre = p->genre->name,
                      .album = p->album, .track = p->track,
                      .comment = comment.s, .software = "llmsonify " LLMSONIFY_VERSION};
    bool ok = sound_encode(&f->a, &f->sound, path, &tags, &bytes, err) &&
              outset_put(f->set, path, &bytes, err);
    str_free(&comment);
    str_free(&bytes);
    return ok;
}

static bool write_score(Files *f, Err *err)
{
    const PieceOut *p = f->p;
    char *const *path = p->names->path;
    if (path[OUT_JSON]) score_write_json(p->score, p->fs, p->nfs, &f->json);
    return !path[OUT_MIDI] ||
           midi_write_score(p->score, (MidiDialect)p->dialect, &f->midi, err);
}

static void write_part(void *ud, int64_t part, int worker)
{
    Files *f = ud;
    (void)worker;
    if (part == 1)
        f->ok[1] = write_score(f, &f->err[1]);
    else
        f->ok[0] = !f->p->names->path[OUT_AUDIO] || write_sound(f, &f->err[0]);
}

static bool write_parts(Files *f, const Run *run, Err *err)
{
    const Run both = {.threads = run_threads(run)};
    parallel_for(&both, NULL, 2, write_part, f);
    for (int i = 0; i < 2; i++)
        if (!f->ok[i]) return err_set(err, "%s", f->err[i].msg);
    return true;
}

static void report(const Files *f, const Run *run)
{
    const PieceOut *p = f->p;
    const char *path = p->names->path[OUT_AUDIO];
    if (!path) return;
    sound_report(&f->a, &f->sound, &f->done, path, &p->say);
    if (!p->made) return;
    *p->made = (PieceSound){.seconds = (double)f->a.frames / f->a.rate, .lufs = f->done.lufs};
    if (f->sound.raw) p->made->lufs = audio_lufs_on(&f->a, run);
}

/* Of a model the spectra of its weights, of a prompt what it does inside. */
static bool write_plots(const PieceOut *p, OutSet *set, const AudioBuf *a, const Run *run, Err *err)
{
    bool weights = p->fs[0]->table[FT_WEIGHTS].nrows > 0;
    Str caption = {0};
    if (p->heard)
        caption_piece(&p->heard, 1, NULL, &caption);
    else
        caption_piece(p->fs, p->nfs, p->nfs == 2 ? p->genre->part : NULL, &caption);
    bool ok = plot_piece(p->names, &p->plot, p->score, a, str_text(&caption), set, run, err);
    str_free(&caption);
    if (!ok) return false;
    if (weights) return plot_spectra(p->names, &p->plot, p->fs, p->nfs, set, err);
    return p->nfs > 1 || plot_activations(p->names, &p->plot, p->fs[0], set, err);
}

static bool check_length(const PieceOut *p, Err *err)
{
    static const double LAST_BAR = 5; /* s: a piece asked to last so long ends with a whole bar */
    double seconds = score_seconds(p->score, p->score->length), most = p->sound.longest;
    return !(most > 0) || seconds <= most + LAST_BAR ||
           err_set(err, "the piece would last %.0f s, the limit is %.0f s: shorten it", seconds,
                   most);
}

static bool put_score(Files *f, Err *err)
{
    const PieceOut *p = f->p;
    char *const *path = p->names->path;
    if (path[OUT_JSON] && !outset_put(f->set, path[OUT_JSON], &f->json, err)) return false;
    if (!path[OUT_MIDI]) return true;
    if (!outset_put(f->set, path[OUT_MIDI], &f->midi, err)) return false;
    int sec = (int)(score_seconds(p->score, p->score->length) + 0.5);
    say(&p->say, SAY_INFO, "%s: %d notes, %d tracks, %d:%02d", path[OUT_MIDI],
        score_count_notes(p->score), p->score->ntracks, sec / 60, sec % 60);
    return true;
}

bool piece_write(const PieceOut *p, OutSet *set, const Run *run, Err *err)
{
    Files f = {.p = p, .set = set, .sound = p->sound};
    if (p->made)
        *p->made = (PieceSound){.seconds = score_seconds(p->score, p->score->length), .lufs = NAN};
    bool ok = check_length(p, err) && make_sound(&f, run, err) && write_parts(&f, run, err);
    if (ok) report(&f, run);
    if (ok && p->plot.wanted) ok = write_plots(p, set, &f.a, run, err);
    ok = ok && put_score(&f, err);
    audio_free(&f.a);
    str_free(&f.json);
    str_free(&f.midi);
    return ok;
}
