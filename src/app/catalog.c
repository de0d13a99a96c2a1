/* catalog.c: see app/catalog.h. */
#include "app/catalog.h"

#include "base/json.h"
#include "model/find.h"
#include "model/model.h"

/* What the list says of one model. */
typedef struct Entry {
    const FoundModel *found;
    Model m;
    int64_t bytes, nparams;
    Err err; /* why it cannot be used, when !ok */
    bool ok;
} Entry;

static void entry_open(Entry *e, const FoundModel *found)
{
    *e = (Entry){.found = found};
    e->ok = model_open(&e->m, found->path, &e->err);
    if (!e->ok) return;
    e->bytes = checkpoint_bytes(e->m.ck);
    for (int i = 0; i < checkpoint_count(e->m.ck); i++)
        e->nparams += tensor_numel(checkpoint_tensor(e->m.ck, i));
}

static void entry_json(const Entry *e, JsonOut *j)
{
    jout_begin(j, NULL, '{', false);
    jout_string(j, "name", e->found->name);
    jout_string(j, "path", e->found->path);
    jout_string(j, "where", e->found->where);
    if (e->ok) {
        jout_string(j, "family", e->m.cfg.family);
        jout_int(j, "layers", e->m.cfg.nl);
        jout_int(j, "width", e->m.cfg.d);
        jout_int(j, "parameters", e->nparams);
        jout_int(j, "bytes", e->bytes);
    } else {
        jout_string(j, "error", e->err.msg);
    }
    jout_end(j, '}');
}

static void entry_text(const Entry *e, Str *out)
{
    if (e->ok)
        str_addf(out, "%-28s %-10s %6d %6d %9.1fM %8.1fM  %s\n", e->found->name, e->m.cfg.family,
                 e->m.cfg.nl, e->m.cfg.d, 1e-6 * (double)e->nparams, 1e-6 * (double)e->bytes,
                 e->found->where);
    else
        str_addf(out, "%-28s %s\n", e->found->name, e->err.msg);
}

void catalog_print(bool json, Str *out)
{
    FoundList list = {0};
    JsonOut j;
    model_list(&list);
    jout_init(&j, out);
    if (json)
        jout_begin(&j, NULL, '[', false);
    else
        str_addf(out, "%-28s %-10s %6s %6s %10s %9s  %s\n", "name", "family", "layers", "width",
                 "parameters", "bytes", "where");
    for (int i = 0; i < list.n; i++) {
        Entry e;
        entry_open(&e, &list.m[i]);
        if (json)
            entry_json(&e, &j);
        else
            entry_text(&e, out);
        model_close(&e.m);
    }
    if (json) jout_end(&j, ']');
    model_list_free(&list);
}
