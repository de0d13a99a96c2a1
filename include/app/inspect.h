/* inspect.h: the features of a model, to read, as JSON, CSV or for NumPy. */
#ifndef APP_INSPECT_H
#define APP_INSPECT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "feature/featset.h"

typedef enum InspectForm { INSPECT_TEXT, INSPECT_JSON, INSPECT_CSV, INSPECT_NPZ } InspectForm;

/* The form that a file's ending asks for; false when it asks for none. */
bool inspect_form_of(const char *path, InspectForm *form);
/* table: one of FT_... (JSON has all of them). Not for INSPECT_NPZ. */
void inspect_print(const FeatureSet *fs, int table, InspectForm form, Str *out);
/* Every table as arrays "weights.layer", "weights.role", "weights.stable_rank" [nrows] (with
 * "tokens.token", "heads.head" where rows have them); vectors of
 * one length as [nrows, len], of several lengths as all values in a row with "weights.sv.start"
 * and "weights.sv.len" [nrows]. Absent is NaN. */
bool inspect_write_npz(const FeatureSet *fs, const char *path, Err *err);

#endif
