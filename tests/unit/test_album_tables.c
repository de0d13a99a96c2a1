/* test_album_tables.c: the plan of an album, and the tables that tell a player and a reader of it:
 * file names, manifest, cue sheet, playlist. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/album_plan.h"
#include "app/album_record.h"
#include "app/album_tables.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "fixture_model.h"

static void add(PromptList *list, const char *category, const char *title, const char *text)
{
    prompt_list_add(list, text, category, title, list->n + 2);
}

/* A plan of these prompts, in which everything that is free is filled in. */
static void plan_of(AlbumPlan *p, PromptList *list, const char *only, int limit)
{
    Err err = {{0}};
    *p = (AlbumPlan){.title = mem_strdup("Title"), .artist = mem_strdup("wren"),
                     .format = mem_strdup("flac"), .bits = 16, .pictures = true, .shard = 1,
                     .shards = 1};
    if (!album_plan_tracks(p, list, only, limit, &err)) fail_msg("%s", err.msg);
    for (int i = 0; i < p->n; i++) album_plan_key(p, &p->track[i], "common");
    prompt_list_free(list);
}

static void one(AlbumPlan *p, const char *category, const char *title, const char *text)
{
    PromptList list = {0};
    add(&list, category, title, text);
    plan_of(p, &list, NULL, 0);
}

static void a_file_name_is_the_words_of_the_title_and_nothing_else(void **state)
{
    static const char *const CASES[][2] = {
        {"A walk in the rain", "01-a-walk-in-the-rain"},
        {"Grandmother's jam", "01-grandmothers-jam"},
        {"../../etc/passwd", "01-etc-passwd"},
        {"a\\b:c*d?e\"f<g>h|i", "01-a-b-c-d-e-f-g-h-i"},
        {"-rf --force", "01-rf-force"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc", "01-track"},
        {"Stra\xc3\x9f" "e 7", "01-stra-e-7"},
        {"!!!", "01-track"},
        {"one two three four five six seven eight nine ten",
         "01-one-two-three-four-five-six-seven-eight"},
        {"Donaudampfschifffahrtsgesellschaftskapitaensmuetze",
         "01-donaudampfschifffahrtsgesellschaftskapit"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        AlbumPlan p;
        one(&p, "", CASES[i][0], "text");
        assert_string_equal(p.track[0].stem, CASES[i][1]);
        album_plan_free(&p);
    }
}

static void a_track_without_a_title_is_called_by_its_first_line(void **state)
{
    (void)state;
    AlbumPlan p;
    one(&p, "", "", "  Say hello\nto the moon");
    assert_string_equal(p.track[0].title, "Say hello");
    album_plan_free(&p);
    /* 70 characters of two bytes: cut between two of them, and marked. */
    Str text = {0};
    for (int i = 0; i < 70; i++) str_puts(&text, "\xc3\xa4");
    one(&p, "", "", text.s);
    assert_true(utf8_valid(p.track[0].title, (int64_t)strlen(p.track[0].title)));
    assert_int_equal(strlen(p.track[0].title), 64 + 3);
    assert_string_equal(p.track[0].title + 64, "\xe2\x80\xa6");
    assert_string_equal(p.track[0].prompt, text.s);
    album_plan_free(&p);
    str_free(&text);
}

static void tracks_stand_by_category_and_a_limit_cuts_the_order(void **state)
{
    (void)state;
    for (int limit = 0; limit <= 3; limit += 3) {
        PromptList list = {0};
        AlbumPlan p;
        add(&list, "b", "one", "1");
        add(&list, "a", "two", "2");
        add(&list, "b", "three", "3");
        add(&list, "", "four", "4");
        plan_of(&p, &list, NULL, limit);
        static const char *const WANT[] = {"01-one", "02-three", "03-two", "04-four"};
        static const int SECTION[] = {0, 0, 1, 2}, LINE[] = {2, 4, 3, 5};
        assert_int_equal(p.n, limit ? 3 : 4);
        for (int i = 0; i < p.n; i++) {
            assert_string_equal(p.track[i].stem, WANT[i]);
            assert_int_equal(p.track[i].section, SECTION[i]);
            assert_int_equal(p.track[i].line, LINE[i]);
            assert_int_equal(p.track[i].number, i + 1);
        }
        album_plan_free(&p);
    }
}

static void a_category_alone_keeps_its_place_among_the_keys(void **state)
{
    (void)state;
    PromptList list = {0};
    AlbumPlan p;
    add(&list, "a", "one", "1");
    add(&list, "b", "two", "2");
    plan_of(&p, &list, "b", 0);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.track[0].section, 1);
    album_plan_free(&p);
}

static void a_category_that_is_not_there_is_refused_by_name(void **state)
{
    (void)state;
    PromptList list = {0};
    AlbumPlan p = {0};
    Err err = {{0}};
    add(&list, "a", "one", "1");
    assert_false(album_plan_tracks(&p, &list, "cats", 0, &err));
    assert_non_null(strstr(err.msg, "'cats'"));
    prompt_list_free(&list);
    album_plan_free(&p);
}

static void numbers_have_as_many_digits_as_the_list_needs(void **state)
{
    static const int COUNT[] = {1, 99, 100, 999, 1000};
    static const char *const FIRST[] = {"01-t", "01-t", "001-t", "001-t", "0001-t"};
    (void)state;
    for (int i = 0; i < 5; i++) {
        PromptList list = {0};
        AlbumPlan p;
        for (int k = 0; k < COUNT[i]; k++) add(&list, "", "t", "x");
        plan_of(&p, &list, NULL, 0);
        assert_string_equal(p.track[0].stem, FIRST[i]);
        album_plan_free(&p);
    }
}

static void every_track_belongs_to_one_shard(void **state)
{
    (void)state;
    for (int shards = 1; shards <= 5; shards++)
        for (int i = 0; i < 12; i++) {
            int owners = 0;
            for (int k = 1; k <= shards; k++)
                owners += album_plan_mine(&(AlbumPlan){.shard = k, .shards = shards}, i);
            assert_int_equal(owners, 1);
        }
}

static void a_key_changes_with_everything_that_its_bytes_depend_on(void **state)
{
    (void)state;
    AlbumPlan p;
    one(&p, "c", "t", "x");
    AlbumTrack *t = &p.track[0];
    char before[ALBUM_KEY];
    memcpy(before, t->key, sizeof before);
    assert_int_equal(strlen(before), 64);
    album_plan_key(&p, t, "common");
    assert_string_equal(t->key, before);
    album_plan_key(&p, t, "another");
    assert_string_not_equal(t->key, before);
    char **text[] = {&t->prompt, &t->title, &t->category, &t->stem, &p.title, &p.artist, &p.format};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        char *own = *text[i];
        *text[i] = mem_strdup("changed");
        album_plan_key(&p, t, "common");
        assert_string_not_equal(t->key, before);
        free(*text[i]);
        *text[i] = own;
    }
    t->section = 3;
    album_plan_key(&p, t, "common");
    assert_string_not_equal(t->key, before);
    album_plan_free(&p);
}

