/* test_opt.c: option rows: every form of the command line, ranges, environment, echo, help. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/opt.h"

typedef struct Shared {
    bool quiet;
    int verbose, threads;
} Shared;

typedef struct Values {
    Shared shared;
    OptList model, genre, song;
    double tempo;
    int root, bars;
    const char *output, *note;
    bool audio, raw;
} Values;

static const char *const ROOTS[] = {"C", "C#|Db", "D", NULL};
static const char *const GENRES[] = {"opera", "acid", NULL};

static const Opt SHARED[] = {
    {.letter = 'q', .name = "quiet", .type = OPT_FLAG, .at = offsetof(Shared, quiet),
     .help = "silence", .local = true},
    {.letter = 'v', .name = "verbose", .type = OPT_COUNT, .at = offsetof(Shared, verbose),
     .help = "more"},
    {.letter = 't', .name = "threads", .type = OPT_INT, .at = offsetof(Shared, threads),
     .arg = "N", .help = "threads", .lo = 0, .hi = 64, .env = "LLMSONIFY_TEST_THREADS",
     .local = true},
};
static const Opt ROWS[] = {
    {.letter = 'm', .name = "model", .type = OPT_LIST, .at = offsetof(Values, model),
     .arg = "MODEL", .help = "model"},
    {.name = "genre", .type = OPT_LIST, .at = offsetof(Values, genre), .arg = "LIST",
     .help = "genre", .choices = GENRES},
    {.name = "tempo", .type = OPT_REAL, .at = offsetof(Values, tempo), .arg = "BPM",
     .help = "tempo", .lo = 20, .hi = 400},
    {.name = "bars", .type = OPT_INT, .at = offsetof(Values, bars), .arg = "N", .help = "bars",
     .lo = -8, .hi = 99},
    {.name = "root", .type = OPT_CHOICE, .at = offsetof(Values, root), .arg = "PITCH",
     .help = "root", .choices = ROOTS},
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(Values, output),
     .arg = "NAME", .help = "name", .local = true},
    {.name = "note", .type = OPT_STRING, .at = offsetof(Values, note), .arg = "TEXT",
     .help = "note", .empty = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(Values, audio), .help = "no audio"},
    {.name = "raw", .type = OPT_FLAG, .at = offsetof(Values, raw), .help = "raw"},
    {.letter = 's', .name = "songs", .type = OPT_LIST, .at = offsetof(Values, song),
     .arg = "FILE...", .help = "songs", .many = true},
};
static const OptGroup GROUPS[] = {
    {.title = "Own", .opt = ROWS, .n = sizeof ROWS / sizeof *ROWS},
    {.title = "Shared", .opt = SHARED, .n = 3, .at = offsetof(Values, shared)},
};
static const Values DEFAULTS = {.root = -1, .audio = true, .tempo = 0, .bars = 4};

static char *WORDS[24];

/* One parse of words up to NULL. */
typedef struct Fixture {
    Values v;
    OptList operands;
    Err err;
    bool ok;
} Fixture;

static void parse(Fixture *f, ...)
{
    va_list ap;
    int n = 0;
    *f = (Fixture){.v = DEFAULTS};
    va_start(ap, f);
    for (char *w; (w = va_arg(ap, char *)) != NULL;) WORDS[n++] = w;
    va_end(ap);
    f->ok = opt_parse(&f->v, &f->operands, GROUPS, 2, n, WORDS, &f->err);
}

static void drop(Fixture *f)
{
    opt_free(&f->v, GROUPS, 2);
    optlist_free(&f->operands);
}

static void every_form_of_a_value_is_understood(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "--threads=3", "--tempo", "138.5", "-ofile", "-m", "a", "-mb", "--bars", "-3", NULL);
    assert_true(f.ok);
    assert_int_equal(f.v.shared.threads, 3);
    assert_true(f.v.tempo == 138.5);
    assert_string_equal(f.v.output, "file");
    assert_int_equal(f.v.model.n, 2);
    assert_string_equal(f.v.model.item[1], "b");
    assert_int_equal(f.v.bars, -3);
    assert_int_equal(f.v.root, -1);
    drop(&f);
}

