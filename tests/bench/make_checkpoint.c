/* make_checkpoint.c: writes a synthetic checkpoint for benchmarks: bf16 weights in the shape of
 * Gemma-3-270M, or of anything else that the options describe.
 *
 * Usage: make_checkpoint DIR [--layers N] [--vocab N] [--sparse]
 *
 * Entries are the sum of four 16-bit uniforms from a hash of (tensor, index): close to Gaussian,
 * the same on every machine. Columns are scaled by a mild power law, (1 + rank)^-0.15 in a
 * scattered order, so that spectra are not the bare Marchenko-Pastur law. With --sparse the file
 * has its full size but no data (holes read as zeros): a checkpoint larger than memory for the
 * price of its header. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/run.h"
#include "base/str.h"

enum { D = 640, FF = 2048, NH = 4, DH = 256, NKV = 1, MAX_TENSORS = 4096 };

typedef struct Entry {
    char name[96];
    int64_t rows, cols; /* rows 0: a norm vector of cols */
    int64_t at;         /* byte offset in the data section */
} Entry;

typedef struct Plan {
    Entry *e;
    int n;
    int64_t bytes;
} Plan;

typedef struct Job {
    const Plan *plan;
    int fd;
    int64_t base; /* offset of the data section */
    bool failed;
} Job;

static void plan_add(Plan *p, const char *name, int64_t rows, int64_t cols)
{
    if (p->n == MAX_TENSORS) return;
    Entry *e = &p->e[p->n++];
    snprintf(e->name, sizeof e->name, "%s", name);
    e->rows = rows;
    e->cols = cols;
    e->at = p->bytes;
    p->bytes += (rows ? rows : 1) * cols * 2;
}

static void plan_layer(Plan *p, int l)
{
    static const struct {
        const char *name;
        int64_t rows, cols;
    } part[] = {
        {"input_layernorm", 0, D},
        {"mlp.down_proj", D, FF},
        {"mlp.gate_proj", FF, D},
        {"mlp.up_proj", FF, D},
        {"post_attention_layernorm", 0, D},
        {"post_feedforward_layernorm", 0, D},
        {"pre_feedforward_layernorm", 0, D},
        {"self_attn.k_norm", 0, DH},
        {"self_attn.k_proj", NKV * DH, D},
        {"self_attn.o_proj", D, NH * DH},
        {"self_attn.q_norm", 0, DH},
        {"self_attn.q_proj", NH * DH, D},
        {"self_attn.v_proj", NKV * DH, D},
    };
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        char name[96];
        snprintf(name, sizeof name, "model.layers.%d.%s.weight", l, part[i].name);
        plan_add(p, name, part[i].rows, part[i].cols);
    }
}

static uint64_t hash_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u; /* splitmix64 */
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* About N(0, 1): four uniforms of variance 1/12 each. */
static float near_gauss(uint64_t x)
{
    uint64_t h = hash_mix(x * 0x9e3779b97f4a7c15u);
    int64_t sum = (int64_t)(h & 0xffff) + (int64_t)((h >> 16) & 0xffff) +
                  (int64_t)((h >> 32) & 0xffff) + (int64_t)(h >> 48);
    return ((float)sum - 131070.0f) / 37837.0f; /* 65536 / sqrt(3) */
}

