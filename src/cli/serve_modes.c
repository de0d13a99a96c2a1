/* serve_modes.c: see serve_modes.h. A mode is one row: its command, what is fixed of it, and which
 * of its options a request may set. None that names a file is among them. */
#include "serve_modes.h"

#include <string.h>

#include "command.h"
#include "genre/space_music.h"
#include "jobs_of.h"

extern const Command cmd_space_play, cmd_activations, cmd_weights;

static const char *const SPACE_OPTIONS[] = {"voices", "layers", "scale",  "root",
                                            "tempo",  "engine", "format", NULL};
static const char *const PROMPT_OPTIONS[] = {"generator", "markov-weight", "engine", "format",
                                             NULL};
static const char *const SINE_OPTIONS[] = {"format", NULL};
static const char *const LINES_OPTIONS[] = {"length", "tempo",         "root",   "mode",
                                            "generator", "markov-weight", "engine", "format",
                                            NULL};
static const char *const WEIGHTS_OPTIONS[] = {"length", "tempo",  "root", "mode",
                                              "engine", "format", NULL};

/* How long a piece of weights is when a request does not say: an opera's own twenty minutes are for
 * the command line. */
#define WEIGHTS_SECONDS "90"

/* MIDI and JSON are made of every piece. */
static bool finish(StudioJob *out, StudioKind kind, const char *format, Err *err)
{
    out->kind = kind;
    out->format = format ? format : "wav";
    return (strcmp(out->format, "mid") != 0 && strcmp(out->format, "json") != 0) ||
           err_set(err, "--format: '%s' is no sound; MIDI and JSON come with every piece", format);
}

static bool space_of(const void *opts, const char *echo, StudioJob *out, Err *err)
{
    return space_play_job(opts, echo, &out->space, err) &&
           finish(out, STUDIO_SPACE, out->space.format, err);
}

static bool prompt_of(const void *opts, const char *echo, StudioJob *out, Err *err)
{
    return activations_job(opts, echo, &out->activations, err) &&
           finish(out, STUDIO_PROMPT, out->activations.format, err);
}

static bool weights_of(const void *opts, const char *echo, StudioJob *out, Err *err)
{
    return weights_job(opts, echo, &out->weights, err) &&
           finish(out, STUDIO_WEIGHTS, out->weights.format, err);
}

static void add(ServeMode *mode, int *n, const Genre *genre, const Command *c, ServeMode row)
{
    row.name = genre->name;
    row.summary = genre->summary;
    row.command = c->name;
    row.groups = c->groups;
    row.ngroups = c->ngroups;
    row.defaults = c->defaults;
    row.size = c->size;
    if (*n < SERVE_MODES_MOST) mode[(*n)++] = row;
}

int serve_modes(ServeMode *mode)
{
    static const struct {
        const char *name, *fixed;
        const char *const *allowed;
    } PROMPT[] = {{"solo", NULL, PROMPT_OPTIONS},
                  {"thinking", "--mode=thinking", SINE_OPTIONS},
                  {"operatic", "--mode=operatic", SINE_OPTIONS}},
      WEIGHTS[] = {{"acid", "--genre=acid", LINES_OPTIONS},
                   {"house", "--genre=house", LINES_OPTIONS},
                   {"dna", "--genre=dna", WEIGHTS_OPTIONS},
                   {"opera", "--genre=opera", WEIGHTS_OPTIONS}};
    int n = 0;
    add(mode, &n, &genre_space, &cmd_space_play,
        (ServeMode){.prompt = true, .allowed = SPACE_OPTIONS, .job = space_of});
    for (size_t i = 0; i < sizeof PROMPT / sizeof *PROMPT; i++)
        add(mode, &n, genre_mode_find(PROMPT[i].name), &cmd_activations,
            (ServeMode){.prompt = true, .fixed = PROMPT[i].fixed, .allowed = PROMPT[i].allowed,
                        .job = prompt_of});
    for (size_t i = 0; i < sizeof WEIGHTS / sizeof *WEIGHTS; i++)
        add(mode, &n, genre_find(WEIGHTS[i].name), &cmd_weights,
            (ServeMode){.fixed = WEIGHTS[i].fixed, .allowed = WEIGHTS[i].allowed,
                        .preset_name = "length", .preset = WEIGHTS_SECONDS, .job = weights_of});
    return n;
}
