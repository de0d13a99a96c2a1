/* Products of weights in place with activations, against sums in f64: every dtype and layout, every
 * remainder of rows, columns and tokens, at every level; and that how work is cut never matters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_level.h"
#include "infer/linear.h"

typedef enum Layout { PLAIN, WIDE, TRANSPOSED, GROUPED, LAYOUTS } Layout;

static const DType DTYPES[] = {DT_F32, DT_BF16, DT_F16};
enum { NDTYPES = 3, GROUP = 3 };

/* Weight (o, i): 5 bits, exact in every dtype. */
static float weight(int64_t o, int64_t i)
{
    return floorf(16 * level_number((uint32_t)(o * 7919 + i))) / 16;
}

/* f as the dtype's bytes; it must be exact there. */
static void put(uint8_t *p, DType dtype, float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    uint16_t h = (uint16_t)(u >> 16);
    if (dtype == DT_F16) {
        uint32_t exponent = f == 0 ? 0 : (u >> 23 & 255) - 112;
        h = (uint16_t)((u >> 16 & 0x8000) | exponent << 10 | (u >> 13 & 0x3ff));
    }
    if (dtype == DT_F32)
        memcpy(p, &u, sizeof u);
    else
        memcpy(p, &h, sizeof h);
}

typedef struct Weight {
    Tensor t;
    uint8_t *bytes; /* owned; the matrix begins at an odd address */
} Weight;

static Weight make_weight(DType dtype, Layout layout, int64_t out, int64_t in)
{
    Weight w = {.t = {.dtype = dtype, .ndim = 2, .shape = {out, in}, .ld = in}};
    int64_t stored = out;
    if (layout == WIDE) w.t.ld = in + 5;
    if (layout == TRANSPOSED) {
        w.t.transposed = true;
        w.t.ld = out + 3;
        stored = in;
    }
    if (layout == GROUPED) {
        w.t.group_rows = GROUP;
        w.t.group_stride = 3 * GROUP;
        stored = (out + GROUP) * 3;
    }
    int size = dtype_size(dtype);
    w.bytes = mem_alloc(stored * w.t.ld * size + 1, 1);
    memset(w.bytes, 0xff, (size_t)(stored * w.t.ld * size + 1)); /* NaN where nobody should read */
    w.t.data = w.bytes + 1;
    for (int64_t o = 0; o < out; o++)
        for (int64_t i = 0; i < in; i++) {
            int64_t row = layout == GROUPED ? o / GROUP * 3 * GROUP + o % GROUP : o;
            int64_t at = w.t.transposed ? i * w.t.ld + o : row * w.t.ld + i;
            put(w.bytes + 1 + at * size, dtype, weight(o, i));
        }
    return w;
}

static float *make_x(int64_t n)
{
    float *x = mem_alloc(n, sizeof *x);
    for (int64_t i = 0; i < n; i++) x[i] = level_number((uint32_t)i + 77777);
    return x;
}

static Linear linear_at(CpuLevel level, const Tensor *w)
{
    Linear l;
    Err err = {{0}};
    if (!linear_init_level(&l, w, level, &err)) fail_msg("%s", err.msg);
    return l;
}

/* y of nt tokens as one batch, rows close together. */
static float *product(CpuLevel level, const Weight *w, const float *x, int nt, Pool *pool)
{
    Linear l = linear_at(level, &w->t);
    float *y = mem_alloc(nt * l.out, sizeof *y);
    linear_apply(&l, NULL, x, l.in, nt, y, l.out, pool);
    return y;
}

static void check_product(CpuLevel level, DType dtype, Layout layout, int out, int in, int nt)
{
    Weight w = make_weight(dtype, layout, out, in);
    float *x = make_x((int64_t)nt * in), *y = product(level, &w, x, nt, NULL);
    for (int t = 0; t < nt; t++)
        for (int o = 0; o < out; o++) {
            double sum = 0, size = 0;
            for (int i = 0; i < in; i++) {
                double v = (double)weight(o, i) * (double)x[t * in + i];
                sum += v;
                size += fabs(v);
            }
            /* in / 8 additions in each lane, and those of the lanes, each 2^-24 of the whole */
            double bound = ldexp(size, -24) * (in / 8.0 + 8);
            if (fabs((double)y[t * out + o] - sum) <= bound) continue;
            fail_msg("%s layout %d [%d, %d] token %d of %d, row %d: %.9g, not %.9g",
                     dtype_name(dtype), layout, out, in, t, nt, o, (double)y[t * out + o], sum);
        }
    free(y);
    free(x);
    free(w.bytes);
}

static void products_equal_sums_in_f64(void **state)
{
    CpuLevel level = level_of(state);
    static const int IN[] = {1, 3, 7, 8, 9, 31, 33, 64, 100, 640};
    static const int OUT[] = {1, 2, 3, 4, 5, 17, 19};
    static const int NT[] = {1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20};
    for (int d = 0; d < NDTYPES; d++)
        for (int i = 0; i < 10; i++)
            for (int o = 0; o < 7; o++) {
                check_product(level, DTYPES[d], PLAIN, OUT[o], IN[i], NT[(i + o) % 12]);
                check_product(level, DTYPES[d], (Layout)((i + o) % LAYOUTS), OUT[o], IN[i],
                              NT[(i * 5 + o * 3) % 12]);
            }
    for (int n = 0; n < 12; n++) check_product(level, DT_BF16, PLAIN, 6, 72, NT[n]);
}