static uint16_t to_bf16(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return (uint16_t)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

static bool write_all(int fd, const void *data, size_t n, int64_t at)
{
    const char *p = data;
    while (n > 0) {
        ssize_t k = pwrite(fd, p, n, at);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        p += k;
        n -= (size_t)k;
        at += k;
    }
    return true;
}

static void fill_tensor(void *ud, int64_t i, int worker)
{
    (void)worker;
    Job *job = ud;
    const Entry *e = &job->plan->e[i];
    float *scale = mem_alloc(e->cols, sizeof *scale);
    for (int64_t j = 0; j < e->cols; j++) {
        int64_t rank = (j * 397 + i * 31) % e->cols; /* 397 is prime to every width used */
        scale[j] = 0.04f * powf(1.0f + (float)rank, -0.15f);
    }
    int64_t rows = e->rows ? e->rows : 1, step = 1 + (1 << 19) / e->cols;
    uint16_t *buf = mem_alloc(step * e->cols, sizeof *buf);
    for (int64_t r = 0; r < rows && !job->failed; r += step) {
        int64_t n = rows - r < step ? rows - r : step;
        for (int64_t k = 0; k < n * e->cols; k++) {
            float g = near_gauss(((uint64_t)i << 40) + (uint64_t)(r * e->cols + k));
            float x = e->rows ? g * scale[k % e->cols] : 0.5f + 0.2f * g + 4.0f * scale[k];
            buf[k] = to_bf16(x);
        }
        int64_t at = job->base + e->at + r * e->cols * 2;
        if (!write_all(job->fd, buf, (size_t)(n * e->cols * 2), at)) job->failed = true;
    }
    free(buf);
    free(scale);
}

static void header_text(const Plan *p, Str *out)
{
    str_puts(out, "{");
    for (int i = 0; i < p->n; i++) {
        const Entry *e = &p->e[i];
        int64_t end = e->at + (e->rows ? e->rows : 1) * e->cols * 2;
        str_addf(out, "%s\"%s\":{\"dtype\":\"BF16\",\"shape\":[", i ? "," : "", e->name);
        if (e->rows) str_addf(out, "%lld,", (long long)e->rows);
        str_addf(out, "%lld],\"data_offsets\":[%lld,%lld]}", (long long)e->cols, (long long)e->at,
                 (long long)end);
    }
    str_puts(out, "}");
    while (out->len % 8) str_putc(out, ' ');
}

static bool write_config(const char *dir, int layers, int64_t vocab)
{
    char *path = path_join(dir, "config.json");
    FILE *f = fopen(path, "w");
    free(path);
    if (!f) return false;
    fprintf(f,
            "{\"architectures\": [\"Gemma3ForCausalLM\"], \"model_type\": \"gemma3_text\",\n"
            " \"vocab_size\": %lld, \"hidden_size\": %d, \"intermediate_size\": %d,\n"
            " \"num_hidden_layers\": %d, \"num_attention_heads\": %d,\n"
            " \"num_key_value_heads\": %d, \"head_dim\": %d, \"rms_norm_eps\": 1e-06,\n"
            " \"rope_theta\": 1000000.0, \"rope_local_base_freq\": 10000.0,\n"
            " \"sliding_window\": 512, \"query_pre_attn_scalar\": 256,\n"
            " \"max_position_embeddings\": 32768, \"hidden_activation\": \"gelu_pytorch_tanh\",\n"
            " \"tie_word_embeddings\": true, \"torch_dtype\": \"bfloat16\"}\n",
            (long long)vocab, D, FF, layers, NH, NKV, DH);
    return fclose(f) == 0;
}

static bool write_weights(const char *dir, const Plan *p, bool sparse)
{
    char *path = path_join(dir, "model.safetensors");
    FILE *f = fopen(path, "wb");
    free(path);
    if (!f) return false;
    Str head = {0};
    header_text(p, &head);
    uint8_t size[8];
    for (int i = 0; i < 8; i++) size[i] = (uint8_t)((uint64_t)head.len >> (8 * i));
    Job job = {.plan = p, .fd = fileno(f), .base = 8 + (int64_t)head.len};
    bool ok = write_all(job.fd, size, 8, 0) && write_all(job.fd, head.s, head.len, 8) &&
              ftruncate(job.fd, job.base + p->bytes) == 0;
    if (ok && !sparse) parallel_for(NULL, NULL, p->n, fill_tensor, &job);
    str_free(&head);
    return fclose(f) == 0 && ok && !job.failed;
}

int main(int argc, char **argv)
{
    int64_t layers = 18, vocab = 262144;
    bool sparse = false, ok = argc >= 2;
    for (int i = 2; ok && i < argc; i++) {
        if (strcmp(argv[i], "--sparse") == 0) sparse = true;
        else if (strcmp(argv[i], "--layers") == 0 && i + 1 < argc)
            ok = parse_int(argv[++i], 1, 300, &layers);
        else if (strcmp(argv[i], "--vocab") == 0 && i + 1 < argc)
            ok = parse_int(argv[++i], 1, 100000000, &vocab);
        else ok = false;
    }
    if (!ok) {
        fputs("usage: make_checkpoint DIR [--layers N] [--vocab N] [--sparse]\n", stderr);
        return 1;
    }
    Plan plan = {.e = mem_alloc(MAX_TENSORS, sizeof(Entry))};
    plan_add(&plan, "model.embed_tokens.weight", vocab, D);
    for (int l = 0; l < layers; l++) plan_layer(&plan, l);
    plan_add(&plan, "model.norm.weight", 0, D);
    mkdir(argv[1], 0777);
    ok = write_config(argv[1], (int)layers, vocab) && write_weights(argv[1], &plan, sparse);
    if (!ok) fprintf(stderr, "make_checkpoint: %s: cannot write: %s\n", argv[1], strerror(errno));
    free(plan.e);
    return ok ? 0 : 2;
}
