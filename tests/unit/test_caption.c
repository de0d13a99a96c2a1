/* test_caption.c: a line of where a piece comes from names what differs, and nothing twice. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "view/caption.h"

static FeatureSet prompt_of(const char *model, const char *text, const char *direction)
{
    FeatureSet fs = {.model = mem_strdup(model)};
    feat_add_row(&fs, FT_PROMPTS, (RowKey){.layer = -1}, text);
    feat_note(&fs, "something else");
    if (direction) feat_note(&fs, "direction %s: 24 pairs, mean AUC 0.9", direction);
    return fs;
}

static void says(FeatureSet a, FeatureSet b, const char *const *part, const char *expected)
{
    const FeatureSet *const fs[2] = {&a, &b};
    Str s = {0};
    caption_piece(fs, 2, part, &s);
    assert_string_equal(str_text(&s), expected);
    str_free(&s);
    feat_free(&a);
    feat_free(&b);
}

static void two_models_of_one_prompt_are_told_apart(void **state)
{
    (void)state;
    static const char *const REED[] = {"oboe", "clarinet"};
    says(prompt_of("wren", "A\nbird.", "glad"), prompt_of("finch", "A\nbird.", "glad"), REED,
         "oboe: wren; clarinet: finch; direction glad; \"A bird.\"");
}

static void two_prompts_of_one_model_are_told_apart(void **state)
{
    (void)state;
    says(prompt_of("wren", "Yes", NULL), prompt_of("wren", "No", NULL), NULL, "\"Yes\"; \"No\"");
}

static void one_of_several_prompts_is_cut_between_two_characters(void **state)
{
    (void)state;
    static const char *const SIDE[] = {"A", "B"};
    /* 59 bytes, then a character of two: it would end behind the sixtieth */
    says(prompt_of("wren", "12345678901234567890123456789012345678901234567890123456789\xc3\xa9",
                   NULL),
         prompt_of("wren", "x", NULL), SIDE,
         "A: \"12345678901234567890123456789012345678901234567890123456789...\"; B: \"x\"");
}

static void one_prompt_is_whole(void **state)
{
    (void)state;
    FeatureSet fs = prompt_of("wren", "Once", "refusal");
    const FeatureSet *one = &fs, *many[] = {&fs, &fs, &fs, &fs};
    Str s = {0};
    caption_piece(&one, 1, NULL, &s);
    assert_string_equal(str_text(&s), "direction refusal; \"Once\"");
    s.len = 0;
    FeatureSet other = prompt_of("wren", "Twice", NULL);
    many[3] = &other;
    caption_piece(many, 4, NULL, &s);
    assert_string_equal(str_text(&s), "4 prompts; direction refusal");
    str_free(&s);
    feat_free(&fs);
    feat_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_models_of_one_prompt_are_told_apart),
        cmocka_unit_test(two_prompts_of_one_model_are_told_apart),
        cmocka_unit_test(one_of_several_prompts_is_cut_between_two_characters),
        cmocka_unit_test(one_prompt_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
