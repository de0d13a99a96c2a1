/* jepa_train.h: how a joint embedding is learned: music alone, then layers against music that
 * stays as it is, then both; last what its latents mean.
 *
 * Every variate of a step follows from the seed, the phase and the number of the step, so that what
 * was interrupted goes on to the same weights. Each phase has a schedule and an optimiser of its
 * own. */
#ifndef LEARN_JEPA_TRAIN_H
#define LEARN_JEPA_TRAIN_H

#include "learn/jepa_data.h"
#include "learn/jepa_health.h"
#include "learn/jepa_pair.h"

typedef struct JepaPlan {
    int steps[JEPA_PHASES];
    int readings; /* steps of the read-outs */
    int batch;    /* examples a step: JEPA_SEQ layers, JEPA_SEQ + 1 windows each */
    double rate;  /* peak, after `warm` steps; a cosine to `floor` of it */
    double floor, decay, clip;
    int warm;
    double read_rate;
    double temperature; /* of soft pairs */
    double noise;       /* standard deviation of what is added to the statistics, which are about
                           -1..1: models are few */
    JepaWeights weights;
    int seed;
} JepaPlan;

#define JEPA_PLAN_DEFAULTS                                                                         \
    {                                                                                              \
        .steps = {1200, 900, 600}, .readings = 600, .batch = 32, .rate = 5e-4, .floor = 0.05,      \
        .decay = 0.05, .clip = 1, .warm = 60, .read_rate = 2e-3, .temperature = 0.15,              \
        .noise = 0.05, .weights = {.variance = 1, .covariance = 0.04, .continuity = 0.05}          \
    }

/* The phase after the last: read-outs; then nothing is left to do. */
enum { JEPA_READING = JEPA_PHASES, JEPA_DONE };

/* Owner; zero is empty. */
typedef struct JepaTrainer {
    JepaPlan plan;
    const LayerSet *layers;
    const WindowSet *windows;
    Jepa net;
    AdamState adam; /* of the phase */
    PairTables tables;
    PairBook book;
    int phase;        /* JepaPhase, JEPA_READING or JEPA_DONE */
    int64_t step;     /* done of the phase */
    JepaLoss loss;    /* running means of the phase, or of the last one before its first step */
    double reading;   /* of the read-outs */
    double norm;      /* of the last gradient */
    float *note, *stat, *pair; /* the batch: see JepaBatch */
    int32_t *note_step, *pair_step;
} JepaTrainer;

/* layers and windows must outlive it. False when there is too little of either. */
bool jepa_trainer_open(JepaTrainer *t, const JepaPlan *plan, const LayerSet *layers,
                       const WindowSet *windows, CpuLevel level, Err *err);
void jepa_trainer_free(JepaTrainer *t);
int64_t jepa_plan_steps(const JepaPlan *p, int phase);
int64_t jepa_plan_total(const JepaPlan *p);
int64_t jepa_trainer_done(const JepaTrainer *t); /* of jepa_plan_total() */
const char *jepa_phase_name(int phase);          /* "music" */
/* The stage of pairs at a step: in JEPA_ALIGN the thirds of its steps, in JEPA_JOINT hard. */
PairStage jepa_stage(const JepaPlan *p, int phase, int64_t step);
/* What the target keeps of itself after a step of the phase; 1 where it does not follow. */
double jepa_plan_tau(const JepaPlan *p, int phase, int64_t step);
/* One step, and on to the next phase when the phase is done. Nothing when run was stopped. False
 * when the loss is not finite. */
bool jepa_trainer_step(JepaTrainer *t, const Run *run, Err *err);

/* Latents of windows that are evenly spread, and what is foreseen of layers when asked for. */
typedef struct JepaCheck {
    Health heard, foreseen;
    double alignment; /* of predictions with what they should be: the next window, or of layers
                         the nearest window */
    bool has_layers;
} JepaCheck;

JepaCheck jepa_trainer_check(JepaTrainer *t, bool layers, const Run *run);

/* Everything that the next step depends on, in f32. job: whose it is, any text without a newline;
 * the state of another is refused. Loading fills an open trainer. */
bool jepa_trainer_save(const JepaTrainer *t, const char *job, const char *path, Err *err);
bool jepa_trainer_load(JepaTrainer *t, const char *job, const char *path, Err *err);

#endif
