/* test_prompt_file.c: prompts from text, CSV and JSON Lines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/prompt_file.h"

static bool reads(const char *name, const char *text, const char *column, OptList *out, Err *err)
{
    char dir[] = "/tmp/llmsonify-prompts.XXXXXX", path[128];
    *out = (OptList){0};
    *err = (Err){{0}};
    if (!mkdtemp(dir)) fail_msg("no temporary directory");
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    fputs(text, f);
    fclose(f);
    bool ok = prompt_file_read(out, path, column, err);
    unlink(path);
    rmdir(dir);
    return ok;
}

static void text_is_a_prompt_a_line_without_blank_ones(void **state)
{
    OptList p;
    Err err;
    (void)state;
    assert_true(reads("a.txt", "one\r\n\n  \ntwo three", NULL, &p, &err));
    assert_int_equal(p.n, 2);
    assert_string_equal(p.item[0], "one");
    assert_string_equal(p.item[1], "two three");
    optlist_free(&p);
}

static void csv_has_quotes_commas_and_line_breaks_in_fields(void **state)
{
    OptList p;
    Err err;
    (void)state;
    const char *text = "Index,Goal,x\n0,\"say \"\"hi\"\", then\nleave\",1\n1,plain,\"2\"\r\n";
    assert_true(reads("a.csv", text, NULL, &p, &err));
    assert_int_equal(p.n, 2);
    assert_string_equal(p.item[0], "say \"hi\", then\nleave");
    assert_string_equal(p.item[1], "plain");
    optlist_free(&p);
    assert_true(reads("a.csv", text, "x", &p, &err));
    assert_string_equal(p.item[1], "2");
    optlist_free(&p);
    assert_false(reads("a.csv", text, "nothing", &p, &err));
    assert_non_null(strstr(err.msg, "nothing"));
    optlist_free(&p);
}

static void json_lines_are_objects_or_strings(void **state)
{
    OptList p;
    Err err;
    (void)state;
    assert_true(reads("a.jsonl", "{\"text\": \"t\", \"prompt\": \"p\"}\n\"s\"\n", NULL, &p, &err));
    assert_int_equal(p.n, 2);
    assert_string_equal(p.item[0], "p");
    assert_string_equal(p.item[1], "s");
    optlist_free(&p);
    assert_false(reads("a.jsonl", "\"s\"\n{\"q\": 1}\n", NULL, &p, &err));
    assert_non_null(strstr(err.msg, "line 2"));
    optlist_free(&p);
    assert_false(reads("a.jsonl", "{\"q\": \n", NULL, &p, &err));
    optlist_free(&p);
}

static void a_file_without_prompts_is_an_error(void **state)
{
    OptList p;
    Err err;
    (void)state;
    assert_false(reads("a.txt", "\n\n", NULL, &p, &err));
    assert_false(reads("a.csv", "", NULL, &p, &err));
    assert_non_null(strstr(err.msg, "no prompt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_a_prompt_a_line_without_blank_ones),
        cmocka_unit_test(csv_has_quotes_commas_and_line_breaks_in_fields),
        cmocka_unit_test(json_lines_are_objects_or_strings),
        cmocka_unit_test(a_file_without_prompts_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