static void only_a_string_that_may_be_empty_is(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "--note", "", NULL);
    assert_true(f.ok);
    assert_string_equal(f.v.note, "");
    drop(&f);
    parse(&f, "--output", "", NULL);
    assert_false(f.ok);
    drop(&f);
}

static void letters_form_a_cluster_that_a_value_may_end(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "-qvvt7", NULL);
    assert_true(f.ok);
    assert_true(f.v.shared.quiet);
    assert_int_equal(f.v.shared.verbose, 2);
    assert_int_equal(f.v.shared.threads, 7);
    drop(&f);
}

static void a_flag_can_be_taken_back(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "--raw", "--no-raw", "--no-audio", NULL);
    assert_true(f.ok);
    assert_false(f.v.raw);
    assert_false(f.v.audio);
    drop(&f);
    parse(&f, "--no-audio", "--audio", NULL);
    assert_true(f.v.audio);
    drop(&f);
    parse(&f, "--no-tempo", NULL);
    assert_false(f.ok);
    drop(&f);
}

static void a_dash_is_an_operand_and_two_end_the_options(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "-", "-o", "-", "--", "--tempo", "-q", NULL);
    assert_true(f.ok);
    assert_int_equal(f.operands.n, 3);
    assert_string_equal(f.operands.item[0], "-");
    assert_string_equal(f.operands.item[1], "--tempo");
    assert_string_equal(f.v.output, "-");
    assert_false(f.v.shared.quiet);
    drop(&f);
}

static void a_list_of_many_takes_all_words_up_to_the_next_option(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "--songs", "a", "b", "c", "--model", "m", "x", "-s", "d", "e", "--raw", "y",
          "--songs=f", "z", "-sg", "--", "w", NULL);
    assert_true(f.ok);
    static const char *const SONGS[] = {"a", "b", "c", "d", "e", "f", "g"};
    static const char *const REST[] = {"x", "y", "z", "w"};
    assert_int_equal(f.v.song.n, 7);
    for (int i = 0; i < 7; i++) assert_string_equal(f.v.song.item[i], SONGS[i]);
    assert_int_equal(f.v.model.n, 1);
    assert_int_equal(f.operands.n, 4);
    for (int i = 0; i < 4; i++) assert_string_equal(f.operands.item[i], REST[i]);
    drop(&f);
    parse(&f, "--songs", NULL);
    assert_false(f.ok);
    assert_non_null(strstr(f.err.msg, "--songs: needs a value: FILE..."));
    drop(&f);
}

static void choices_have_other_names_and_any_case(void **state)
{
    (void)state;
    Fixture f;
    parse(&f, "--root", "dB", "--genre", "acid,OPERA", NULL);
    assert_true(f.ok);
    assert_int_equal(f.v.root, 1);
    assert_int_equal(f.v.genre.n, 2);
    assert_string_equal(f.v.genre.item[1], "opera");
    drop(&f);
}

static void wrong(const char *word, const char *value, const char *expected)
{
    Fixture f;
    parse(&f, word, value, NULL);
    assert_false(f.ok);
    assert_string_equal(f.err.msg, expected);
    drop(&f);
}

static void an_error_names_option_value_and_range(void **state)
{
    (void)state;
    wrong("--tempo", "500", "--tempo: '500' is not a number from 20 to 400");
    wrong("--tempo", "nan", "--tempo: 'nan' is not a number from 20 to 400");
    wrong("--tempo=12x", NULL, "--tempo: '12x' is not a number from 20 to 400");
    wrong("-t", "1.5", "-t: '1.5' is not a whole number from 0 to 64");
    wrong("-t99999999999999999999", NULL,
          "-t: '99999999999999999999' is not a whole number from 0 to 64");
    wrong("--root", "H", "--root: 'H' is not one of: C C# D");
    wrong("--genre", "acid,polka", "--genre: 'polka' is not one of: opera acid");
    wrong("--tempo", NULL, "--tempo: needs a value: BPM");
    wrong("--output=", NULL, "--output: needs a value that is not empty");
    wrong("--raw=1", NULL, "--raw: takes no value");
}