static void rows_longer_than_a_block_are_summed_block_by_block(void **state)
{
    CpuLevel level = level_of(state);
    static const int IN[] = {1023, 1024, 1025, 1100, 2048, 2049, 3000};
    for (int d = 0; d < NDTYPES; d++)
        for (int i = 0; i < 7; i++)
            for (int l = 0; l < LAYOUTS; l++)
                check_product(level, DTYPES[d], (Layout)l, 5, IN[i], i % 2 ? 1 : 18);
}

/* Enough tokens that they are cut into tasks by token, too. */
static void a_token_in_a_batch_has_the_bytes_it_has_alone(void **state)
{
    CpuLevel level = level_of(state);
    static const int SHAPE[][3] = {{37, 600, 150}, {9, 2049, 70}, {5, 33, 20}, {70, 64, 5}};
    Pool *pool = pool_open(3);
    for (int s = 0; s < 4; s++)
        for (int d = 0; d < NDTYPES; d++)
            for (int lay = 0; lay < LAYOUTS; lay++) {
                int out = SHAPE[s][0], in = SHAPE[s][1], nt = SHAPE[s][2];
                Weight w = make_weight(DTYPES[d], (Layout)lay, out, in);
                float *x = make_x((int64_t)nt * in);
                float *all = product(level, &w, x, nt, pool);
                for (int t = 0; t < nt; t++) {
                    float *one = product(level, &w, x + t * in, 1, NULL);
                    assert_memory_equal(one, all + t * out, (size_t)out * sizeof *one);
                    free(one);
                }
                free(all);
                free(x);
                free(w.bytes);
            }
    pool_close(pool);
}

static void the_number_of_threads_changes_nothing(void **state)
{
    CpuLevel level = level_of(state);
    enum { OUT = 700, IN = 130 };
    static const int NT[] = {1, 3, 40};
    for (int n = 0; n < 3; n++) {
        Weight w = make_weight(DT_BF16, PLAIN, OUT, IN);
        float *x = make_x(NT[n] * IN), *first = product(level, &w, x, NT[n], NULL);
        for (int threads = 1; threads <= 4; threads++) {
            Pool *pool = pool_open(threads);
            float *y = product(level, &w, x, NT[n], pool);
            assert_memory_equal(y, first, (size_t)(NT[n] * OUT) * sizeof *y);
            free(y);
            pool_close(pool);
        }
        free(first);
        free(x);
        free(w.bytes);
    }
}

static void dtype_and_layout_of_the_same_numbers_change_nothing(void **state)
{
    CpuLevel level = level_of(state);
    enum { OUT = 21, IN = 1300 };
    static const int NT[] = {1, 4, 25};
    for (int n = 0; n < 3; n++) {
        float *x = make_x(NT[n] * IN), *first = NULL;
        for (int d = 0; d < NDTYPES; d++)
            for (int lay = 0; lay < LAYOUTS; lay++) {
                Weight w = make_weight(DTYPES[d], (Layout)lay, OUT, IN);
                float *y = product(level, &w, x, NT[n], NULL);
                if (!first)
                    first = y;
                else
                    assert_memory_equal(y, first, (size_t)(NT[n] * OUT) * sizeof *y);
                if (y != first) free(y);
                free(w.bytes);
            }
        free(first);
        free(x);
    }
}

static void only_the_outputs_are_written_and_the_bias_is_added(void **state)
{
    CpuLevel level = level_of(state);
    enum { OUT = 7, IN = 50, LDX = 53, LDY = 11, MAX_NT = 20 };
    for (int d = 0; d < NDTYPES; d++)
        for (int nt = 0; nt <= MAX_NT; nt += 5) {
            Weight w = make_weight(DTYPES[d], PLAIN, OUT, IN);
            Linear l = linear_at(level, &w.t);
            float *x = make_x(MAX_NT * LDX), y[(MAX_NT + 1) * LDY], z[MAX_NT * OUT + 1], bias[OUT];
            for (int i = 0; i < OUT; i++) bias[i] = (float)(i + 1);
            for (int i = 0; i < (MAX_NT + 1) * LDY; i++) y[i] = 99;
            linear_apply(&l, NULL, x, LDX, nt, z, OUT, NULL);
            linear_apply(&l, bias, x, LDX, nt, y, LDY, NULL);
            for (int i = 0; i < (MAX_NT + 1) * LDY; i++) {
                int t = i / LDY, o = i % LDY;
                float want = t < nt && o < OUT ? z[t * OUT + o] + bias[o] : 99;
                assert_true(y[i] == want);
            }
            free(x);
            free(w.bytes);
        }
}

