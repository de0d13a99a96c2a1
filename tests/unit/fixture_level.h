/* fixture_level.h: a test for each level of kernels, skipped by name where it cannot run. */
#ifndef FIXTURE_LEVEL_H
#define FIXTURE_LEVEL_H

#include <stdio.h>
#include <stdlib.h>

#include "math/cpu.h"

/* *state of the test: the level, through level_of. */
static const CpuLevel FIXTURE_LEVEL[CPU_LEVELS] = {CPU_PORTABLE, CPU_AVX2, CPU_AVX512};

static inline CpuLevel level_of(void **state)
{
    CpuLevel level = *(const CpuLevel *)*state;
    if (!cpu_level_supported(level)) {
        printf("# skipped: this processor has no %s\n", cpu_level_name(level));
        skip();
    }
    return level;
}

#define LEVEL_TEST(f, level)                                                                       \
    {                                                                                              \
        .name = #f " (" #level ")", .test_func = f, .initial_state = (void *)&FIXTURE_LEVEL[level] \
    }
#define LEVEL_TESTS(f)                                                                             \
    LEVEL_TEST(f, CPU_PORTABLE), LEVEL_TEST(f, CPU_AVX2), LEVEL_TEST(f, CPU_AVX512)

/* Numbers in -1..1 from a formula. */
static inline float level_number(uint32_t i)
{
    uint32_t h = (i + 1) * 2654435761u;
    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    return (float)(h >> 8) / 8388608.0f - 1.0f;
}

#endif
