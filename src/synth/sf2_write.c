/* sf2_write.c: see synth/sf2_write.h.
 *
 * SoundFont technical specification 2.04 (Creative, 2006). A RIFF file of three lists: INFO, sdta
 * (all samples in a row, 46 zeros after each: section 7.10), pdta (nine tables that refer to each
 * other by index, each with a last row that only ends the one before). Within a zone the key range
 * comes first, the velocity range second, the link last (8.1.2). */
#include "synth/sf2_write.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { GEN_INSTRUMENT = 41, GEN_KEY_RANGE = 43, GEN_VEL_RANGE = 44, GEN_SAMPLE = 53 };
enum { GUARD = 46, NAME = 20, MONO = 1 };

typedef struct Pair {
    int op, amount;
} Pair;

typedef struct Mod {
    int source, dest, amount;
} Mod;

typedef struct Zone {
    Sf2Zone z;
    int gen, ngens, mod, nmods; /* first and count in the bank's arrays */
} Zone;

/* An instrument or a preset. */
typedef struct Group {
    char name[NAME + 1];
    int bank, program; /* of presets */
    int zone, nzones;
} Group;

typedef struct Level {
    Group *group;
    int ngroups, cap_groups;
    Zone *zone;
    int nzones, cap_zones;
} Level;

typedef struct Wave {
    Sf2Sample s;
    char name[NAME + 1];
    int64_t at; /* frames from the start of all samples */
} Wave;

struct Sf2Bank {
    char *name, *copyright, *comment;
    Str pcm; /* little-endian */
    Wave *wave;
    int nwaves, cap_waves;
    Level inst, preset;
    Pair *gen;
    int ngens, cap_gens;
    Mod *mod;
    int nmods, cap_mods;
};

static void set_name(char to[NAME + 1], const char *from)
{
    size_t n = strlen(from);
    memset(to, 0, NAME + 1);
    memcpy(to, from, n < NAME ? n : NAME);
}

Sf2Bank *sf2_open(const char *name, const char *copyright, const char *comment)
{
    Sf2Bank *b = mem_alloc(1, sizeof *b);
    b->name = mem_strdup(name);
    b->copyright = mem_strdup(copyright);
    b->comment = mem_strdup(comment);
    return b;
}

void sf2_close(Sf2Bank *b)
{
    if (!b) return;
    free(b->name);
    free(b->copyright);
    free(b->comment);
    str_free(&b->pcm);
    free(b->wave);
    free(b->inst.group);
    free(b->inst.zone);
    free(b->preset.group);
    free(b->preset.zone);
    free(b->gen);
    free(b->mod);
    free(b);
}

static void put16(Str *out, int v)
{
    char bytes[2] = {(char)(v & 255), (char)(v >> 8 & 255)};
    str_add(out, bytes, 2);
}

static void put32(Str *out, int64_t v)
{
    put16(out, (int)(v & 0xffff));
    put16(out, (int)(v >> 16 & 0xffff));
}

static void put8(Str *out, int v)
{
    str_putc(out, (char)v);
}

int sf2_add_sample(Sf2Bank *b, const Sf2Sample *s)
{
    Wave *w = mem_push(&b->wave, &b->nwaves, &b->cap_waves, sizeof *w);
    w->s = *s;
    set_name(w->name, s->name);
    w->at = (int64_t)b->pcm.len / 2;
    for (int64_t i = 0; i < s->n; i++) put16(&b->pcm, s->x[i]);
    for (int i = 0; i < GUARD; i++) put16(&b->pcm, 0);
    return b->nwaves - 1;
}

static int add_group(Level *l, const char *name, int bank, int program)
{
    Group *g = mem_push(&l->group, &l->ngroups, &l->cap_groups, sizeof *g);
    set_name(g->name, name);
    g->bank = bank;
    g->program = program;
    g->zone = l->nzones;
    return l->ngroups - 1;
}

int sf2_add_instrument(Sf2Bank *b, const char *name)
{
    return add_group(&b->inst, name, 0, 0);
}

int sf2_add_preset(Sf2Bank *b, const char *name, int bank, int program)
{
    return add_group(&b->preset, name, bank, program);
}

static void add_zone(const Sf2Bank *b, Level *l, const Sf2Zone *z)
{
    assert(l->ngroups > 0);
    Zone *zone = mem_push(&l->zone, &l->nzones, &l->cap_zones, sizeof *zone);
    *zone = (Zone){.z = *z, .gen = b->ngens, .mod = b->nmods};
    l->group[l->ngroups - 1].nzones++;
}

void sf2_add_inst_zone(Sf2Bank *b, const Sf2Zone *z)
{
    add_zone(b, &b->inst, z);
}

void sf2_add_preset_zone(Sf2Bank *b, const Sf2Zone *z)
{
    add_zone(b, &b->preset, z);
}

