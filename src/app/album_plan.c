/* album_plan.c: see album_plan.h. A track's key is what makes an album resumable: a track whose
 * record (album_record.h) carries the same key need not be made again. */
#include "album_plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/version.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { STEM_MAX = 40, TITLE_MAX = 64, TRACKS_MAX = 100000 };

void album_hash(const void *bytes, size_t n, char out[ALBUM_KEY])
{
    Sha256 sha;
    uint8_t sum[32];
    sha256_init(&sha);
    sha256_add(&sha, bytes, n);
    sha256_end(&sha, sum);
    for (int i = 0; i < 32; i++) snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

char *album_path(const char *dir, const char *name, const char *ending)
{
    Str s = {0};
    str_addf(&s, "%s%s%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name, *ending ? "." : "",
             ending);
    return s.s;
}

/* Letters and digits of the text, words joined by '-', cut at a word. */
static void add_slug(Str *out, const char *text)
{
    size_t start = out->len;
    bool gap = false;
    for (const char *p = text; *p && out->len - start < STEM_MAX; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x80 && isalnum(c)) {
            if (gap && out->len > start) str_putc(out, '-');
            gap = false;
            str_putc(out, (char)tolower(c));
        } else if (c != '\'') {
            gap = true;
        }
    }
    if (out->len == start) str_puts(out, "track");
    const char *last = strrchr(out->s + start, '-');
    if (out->len - start >= STEM_MAX && last) {
        out->len = (size_t)(last - out->s);
        out->s[out->len] = '\0';
    }
}

/* The first line, cut at a word when it is long. */
static char *short_title(const char *text)
{
    while (*text && isspace((unsigned char)*text)) text++;
    size_t n = strcspn(text, "\r\n"), at = 0, word = 0;
    while (at < n) {
        size_t step = (size_t)utf8_length(text + at, (int64_t)(n - at));
        if (step == 0 || at + step > TITLE_MAX) break;
        if (text[at] == ' ') word = at;
        at += step;
    }
    Str s = {0};
    str_add(&s, text, at == n ? n : word ? word : at);
    if (at < n) str_puts(&s, "\xe2\x80\xa6"); /* an ellipsis */
    return s.s;
}

static void add_track(AlbumPlan *p, const PromptRow *row, int section, int digits)
{
    AlbumTrack *t = mem_push(&p->track, &p->n, &p->cap, sizeof *p->track);
    Str stem = {0};
    str_addf(&stem, "%0*d-", digits, p->n);
    *t = (AlbumTrack){.number = p->n, .section = section, .line = row->line,
                      .title = short_title(*row->title ? row->title : row->text),
                      .category = mem_strdup(row->category), .prompt = mem_strdup(row->text)};
    add_slug(&stem, t->title);
    t->stem = stem.s;
}

/* section [list->n]; returns how many there are. */
static int find_sections(const PromptList *list, int *section)
{
    StrMap seen = {0};
    for (int i = 0; i < list->n; i++) {
        strmap_add(&seen, list->row[i].category, seen.count);
        section[i] = (int)strmap_get(&seen, list->row[i].category);
    }
    int n = (int)seen.count;
    strmap_free(&seen);
    return n;
}

bool album_plan_tracks(AlbumPlan *p, const PromptList *list, const char *only, int limit, Err *err)
{
    int *section = mem_alloc(list->n, sizeof *section), most = limit > 0 ? limit : list->n;
    int sections = find_sections(list, section), digits = list->n > 999 ? 4 : list->n > 99 ? 3 : 2;
    for (int s = 0; s < sections; s++)
        for (int i = 0; i < list->n; i++) {
            bool wanted = !only || strcmp(only, list->row[i].category) == 0;
            if (section[i] == s && wanted && p->n < most) add_track(p, &list->row[i], s, digits);
        }
    free(section);
    if (p->n > 0) return true;
    return err_set(err, "--only: no prompt of category '%s'", only ? only : "");
}

void album_plan_key(const AlbumPlan *p, AlbumTrack *t, const char *common)
{
    Str s = {0};
    str_addf(&s, "%s\n%s\n%s\n%s\n%d %d %d\n%s\n%s\n%s\n%s", common, p->title, p->artist, p->format,
             p->pictures, t->number, t->section, t->stem, t->title, t->category, t->prompt);
    album_hash(s.s, s.len, t->key);
    str_free(&s);
}

void album_plan_free(AlbumPlan *p)
{
    for (int i = 0; i < p->n; i++) {
        free(p->track[i].stem);
        free(p->track[i].title);
        free(p->track[i].category);
        free(p->track[i].prompt);
    }
    free(p->track);
    free(p->title);
    free(p->artist);
    free(p->format);
    *p = (AlbumPlan){0};
}

