/* caption.c: see view/caption.h. The direction's name stands in the set's notes, where whoever
 * projected on it left it. */
#include "view/caption.h"

#include <string.h>

enum { SHOWN = 60, TOLD_APART = 3 }; /* bytes of one of several prompts; as many one by one */

bool caption_direction(const FeatureSet *fs, Str *out)
{
    static const char WORD[] = "direction ";
    for (int i = 0; i < fs->nnotes; i++) {
        const char *name = fs->note[i] + sizeof WORD - 1, *end = strrchr(fs->note[i], ':');
        if (!str_starts(fs->note[i], WORD) || !end || end <= name) continue;
        str_add(out, name, (size_t)(end - name));
        return true;
    }
    return false;
}

static const char *prompt_of(const FeatureSet *fs)
{
    const Table *t = &fs->table[FT_PROMPTS];
    return t->nrows > 0 && t->label[0] ? t->label[0] : "";
}

static const char *model_of(const FeatureSet *fs)
{
    return fs->model ? fs->model : "model";
}

/* Quoted, on one line, cut between two characters; most 0 = all of it. */
static void add_prompt(Str *out, const char *text, size_t most)
{
    size_t n = strlen(text), cut = most && n > most ? most : n;
    while (cut < n && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80) cut--;
    str_putc(out, '"');
    for (size_t i = 0; i < cut; i++) str_putc(out, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    str_puts(out, cut < n ? "...\"" : "\"");
}

static void add_each(const FeatureSet *const *fs, int nfs, const char *const *part, bool models,
                     bool prompts, Str *out)
{
    for (int i = 0; i < nfs; i++) {
        if (i) str_puts(out, "; ");
        if (part && part[i]) str_addf(out, "%s: ", part[i]);
        if (models) str_puts(out, model_of(fs[i]));
        if (models && prompts) str_putc(out, ' ');
        if (prompts) add_prompt(out, prompt_of(fs[i]), SHOWN);
    }
}

void caption_piece(const FeatureSet *const *fs, int nfs, const char *const *part, Str *out)
{
    bool models = false, prompts = false;
    size_t start = out->len;
    for (int i = 1; i < nfs; i++) {
        models = models || strcmp(model_of(fs[i]), model_of(fs[0])) != 0;
        prompts = prompts || strcmp(prompt_of(fs[i]), prompt_of(fs[0])) != 0;
    }
    if (nfs > TOLD_APART)
        str_addf(out, "%d %s", nfs, prompts ? "prompts" : "models");
    else if (models || prompts)
        add_each(fs, nfs, part, models, prompts, out);
    Str name = {0};
    if (caption_direction(fs[0], &name))
        str_addf(out, "%sdirection %s", out->len > start ? "; " : "", name.s);
    str_free(&name);
    if (prompts || !*prompt_of(fs[0])) return;
    if (out->len > start) str_puts(out, "; ");
    add_prompt(out, prompt_of(fs[0]), 0);
}
