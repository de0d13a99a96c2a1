/* test_jobs.c: a store of pieces needs a thread to make them. pthread_create is replaced here, by
 * one that fails from a given call on. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "serve/jobs.h"

typedef int Create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *ud);

static int left = 1 << 20; /* threads that may still be started */

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *ud)
{
    Create *real;
    void *at = dlsym(RTLD_NEXT, "pthread_create");
    memcpy(&real, &at, sizeof real);
    return left-- > 0 ? real(thread, attr, fn, ud) : EAGAIN;
}

static void without_a_thread_no_store_is_opened(void **state)
{
    const ServeOpts o = {.workers = 3};
    Err err = {""};
    Jobs *jobs = (Jobs *)&o;
    (void)state;
    left = 0;
    assert_false(jobs_open(&jobs, &o, NULL, 4, &err));
    assert_null(jobs);
    assert_non_null(strstr(err.msg, "no thread can be started to make pieces: "));
    assert_non_null(strstr(err.msg, strerror(EAGAIN)));
}

static void one_thread_of_those_wanted_is_enough(void **state)
{
    const ServeOpts o = {.workers = 3};
    Err err = {""};
    Jobs *jobs = NULL;
    (void)state;
    left = 1;
    if (!jobs_open(&jobs, &o, NULL, 4, &err)) fail_msg("%s", err.msg);
    assert_int_equal(jobs_running(jobs), 0);
    jobs_close(jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_thread_no_store_is_opened),
        cmocka_unit_test(one_thread_of_those_wanted_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
