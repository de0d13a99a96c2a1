/* test_voice_leading.c: least voice leadings: published ones, and a search over all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/voice_leading.h"
#include "fixture_near.h"

/* Every set of pairs in which all tones of both take part, by brute force. */
static double search(const int *a, int na, const int *b, int nb, VoiceNorm norm)
{
    double least = INFINITY;
    for (unsigned pairs = 1; pairs < 1u << (na * nb); pairs++) {
        unsigned seen_a = 0, seen_b = 0;
        double sum = 0;
        for (int i = 0; i < na * nb; i++) {
            if (!(pairs >> i & 1)) continue;
            int d = (a[i / nb] - b[i % nb] + 12) % 12;
            d = d > 6 ? 12 - d : d;
            sum += norm == VOICE_EUCLID ? d * d : d;
            seen_a |= 1u << i / nb;
            seen_b |= 1u << i % nb;
        }
        if (seen_a == (1u << na) - 1 && seen_b == (1u << nb) - 1) least = fmin(least, sum);
    }
    return norm == VOICE_EUCLID ? sqrt(least) : least;
}

static void tymoczkos_triads_move_as_little_as_he_says(void **state)
{
    (void)state;
    const int c[3] = {0, 4, 7}, e_minor[3] = {4, 7, 11}, e_flat_minor[3] = {3, 6, 10};
    assert_near(voice_leading(e_minor, 3, c, 3, VOICE_TAXICAB), 1, 0);
    assert_near(voice_leading(e_flat_minor, 3, c, 3, VOICE_TAXICAB), 4, 0);
    assert_near(voice_leading(e_flat_minor, 3, c, 3, VOICE_EUCLID), sqrt(6), 1e-12);
    assert_near(voice_leading(c, 3, c, 3, VOICE_TAXICAB), 0, 0);
}

static void octaves_and_order_do_not_matter(void **state)
{
    (void)state;
    const int low[3] = {31, 47, 52}, high[3] = {84, 67, 76};
    assert_near(voice_leading(low, 3, high, 3, VOICE_TAXICAB), 1, 0);
    assert_near(voice_leading(high, 3, low, 3, VOICE_TAXICAB), 1, 0);
    assert_near(voice_leading((int[]){-1}, 1, (int[]){11}, 1, VOICE_TAXICAB), 0, 0);
}

static void doublings_are_as_cheap_as_a_search_finds(void **state)
{
    (void)state;
    static const int A[6][4] = {{0, 4, 7}, {0, 4, 7}, {0, 3, 6, 9}, {0, 1}, {0, 4, 8}, {2, 7}};
    static const int B[6][4] = {{7, 11, 2, 5}, {0},           {0, 4, 7},
                                {5, 6, 11, 0}, {11, 2, 5, 8}, {0, 4, 9, 10}};
    static const int NA[6] = {3, 3, 4, 2, 3, 2}, NB[6] = {4, 1, 3, 4, 4, 4};
    for (int i = 0; i < 6; i++) {
        for (int norm = VOICE_TAXICAB; norm <= VOICE_EUCLID; norm++) {
            double want = search(A[i], NA[i], B[i], NB[i], (VoiceNorm)norm);
            assert_near(voice_leading(A[i], NA[i], B[i], NB[i], (VoiceNorm)norm), want, 1e-12);
            assert_near(voice_leading(B[i], NB[i], A[i], NA[i], (VoiceNorm)norm), want, 1e-12);
        }
    }
}

static void sets_are_chords_too(void **state)
{
    (void)state;
    unsigned c = 1 << 0 | 1 << 4 | 1 << 7, e_minor = 1 << 4 | 1 << 7 | 1 << 11;
    assert_near(voice_leading_sets(e_minor, c, VOICE_TAXICAB), 1, 0);
    assert_near(voice_leading_sets(0xfff, 0xfff, VOICE_TAXICAB), 0, 0);
    assert_near(voice_leading_sets(0xfff, 1, VOICE_TAXICAB), 36, 0);
    assert_true(isnan(voice_leading_sets(0, c, VOICE_TAXICAB)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tymoczkos_triads_move_as_little_as_he_says),
        cmocka_unit_test(octaves_and_order_do_not_matter),
        cmocka_unit_test(doublings_are_as_cheap_as_a_search_finds),
        cmocka_unit_test(sets_are_chords_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