static void a_plan_is_read_back_and_keeps_its_identity(void **state)
{
    const char *dir = *state;
    char a[ALBUM_KEY], b[ALBUM_KEY];
    Err err = {{0}};
    AlbumPlan p, q;
    one(&p, "c,\"d\"", "a \"quoted\" t\xc3\xaft/le", "line one\nline \\two");
    album_plan_identity(&p, a);
    p.shard = 2;
    p.shards = 3;
    assert_true(album_plan_write(&p, dir, &err));
    char *path = album_plan_path(&p, dir);
    assert_true(str_ends(path, "/journal/shard-2-of-3.json"));
    if (!album_plan_read(&q, path, &err)) fail_msg("%s", err.msg);
    assert_int_equal(q.shard, 2);
    assert_int_equal(q.shards, 3);
    assert_string_equal(q.track[0].title, "a \"quoted\" t\xc3\xaft/le");
    assert_string_equal(q.track[0].prompt, "line one\nline \\two");
    assert_string_equal(q.track[0].key, p.track[0].key);
    album_plan_identity(&q, b);
    assert_string_equal(a, b); /* a shard is of the same album */
    q.bits = 24;
    album_plan_identity(&q, b);
    assert_string_not_equal(a, b);
    free(path);
    album_plan_free(&p);
    album_plan_free(&q);
}

static void a_plan_that_leads_out_of_the_folder_is_refused(void **state)
{
    static const char *const STEM[] = {"../x", "/etc/x", ".hidden", "a/b"};
    char *path = path_join(*state, "plan.json");
    for (int i = 0; i < 4; i++) {
        Str json = {0};
        Err err = {{0}};
        AlbumPlan p;
        str_addf(&json, "{\"title\": \"t\", \"tracks\": [{\"stem\": \"%s\", \"title\": \"t\", "
                        "\"category\": \"\", \"prompt\": \"x\", \"key\": \"0\"}]}", STEM[i]);
        assert_true(out_file(path, json.s, json.len, &err));
        assert_false(album_plan_read(&p, path, &err));
        assert_non_null(strstr(err.msg, "track 1 is damaged"));
        str_free(&json);
    }
    free(path);
}

