/* test_retrieval.c: recall of planted guesses: a perfect one, noise, a single one for all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "learn/retrieval.h"
#include "math/permute.h"

enum { D = 32, NG = 24, NI = 200, DRAWS = 20, CANDIDATES = 50, CLUSTERS = 4 };

typedef struct Plant {
    Retrieval r;
    float guess[NG * D], item[NI * D];
    int cluster[NG], candidate[DRAWS * CANDIDATES], answer[DRAWS * NG];
} Plant;

/* Each guess has an item of its own, 0..NG-1, in every draw among others. */
static Plant *plant(void)
{
    Plant *p = mem_alloc(1, sizeof *p);
    Control c = control_seed(4);
    for (int i = 0; i < NI * D; i++) p->item[i] = (float)control_normal(&c);
    for (int i = 0; i < NG * D; i++) p->guess[i] = (float)control_normal(&c);
    for (int g = 0; g < NG; g++) p->cluster[g] = g % CLUSTERS;
    for (int d = 0; d < DRAWS; d++) {
        int order[CANDIDATES];
        for (int k = 0; k < CANDIDATES; k++) order[k] = k < NG ? k : NG + (d * 7 + k) % (NI - NG);
        control_shuffle(&c, order, CANDIDATES);
        for (int k = 0; k < CANDIDATES; k++) {
            p->candidate[d * CANDIDATES + k] = order[k];
            if (order[k] < NG) p->answer[d * NG + order[k]] = k;
        }
        p->answer[d * NG + d % NG] = -1;
    }
    p->r = (Retrieval){.d = D,
                       .guess = p->guess,
                       .cluster = p->cluster,
                       .nguesses = NG,
                       .nclusters = CLUSTERS,
                       .item = p->item,
                       .nitems = NI,
                       .candidate = p->candidate,
                       .answer = p->answer,
                       .draws = DRAWS,
                       .candidates = CANDIDATES,
                       .permutations = 499,
                       .seed = 1};
    return p;
}

static void a_perfect_guess_has_all_recall(void **state)
{
    (void)state;
    Plant *p = plant();
    RetrievalScore s;
    for (int i = 0; i < NG * D; i++) p->guess[i] = 3 * p->item[i];
    retrieval_score(&s, &p->r);
    assert_int_equal(s.asked, DRAWS * (NG - 1));
    assert_int_equal(s.guesses, NG);
    assert_near(s.recall1, 1, 0);
    assert_near(s.recall5, 1, 0);
    assert_near(s.median, 1, 0);
    assert_near(s.p1, 1 / 500.0, 1e-12);
    assert_near(s.cosine, 1, 1e-6);
    assert_true(fabs(s.cosine_others) < 0.05);
    assert_near(s.cluster1.lo, 1, 0);
    assert_near(s.wilson1.hi, 1, 1e-12);
    assert_int_equal(s.histogram[0], s.asked);
    retrieval_free(&s);
    free(p);
}

static void noise_has_what_chance_gives(void **state)
{
    (void)state;
    Plant *p = plant();
    RetrievalScore s;
    retrieval_score(&s, &p->r);
    /* 24 guesses: deviation of recall at 5 sqrt(.1 .9 / 24) = .06 and three of them */
    assert_true(fabs(s.recall5 - 0.1) < 0.18);
    assert_true(s.p1 > 0.05 && s.p5 > 0.05);
    assert_true(s.median > 15 && s.median < 36);
    assert_true(s.wilson5.lo < 0.1 && s.wilson5.hi > 0.1);
    assert_true(fabs(s.cosine - s.cosine_others) < 0.15);
    int sum = 0;
    for (int k = 0; k < CANDIDATES; k++) sum += s.histogram[k];
    assert_int_equal(sum, s.asked);
    retrieval_free(&s);
    free(p);
}

static void one_guess_for_all_has_no_more_than_chance(void **state)
{
    (void)state;
    Plant *p = plant();
    RetrievalScore s;
    for (int g = 1; g < NG; g++) memcpy(p->guess + g * D, p->guess, D * sizeof *p->guess);
    retrieval_score(&s, &p->r);
    assert_near(s.p1, 1, 0); /* every permutation is the same */
    assert_near(s.p5, 1, 0);
    for (int i = 0; i < NI; i++) memcpy(p->item + i * D, p->item, D * sizeof *p->item);
    RetrievalScore same;
    retrieval_score(&same, &p->r);
    assert_near(same.recall5, 0, 0); /* all items alike: nobody is first */
    assert_near(same.median, CANDIDATES, 0);
    retrieval_free(&same);
    retrieval_free(&s);
    free(p);
}

static void one_good_cluster_is_less_sure_than_its_guesses_say(void **state)
{
    (void)state;
    Plant *p = plant();
    RetrievalScore s;
    for (int g = 0; g < NG; g++)
        if (p->cluster[g] == 2) memcpy(p->guess + g * D, p->item + g * D, D * sizeof *p->item);
    retrieval_score(&s, &p->r);
    assert_true(s.recall1 > 0.2 && s.recall1 < 0.35);
    assert_true(s.p1 < 0.01);
    /* a sample of clusters may lack the good one altogether */
    assert_true(s.cluster1.lo < 0.1 && s.cluster1.lo < s.wilson1.lo);
    assert_true(s.cluster1.hi > s.wilson1.hi);
    p->r.nclusters = 1;
    memset(p->cluster, 0, sizeof p->cluster);
    RetrievalScore one;
    retrieval_score(&one, &p->r);
    assert_true(isnan(one.cluster1.lo) && isnan(one.cluster5.hi));
    retrieval_free(&one);
    retrieval_free(&s);
    free(p);
}

static void wilson_has_the_published_numbers(void **state)
{
    (void)state;
    /* statsmodels.stats.proportion.proportion_confint(., ., method="wilson") */
    Interval a = wilson_interval(0.1, 50), b = wilson_interval(0, 20);
    assert_near(a.lo, 0.04347, 1e-4);
    assert_near(a.hi, 0.21361, 1e-4);
    assert_near(b.lo, 0, 0);
    assert_near(b.hi, 0.16113, 1e-4);
    assert_true(isnan(wilson_interval(0, 0).lo));
}

static void the_same_seed_says_the_same(void **state)
{
    (void)state;
    Plant *p = plant();
    RetrievalScore a, b;
    retrieval_score(&a, &p->r);
    retrieval_score(&b, &p->r);
    assert_near(a.p5, b.p5, 0);
    assert_near(a.cluster5.hi, b.cluster5.hi, 0);
    retrieval_free(&a);
    retrieval_free(&b);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_perfect_guess_has_all_recall),
        cmocka_unit_test(noise_has_what_chance_gives),
        cmocka_unit_test(one_guess_for_all_has_no_more_than_chance),
        cmocka_unit_test(one_good_cluster_is_less_sure_than_its_guesses_say),
        cmocka_unit_test(wilson_has_the_published_numbers),
        cmocka_unit_test(the_same_seed_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
