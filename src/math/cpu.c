/* cpu.c: see math/cpu.h. The compiler's support library asks CPUID and also whether the operating
 * system saves the wide registers. */
#include "math/cpu.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const LEVEL_NAME[CPU_LEVELS] = {
    [CPU_PORTABLE] = "portable", [CPU_AVX2] = "avx2", [CPU_AVX512] = "avx512"};

const char *cpu_level_name(CpuLevel level)
{
    return LEVEL_NAME[level];
}

#if defined(__x86_64__)
static bool has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

bool cpu_level_supported(CpuLevel level)
{
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
    switch (level) {
    case CPU_PORTABLE: return true;
    case CPU_AVX2: return avx2;
    case CPU_AVX512: return avx2 && __builtin_cpu_supports("avx512f");
    case CPU_LEVELS: break;
    }
    return false;
}
#else
bool cpu_level_supported(CpuLevel level)
{
    return level == CPU_PORTABLE;
}
#endif

bool cpu_level_choose(CpuLevel *out, Err *err)
{
    const char *want = getenv("LLMSONIFY_KERNELS");
    *out = CPU_PORTABLE;
    if (!want || !*want) {
        for (int i = 0; i < CPU_LEVELS; i++)
            if (cpu_level_supported((CpuLevel)i)) *out = (CpuLevel)i;
        return true;
    }
    for (int i = 0; i < CPU_LEVELS; i++) {
        if (strcmp(want, LEVEL_NAME[i]) != 0) continue;
        if (!cpu_level_supported((CpuLevel)i))
            return err_set(err, "LLMSONIFY_KERNELS=%s: this processor has no %s", want, want);
        *out = (CpuLevel)i;
        return true;
    }
    return err_set(err, "LLMSONIFY_KERNELS=%s: unknown; use portable, avx2 or avx512", want);
}
