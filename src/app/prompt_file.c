/* prompt_file.c: see app/prompt_file.h. */
#include "app/prompt_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "record_reader.h"
#include "base/utf8.h"

enum { FIELD_TEXT, FIELD_CATEGORY, FIELD_TITLE, NFIELDS, NAMES_MAX = 6 };

/* The first that is there wins. */
static const char *const NAMES[NFIELDS][NAMES_MAX] = {
    {"prompt", "goal", "instruction", "text", "behavior"},
    {"category", "section", "topic"},
    {"title", "behavior"},
};

typedef struct Job {
    const PromptColumns *columns;
    PromptList *out;
} Job;

static bool blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", s[i])) return false;
    return true;
}

void prompt_list_add(PromptList *list, const char *text, const char *category, const char *title,
                     int line)
{
    PromptRow *row = mem_push(&list->row, &list->n, &list->cap, sizeof *list->row);
    *row = (PromptRow){.text = mem_strdup(text), .category = mem_strdup(category),
                       .title = mem_strdup(title), .line = line};
}

void prompt_list_free(PromptList *list)
{
    for (int i = 0; i < list->n; i++) {
        free(list->row[i].text);
        free(list->row[i].category);
        free(list->row[i].title);
    }
    free(list->row);
    *list = (PromptList){0};
}

/* [NFIELDS], each may be NULL but the text. */
static bool keep(Job *job, const char *const *field, int line, Err *err)
{
    static const char *const WHAT[NFIELDS] = {"prompt", "category", "title"};
    const char *text = field[FIELD_TEXT];
    if (blank(text, strlen(text))) return true;
    for (int i = 0; i < NFIELDS; i++)
        if (field[i] && !utf8_valid(field[i], (int64_t)strlen(field[i])))
            return err_set(err, "line %d: the %s is not UTF-8 (convert the file with iconv)", line,
                           WHAT[i]);
    prompt_list_add(job->out, text, field[FIELD_CATEGORY] ? field[FIELD_CATEGORY] : "",
                    field[FIELD_TITLE] ? field[FIELD_TITLE] : "", line);
    return true;
}

/* The name that was asked for, NULL to go through NAMES. */
static const char *asked_name(const Job *job, int field)
{
    if (field == FIELD_TEXT) return job->columns->prompt;
    return field == FIELD_CATEGORY ? job->columns->category : NULL;
}

static bool read_lines(RecordReader *r, Job *job, Err *err)
{
    const char *line;
    size_t n;
    char *category = NULL;
    bool ok = true;
    while (ok && record_line(r, &line, &n)) {
        char *text = mem_strndup(line, n);
        const char *const field[NFIELDS] = {text, category, NULL};
        if (n >= 2 && strncmp(text, "# ", 2) == 0) {
            free(category);
            category = mem_strdup(text + 2);
        } else if (strlen(text) != n) {
            ok = err_set(err, "line %d: not a text: zero byte", r->line);
        } else {
            ok = keep(job, field, r->line, err);
        }
        free(text);
    }
    free(category);
    return ok;
}

/* The member of this name in any case. */
static const char *member(const Json *j, const char *name)
{
    for (const Json *c = json_child(j); c; c = json_next(c))
        if (json_key(c) && strcasecmp(json_key(c), name) == 0) return json_string(c);
    return NULL;
}

static const char *find_member(const Json *j, const Job *job, int field)
{
    const char *asked = asked_name(job, field), *s = NULL;
    if (asked) return member(j, asked);
    for (int k = 0; k < NAMES_MAX && NAMES[field][k] && !s; k++) s = member(j, NAMES[field][k]);
    return s;
}

static bool read_object(const Json *j, Job *job, int line, Err *err)
{
    const char *field[NFIELDS] = {json_string(j)};
    for (int i = 0; i < NFIELDS && json_is_object(j); i++) field[i] = find_member(j, job, i);
    if (field[FIELD_TEXT] && field[FIELD_TITLE] == field[FIELD_TEXT]) field[FIELD_TITLE] = NULL;
    if (field[FIELD_TEXT]) return keep(job, field, line, err);
    const char *asked = asked_name(job, FIELD_TEXT);
    return err_set(err, "line %d: no text under '%s'; name the member with --column", line,
                   asked ? asked : NAMES[FIELD_TEXT][0]);
}

static bool read_jsonl(RecordReader *r, Job *job, Err *err)
{
    const char *line;
    size_t n;
    while (record_line(r, &line, &n)) {
        if (blank(line, n)) continue;
        Json *j = json_parse(line, n, err);
        if (!j) return err_wrap(err, "line %d", r->line);
        bool ok = read_object(j, job, r->line, err);
        json_free(j);
        if (!ok) return false;
    }
    return true;
}

static int find_heading(const OptList *heading, const char *name)
{
    for (int i = 0; i < heading->n; i++)
        if (strcasecmp(heading->item[i], name) == 0) return i;
    return -1;
}

