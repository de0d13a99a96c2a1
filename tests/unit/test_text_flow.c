/* test_text_flow.c: running text into lines: words whole, pieces told apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <string.h>

#include "base/str.h"
#include "tui/text_flow.h"

/* The lines as they are seen, "|" between them; checks that no two spans overlap. */
static void check_flow(const char *const *piece, int n, int width, const char *want)
{
    Flow f = {0};
    Str got = {0};
    int line = 0, col = 0;
    flow_make(&f, piece, n, width);
    for (int i = 0; i < f.n; i++) {
        const FlowSpan *s = &f.span[i];
        for (; line < s->line; line++, col = 0) str_putc(&got, '|');
        for (; col < s->col; col++) str_putc(&got, '_');
        assert_int_equal(col, s->col);
        str_add(&got, s->text, (size_t)s->len);
        for (int k = 0; k < s->len; k++) col += (s->text[k] & 0xc0) != 0x80;
        assert_true(s->piece >= 0 && s->piece < n);
    }
    for (; line < f.lines - 1; line++) str_putc(&got, '|');
    assert_string_equal(str_text(&got), want);
    str_free(&got);
    flow_free(&f);
}

#define FLOW(width, want, ...)                                                                     \
    check_flow((const char *const[]){__VA_ARGS__},                                                 \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), width, want)

static void words_stay_whole(void **state)
{
    (void)state;
    FLOW(10, "the quick |brown fox", "the quick brown fox");
    FLOW(9, "the quick|brown fox", "the quick brown fox");
    FLOW(5, "abcde|fgh", "abcdefgh");
    FLOW(5, "ab |cdefg|hij", "ab cdefghij");
}

static void words_of_several_pieces_too(void **state)
{
    (void)state;
    FLOW(8, "a |delicate|x", "a", " del", "ic", "ate", " x");
    FLOW(6, "ab |cdefgh", "ab", " c", "d", "efgh");
}

static void line_feeds_end_lines(void **state)
{
    (void)state;
    FLOW(20, "a||b|", "a\n\nb\n");
    FLOW(20, "ab?c", "ab\tc");
    FLOW(20, "", "");
}

static void characters_are_cells_not_bytes(void **state)
{
    (void)state;
    FLOW(4, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f|x", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f" "x");
    FLOW(8, "a?b", "a\xff" "b");
    assert_int_equal(flow_fit("\xc3\xa4\xc3\xb6" "bc", 3), 5);
    assert_int_equal(flow_fit("abc", 9), 3);
    assert_int_equal(flow_fit("abc", 0), 0);
}

static void pieces_keep_their_numbers(void **state)
{
    static const char *const PIECE[] = {"Once", " upon", " a", " time"};
    Flow f = {0};
    (void)state;
    flow_make(&f, PIECE, 4, 80);
    assert_int_equal(f.n >= 4, 1);
    for (int i = 0; i < f.n; i++) {
        const FlowSpan *s = &f.span[i];
        assert_true(s->text >= PIECE[s->piece]);
        assert_true(s->text + s->len <= PIECE[s->piece] + strlen(PIECE[s->piece]));
    }
    flow_free(&f);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_whole),
        cmocka_unit_test(words_of_several_pieces_too),
        cmocka_unit_test(line_feeds_end_lines),
        cmocka_unit_test(characters_are_cells_not_bytes),
        cmocka_unit_test(pieces_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
