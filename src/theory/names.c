/* names.c: directions that have a name: the output embeddings of tokens, less their mean. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "section.h"

enum { NAMES_MOST = 2048 };

bool theory_names_read(TheoryNames *names, const Model *m, const int32_t *ids, int n, int64_t vocab,
                       Err *err)
{
    const ModelPart *part = model_find(m, -1, ROLE_HEAD);
    if (!part) part = model_find(m, -1, ROLE_EMBED);
    if (!part) return err_set(err, "%s has no embedding", m->path);
    int64_t rows = tensor_rows(&part->t);
    if (vocab > 0 && vocab < rows) rows = vocab;
    int spread = rows < NAMES_MOST ? (int)rows : NAMES_MOST, d = (int)tensor_cols(&part->t);
    *names = (TheoryNames){.d = d, .id = mem_alloc(spread + n, sizeof *names->id),
                           .v = mem_alloc((int64_t)(spread + n) * d, sizeof *names->v)};
    for (int i = 0; i < spread; i++) names->id[names->n++] = (int32_t)(i * rows / spread);
    for (int i = 0; i < n; i++) {
        bool known = ids[i] >= rows;
        for (int k = 0; k < names->n && !known; k++) known = names->id[k] == ids[i];
        if (!known) names->id[names->n++] = ids[i];
    }
    float *row = mem_alloc(d, sizeof *row);
    double *mean = mem_alloc(d, sizeof *mean);
    for (int i = 0; i < names->n; i++) {
        tensor_read_f32(&part->t, names->id[i], 1, row);
        for (int k = 0; k < d; k++) mean[k] += (names->v[(int64_t)i * d + k] = row[k]) / names->n;
    }
    for (int64_t i = 0; i < (int64_t)names->n * d; i++) names->v[i] -= mean[i % d];
    section_unit(names->v, names->n, d);
    free(mean);
    free(row);
    return true;
}

void theory_names_free(TheoryNames *names)
{
    for (int i = 0; i < names->n && names->label; i++) free(names->label[i]);
    free(names->label);
    free(names->id);
    free(names->v);
    *names = (TheoryNames){.n = 0};
}
