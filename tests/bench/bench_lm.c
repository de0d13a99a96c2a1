/* bench_lm.c: whole models in the shapes of two small ones: tokens a second when a prompt is taken
 * in and when a text is generated, against what the machine allows.
 *
 * Usage: bench_lm [SECONDS [SHAPE [DTYPE]]]   (seconds of each measurement, 2 by default)
 *
 * Checkpoints with numbers from a formula are written to $TMPDIR (1.1 GB at most, one at a time,
 * removed afterwards) and opened like any other. Decode: tokens 128 and on, one by one, logits
 * included; its bound is the time in which the whole file can be read from memory by as many
 * threads. Prefill: 128 and 512 tokens at once and the logits of the last; its rate counts the
 * matrix products alone, attention's and all else's time included; its bound is sgemm 2048^3.
 * Bound and model are measured in turns and the best of each is taken, so that other users of the
 * machine disturb both alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_bounds.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "infer/lm.h"
#include "math/blas.h"

enum { MOST = 512, START = 128 };

typedef struct Shape {
    const char *name, *config;
    int layers, d, q, kv, dh, ff, vocab;
    bool gemma;
} Shape;

static const Shape SHAPES[] = {
    {"gemma-3-270m",
     "{\"model_type\":\"gemma3_text\",\"hidden_size\":640,\"num_hidden_layers\":18,"
     "\"num_attention_heads\":4,\"num_key_value_heads\":1,\"head_dim\":256,"
     "\"intermediate_size\":2048,\"vocab_size\":262144,\"sliding_window\":512,"
     "\"query_pre_attn_scalar\":256,\"max_position_embeddings\":32768}",
     18, 640, 1024, 256, 256, 2048, 262144, true},
    {"smollm-135m",
     "{\"model_type\":\"llama\",\"hidden_size\":576,\"num_hidden_layers\":30,"
     "\"num_attention_heads\":9,\"num_key_value_heads\":3,\"intermediate_size\":1536,"
     "\"vocab_size\":49152,\"tie_word_embeddings\":true,\"max_position_embeddings\":2048}",
     30, 576, 576, 192, 64, 1536, 49152, false},
};

/* A checkpoint being written. */
typedef struct Writer {
    DType dtype;
    Str header;
    int64_t bytes;   /* of data */
    int64_t weights; /* entries of the blocks' matrices */
    uint32_t seed;
} Writer;

static void put(Writer *w, int layer, const char *name, int64_t rows, int64_t cols)
{
    int64_t n = (rows ? rows : 1) * cols, size = n * dtype_size(w->dtype);
    str_addf(&w->header, "%s\"model.", w->header.len ? "," : "{");
    if (layer >= 0) str_addf(&w->header, "layers.%d.", layer);
    str_addf(&w->header, "%s.weight\":{\"dtype\":\"%s\",\"shape\":[", name, dtype_name(w->dtype));
    if (rows) str_addf(&w->header, "%lld,", (long long)rows);
    str_addf(&w->header, "%lld],\"data_offsets\":[%lld,%lld]}", (long long)cols,
             (long long)w->bytes, (long long)(w->bytes + size));
    w->bytes += size;
    if (rows && layer >= 0) w->weights += n;
}

static void put_all(Writer *w, const Shape *s)
{
    put(w, -1, "embed_tokens", s->vocab, s->d);
    for (int l = 0; l < s->layers; l++) {
        put(w, l, "input_layernorm", 0, s->d);
        put(w, l, "self_attn.q_proj", s->q, s->d);
        put(w, l, "self_attn.k_proj", s->kv, s->d);
        put(w, l, "self_attn.v_proj", s->kv, s->d);
        put(w, l, "self_attn.o_proj", s->d, s->q);
        put(w, l, "post_attention_layernorm", 0, s->d);
        put(w, l, "mlp.gate_proj", s->ff, s->d);
        put(w, l, "mlp.up_proj", s->ff, s->d);
        put(w, l, "mlp.down_proj", s->d, s->ff);
        if (!s->gemma) continue;
        put(w, l, "pre_feedforward_layernorm", 0, s->d);
        put(w, l, "post_feedforward_layernorm", 0, s->d);
        put(w, l, "self_attn.q_norm", 0, s->dh);
        put(w, l, "self_attn.k_norm", 0, s->dh);
    }
    put(w, -1, "norm", 0, s->d);
    str_putc(&w->header, '}');
}

/* Numbers in -1/16..1/16. */
static bool write_data(Writer *w, FILE *f)
{
    static uint32_t part[1 << 16];
    int64_t left = w->bytes;
    while (left > 0) {
        for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
            w->seed = w->seed * 1664525u + 1013904223u;
            uint32_t sign = w->seed & 0x80000000u, low = w->seed >> 9;
            if (w->dtype == DT_F32)
                part[i] = sign | 0x3d000000u | low; /* 1/32..1/16 */
            else
                part[i] = (w->seed & 0x807f807fu) | 0x3d003d00u;
        }
        size_t n = left < (int64_t)sizeof part ? (size_t)left : sizeof part;
        if (fwrite(part, 1, n, f) != n) return false;
        left -= (int64_t)n;
    }
    return true;
}

static bool write_text(const char *dir, const char *name, const char *text)
{
    char *path = path_join(dir, name);
    FILE *f = fopen(path, "w");
    bool ok = f && fputs(text, f) >= 0;
    free(path);
    return f && fclose(f) == 0 && ok;
}