static void calls_together_give_the_bytes_of_calls_apart(void **state)
{
    CpuLevel level = level_of(state);
    enum { IN = 96, NT = 6, N = 4 };
    static const int OUT[N] = {64, 1, 33, 200};
    float *x = make_x(NT * IN), *apart[N], *y[N];
    Weight w[N];
    Linear l[N];
    LinearCall call[N];
    Pool *pool = pool_open(2);
    for (int i = 0; i < N; i++) {
        w[i] = make_weight(DTYPES[i % NDTYPES], (Layout)i, OUT[i], IN);
        l[i] = linear_at(level, &w[i].t);
        apart[i] = product(level, &w[i], x, NT, NULL);
        y[i] = mem_alloc(NT * OUT[i], sizeof *y[i]);
        call[i] = (LinearCall){.l = &l[i], .x = x, .y = y[i], .ldx = IN, .ldy = OUT[i], .nt = NT};
    }
    linear_apply_all(call, N, pool);
    for (int i = 0; i < N; i++) {
        assert_memory_equal(y[i], apart[i], (size_t)(NT * OUT[i]) * sizeof(float));
        free(apart[i]);
        free(y[i]);
        free(w[i].bytes);
    }
    free(x);
    pool_close(pool);
}

/* One weight at a time against 1: what comes out is the weight, so nothing rounds. */
static void every_16_bit_number_is_read_as_the_view_reads_it(void **state)
{
    CpuLevel level = level_of(state);
    enum { COUNT = 65536 };
    uint16_t *bits = mem_alloc(COUNT, sizeof *bits);
    float *want = mem_alloc(COUNT, sizeof *want), *y = mem_alloc(18 * COUNT, sizeof *y), x[18];
    for (int i = 0; i < COUNT; i++) bits[i] = (uint16_t)i;
    for (int t = 0; t < 18; t++) x[t] = 1;
    for (int d = 1; d < NDTYPES; d++)
        for (int nt = 1; nt <= 18; nt += 17) {
            Tensor t = {.dtype = DTYPES[d], .ndim = 2, .shape = {COUNT, 1}, .ld = 1, .data = bits};
            Linear l = linear_at(level, &t);
            tensor_read_f32(&t, 0, COUNT, want);
            linear_apply(&l, NULL, x, 1, nt, y, COUNT, NULL);
            for (int i = 0; i < nt * COUNT; i++) {
                float v = want[i % COUNT];
                assert_true(y[i] == v || (isnan(y[i]) && isnan(v)));
            }
        }
    free(bits);
    free(want);
    free(y);
}

static void weights_that_are_no_floats_or_no_matrix_are_refused(void **state)
{
    (void)state;
    Linear l;
    Err err;
    const uint8_t data[64] = {0};
    Tensor t = {
        .name = "q_proj", .dtype = DT_I8, .ndim = 2, .shape = {4, 4}, .ld = 4, .data = data};
    assert_false(linear_init(&l, &t, &err));
    assert_non_null(strstr(err.msg, "q_proj"));
    assert_non_null(strstr(err.msg, "I8"));
    t.dtype = DT_F32;
    t.ndim = 1;
    assert_false(linear_init(&l, &t, &err));
    t.ndim = 2;
    t.shape[1] = 0;
    assert_false(linear_init(&l, &t, &err));
    t.shape[1] = 4;
    assert_true(linear_init(&l, &t, &err));
}

static void the_environment_chooses_the_level_and_unknown_names_are_refused(void **state)
{
    (void)state;
    CpuLevel level;
    Err err;
    setenv("LLMSONIFY_KERNELS", "portable", 1);
    assert_true(cpu_level_choose(&level, &err));
    assert_int_equal(level, CPU_PORTABLE);
    setenv("LLMSONIFY_KERNELS", "mmx", 1);
    assert_false(cpu_level_choose(&level, &err));
    assert_non_null(strstr(err.msg, "LLMSONIFY_KERNELS=mmx"));
    unsetenv("LLMSONIFY_KERNELS");
    assert_true(cpu_level_choose(&level, &err));
    assert_true(cpu_level_supported(level));
    for (int i = (int)level + 1; i < CPU_LEVELS; i++)
        assert_false(cpu_level_supported((CpuLevel)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEVEL_TESTS(products_equal_sums_in_f64),
        LEVEL_TESTS(rows_longer_than_a_block_are_summed_block_by_block),
        LEVEL_TESTS(a_token_in_a_batch_has_the_bytes_it_has_alone),
        LEVEL_TESTS(the_number_of_threads_changes_nothing),
        LEVEL_TESTS(dtype_and_layout_of_the_same_numbers_change_nothing),
        LEVEL_TESTS(only_the_outputs_are_written_and_the_bias_is_added),
        LEVEL_TESTS(calls_together_give_the_bytes_of_calls_apart),
        LEVEL_TESTS(every_16_bit_number_is_read_as_the_view_reads_it),
        cmocka_unit_test(weights_that_are_no_floats_or_no_matrix_are_refused),
        cmocka_unit_test(the_environment_chooses_the_level_and_unknown_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
