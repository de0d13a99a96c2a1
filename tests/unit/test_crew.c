/* test_crew.c: a queue and those who work it off. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <time.h>

#include "base/crew.h"

enum { ITEMS = 200, MOST = 8 };

typedef struct Bench {
    atomic_int done[ITEMS];
    atomic_int running, most, open; /* open: handed over and not done */
    long pause;                     /* ns an item */
} Bench;

typedef struct Item {
    int i;
} Item;

static void work(void *ud, void *item)
{
    Bench *b = ud;
    int now = atomic_fetch_add(&b->running, 1) + 1, most = atomic_load(&b->most);
    while (now > most && !atomic_compare_exchange_weak(&b->most, &most, now)) continue;
    const struct timespec nap = {.tv_nsec = b->pause};
    nanosleep(&nap, NULL);
    atomic_fetch_add(&b->done[((Item *)item)->i], 1);
    atomic_fetch_sub(&b->running, 1);
    atomic_fetch_sub(&b->open, 1);
}

static void every_item_is_done_once_with_any_number_of_threads(void **state)
{
    Item item[ITEMS];
    (void)state;
    for (int threads = 0; threads <= 4; threads++) {
        static Bench b;
        b = (Bench){.pause = 1000};
        Crew *c = crew_open(threads, 3, work, &b);
        for (int i = 0; i < ITEMS; i++) {
            item[i].i = i;
            atomic_fetch_add(&b.open, 1);
            crew_put(c, &item[i]);
            /* in work, waiting, and the one just taken */
            assert_true(atomic_load(&b.open) <= threads + 3 + 1);
        }
        crew_close(c);
        for (int i = 0; i < ITEMS; i++) assert_int_equal(b.done[i], 1);
        assert_true(atomic_load(&b.most) <= (threads ? threads : 1));
    }
}

static void an_idle_crew_ends(void **state)
{
    static Bench b;
    (void)state;
    crew_close(crew_open(MOST, 1, work, &b));
    crew_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_done_once_with_any_number_of_threads),
        cmocka_unit_test(an_idle_crew_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