bool album_plan_mine(const AlbumPlan *p, int i)
{
    return i % p->shards == p->shard - 1;
}

char *album_plan_path(const AlbumPlan *p, const char *dir)
{
    Str s = {0};
    if (p->shards == 1)
        str_puts(&s, ALBUM_JOURNAL "/album");
    else
        str_addf(&s, ALBUM_JOURNAL "/shard-%d-of-%d", p->shard, p->shards);
    char *path = album_path(dir, s.s, "json");
    str_free(&s);
    return path;
}

static void write_json(const AlbumPlan *p, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "llmsonify", LLMSONIFY_VERSION);
    jout_string(&j, "title", p->title);
    jout_string(&j, "artist", p->artist);
    jout_string(&j, "format", p->format);
    jout_int(&j, "bits", p->bits);
    jout_bool(&j, "pictures", p->pictures);
    jout_bool(&j, "midi_only", p->midi_only);
    jout_int(&j, "shard", p->shard);
    jout_int(&j, "shards", p->shards);
    jout_begin(&j, "tracks", '[', false);
    for (int i = 0; i < p->n; i++) {
        const AlbumTrack *t = &p->track[i];
        jout_begin(&j, NULL, '{', true);
        jout_string(&j, "stem", t->stem);
        jout_string(&j, "title", t->title);
        jout_string(&j, "category", t->category);
        jout_string(&j, "prompt", t->prompt);
        jout_string(&j, "key", t->key);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
}

bool album_plan_write(const AlbumPlan *p, const char *dir, Err *err)
{
    Str out = {0};
    char *folder = album_path(dir, ALBUM_JOURNAL, ""), *path = album_plan_path(p, dir);
    bool ok = mkdir(folder, 0777) == 0 || errno == EEXIST;
    if (!ok) err_set(err, "%s: cannot make: %s", folder, strerror(errno));
    write_json(p, &out);
    ok = ok && out_file(path, out.s, out.len, err);
    free(folder);
    free(path);
    str_free(&out);
    return ok;
}

static bool read_track(AlbumPlan *p, const Json *j)
{
    static const char *const NAME[] = {"stem", "title", "category", "prompt", "key"};
    const char *s[5];
    for (int i = 0; i < 5; i++) {
        s[i] = json_string(json_get(j, NAME[i]));
        if (!s[i]) return false;
    }
    /* A stem becomes a path: nothing that could lead out of the folder. */
    if (strchr(s[0], '/') || s[0][0] == '.' || strlen(s[4]) >= ALBUM_KEY) return false;
    AlbumTrack *t = mem_push(&p->track, &p->n, &p->cap, sizeof *p->track);
    *t = (AlbumTrack){.number = p->n, .stem = mem_strdup(s[0]), .title = mem_strdup(s[1]),
                      .category = mem_strdup(s[2]), .prompt = mem_strdup(s[3])};
    snprintf(t->key, sizeof t->key, "%s", s[4]);
    return true;
}

static char *member(const Json *root, const char *key)
{
    const char *s = json_string(json_get(root, key));
    return mem_strdup(s ? s : "");
}

bool album_plan_read(AlbumPlan *p, const char *path, Err *err)
{
    Json *root = json_read(path, err);
    if (!root) return false;
    int64_t shard = 1, shards = 1, bits = 16;
    *p = (AlbumPlan){.title = member(root, "title"), .artist = member(root, "artist"),
                     .format = member(root, "format"),
                     .pictures = json_truth(json_get(root, "pictures"), false),
                     .midi_only = json_truth(json_get(root, "midi_only"), false)};
    bool ok = json_get_int(root, "shards", 1, TRACKS_MAX, 1, &shards, err) &&
              json_get_int(root, "shard", 1, shards, 1, &shard, err) &&
              json_get_int(root, "bits", 16, 32, 16, &bits, err);
    p->shard = (int)shard;
    p->shards = (int)shards;
    p->bits = (int)bits;
    for (const Json *j = json_child(json_get(root, "tracks")); ok && j; j = json_next(j))
        ok = read_track(p, j) || err_set(err, "track %d is damaged", p->n + 1);
    if (ok && p->n == 0) ok = err_set(err, "no tracks: not the plan of an album");
    json_free(root);
    if (ok) return true;
    album_plan_free(p);
    return err_wrap(err, "%s", path);
}

void album_plan_identity(const AlbumPlan *p, char out[ALBUM_KEY])
{
    AlbumPlan whole = *p;
    Str s = {0};
    whole.shard = whole.shards = 1;
    write_json(&whole, &s);
    album_hash(s.s, s.len, out);
    str_free(&s);
}
