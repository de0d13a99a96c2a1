/* config_read.c: see config_read.h. */
#include "config_read.h"

#include <math.h>

const Json *config_given(const Json *root, const char *key)
{
    const Json *j = json_get(json_get(root, "text_config"), key);
    return j ? j : json_get(root, key);
}

bool config_real(const Json *root, const char *key, double lo, double hi, double dflt, double *out,
                 Err *err)
{
    const Json *j = model_config_get(root, key);
    *out = dflt;
    if (!j) return true;
    double v = json_number(j, NAN);
    if (!(v >= lo && v <= hi))
        return err_set(err, "\"%s\" must be a number from %g to %g", key, lo, hi);
    *out = v;
    return true;
}

bool config_int(const Json *root, const char *key, int lo, int hi, int dflt, int *out, Err *err)
{
    double v;
    *out = dflt;
    if (!config_real(root, key, lo, hi, dflt, &v, err)) return false;
    if (v != floor(v)) return err_set(err, "\"%s\" is %g, must be a whole number", key, v);
    *out = (int)v;
    return true;
}

bool config_bool(const Json *root, const char *key, bool dflt, bool *out, Err *err)
{
    const Json *j = model_config_get(root, key);
    *out = dflt;
    if (!j) return true;
    if (!json_is_bool(j)) return err_set(err, "\"%s\" is neither true nor false", key);
    *out = json_truth(j, dflt);
    return true;
}

bool config_string(const Json *root, const char *key, const char *dflt, const char **out, Err *err)
{
    const Json *j = model_config_get(root, key);
    *out = dflt;
    if (!j) return true;
    if (!json_is_string(j)) return err_set(err, "\"%s\" is no string", key);
    *out = json_string(j);
    return true;
}