void sf2_gen(Sf2Bank *b, int generator, int amount)
{
    assert(b->inst.nzones > 0 && amount >= -32768 && amount <= 32767);
    Pair *p = mem_push(&b->gen, &b->ngens, &b->cap_gens, sizeof *p);
    *p = (Pair){generator, amount};
    b->inst.zone[b->inst.nzones - 1].ngens++;
}

void sf2_mod(Sf2Bank *b, int source, int generator, int amount)
{
    assert(b->inst.nzones > 0);
    Mod *m = mem_push(&b->mod, &b->nmods, &b->cap_mods, sizeof *m);
    *m = (Mod){source, generator, amount};
    b->inst.zone[b->inst.nzones - 1].nmods++;
}

int sf2_timecents(double seconds)
{
    double c = seconds > 0 ? 1200 * log2(seconds) : -12000;
    return (int)lround(fmax(-12000, fmin(8000, c)));
}

int sf2_abscents(double hz)
{
    return (int)lround(fmax(1500, fmin(13500, 1200 * log2(hz / 8.175798915643707))));
}

/* The place where a chunk's length goes; end_chunk fills it in. */
static size_t begin_chunk(Str *out, const char *id, const char *form)
{
    str_add(out, id, 4);
    put32(out, 0);
    size_t at = out->len;
    if (form) str_add(out, form, 4);
    return at;
}

static void end_chunk(Str *out, size_t at)
{
    uint64_t n = out->len - at;
    for (int i = 0; i < 4; i++) out->s[at - 4 + (size_t)i] = (char)(n >> 8 * i & 255);
    if (n & 1) put8(out, 0);
}

/* A text with its zero and, if that makes it odd, one more. */
static void put_text(Str *out, const char *id, const char *text)
{
    size_t at = begin_chunk(out, id, NULL), n = strlen(text) < 254 ? strlen(text) : 254;
    str_add(out, text, n);
    put8(out, 0);
    if ((out->len - at) & 1) put8(out, 0);
    end_chunk(out, at);
}

static void put_info(const Sf2Bank *b, Str *out)
{
    size_t list = begin_chunk(out, "LIST", "INFO"), at = begin_chunk(out, "ifil", NULL);
    put16(out, 2);
    put16(out, 4);
    end_chunk(out, at);
    put_text(out, "isng", "EMU8000");
    put_text(out, "INAM", b->name);
    put_text(out, "ICOP", b->copyright);
    put_text(out, "ICMT", b->comment);
    put_text(out, "ISFT", "llmsonify:llmsonify");
    end_chunk(out, list);
}

static void put_samples(const Sf2Bank *b, Str *out)
{
    size_t list = begin_chunk(out, "LIST", "sdta"), at = begin_chunk(out, "smpl", NULL);
    str_add(out, str_text(&b->pcm), b->pcm.len);
    end_chunk(out, at);
    end_chunk(out, list);
}

/* Order of groups in the file: presets by bank and program, instruments as they came. */
static int *make_order(const Level *l)
{
    int *order = mem_alloc(l->ngroups, sizeof *order);
    for (int i = 0; i < l->ngroups; i++) {
        const Group *g = &l->group[i];
        int k = i;
        for (; k > 0; k--) {
            const Group *h = &l->group[order[k - 1]];
            if (h->bank < g->bank || (h->bank == g->bank && h->program <= g->program)) break;
            order[k] = order[k - 1];
        }
        order[k] = i;
    }
    return order;
}

static int zone_gens(const Zone *z)
{
    return 2 + z->ngens + (z->z.link >= 0);
}

static void put_headers(const Level *l, const int *order, bool presets, Str *out)
{
    size_t at = begin_chunk(out, presets ? "phdr" : "inst", NULL);
    int bag = 0;
    for (int i = 0; i <= l->ngroups; i++) {
        const Group end = {.name = ""}, *g = i < l->ngroups ? &l->group[order[i]] : &end;
        char name[NAME + 1];
        set_name(name, i < l->ngroups ? g->name : presets ? "EOP" : "EOI");
        str_add(out, name, NAME);
        if (presets) put16(out, g->program);
        if (presets) put16(out, g->bank);
        put16(out, bag);
        for (int k = 0; presets && k < 3; k++) put32(out, 0);
        bag += g->nzones;
    }
    end_chunk(out, at);
}

static void put_bags(const Level *l, const int *order, const char *id, Str *out)
{
    size_t at = begin_chunk(out, id, NULL);
    int gen = 0, mod = 0;
    for (int i = 0; i < l->ngroups; i++) {
        const Group *g = &l->group[order[i]];
        for (int k = 0; k < g->nzones; k++) {
            put16(out, gen);
            put16(out, mod);
            gen += zone_gens(&l->zone[g->zone + k]);
            mod += l->zone[g->zone + k].nmods;
        }
    }
    put16(out, gen);
    put16(out, mod);
    end_chunk(out, at);
}

static void put_zone_mods(const Sf2Bank *b, const Zone *z, Str *out)
{
    for (int i = 0; i < z->nmods; i++) {
        const Mod *m = &b->mod[z->mod + i];
        put16(out, m->source);
        put16(out, m->dest);
        put16(out, m->amount);
        put32(out, 0); /* no second source, linear */
    }
}