/* The index of the column, -1 when there is none. */
static int find_column(const OptList *heading, const Job *job, int field)
{
    const char *asked = asked_name(job, field);
    int at = asked ? find_heading(heading, asked) : -1;
    for (int k = 0; !asked && k < NAMES_MAX && NAMES[field][k] && at < 0; k++)
        at = find_heading(heading, NAMES[field][k]);
    return at;
}

static bool find_columns(const OptList *heading, const Job *job, int *column, Err *err)
{
    for (int i = 0; i < NFIELDS; i++) column[i] = find_column(heading, job, i);
    if (column[FIELD_TITLE] == column[FIELD_TEXT]) column[FIELD_TITLE] = -1;
    const char *text = asked_name(job, FIELD_TEXT), *category = asked_name(job, FIELD_CATEGORY);
    if (column[FIELD_TEXT] < 0)
        return err_set(err, "no column '%s'; name the one with the prompts with --column",
                       text ? text : NAMES[FIELD_TEXT][0]);
    if (category && column[FIELD_CATEGORY] < 0)
        return err_set(err, "no column '%s' for --category-column", category);
    return true;
}

static bool keep_record(const OptList *record, Job *job, const int *column, int line, Err *err)
{
    const char *field[NFIELDS] = {NULL};
    if (record->n == 1 && blank(record->item[0], strlen(record->item[0]))) return true;
    for (int i = 0; i < NFIELDS; i++)
        if (column[i] >= 0 && column[i] < record->n) field[i] = record->item[column[i]];
    if (field[FIELD_TEXT]) return keep(job, field, line, err);
    return err_set(err, "line %d: %d field%s, but the prompt is field %d: is a quote or a comma "
                   "missing", line, record->n, record->n == 1 ? "" : "s", column[FIELD_TEXT] + 1);
}

static bool read_records(RecordReader *r, Job *job, Err *err)
{
    OptList record = {0};
    int column[NFIELDS];
    bool more, ok = record_next(r, &record, &more, err) && find_columns(&record, job, column, err);
    while (ok && more) {
        ok = record_next(r, &record, &more, err);
        if (ok && more) ok = keep_record(&record, job, column, r->line, err);
    }
    optlist_free(&record);
    return ok;
}

bool prompt_list_read(PromptList *out, const char *path, const PromptColumns *columns, Err *err)
{
    FileMap map = {0};
    if (!file_map_open(&map, path, err)) return false;
    Job job = {.columns = columns, .out = out};
    bool tabs = str_ends(path, ".tsv"), table = tabs || str_ends(path, ".csv"), ok = true;
    bool objects = str_ends(path, ".jsonl") || str_ends(path, ".ndjson");
    RecordReader r;
    record_open(&r, (const char *)map.data, map.size, tabs ? '\t' : ',', !tabs);
    if (map.size > 0)
        ok = table ? read_records(&r, &job, err) : objects ? read_jsonl(&r, &job, err)
                                                           : read_lines(&r, &job, err);
    file_map_close(&map);
    if (ok && out->n == 0) ok = err_set(err, "no prompt in it");
    if (ok) return true;
    prompt_list_free(out);
    return err_wrap(err, "%s", path);
}

bool prompt_file_read(OptList *out, const char *path, const char *column, Err *err)
{
    const PromptColumns columns = {.prompt = column};
    PromptList list = {0};
    if (!prompt_list_read(&list, path, &columns, err)) return false;
    for (int i = 0; i < list.n; i++)
        optlist_add(out, list.row[i].text, strlen(list.row[i].text));
    prompt_list_free(&list);
    return true;
}

/* True when the file is a .tsv whose first line of two fields names no column: that is a pair. */
static bool read_tabbed_pair(PromptList *out, const char *path, const PromptColumns *columns)
{
    Err ignored;
    FileMap map = {0};
    if (!str_ends(path, ".tsv") || columns->prompt || !file_map_open(&map, path, &ignored))
        return false;
    const Job job = {.columns = columns};
    RecordReader r;
    OptList record = {0};
    bool more = true, found = false;
    record_open(&r, (const char *)map.data, map.size, '\t', false);
    while (more && !found && record_next(&r, &record, &more, &ignored) && more)
        found = record.n > 0 && record.item[0][0] && record.item[0][0] != '#';
    found = found && record.n >= 2 && find_column(&record, &job, FIELD_TEXT) < 0;
    for (int i = 0; found && i < 2; i++) {
        const char *const field[NFIELDS] = {record.item[i]};
        Job add = {.columns = columns, .out = out};
        keep(&add, field, r.line, &ignored);
    }
    optlist_free(&record);
    file_map_close(&map);
    return found && out->n == 2;
}

bool prompt_pair_read(PromptList *out, const char *path, const PromptColumns *columns, Err *err)
{
    if (read_tabbed_pair(out, path, columns)) return true;
    prompt_list_free(out);
    if (!prompt_list_read(out, path, columns, err)) return false;
    if (out->n >= 2) return true;
    prompt_list_free(out);
    return err_set(err, "%s: one prompt; a pair takes two", path);
}
