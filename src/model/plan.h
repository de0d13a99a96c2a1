/* plan.h: how a checkpoint's tensors become the parts of a model; shared by dims.c, parts.c and
 * model.c. */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include "model/arch.h"
#include "model/config.h"
#include "model/model.h"

typedef struct Plan {
    const Checkpoint *ck;
    const Config *cfg;
    bool known;   /* a family of archs.def: contradictions are errors */
    Match *match; /* [checkpoint_count(ck)] */
    bool conv1d;  /* the matrices with RULE_CONV1D are stored [in, out] */
    /* Dimensions from config.json, else from the first tensor that shows them; 0 = unknown. */
    int64_t nl, d, nh, nkv, dh, ff, vocab;
    int64_t q_rows, kv_rows; /* nh*dh and nkv*dh, known also where the heads are not */
} Plan;

/* Rows and columns of tensor i as [out, in]. */
int64_t plan_rows(const Plan *p, int i);
int64_t plan_cols(const Plan *p, int i);

/* Fills in conv1d and the dimensions. */
bool plan_dims(Plan *p, Err *err);
/* m's parts against the plan's dimensions. */
bool plan_check(const Plan *p, Model *m, Err *err);
/* Makes m's parts. */
bool plan_parts(const Plan *p, Model *m, Err *err);

void model_note(Model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
