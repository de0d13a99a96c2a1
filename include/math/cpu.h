/* cpu.h: which of our compute kernels this processor can run. */
#ifndef MATH_CPU_H
#define MATH_CPU_H

#include <stdbool.h>

#include "base/err.h"

typedef enum CpuLevel {
    CPU_PORTABLE, /* plain C */
    CPU_AVX2,     /* AVX2, FMA, F16C */
    CPU_AVX512,   /* AVX-512F besides */
    CPU_LEVELS
} CpuLevel;

const char *cpu_level_name(CpuLevel level); /* "avx2" */
/* This processor and its operating system can run it (and the compiler could make it). */
bool cpu_level_supported(CpuLevel level);
/* The best supported level, or the one that the environment variable LLMSONIFY_KERNELS names
 * (portable, avx2, avx512). False when that name is unknown or not supported here. */
bool cpu_level_choose(CpuLevel *out, Err *err);

#endif