static bool write_model(const char *dir, const Shape *s, DType dtype, int64_t *weights)
{
    Writer w = {.dtype = dtype, .seed = 1};
    uint8_t size[8];
    char *path = path_join(dir, "model.safetensors");
    put_all(&w, s);
    *weights = w.weights;
    for (int i = 0; i < 8; i++) size[i] = (uint8_t)((uint64_t)w.header.len >> (8 * i));
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(size, 1, 8, f) == 8 &&
              fwrite(w.header.s, 1, w.header.len, f) == w.header.len && write_data(&w, f);
    ok = f && fclose(f) == 0 && ok;
    str_free(&w.header);
    free(path);
    return ok && write_text(dir, "config.json", s->config);
}

/* ---- measurements --------------------------------------------------------------------------- */

typedef struct Bench {
    const Shape *shape;
    DType dtype;
    const Model *m;
    int64_t weights;
    double seconds, peak; /* of a measurement; GFLOP/s of sgemm */
    int threads;
} Bench;

static bool take(Lm *lm, int pos, int n)
{
    static int32_t ids[MOST];
    Err err;
    for (int i = 0; i < n; i++) ids[i] = (pos + i) * 37 % 40000 + 3;
    if (lm_eval(lm, ids, n, NULL, NULL, &err) && lm_logits(lm)) return true;
    fprintf(stderr, "bench_lm: %s\n", err.msg);
    return false;
}

static bool bench_decode(const Bench *b, Lm *lm, Pool *pool)
{
    double read = 1e9, best = 1e9, bytes = (double)checkpoint_bytes(b->m->ck);
    if (!take(lm, 0, START)) return false;
    for (double end = clock_seconds() + b->seconds; clock_seconds() < end;) {
        double t = read_seconds(checkpoint_tensor(b->m->ck, 0)->data,
                                checkpoint_bytes(b->m->ck) - (1 << 20), pool);
        read = t < read ? t : read;
        for (int i = 0; i < 4; i++) {
            t = clock_seconds();
            if (!take(lm, lm_pos(lm), 1)) return false;
            t = clock_seconds() - t;
            best = t < best ? t : best;
        }
        if (lm_pos(lm) > 2 * START) lm_rewind(lm, START);
    }
    printf("%-13s %-5s %d  decode %7.1f tok/s  %5.1f GB/s, %3.0f %% of reading (%.1f GB/s)\n",
           b->shape->name, dtype_name(b->dtype), b->threads, 1 / best, 1e-9 * bytes / best,
           100 * read / best, 1e-9 * bytes / read);
    return true;
}

static bool bench_prefill(const Bench *b, Lm *lm, int n)
{
    double best = 1e9, head = (double)b->shape->vocab * b->shape->d;
    for (double end = clock_seconds() + b->seconds; clock_seconds() < end;) {
        lm_rewind(lm, 0);
        double t = clock_seconds();
        if (!take(lm, 0, n)) return false;
        t = clock_seconds() - t;
        best = t < best ? t : best;
    }
    double rate = 2e-9 * ((double)b->weights * n + head) / best;
    printf("%-13s %-5s %d  prefill %3d %7.1f tok/s  %5.1f GFLOP/s, %3.0f %% of sgemm\n",
           b->shape->name, dtype_name(b->dtype), b->threads, n, n / best, rate,
           100 * rate / b->peak);
    return true;
}

static bool bench_model(const char *dir, const Shape *s, DType dtype, double seconds,
                        const double *peak)
{
    Err err = {""};
    Model m;
    Bench b = {.shape = s, .dtype = dtype, .m = &m, .seconds = seconds};
    if (!write_model(dir, s, dtype, &b.weights)) return false;
    if (!model_open(&m, dir, &err)) {
        fprintf(stderr, "bench_lm: %s\n", err.msg);
        return false;
    }
    bool ok = true;
    for (int threads = 1; ok && threads <= 2; threads++) {
        Lm *lm;
        Pool *pool = pool_open(threads);
        ok = lm_open(&lm, &m, &(LmOpts){.pool = pool}, &err);
        if (!ok) fprintf(stderr, "bench_lm: %s\n", err.msg);
        b.threads = threads;
        b.peak = peak[threads];
        ok = ok && bench_decode(&b, lm, pool) && bench_prefill(&b, lm, 128) &&
             bench_prefill(&b, lm, MOST);
        lm_close(lm);
        pool_close(pool);
    }
    model_close(&m);
    return ok;
}

static void remove_model(const char *dir)
{
    static const char *const names[] = {"model.safetensors", "config.json"};
    for (int i = 0; i < 2; i++) {
        char *path = path_join(dir, names[i]);
        unlink(path);
        free(path);
    }
    rmdir(dir);
}

int main(int argc, char **argv)
{
    static const DType DTYPES[] = {DT_BF16, DT_F32};
    double seconds = 2, peak[3] = {0};
    const char *tmp = getenv("TMPDIR");
    bool ok = true;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1 && !parse_double(argv[1], 0.01, 60, &seconds)) {
        fputs("usage: bench_lm [SECONDS [SHAPE [DTYPE]]]\n", stderr);
        return 1;
    }
    peak[2] = gemm_gflops(); /* BLAS begins with a thread for each processor */
    blas_one_thread();
    peak[1] = gemm_gflops();
    printf("sgemm %d^3: %.1f GFLOP/s, all processors %.1f\n", GEMM_N, peak[1], peak[2]);
    char *dir = path_join(tmp && *tmp ? tmp : "/tmp", "llmsonify-bench-XXXXXX");
    if (!mkdtemp(dir)) return 2;
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++)
        for (size_t d = 0; ok && d < sizeof DTYPES / sizeof *DTYPES; d++) {
            if (argc > 2 && strcmp(argv[2], SHAPES[s].name) != 0) continue;
            if (argc > 3 && strcmp(argv[3], dtype_name(DTYPES[d])) != 0) continue;
            ok = bench_model(dir, &SHAPES[s], DTYPES[d], seconds, peak);
        }
    remove_model(dir);
    free(dir);
    return ok ? 0 : 2;
}
