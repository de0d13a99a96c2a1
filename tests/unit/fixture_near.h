/* fixture_near.h: assertions on f64, which cmocka 1.1 lacks. Include after <cmocka.h>. */
#ifndef FIXTURE_NEAR_H
#define FIXTURE_NEAR_H

#include <math.h>

/* |got - want| <= slack; a NaN fails. Slack 0: the same number. */
#define assert_near(got, want, slack)                                                              \
    do {                                                                                           \
        double near_got = (got), near_want = (want);                                               \
        if (!(fabs(near_got - near_want) <= (slack)))                                              \
            fail_msg("%s: got %.17g, want %.17g", #got, near_got, near_want);                      \
    } while (0)

#endif
