/* bank.c: see app/bank.h.
 *
 * A sound is a row: which instrument is recorded, at which keys, how it goes on. Every sound
 * answers CC 74 (filter cutoff, +-2400 cents about the middle) and CC 71 (resonance, +-120
 * centibels) by modulators of its own, for SoundFont players have none by default. Sounds for acid
 * are raw waves behind the player's filter with its envelope; from velocity 100 on, where accents
 * begin (references.md, G), the filter opens wider and falls faster. */
#include "app/bank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/noise.h"
#include "bank_take.h"
#include "base/file.h"
#include "base/mem.h"
#include "midi/gm.h"
#include "model/model.h"
#include "synth/instrument.h"
#include "synth/sf2_write.h"

enum { MOST_KEYS = 6, SOFT_TOP = 84, ACCENT = 100, NOISE_STEP = 977 };
enum { DRUM_LO = 35, DRUM_HI = 81, DRUM_BANK = 128 };
enum { CC_RESONANCE = 71, CC_CUTOFF = 74, CUTOFF_CENTS = 2400, RESONANCE_CB = 120 };

static const double SOFT_VEL = 0.5, LOUD_VEL = 0.95;
static const double DRUM_SECONDS = 0.9;
static const int DRUM_RATE = 32000;

typedef struct Sound {
    const char *name, *instrument;
    TakeHow how;
    int rate;             /* Hz: as high as the sound is bright */
    int key[MOST_KEYS];   /* recorded; 0 = no more */
    double start, loop;   /* seconds: see TakeSpec */
    bool layers;          /* a soft recording too */
    double level_db;
    double release;       /* seconds for 100 dB */
    double filter_hz, filter_env, filter_fall; /* 0 = open; cents; seconds for the whole way */
    int root;             /* key that the recording sounds, where it is not its key */
} Sound;

/* Levels: what leads or holds the bass is a few dB over what fills. */
static const Sound SOUNDS[] = {
    {.name = "Electric Piano", .instrument = "epiano", .how = TAKE_FALL, .rate = 22050,
     .key = {36, 50, 64, 78}, .start = 0.35, .loop = 0.2, .layers = true, .level_db = -17,
     .release = 0.6},
    {.name = "Bell", .instrument = "bell", .how = TAKE_ONCE, .rate = 22050, .key = {60, 78},
     .start = 1.5, .level_db = -19, .release = 2},
    {.name = "Organ", .instrument = "organ", .how = TAKE_LOOP, .rate = 32000,
     .key = {38, 52, 66, 80}, .start = 0.12, .loop = 0.35, .level_db = -19, .release = 0.25},
    {.name = "Pluck", .instrument = "pluck", .how = TAKE_FALL, .rate = 32000,
     .key = {36, 48, 60, 72, 84}, .start = 0.3, .loop = 0.12, .level_db = -17, .release = 0.8},
    {.name = "FM Bass", .instrument = "fmbass", .how = TAKE_FALL, .rate = 22050,
     .key = {28, 41, 54}, .start = 0.35, .loop = 0.2, .layers = true, .level_db = -15,
     .release = 0.2},
    {.name = "Strings", .instrument = "strings", .how = TAKE_LOOP, .rate = 22050,
     .key = {45, 60, 75}, .start = 0.35, .loop = 0.8, .level_db = -19, .release = 0.7},
    {.name = "Cello", .instrument = "cello", .how = TAKE_LOOP, .rate = 22050, .key = {36, 48, 62},
     .start = 0.3, .loop = 0.7, .level_db = -18, .release = 0.5},
    {.name = "Mezzo", .instrument = "mezzo", .how = TAKE_LOOP, .rate = 22050, .key = {52, 62, 72},
     .start = 0.3, .loop = 0.6, .level_db = -18, .release = 0.6},
    {.name = "Soprano", .instrument = "soprano", .how = TAKE_LOOP, .rate = 22050,
     .key = {60, 70, 80}, .start = 0.3, .loop = 0.6, .level_db = -18, .release = 0.6},
    {.name = "Horn", .instrument = "horn", .how = TAKE_LOOP, .rate = 22050, .key = {43, 55, 67},
     .start = 0.25, .loop = 0.6, .level_db = -18, .release = 0.4},
    {.name = "Clarinet", .instrument = "clarinet", .how = TAKE_LOOP, .rate = 22050,
     .key = {52, 66, 80}, .start = 0.2, .loop = 0.5, .level_db = -18, .release = 0.3},
    {.name = "Oboe", .instrument = "oboe", .how = TAKE_LOOP, .rate = 22050, .key = {60, 72, 84},
     .start = 0.2, .loop = 0.5, .level_db = -19, .release = 0.3},
    {.name = "Flute", .instrument = "flute", .how = TAKE_LOOP, .rate = 22050, .key = {60, 74, 88},
     .start = 0.2, .loop = 0.5, .level_db = -18, .release = 0.3},
    {.name = "Supersaw", .instrument = "supersaw", .how = TAKE_LOOP, .rate = 32000,
     .key = {43, 58, 73}, .start = 0.2, .loop = 0.6, .level_db = -18, .release = 0.6},
    {.name = "Riser", .instrument = "riser", .how = TAKE_ONCE, .rate = 22050, .key = {60},
     .start = 2, .level_db = -20, .release = 0.3},
    {.name = "Timpani", .instrument = "drumkit", .how = TAKE_ONCE, .rate = 22050, .key = {41},
     .start = 1.1, .level_db = -14, .release = 1.2, .root = 40},
    {.name = "Saw", .how = TAKE_SAW, .rate = 44100, .key = {24, 36, 48, 60, 72, 84},
     .level_db = -15, .release = 0.12, .filter_hz = 6500, .filter_env = 1200, .filter_fall = 0.6},
    {.name = "Square", .how = TAKE_SQUARE, .rate = 44100, .key = {24, 36, 48, 60, 72, 84},
     .level_db = -15, .release = 0.12, .filter_hz = 6500, .filter_env = 1200, .filter_fall = 0.6},
    {.name = "Acid Saw", .how = TAKE_SAW, .rate = 44100, .key = {24, 36, 48, 60, 72, 84},
     .level_db = -15, .release = 0.05, .filter_hz = 900, .filter_env = 2600, .filter_fall = 0.9},
    {.name = "Acid Square", .how = TAKE_SQUARE, .rate = 44100, .key = {24, 36, 48, 60, 72, 84},
     .level_db = -15, .release = 0.05, .filter_hz = 900, .filter_env = 2600, .filter_fall = 0.9},
};

