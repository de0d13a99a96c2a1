/* data_table.h: a table of numbers with what its rows are called: from a file, or from the states
 * of prompts. */
#ifndef APP_DATA_TABLE_H
#define APP_DATA_TABLE_H

#include "app/states.h"

/* Owner; zero is empty. */
typedef struct DataTable {
    char *name;      /* for titles: "x.npz", "wren, layer 3" */
    int n, d;        /* at least 1 each */
    double *v;       /* [n, d] finite */
    char **text;     /* [n] prompts, or NULL */
    char **category; /* [n], or NULL when there are none */
} DataTable;

/* array: of a .npz or .safetensors; NULL = "states", or else the first with two dimensions.
 * layer: of an array with three dimensions (states of all layers), as in StatesJob. */
typedef struct DataJob {
    const char *path, *array;
    int layer;
} DataJob;

bool data_table_read(DataTable *t, const DataJob *job, Err *err);
/* Of one layer; the first layer that s has. */
bool data_table_of_states(DataTable *t, const States *s, Err *err);
void data_table_free(DataTable *t);

#endif