static void put_zone_gens(const Sf2Bank *b, const Zone *z, int link_gen, Str *out)
{
    put16(out, GEN_KEY_RANGE);
    put8(out, z->z.key_lo);
    put8(out, z->z.key_hi);
    put16(out, GEN_VEL_RANGE);
    put8(out, z->z.vel_lo);
    put8(out, z->z.vel_hi);
    for (int i = 0; i < z->ngens; i++) {
        put16(out, b->gen[z->gen + i].op);
        put16(out, b->gen[z->gen + i].amount);
    }
    if (z->z.link < 0) return;
    put16(out, link_gen);
    put16(out, z->z.link);
}

static void put_level(const Sf2Bank *b, const Level *l, bool presets, Str *out)
{
    int *order = make_order(l);
    put_headers(l, order, presets, out);
    put_bags(l, order, presets ? "pbag" : "ibag", out);
    size_t at = begin_chunk(out, presets ? "pmod" : "imod", NULL);
    for (int i = 0; i < l->ngroups; i++)
        for (int k = 0; k < l->group[order[i]].nzones; k++)
            put_zone_mods(b, &l->zone[l->group[order[i]].zone + k], out);
    for (int k = 0; k < 5; k++) put16(out, 0);
    end_chunk(out, at);
    at = begin_chunk(out, presets ? "pgen" : "igen", NULL);
    for (int i = 0; i < l->ngroups; i++)
        for (int k = 0; k < l->group[order[i]].nzones; k++)
            put_zone_gens(b, &l->zone[l->group[order[i]].zone + k],
                          presets ? GEN_INSTRUMENT : GEN_SAMPLE, out);
    put32(out, 0);
    end_chunk(out, at);
    free(order);
}

static void put_sample_headers(const Sf2Bank *b, Str *out)
{
    size_t at = begin_chunk(out, "shdr", NULL);
    for (int i = 0; i < b->nwaves; i++) {
        const Wave *w = &b->wave[i];
        str_add(out, w->name, NAME);
        put32(out, w->at);
        put32(out, w->at + w->s.n);
        put32(out, w->at + w->s.loop);
        put32(out, w->at + w->s.loop_end);
        put32(out, w->s.rate);
        put8(out, w->s.key);
        put8(out, w->s.cents);
        put16(out, 0);
        put16(out, MONO);
    }
    char name[NAME + 1];
    set_name(name, "EOS");
    str_add(out, name, NAME);
    for (int i = 0; i < 13; i++) put16(out, 0);
    end_chunk(out, at);
}

static bool check_level(const Level *l, int nlinks, const char *what, Err *err)
{
    for (int i = 0; i < l->ngroups; i++) {
        const Group *g = &l->group[i];
        if (g->nzones == 0) return err_set(err, "%s %s: has no zones", what, g->name);
        for (int k = 0; k < g->nzones; k++) {
            int link = l->zone[g->zone + k].z.link;
            if (link >= nlinks || (link < 0 && k > 0))
                return err_set(err, "%s %s: zone %d has no link", what, g->name, k);
        }
    }
    return true;
}

static bool check_places(const Level *l, Err *err)
{
    for (int i = 0; i < l->ngroups; i++)
        for (int k = 0; k < i; k++)
            if (l->group[i].bank == l->group[k].bank && l->group[i].program == l->group[k].program)
                return err_set(err, "presets %s and %s share bank %d program %d",
                               l->group[k].name, l->group[i].name, l->group[i].bank,
                               l->group[i].program);
    return true;
}

static bool check_bank(const Sf2Bank *b, Err *err)
{
    for (int i = 0; i < b->nwaves; i++) {
        const Sf2Sample *s = &b->wave[i].s;
        if (s->n <= 0 || s->loop < 0 || s->loop_end < s->loop || s->loop_end > s->n)
            return err_set(err, "sample %s: loop %lld..%lld is not within its %lld frames",
                           b->wave[i].name, (long long)s->loop, (long long)s->loop_end,
                           (long long)s->n);
    }
    if (b->preset.ngroups == 0) return err_set(err, "a SoundFont needs a preset");
    return check_level(&b->inst, b->nwaves, "instrument", err) &&
           check_level(&b->preset, b->inst.ngroups, "preset", err) && check_places(&b->preset, err);
}

bool sf2_put(const Sf2Bank *b, Str *out, Err *err)
{
    if (!check_bank(b, err)) return false;
    size_t riff = begin_chunk(out, "RIFF", "sfbk");
    put_info(b, out);
    put_samples(b, out);
    size_t list = begin_chunk(out, "LIST", "pdta");
    put_level(b, &b->preset, true, out);
    put_level(b, &b->inst, false, out);
    put_sample_headers(b, out);
    end_chunk(out, list);
    end_chunk(out, riff);
    return true;
}
