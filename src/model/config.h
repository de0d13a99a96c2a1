/* config.h: what config.json says about a model's dimensions. */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "model/model.h"

/* A family's names for the same thing ("n_embd", "hidden_size") end in the same field. */
typedef struct Config {
    char *path;    /* of config.json, NULL when there is none */
    char type[64]; /* "model_type" as written, "" when absent */
    ModelConfig c; /* 0 = not given; family is left empty */
    bool tie_given;
} Config;

/* dir: where to look. No config.json is fine (path stays NULL); a bad one is an error. */
bool config_read(Config *cfg, const char *dir, Err *err);
void config_free(Config *cfg);

#endif
