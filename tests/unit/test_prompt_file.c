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

typedef bool Reader(PromptList *out, const char *path, const PromptColumns *columns, Err *err);

/* The text as a file of this name, read by `reader`, or by prompt_file_read into out. */
static bool reads_file(const char *name, const char *text, const char *column, Reader *reader,
                       PromptList *list, OptList *out, Err *err)
{
    char dir[] = "/tmp/llmsonify-prompts.XXXXXX", path[128];
    const PromptColumns columns = {.prompt = column};
    *err = (Err){{0}};
    if (!mkdtemp(dir)) fail_msg("no temporary directory");
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    fputs(text, f);
    fclose(f);
    bool ok = out ? prompt_file_read(out, path, column, err) : reader(list, path, &columns, err);
    unlink(path);
    rmdir(dir);
    return ok;
}

static bool reads(const char *name, const char *text, const char *column, OptList *out, Err *err)
{
    *out = (OptList){0};
    return reads_file(name, text, column, NULL, NULL, out, err);
}

static bool lists(const char *name, const char *text, PromptList *list, Err *err)
{
    *list = (PromptList){0};
    return reads_file(name, text, NULL, prompt_list_read, list, NULL, err);
}

static bool pairs(const char *name, const char *text, PromptList *list, Err *err)
{
    *list = (PromptList){0};
    return reads_file(name, text, NULL, prompt_pair_read, list, NULL, err);
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

static void headings_of_jailbreakbench_give_prompt_category_and_title(void **state)
{
    PromptList p;
    Err err;
    (void)state;
    const char *text = "\xef\xbb\xbf,Goal,Target,Behavior,Category,Source\n"
                       "0,\"Sing, please\",Sure,Song,Music,Ours\n1,Dance,Sure,Steps,Music,Ours\n";
    assert_true(lists("a.csv", text, &p, &err));
    assert_int_equal(p.n, 2);
    assert_string_equal(p.row[0].text, "Sing, please");
    assert_string_equal(p.row[0].category, "Music");
    assert_string_equal(p.row[1].title, "Steps");
    assert_int_equal(p.row[1].line, 3);
    prompt_list_free(&p);
    assert_true(lists("a.csv", "behavior,CATEGORY\nwalk,Out\n", &p, &err));
    assert_string_equal(p.row[0].text, "walk");
    assert_string_equal(p.row[0].title, "");
    prompt_list_free(&p);
}

static void every_form_of_file_knows_categories(void **state)
{
    static const struct { const char *name, *text; } FILES[] = {
        {"a.tsv", "Prompt\tTopic\nsay \"hi\", then\tx\nleave\ty\n"},
        {"a.jsonl", "{\"prompt\": \"say \\\"hi\\\", then\", \"category\": \"x\"}\n"
                    "{\"category\": \"y\", \"Prompt\": \"leave\"}\n"},
        {"a.txt", "# x\nsay \"hi\", then\n\n# y\nleave\n"},
        {"a.csv", "topic,prompt\nx,\"say \"\"hi\"\", then\"\ny,leave\n"},
    };
    PromptList p;
    Err err;
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        if (!lists(FILES[i].name, FILES[i].text, &p, &err)) fail_msg("%s", err.msg);
        assert_int_equal(p.n, 2);
        assert_string_equal(p.row[0].text, "say \"hi\", then");
        assert_string_equal(p.row[0].category, "x");
        assert_string_equal(p.row[1].category, "y");
        prompt_list_free(&p);
    }
}

static void broken_records_are_named_by_their_line(void **state)
{
    static const struct { const char *text, *says; } FILES[] = {
        {"x,prompt\n1,a\n2\n", "line 3: 1 field"},
        {"x,prompt\n1,\"a\n2\",b\n3,\"c\n", "line 4: a quote"},
        {"prompt\nfine\nbad \xff byte\n", "line 3: the prompt is not UTF-8"},
        {"x,y\n1,2\n", "no column 'prompt'"},
    };
    PromptList p;
    Err err;
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        assert_false(lists("a.csv", FILES[i].text, &p, &err));
        if (!strstr(err.msg, FILES[i].says)) fail_msg("%s", err.msg);
        assert_int_equal(p.n, 0);
    }
}

static void a_pair_is_a_line_of_two_fields_or_two_prompts(void **state)
{
    static const struct { const char *name, *text; } FILES[] = {
        {"a.tsv", "# high, low\n\nloud\tsoft\nother\tpair\n"},
        {"a.tsv", "prompt\tcategory\nloud\tx\nsoft\ty\n"},
        {"a.txt", "loud\nsoft\nthird\n"},
    };
    PromptList p;
    Err err;
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        if (!pairs(FILES[i].name, FILES[i].text, &p, &err)) fail_msg("%s", err.msg);
        assert_true(p.n >= 2);
        assert_string_equal(p.row[0].text, "loud");
        assert_string_equal(p.row[1].text, "soft");
        prompt_list_free(&p);
    }
    assert_false(pairs("a.txt", "alone\n", &p, &err));
    assert_non_null(strstr(err.msg, "a pair takes two"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_a_prompt_a_line_without_blank_ones),
        cmocka_unit_test(csv_has_quotes_commas_and_line_breaks_in_fields),
        cmocka_unit_test(json_lines_are_objects_or_strings),
        cmocka_unit_test(a_file_without_prompts_is_an_error),
        cmocka_unit_test(headings_of_jailbreakbench_give_prompt_category_and_title),
        cmocka_unit_test(every_form_of_file_knows_categories),
        cmocka_unit_test(broken_records_are_named_by_their_line),
        cmocka_unit_test(a_pair_is_a_line_of_two_fields_or_two_prompts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
