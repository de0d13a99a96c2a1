/* generator_source.h: the trained network of --generator jepa: which file it is in, and what it
 * foresees of a model's layers, as columns of features for the genres to read. */
#ifndef APP_GENERATOR_SOURCE_H
#define APP_GENERATOR_SOURCE_H

#include "app/source.h"
#include "learn/jepa.h"

/* Where one is when none is named, as model_locate_file() takes it. */
#define GENERATOR_FILE "jepa.safetensors"
#define GENERATOR_NETWORK "jepa-house/" GENERATOR_FILE

/* Zero is closed. */
typedef struct GeneratorSource {
    Jepa jepa;
    char said[128]; /* for the files' own description: name and fingerprint of the file */
} GeneratorSource;

/* The file by what the user calls it: a .safetensors, a directory with jepa.safetensors, or a name
 * under the models directories; NULL: GENERATOR_NETWORK. A new string; NULL with where it was
 * looked for. */
char *generator_locate(const char *asked, Err *err);
/* asked: see generator_locate(). */
bool generator_source_open(GeneratorSource *g, const char *asked, Err *err);
void generator_source_close(GeneratorSource *g);

/* Adds what the network foresees to every set; s->network says which it was. Features that have it
 * already are left as they are when no file is named. */
bool sources_foresee(Sources *s, const char *asked, const Run *run, Err *err);

#endif
