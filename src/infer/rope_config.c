/* rope_config.c: how positions turn queries and keys, from config.json.
 *
 * Two spellings: "rope_theta" and "rope_scaling" beside each other, or both in "rope_parameters".
 * Kinds: "default" (and "mrope", whose sections all have the same position in text), "linear",
 * "llama3", "yarn" (Peng et al. 2023), "longrope" (Ding et al. 2024). "dynamic" depends on the
 * length of the text so far and is refused, as is every member that is not known.
 * Source of rules and defaults: transformers, modeling_rope_utils.py. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config_read.h"

enum { ROPE_MAX_CONTEXT = 1 << 27 };

static bool in_list(const char *key, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(key, *list) == 0) return true;
    return false;
}

static bool check_members(const Json *obj, Err *err)
{
    static const char *const known[] = {"type",
                                        "rope_type",
                                        "rope_theta",
                                        "factor",
                                        "low_freq_factor",
                                        "high_freq_factor",
                                        "original_max_position_embeddings",
                                        "beta_fast",
                                        "beta_slow",
                                        "truncate",
                                        "attention_factor",
                                        "mscale",
                                        "mscale_all_dim",
                                        "short_factor",
                                        "long_factor",
                                        "partial_rotary_factor",
                                        "mrope_section",
                                        "mrope_interleaved",
                                        "finetuned",
                                        NULL};
    for (const Json *j = json_child(obj); j; j = json_next(j))
        if (!json_is_null(j) && !in_list(json_key(j), known))
            return err_set(err, "\"%.60s\" in the rope scaling is not supported", json_key(j));
    return true;
}

static bool read_kind(RopeSpec *r, const Json *obj, const RopeDefaults *dflt, Err *err)
{
    const char *type, *older;
    if (!config_string(obj, "type", "default", &older, err)) return false;
    if (!config_string(obj, "rope_type", older, &type, err)) return false;
    if (dflt->su_is_long && (strcmp(type, "su") == 0 || strcmp(type, "yarn") == 0))
        type = "longrope";
    static const struct {
        const char *name;
        RopeKind kind;
    } kinds[] = {{"default", ROPE_PLAIN}, {"mrope", ROPE_PLAIN}, {"linear", ROPE_LINEAR},
                 {"llama3", ROPE_LLAMA3}, {"yarn", ROPE_YARN},   {"longrope", ROPE_LONG}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(type, kinds[i].name) != 0) continue;
        r->kind = kinds[i].kind;
        return true;
    }
    return err_set(err,
                   "rope type \"%.40s\" is not supported (default, linear, llama3, yarn and "
                   "longrope are)",
                   type);
}

static bool read_factors(double **out, const Json *obj, const char *key, int n, Err *err)
{
    const Json *list = json_get(obj, key);
    if (!json_is_array(list) || json_count(list) != n)
        return err_set(err, "longrope needs \"%s\", a list of %d numbers", key, n);
    *out = mem_alloc(n, sizeof **out);
    int i = 0;
    for (const Json *j = json_child(list); j; j = json_next(j), i++) {
        (*out)[i] = json_number(j, NAN);
        if (!((*out)[i] > 0 && (*out)[i] < 1e9))
            return err_set(err, "\"%s\"[%d] is no positive number", key, i);
    }
    return true;
}

static bool read_llama3(RopeSpec *r, const Json *obj, Err *err)
{
    if (!config_real(obj, "low_freq_factor", 1e-6, 1e6, 0, &r->low_freq, err) ||
        !config_real(obj, "high_freq_factor", 1e-6, 1e6, 0, &r->high_freq, err))
        return false;
    if (!(r->low_freq > 0 && r->high_freq > r->low_freq) || r->original <= 0)
        return err_set(err, "llama3 rope scaling needs \"low_freq_factor\" below "
                            "\"high_freq_factor\", and \"original_max_position_embeddings\"");
    return true;
}

static double yarn_mscale(double factor, double mscale)
{
    return factor <= 1 ? 1 : 0.1 * mscale * log(factor) + 1;
}

static bool read_yarn(RopeSpec *r, const Json *obj, Err *err)
{
    double m, m_all;
    if (!config_real(obj, "beta_fast", 1e-6, 1e6, 32, &r->beta_fast, err) ||
        !config_real(obj, "beta_slow", 1e-6, 1e6, 1, &r->beta_slow, err) ||
        !config_bool(obj, "truncate", true, &r->truncate, err) ||
        !config_real(obj, "mscale", 0, 1e3, 0, &m, err) ||
        !config_real(obj, "mscale_all_dim", 0, 1e3, 0, &m_all, err))
        return false;
    double scale = m > 0 && m_all > 0 ? yarn_mscale(r->factor, m) / yarn_mscale(r->factor, m_all)
                                      : yarn_mscale(r->factor, 1);
    return config_real(obj, "attention_factor", 1e-6, 1e6, scale, &r->scale, err);
}

static bool read_long(RopeSpec *r, const Json *obj, Err *err)
{
    double scale = 1;
    if (r->factor > 1) scale = sqrt(1 + log(r->factor) / log((double)r->original));
    return read_factors(&r->short_factor, obj, "short_factor", r->dim / 2, err) &&
           read_factors(&r->long_factor, obj, "long_factor", r->dim / 2, err) &&
           config_real(obj, "attention_factor", 1e-6, 1e6, scale, &r->scale, err);
}

/* Positions before the scaling, and the factor. Where the configuration itself has the original
 * number (Phi-3), the factor is their ratio; so it is where no factor is given. */