enum { SOUND_COUNT = sizeof SOUNDS / sizeof *SOUNDS };

/* General MIDI by ranges, 0-based, up to `last`. */
typedef struct Programs {
    int last;
    const char *sound;
} Programs;

static const Programs PROGRAMS[] = {
    {7, "Electric Piano"}, {15, "Bell"},     {23, "Organ"},     {31, "Pluck"},
    {37, "FM Bass"},       {38, "Acid Saw"}, {39, "Acid Square"}, {41, "Strings"},
    {43, "Cello"},         {44, "Strings"},  {46, "Pluck"},     {47, "Timpani"},
    {51, "Strings"},       {52, "Mezzo"},    {54, "Soprano"},   {55, "Strings"},
    {63, "Horn"},          {67, "Clarinet"}, {69, "Oboe"},      {71, "Clarinet"},
    {79, "Flute"},         {80, "Square"},   {81, "Acid Saw"},  {86, "Saw"},
    {87, "Acid Saw"},      {103, "Supersaw"}, {108, "Pluck"},   {111, "Oboe"},
    {114, "Bell"},         {118, "Timpani"}, {127, "Riser"},
};

/* One recording to be made; jobs run on several threads, the bank is put together afterwards. */
typedef struct Job {
    const Sound *sound; /* NULL: a drum */
    TakeSpec spec;
    int rate;
    Take take;
    int sample; /* in the bank */
} Job;

typedef struct Jobs {
    Job *job;
    int n, cap;
    const float *noise;
    int64_t nnoise;
} Jobs;

static void record_job(void *ud, int64_t i, int worker)
{
    Jobs *jobs = ud;
    Job *job = &jobs->job[i];
    InstrumentEnv env;
    (void)worker;
    instrument_env_init(&env, job->rate, 120, jobs->noise, jobs->nnoise);
    take_record(&job->take, &job->spec, &env);
    instrument_env_free(&env);
}

static bool plan_sound(Jobs *jobs, const Sound *s, Err *err)
{
    const Instrument *in = s->instrument ? instrument_find(s->instrument) : NULL;
    if (s->instrument && !in)
        return err_set(err, "%s: no instrument %s to record", s->name, s->instrument);
    for (int soft = s->layers ? 1 : 0; soft >= 0; soft--) {
        for (int k = 0; k < MOST_KEYS && s->key[k]; k++) {
            Job *job = mem_push(&jobs->job, &jobs->n, &jobs->cap, sizeof *job);
            *job = (Job){.sound = s, .rate = s->rate,
                         .spec = {.how = s->how, .instrument = in, .key = s->key[k],
                                  .vel = soft ? SOFT_VEL : LOUD_VEL, .start = s->start,
                                  .loop = s->loop, .level_db = s->level_db,
                                  .noise_at = NOISE_STEP * s->key[k]}};
        }
    }
    return true;
}

