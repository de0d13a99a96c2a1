/* test_words_json.c: when a word sounds: from its first note until its notes pause. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "app/words_json.h"
#include "base/json.h"

/* "one two": its words, and what is said of word `word`. */
static void tell(const WordNote *note, int n, int word, double *t, double *dur, int *notes)
{
    TokenIds ids = {0};
    int32_t id[2] = {5, 6}, start[2] = {0, 3}, len[2] = {3, 4};
    SpaceWords words = {.n = 0};
    Str out = {0};
    Err err = {""};
    ids.id = id;
    ids.start = start;
    ids.len = len;
    ids.n = 2;
    space_words_find(&words, "one two", 7, &ids);
    assert_int_equal(words.n, 2);
    words_json(&out, "one two", 9, &words, note, n);
    Json *j = json_parse(str_text(&out), out.len, &err);
    if (!j) fail_msg("%s", err.msg);
    const Json *w = json_child(json_get(j, "words"));
    if (word) w = json_next(w);
    assert_string_equal(json_string(json_get(w, "text")), word ? "two" : "one");
    assert_int_equal(json_number(json_get(w, "start_char"), -1), word ? 4 : 0);
    *t = json_number(json_get(w, "t"), -1);
    *dur = json_number(json_get(w, "dur"), -1);
    *notes = json_count(json_get(w, "notes"));
    json_free(j);
    str_free(&out);
    space_words_free(&words);
}

static void assert_word(const WordNote *note, int n, int word, double t, double dur, int notes)
{
    double t_is, dur_is;
    int notes_are;
    tell(note, n, word, &t_is, &dur_is, &notes_are);
    if (fabs(t_is - t) > 1e-8 || fabs(dur_is - dur) > 1e-8 || notes_are != notes) /* 9 digits */
        fail_msg("%.9g for %.9g s, %d notes; expected %.9g for %.9g s, %d notes", t_is, dur_is,
                 notes_are, t, dur, notes);
}

static void voices_together_sound_until_the_last_has_ended(void **state)
{
    const WordNote note[] = {{.word = 0, .voice = "a", .at = 1, .to = 2},
                             {.word = 0, .track = 1, .voice = "b", .at = 1, .to = 2.5},
                             {.word = 1, .voice = "a", .at = 2, .to = 7},
                             {.word = 0, .track = 2, .voice = "c", .at = 1.25, .to = 1.5}};
    (void)state;
    assert_word(note, 4, 0, 1, 1.5, 3);
    assert_word(note, 4, 1, 2, 5, 1);
}

static void notes_in_a_row_count_in_any_order(void **state)
{
    const WordNote note[] = {{.word = 0, .voice = "a", .at = 3, .to = 4},
                             {.word = 0, .voice = "a", .at = 1, .to = 2},
                             {.word = 0, .voice = "a", .at = 2, .to = 3.0000004}};
    (void)state;
    assert_word(note, 3, 0, 1, 3, 3);
}

static void a_word_that_comes_back_does_not_sound_in_between(void **state)
{
    const WordNote note[] = {{.word = 0, .voice = "a", .at = 1, .to = 2},
                             {.word = 0, .voice = "a", .at = 2.1, .to = 3},
                             {.word = 0, .voice = "a", .at = 60, .to = 61}};
    (void)state;
    assert_word(note, 3, 0, 1, 1, 3);
}

static void a_word_without_notes_has_no_time(void **state)
{
    const WordNote note[] = {{.word = 0, .voice = "a", .at = 1, .to = 2}};
    (void)state;
    assert_word(note, 1, 1, -1, -1, 0); /* null is no number */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voices_together_sound_until_the_last_has_ended),
        cmocka_unit_test(notes_in_a_row_count_in_any_order),
        cmocka_unit_test(a_word_that_comes_back_does_not_sound_in_between),
        cmocka_unit_test(a_word_without_notes_has_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