static void a_typing_error_gets_a_suggestion(void **state)
{
    (void)state;
    wrong("--tmepo", "3", "unknown option '--tmepo'; did you mean '--tempo'?");
    wrong("--no-audoi", NULL, "unknown option '--no-audoi'; did you mean '--no-audio'?");
    wrong("--colour", NULL, "unknown option '--colour'; --help lists the options");
    wrong("-x", NULL, "unknown option '-x'; --help lists the options");
}

static void the_environment_fills_what_is_not_given(void **state)
{
    (void)state;
    Fixture f;
    setenv("LLMSONIFY_TEST_THREADS", "5", 1);
    parse(&f, NULL);
    assert_true(f.ok);
    assert_int_equal(f.v.shared.threads, 5);
    drop(&f);
    parse(&f, "-t2", NULL);
    assert_int_equal(f.v.shared.threads, 2);
    drop(&f);
    setenv("LLMSONIFY_TEST_THREADS", "many", 1);
    wrong("-q", NULL, "LLMSONIFY_TEST_THREADS: 'many' is not a whole number from 0 to 64");
    unsetenv("LLMSONIFY_TEST_THREADS");
}

static void the_echo_has_what_shaped_the_result_and_no_more(void **state)
{
    (void)state;
    Fixture f;
    Str s = {0};
    parse(&f, "-q", "-t2", "-o", "x", "-m", "my model", "--genre=acid", "--tempo", "99.5", "--root",
          "db", "--no-audio", "--bars", "4", NULL);
    opt_echo(&s, &f.v, &DEFAULTS, GROUPS, 2);
    assert_string_equal(str_text(&s), " --model 'my model' --genre acid --tempo 99.5 --root C#"
                                      " --no-audio");
    str_free(&s);
    drop(&f);
}

static void a_quoted_word_survives_a_shell(void **state)
{
    (void)state;
    Str s = {0};
    opt_quote(&s, "it's");
    str_putc(&s, ' ');
    opt_quote(&s, "");
    assert_string_equal(str_text(&s), "'it'\\''s' ''");
    str_free(&s);
}

static void help_shows_every_row_with_range_and_default_in_80_columns(void **state)
{
    (void)state;
    Str s = {0};
    int column = 0;
    opt_help(&s, &DEFAULTS, GROUPS, 2);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_non_null(strstr(s.s, ROWS[i].name));
    assert_non_null(strstr(s.s, "--no-audio"));
    assert_non_null(strstr(s.s, "bars (-8 to 99) [4]"));
    assert_non_null(strstr(s.s, "tempo (20 to 400)\n")); /* a default outside the range: none */
    assert_non_null(strstr(s.s, "or LLMSONIFY_TEST_THREADS"));
    for (const char *p = s.s; *p; p++) {
        column = *p == '\n' ? 0 : column + 1;
        assert_true(column <= 80);
    }
    str_free(&s);
}

static void roff_does_not_interpret_text(void **state)
{
    (void)state;
    Str s = {0};
    opt_roff(&s, ".TH a-b\\c\n'x");
    assert_string_equal(str_text(&s), "\\&.TH a\\-b\\ec\n\\&'x");
    str_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_value_is_understood),
        cmocka_unit_test(only_a_string_that_may_be_empty_is),
        cmocka_unit_test(letters_form_a_cluster_that_a_value_may_end),
        cmocka_unit_test(a_flag_can_be_taken_back),
        cmocka_unit_test(a_dash_is_an_operand_and_two_end_the_options),
        cmocka_unit_test(a_list_of_many_takes_all_words_up_to_the_next_option),
        cmocka_unit_test(choices_have_other_names_and_any_case),
        cmocka_unit_test(an_error_names_option_value_and_range),
        cmocka_unit_test(a_typing_error_gets_a_suggestion),
        cmocka_unit_test(the_environment_fills_what_is_not_given),
        cmocka_unit_test(the_echo_has_what_shaped_the_result_and_no_more),
        cmocka_unit_test(a_quoted_word_survives_a_shell),
        cmocka_unit_test(help_shows_every_row_with_range_and_default_in_80_columns),
        cmocka_unit_test(roff_does_not_interpret_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