static bool plan_drums(Jobs *jobs, Err *err)
{
    const Instrument *kit = instrument_find("drumkit");
    if (!kit) return err_set(err, "no instrument drumkit to record");
    for (int key = DRUM_LO; key <= DRUM_HI; key++) {
        Job *job = mem_push(&jobs->job, &jobs->n, &jobs->cap, sizeof *job);
        *job = (Job){.rate = DRUM_RATE,
                     .spec = {.how = TAKE_ONCE, .instrument = kit, .key = key, .vel = LOUD_VEL,
                              .start = DRUM_SECONDS}};
    }
    return true;
}

static bool same_take(const Job *a, const Job *b)
{
    const Take *s = &a->take, *t = &b->take;
    return a->rate == b->rate && s->n == t->n && s->loop == t->loop &&
           memcmp(s->pcm, t->pcm, (size_t)s->n * sizeof *s->pcm) == 0;
}

/* The sample of job i: an earlier one's when they sound the same (waves, drums of two keys). */
static int add_take(Sf2Bank *b, Job *job, int i, const char *name, int root)
{
    const Take *t = &job[i].take;
    for (int k = 0; k < i; k++)
        if (same_take(&job[k], &job[i])) return job[i].sample = job[k].sample;
    return job[i].sample = sf2_add_sample(
               b, &(Sf2Sample){.name = name, .x = t->pcm, .n = t->n, .loop = t->loop,
                               .loop_end = t->loop_end, .rate = job[i].rate, .key = root,
                               .cents = -t->cents});
}

/* What all zones of an instrument share: modulators and the filter at rest. */
static void put_global(Sf2Bank *b, const Sound *s)
{
    sf2_add_inst_zone(b, &(Sf2Zone){0, 127, 0, 127, -1});
    sf2_gen(b, SF2_FILTER_FC, s && s->filter_hz > 0 ? sf2_abscents(s->filter_hz) : 13500);
    if (s && s->filter_hz > 0) sf2_gen(b, SF2_FILTER_Q, 60);
    sf2_mod(b, SF2_FROM_CC_BIPOLAR | CC_CUTOFF, SF2_FILTER_FC, CUTOFF_CENTS);
    sf2_mod(b, SF2_FROM_CC_BIPOLAR | CC_RESONANCE, SF2_FILTER_Q, RESONANCE_CB);
}

static void put_envelopes(Sf2Bank *b, const Sound *s, const Take *t, bool accent)
{
    if (s->how == TAKE_FALL && t->fall > 0) {
        sf2_gen(b, SF2_VOL_ENV_HOLD, sf2_timecents((double)t->loop / s->rate));
        sf2_gen(b, SF2_VOL_ENV_DECAY, sf2_timecents(100 / t->fall));
        sf2_gen(b, SF2_VOL_ENV_SUSTAIN, 1000);
    }
    sf2_gen(b, SF2_VOL_ENV_RELEASE, sf2_timecents(s->release));
    if (s->filter_env > 0) {
        sf2_gen(b, SF2_MOD_ENV_TO_FILTER, (int)(s->filter_env * (accent ? 1.35 : 1)));
        sf2_gen(b, SF2_MOD_ENV_DECAY, sf2_timecents(s->filter_fall * (accent ? 0.5 : 1)));
        sf2_gen(b, SF2_MOD_ENV_SUSTAIN, 1000);
        sf2_gen(b, SF2_MOD_ENV_RELEASE, sf2_timecents(s->release));
    }
    if (t->loop_end > 0) sf2_gen(b, SF2_SAMPLE_MODES, 1);
}

/* The zones of one recording: [lo, hi] keys, and the velocities that are its. */
static void put_zones(Sf2Bank *b, const Job *job, int lo, int hi)
{
    const Sound *s = job->sound;
    bool soft = job->spec.vel == SOFT_VEL, acid = s->filter_env > 0;
    Sf2Zone z = {lo, hi, s->layers && !soft ? SOFT_TOP + 1 : 0, soft ? SOFT_TOP : 127, job->sample};
    if (acid) z.vel_hi = ACCENT - 1;
    sf2_add_inst_zone(b, &z);
    put_envelopes(b, s, &job->take, false);
    if (!acid) return;
    sf2_add_inst_zone(b, &(Sf2Zone){lo, hi, ACCENT, 127, job->sample});
    sf2_gen(b, SF2_FILTER_Q, 110);
    put_envelopes(b, s, &job->take, true);
}