static bool read_stretch(RopeSpec *r, const Json *obj, const RopeDefaults *dflt, int context,
                         Err *err)
{
    const char *key = "original_max_position_embeddings";
    double ratio;
    if (!config_int(obj, key, 2, ROPE_MAX_CONTEXT, 0, &r->original, err)) return false;
    if (!config_real(obj, "factor", 1e-6, 1e6, 0, &r->factor, err)) return false;
    if (r->kind == ROPE_LONG && dflt->original) {
        r->original = dflt->original;
        r->factor = 0;
    }
    if (!r->original && r->kind != ROPE_LLAMA3) r->original = context;
    ratio = r->original ? (double)context / r->original : 0;
    if (r->factor == 0 && (r->kind == ROPE_LONG || r->kind == ROPE_YARN)) r->factor = ratio;
    if (!(r->factor > 0)) return err_set(err, "the rope scaling has no \"factor\"");
    return true;
}

bool rope_read(RopeSpec *r, const Json *root, const Json *obj, const RopeDefaults *dflt, int dh,
               int context, Err *err)
{
    double base, part;
    *r = (RopeSpec){.scale = 1};
    if (obj && !json_is_object(obj)) return err_set(err, "the rope scaling is no object");
    if (!check_members(obj, err) || !read_kind(r, obj, dflt, err)) return false;
    if (!config_real(root, "rope_theta", 1, 1e15, dflt->base, &base, err) ||
        !config_real(obj, "rope_theta", 1, 1e15, base, &r->base, err) ||
        !config_real(root, "partial_rotary_factor", 0, 1, dflt->part, &part, err) ||
        !config_real(obj, "partial_rotary_factor", 0, 1, part, &part, err))
        return false;
    r->dim = (int)(dh * part);
    if (r->dim < 2 || r->dim % 2 != 0)
        return err_set(err, "%g of a head of %d cannot be turned: %d values are no pairs", part, dh,
                       r->dim);
    if (r->kind == ROPE_PLAIN) return true;
    if (!read_stretch(r, obj, dflt, context, err)) return false;
    switch (r->kind) {
    case ROPE_LLAMA3: return read_llama3(r, obj, err);
    case ROPE_YARN: return read_yarn(r, obj, err);
    case ROPE_LONG: return read_long(r, obj, err);
    case ROPE_LINEAR:
    case ROPE_PLAIN: break;
    }
    return true;
}

void rope_spec_free(RopeSpec *r)
{
    free(r->short_factor);
    free(r->long_factor);
    *r = (RopeSpec){0};
}
