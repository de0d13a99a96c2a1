/* config_read.h: members of config.json with their range, for hparams.c and rope_config.c. A member
 * of "text_config" goes before the outer one; what is given twice is refused by model/. */
#ifndef INFER_CONFIG_READ_H
#define INFER_CONFIG_READ_H

#include "infer/hparams.h"

/* The member even when it is null, which switches off what a default switches on. NULL: absent. */
const Json *config_given(const Json *root, const char *key);
/* Absent or null: dflt. Anything but a number within lo..hi fails. */
bool config_real(const Json *root, const char *key, double lo, double hi, double dflt, double *out,
                 Err *err);
/* The same, with whole numbers only. */
bool config_int(const Json *root, const char *key, int lo, int hi, int dflt, int *out, Err *err);
bool config_bool(const Json *root, const char *key, bool dflt, bool *out, Err *err);
/* Absent or null: dflt. The string lives as long as root. */
bool config_string(const Json *root, const char *key, const char *dflt, const char **out, Err *err);

/* What a family's configuration class says about its rotation. */
typedef struct RopeDefaults {
    double base, part; /* part: of a head that turns */
    int original;      /* "original_max_position_embeddings" beside the rope's own; 0 = none */
    bool su_is_long;   /* Phi-3: "su" and "yarn" are old names of longrope */
} RopeDefaults;

/* obj: the object that describes the scaling, NULL for none. context: max_position_embeddings. */
bool rope_read(RopeSpec *r, const Json *root, const Json *obj, const RopeDefaults *dflt, int dh,
               int context, Err *err);
void rope_spec_free(RopeSpec *r);

#endif