/* Jobs first..first + n - 1 are one sound's: keys rising, soft ones first. Each key's zone ends
 * half way to the next. */
static void put_sound(Sf2Bank *b, Job *job, int first, int n)
{
    const Sound *s = job[first].sound;
    sf2_add_instrument(b, s->name);
    put_global(b, s);
    for (int i = first; i < first + n; i++) {
        int key = job[i].spec.key;
        bool lowest = i == first || job[i - 1].spec.key > key;
        bool highest = i + 1 == first + n || job[i + 1].spec.key < key;
        int lo = lowest ? 0 : (job[i - 1].spec.key + key) / 2 + 1;
        int hi = highest ? 127 : (key + job[i + 1].spec.key) / 2;
        Str name = {0};
        str_addf(&name, "%.13s %d%s", s->name, key,
                 s->layers && job[i].spec.vel == SOFT_VEL ? " p" : "");
        add_take(b, job, i, name.s, s->root ? s->root : key);
        put_zones(b, &job[i], lo, hi);
        str_free(&name);
    }
}

static void put_drums(Sf2Bank *b, Job *job, int first, int n)
{
    const Instrument *kit = job[first].spec.instrument;
    sf2_add_instrument(b, "Drum Kit");
    put_global(b, NULL);
    for (int i = first; i < first + n; i++) {
        int key = job[i].spec.key, group = kit->group ? kit->group((float)key) : 0;
        int sample = add_take(b, job, i, gm_drum_name(key), 60);
        sf2_add_inst_zone(b, &(Sf2Zone){key, key, 0, 127, sample});
        sf2_gen(b, SF2_SCALE_TUNING, 0);
        sf2_gen(b, SF2_PAN, (int)lround(500 * job[i].take.pan));
        sf2_gen(b, SF2_VOL_ENV_RELEASE, sf2_timecents(20));
        if (group) sf2_gen(b, SF2_EXCLUSIVE_CLASS, group);
    }
}

static int sound_index(const char *name)
{
    for (int i = 0; i < SOUND_COUNT; i++)
        if (strcmp(SOUNDS[i].name, name) == 0) return i;
    return -1;
}

static void put_presets(Sf2Bank *b)
{
    for (int p = 0, row = 0; p < 128; p++) {
        if (p > PROGRAMS[row].last) row++;
        sf2_add_preset(b, gm_program_name(p), 0, p);
        sf2_add_preset_zone(b, &(Sf2Zone){0, 127, 0, 127, sound_index(PROGRAMS[row].sound)});
    }
    sf2_add_preset(b, "Drum Kit", DRUM_BANK, 0);
    sf2_add_preset_zone(b, &(Sf2Zone){0, 127, 0, 127, SOUND_COUNT});
}

static bool assemble(Jobs *jobs, Str *out, Err *err)
{
    Sf2Bank *b = sf2_open("llmsonify", "MIT licence", "The instruments of llmsonify, recorded. "
                          "Noise is a run of a language model's weights.");
    for (int i = 0; i < jobs->n;) {
        int n = 1;
        while (i + n < jobs->n && jobs->job[i + n].sound == jobs->job[i].sound) n++;
        if (jobs->job[i].sound) put_sound(b, jobs->job, i, n);
        else put_drums(b, jobs->job, i, n);
        i += n;
    }
    put_presets(b);
    bool ok = sf2_put(b, out, err);
    sf2_close(b);
    return ok;
}

bool bank_build(const float *noise, int64_t nnoise, Str *out, const Run *run, Err *err)
{
    Jobs jobs = {.noise = noise, .nnoise = nnoise};
    bool ok = true;
    for (int i = 0; ok && i < SOUND_COUNT; i++) ok = plan_sound(&jobs, &SOUNDS[i], err);
    ok = ok && plan_drums(&jobs, err);
    if (ok) parallel_for(run, "recording instruments", jobs.n, record_job, &jobs);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    ok = ok && assemble(&jobs, out, err);
    for (int i = 0; i < jobs.n; i++) take_free(&jobs.job[i].take);
    free(jobs.job);
    return ok;
}

bool bank_write(const char *model, const char *path, const Run *run, Err *err)
{
    WeightNoise noise = {0};
    Model m;
    Str file = {0};
    if (!model_open(&m, model, err)) return false;
    noise_from_model(&noise, &m);
    model_close(&m);
    bool ok = bank_build(noise.x, noise.n, &file, run, err) &&
              out_file(path, file.s, file.len, err);
    str_free(&file);
    noise_free(&noise);
    return ok;
}
