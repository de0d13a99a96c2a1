/* measure_verticals.h: roughness and harmonicity of what sounds together, kept up to date note by
 * note: tables of pairs of keys and of sets of pitch classes are filled as they are needed. */
#ifndef SRC_APP_MEASURE_VERTICALS_H
#define SRC_APP_MEASURE_VERTICALS_H

#include "music/harmonicity.h"

typedef struct Verticals {
    int sounding[128]; /* notes of each key */
    int key[128];      /* [nkeys] the keys that sound, in no order */
    int at[128];       /* where in key[] */
    int nkeys;
    int of_class[12];  /* keys of each pitch class */
    unsigned pcs;      /* the classes, bit 0 = C */
    double beating;    /* Hutchinson and Knopoff's upper sum */
    double power;      /* of one tone's partials */
    double *pair;      /* [128, 128], -1 = not yet */
    double *known;     /* [4096] harmonicity by set, -1 = not yet */
    Harmonicity harmonicity;
} Verticals;

void verticals_open(Verticals *v);
void verticals_close(Verticals *v);
/* A note of the key (0..127) begins (1) or ends (-1). */
void verticals_step(Verticals *v, int key, int step);
/* Of what sounds now, at least one key. */
double verticals_roughness(const Verticals *v);
double verticals_harmonicity(Verticals *v);

#endif