/* A finished track of ten seconds, with a MIDI file and a sound. */
static AlbumRecord record_of(const AlbumPlan *p, int i)
{
    AlbumRecord r = {.tokens = 7, .tension = 0.25, .tempo = 92.5, .seconds = 10, .lufs = NAN,
                     .tonic = "F#", .mode = "dorian"};
    static const char *const ENDING[] = {".mid", ".flac"};
    for (int k = 0; k < 2; k++) {
        AlbumFile *f = mem_push(&r.file, &r.nfiles, &r.cap_files, sizeof *r.file);
        Str name = {0};
        str_addf(&name, "%s%s", p->track[i].stem, ENDING[k]);
        f->name = name.s;
        memset(f->sha, 'a' + k, 64);
    }
    return r;
}

static void a_field_of_the_manifest_is_quoted_when_it_must_be(void **state)
{
    static const char *const CASES[][2] = {
        {"plain", "plain"},
        {"a, b", "\"a, b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"},
        {"\"", "\"\"\"\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        AlbumPlan p;
        double start = 0;
        int64_t frames = 0;
        const AlbumTimes times = {.start = &start, .frames = &frames};
        Str out = {0}, want = {0};
        one(&p, "cat", "t", CASES[i][0]);
        AlbumRecord r = record_of(&p, 0);
        album_write_manifest(&p, &r, &times, &out);
        const char *row = strchr(out.s, '\n') + 1;
        str_addf(&want, "1,cat,t,01-t.flac,7,0.2500,F#,dorian,92.50,10.000,0.000,,%.64s,%s\r\n",
                 r.file[0].sha, CASES[i][1]); /* no loudness: an empty field */
        assert_string_equal(row, want.s);
        album_record_free(&r);
        album_plan_free(&p);
        str_free(&out);
        str_free(&want);
    }
}

/* Index of a track that begins at frame `frame` of 1/75 s. */
static void index_of(int64_t frame, char *out, size_t size)
{
    AlbumPlan p;
    double start = (double)frame / 75;
    const AlbumTimes times = {.start = &start, .frames = &frame};
    Str cue = {0};
    one(&p, "", "t", "x");
    album_write_cue(&p, &times, "album.flac", &cue);
    const char *at = strstr(cue.s, "INDEX 01 ");
    assert_non_null(at);
    snprintf(out, size, "%.*s", (int)strcspn(at + 9, "\r"), at + 9);
    album_plan_free(&p);
    str_free(&cue);
}

static void an_index_counts_minutes_seconds_and_seventy_fifths(void **state)
{
    static const struct {
        int64_t frame;
        const char *index;
    } CASES[] = {
        {0, "00:00:00"}, {1, "00:00:01"}, {74, "00:00:74"}, {75, "00:01:00"},
        {75 * 59 + 74, "00:59:74"}, {75 * 60, "01:00:00"},
        {75 * 60 * 99 + 75 * 59 + 74, "99:59:74"},
        {75 * 60 * 100, "100:00:00"}, /* an album of hours */
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char got[32];
        index_of(CASES[i].frame, got, sizeof got);
        assert_string_equal(got, CASES[i].index);
    }
}

static void a_cue_sheet_has_no_quotes_or_line_breaks_inside_its_strings(void **state)
{
    (void)state;
    AlbumPlan p;
    double start = 0;
    int64_t frame = 0;
    const AlbumTimes times = {.start = &start, .frames = &frame};
    Str cue = {0};
    one(&p, "", "say \"hi\"", "x");
    free(p.title);
    p.title = mem_strdup("two\nlines");
    album_write_cue(&p, &times, "album.flac", &cue);
    assert_non_null(strstr(cue.s, "    TITLE \"say 'hi'\"\r\n"));
    assert_non_null(strstr(cue.s, "\r\nTITLE \"two lines\"\r\n"));
    assert_non_null(strstr(cue.s, "FILE \"album.flac\" WAVE\r\n  TRACK 01 AUDIO\r\n"));
    for (const char *at = cue.s; (at = strchr(at, '\n')) != NULL; at++)
        assert_true(at[-1] == '\r');
    album_plan_free(&p);
    str_free(&cue);
}

static void a_string_of_a_cue_sheet_is_cut_between_characters(void **state)
{
    (void)state;
    AlbumPlan p;
    double start = 0;
    int64_t frame = 0;
    const AlbumTimes times = {.start = &start, .frames = &frame};
    Str cue = {0}, title = {0};
    for (int i = 0; i < 100; i++) str_puts(&title, "\xc3\xa4");
    one(&p, "", "t", "x");
    free(p.title);
    p.title = mem_strdup(title.s);
    album_write_cue(&p, &times, "a", &cue);
    const char *at = strstr(cue.s, "\nTITLE \"") + 8;
    size_t n = strcspn(at, "\"");
    assert_int_equal(n, 160); /* 80 characters of two bytes */
    assert_true(utf8_valid(at, (int64_t)n));
    album_plan_free(&p);
    str_free(&cue);
    str_free(&title);
}

static void a_playlist_has_a_line_a_track_whatever_its_title(void **state)
{
    (void)state;
    AlbumPlan p;
    Str list = {0};
    one(&p, "", "t\xc3\xaftle, \"x\"", "x");
    free(p.title);
    p.title = mem_strdup("one\r\ntwo");
    AlbumRecord r = record_of(&p, 0);
    album_write_m3u8(&p, &r, &list);
    assert_string_equal(list.s, "#EXTM3U\n#PLAYLIST:one  two\n#EXTINF:10,wren - t\xc3\xaftle, "
                                "\"x\"\n01-t-tle-x.flac\n");
    album_record_free(&r);
    album_plan_free(&p);
    str_free(&list);
}

static void a_record_counts_only_with_its_key_and_with_its_files_unharmed(void **state)
{
    const char *dir = *state;
    char *path = path_join(dir, "01-t.mid");
    Err err = {{0}};
    AlbumPlan p;
    AlbumRecord r = {.tokens = 7, .tension = 0.5, .seconds = 10, .lufs = -14, .tonic = "C"}, got;
    float spectra[4] = {4, 3, 2, 1};
    one(&p, "", "t", "x");
    memcpy(r.key, p.track[0].key, sizeof r.key);
    r.spectra = spectra;
    r.nl = r.k = 2;
    assert_true(album_plan_write(&p, dir, &err));
    assert_true(out_file(path, "MThd", 4, &err));
    assert_true(album_record_add(&r, dir, "01-t.mid", &err));
    assert_true(album_record_write(&r, dir, &p.track[0], &err));
    assert_true(album_record_read(&got, dir, &p.track[0]));
    assert_int_equal(got.tokens, 7);
    assert_float_equal(got.lufs, -14, 0);
    assert_memory_equal(got.spectra, spectra, sizeof spectra);
    assert_string_equal(album_record_find(&got, ".mid"), "01-t.mid");
    assert_null(album_record_find(&got, ".flac"));
    album_record_free(&got);
    assert_true(out_file(path, "MThx", 4, &err));
    assert_false(album_record_read(&got, dir, &p.track[0])); /* another byte */
    remove(path);
    assert_false(album_record_read(&got, dir, &p.track[0])); /* no file */
    assert_true(out_file(path, "MThd", 4, &err));
    assert_true(album_record_read(&got, dir, &p.track[0]));
    album_record_free(&got);
    p.track[0].key[5] ^= 1;
    assert_false(album_record_read(&got, dir, &p.track[0])); /* another prompt, option, ... */
    r.spectra = NULL;
    album_record_free(&r);
    album_plan_free(&p);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_name_is_the_words_of_the_title_and_nothing_else),
        cmocka_unit_test(a_track_without_a_title_is_called_by_its_first_line),
        cmocka_unit_test(tracks_stand_by_category_and_a_limit_cuts_the_order),
        cmocka_unit_test(a_category_alone_keeps_its_place_among_the_keys),
        cmocka_unit_test(a_category_that_is_not_there_is_refused_by_name),
        cmocka_unit_test(numbers_have_as_many_digits_as_the_list_needs),
        cmocka_unit_test(every_track_belongs_to_one_shard),
        cmocka_unit_test(a_key_changes_with_everything_that_its_bytes_depend_on),
        SCRATCH_TEST(a_plan_is_read_back_and_keeps_its_identity),
        SCRATCH_TEST(a_plan_that_leads_out_of_the_folder_is_refused),
        cmocka_unit_test(a_field_of_the_manifest_is_quoted_when_it_must_be),
        cmocka_unit_test(an_index_counts_minutes_seconds_and_seventy_fifths),
        cmocka_unit_test(a_cue_sheet_has_no_quotes_or_line_breaks_inside_its_strings),
        cmocka_unit_test(a_string_of_a_cue_sheet_is_cut_between_characters),
        cmocka_unit_test(a_playlist_has_a_line_a_track_whatever_its_title),
        SCRATCH_TEST(a_record_counts_only_with_its_key_and_with_its_files_unharmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
