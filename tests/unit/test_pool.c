/* The thread pool: every task once, whatever the numbers of tasks and threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/pool.h"

enum { MAX_TASKS = 1000, MAX_WORKERS = 8 };

typedef struct Tally {
    atomic_int count[MAX_TASKS];
    atomic_int busy[MAX_WORKERS]; /* tasks inside fn under one worker's number */
    atomic_int took[MAX_WORKERS]; /* tasks */
    atomic_int clash;
    int64_t pause_ns;
} Tally;

static void count_task(void *ud, int task, int worker)
{
    Tally *t = ud;
    if (atomic_fetch_add(&t->busy[worker], 1) != 0) atomic_fetch_add(&t->clash, 1);
    if (t->pause_ns > 0) nanosleep(&(struct timespec){.tv_nsec = t->pause_ns}, NULL);
    atomic_fetch_add(&t->count[task], 1);
    atomic_fetch_add(&t->took[worker], 1);
    atomic_fetch_sub(&t->busy[worker], 1);
}

static void check_run(Pool *pool, int tasks, int64_t pause_ns)
{
    static Tally t;
    memset(&t, 0, sizeof t);
    t.pause_ns = pause_ns;
    pool_run(pool, tasks, count_task, &t);
    for (int i = 0; i < tasks; i++) assert_int_equal(atomic_load(&t.count[i]), 1);
    if (tasks < MAX_TASKS) assert_int_equal(atomic_load(&t.count[tasks]), 0);
    assert_int_equal(atomic_load(&t.clash), 0);
    for (int i = pool_threads(pool); i < MAX_WORKERS; i++)
        assert_int_equal(atomic_load(&t.took[i]), 0);
}

static void every_task_is_done_once_for_any_number_of_threads(void **state)
{
    (void)state;
    static const int TASKS[] = {0, 1, 2, 3, 7, 64, MAX_TASKS};
    for (int threads = 1; threads <= MAX_WORKERS; threads++) {
        Pool *pool = pool_open(threads);
        assert_int_equal(pool_threads(pool), threads);
        for (size_t i = 0; i < sizeof TASKS / sizeof *TASKS; i++) check_run(pool, TASKS[i], 0);
        pool_close(pool);
    }
}

static void many_small_runs_follow_each_other(void **state)
{
    (void)state;
    for (int threads = 2; threads <= 3; threads++) {
        Pool *pool = pool_open(threads);
        for (int i = 0; i < 3000; i++) check_run(pool, 1 + i % 9, 0);
        pool_close(pool);
    }
}

/* Pauses longer than the pool spins, before tasks and inside them. */
static void threads_that_sleep_wake_up_again(void **state)
{
    (void)state;
    Pool *pool = pool_open(4);
    for (int i = 0; i < 10; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        check_run(pool, 5, 500000);
    }
    pool_close(pool);
}

static void all_threads_take_part(void **state)
{
    (void)state;
    static Tally t;
    memset(&t, 0, sizeof t);
    t.pause_ns = 2000000;
    Pool *pool = pool_open(3);
    pool_run(pool, 60, count_task, &t);
    for (int i = 0; i < 3; i++) assert_true(atomic_load(&t.took[i]) > 0);
    pool_close(pool);
}

static void no_pool_does_the_tasks_in_order(void **state)
{
    (void)state;
    assert_int_equal(pool_threads(NULL), 1);
    check_run(NULL, 10, 0);
    pool_close(NULL);
}

static void a_pool_that_never_worked_closes(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) pool_close(pool_open(3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_is_done_once_for_any_number_of_threads),
        cmocka_unit_test(many_small_runs_follow_each_other),
        cmocka_unit_test(threads_that_sleep_wake_up_again),
        cmocka_unit_test(all_threads_take_part),
        cmocka_unit_test(no_pool_does_the_tasks_in_order),
        cmocka_unit_test(a_pool_that_never_worked_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
