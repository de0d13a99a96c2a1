/* decoder_file.c: see learn/decoder_file.h. Keys of config.json: transformers, models/gemma3
 * (Gemma3TextConfig) and models/gpt2 (GPT2Config). */
#include "learn/decoder_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "job_name.h"
#include "tensor/st_meta.h"
#include "tensor/st_write.h"

static void config_gemma(JsonOut *j, const DecoderShape *s)
{
    jout_int(j, "hidden_size", s->d);
    jout_int(j, "intermediate_size", s->ff);
    jout_int(j, "num_hidden_layers", s->nl);
    jout_int(j, "num_attention_heads", s->nh);
    jout_int(j, "num_key_value_heads", s->nkv);
    jout_int(j, "head_dim", s->dh);
    jout_int(j, "query_pre_attn_scalar", s->dh);
    jout_number(j, "rms_norm_eps", s->eps, 6);
    jout_number(j, "rope_theta", s->theta, 9);
    jout_number(j, "rope_local_base_freq", s->local_theta, 9);
    jout_int(j, "sliding_window", s->window);
    jout_int(j, "sliding_window_pattern", s->pattern);
    jout_int(j, "max_position_embeddings", s->context);
    jout_string(j, "hidden_activation", "gelu_pytorch_tanh");
    jout_bool(j, "attention_bias", false);
    jout_begin(j, "layer_types", '[', false);
    for (int l = 0; l < s->nl; l++)
        jout_string(j, NULL, (l + 1) % s->pattern ? "sliding_attention" : "full_attention");
    jout_end(j, ']');
}

static void config_gpt2(JsonOut *j, const DecoderShape *s)
{
    jout_int(j, "n_embd", s->d);
    jout_int(j, "n_inner", s->ff);
    jout_int(j, "n_layer", s->nl);
    jout_int(j, "n_head", s->nh);
    jout_int(j, "n_positions", s->context);
    jout_number(j, "layer_norm_epsilon", s->eps, 6);
    jout_string(j, "activation_function", "gelu_new");
}

void decoder_config(const DecoderShape *s, int end, Str *json)
{
    bool gemma = s->arch == DECODER_GEMMA3;
    JsonOut j;
    json->len = 0;
    jout_init(&j, json);
    jout_begin(&j, NULL, '{', false);
    jout_begin(&j, "architectures", '[', true);
    jout_string(&j, NULL, gemma ? "Gemma3ForCausalLM" : "GPT2LMHeadModel");
    jout_end(&j, ']');
    jout_string(&j, "model_type", gemma ? "gemma3_text" : "gpt2");
    jout_int(&j, "vocab_size", s->vocab);
    if (gemma)
        config_gemma(&j, s);
    else
        config_gpt2(&j, s);
    jout_bool(&j, "tie_word_embeddings", true);
    jout_int(&j, "bos_token_id", end);
    jout_int(&j, "eos_token_id", end);
    jout_string(&j, "torch_dtype", "bfloat16");
    jout_end(&j, '}');
    str_addf(json, "\n");
}

/* GPT-2's linear layers are Conv1D, [in, out] in the file. */
static bool is_turned(const Decoder *dec, const Param *p)
{
    return dec->shape.arch == DECODER_GPT2 && strstr(p->name, ".c_") && p->rows > 1;
}

static uint16_t *as_bf16(const Decoder *dec, const Param *p)
{
    int64_t n = (int64_t)p->rows * p->cols;
    uint16_t *out = mem_alloc(n, sizeof *out);
    bool turned = is_turned(dec, p);
    for (int64_t i = 0; i < n; i++) {
        int64_t to = turned ? i % p->cols * p->rows + i / p->cols : i;
        out[to] = bf16_round(dec->params.v[p->at + i]);
    }
    return out;
}

static StArray array_of(const Param *p, bool turned, DType dtype, const void *data)
{
    StArray a = {.name = p->name, .dtype = dtype, .ndim = p->rows > 1 ? 2 : 1, .data = data};
    a.shape[0] = p->rows == 1 || turned ? p->cols : p->rows;
    a.shape[1] = turned ? p->rows : p->cols;
    return a;
}

bool decoder_write(const Decoder *dec, const char *path, Err *err)
{
    const Params *ps = &dec->params;
    StArray *a = mem_alloc(ps->n, sizeof *a);
    StMeta meta = {"format", "pt"};
    for (int i = 0; i < ps->n; i++)
        a[i] = array_of(&ps->p[i], is_turned(dec, &ps->p[i]), DT_BF16, as_bf16(dec, &ps->p[i]));
    bool ok = st_write(path, a, ps->n, &meta, 1, err);
    for (int i = 0; i < ps->n; i++) free((void *)a[i].data);
    free(a);
    return ok;
}

static bool read_param(Decoder *dec, const Param *p, const Checkpoint *ck, Err *err)
{
    const Tensor *t = checkpoint_find(ck, p->name);
    bool turned = is_turned(dec, p);
    if (!t) return err_set(err, "%s: no tensor \"%s\"", checkpoint_path(ck), p->name);
    if (tensor_rows(t) != (turned ? p->cols : p->rows) ||
        tensor_cols(t) != (turned ? p->rows : p->cols))
        return err_set(err, "%s: tensor \"%s\" is %lld x %lld, expected %d x %d",
                       checkpoint_path(ck), p->name, (long long)tensor_rows(t),
                       (long long)tensor_cols(t), turned ? p->cols : p->rows,
                       turned ? p->rows : p->cols);
    float *to = dec->params.v + p->at;
    if (!turned) {
        tensor_read_f32(t, 0, p->rows, to);
        return true;
    }
    float *row = mem_alloc(p->rows, sizeof *row);
    for (int in = 0; in < p->cols; in++) {
        tensor_read_f32(t, in, 1, row);
        for (int out = 0; out < p->rows; out++) to[(int64_t)out * p->cols + in] = row[out];
    }
    free(row);
    return true;
}

bool decoder_read(Decoder *dec, const Checkpoint *ck, Err *err)
{
    for (int i = 0; i < dec->params.n; i++)
        if (!read_param(dec, &dec->params.p[i], ck, err)) return false;
    return true;
}

bool decoder_save_state(const Decoder *dec, const AdamState *adam, const TrainState *s,
                        const char *path, Err *err)
{
    const float *const data[] = {dec->params.v, adam->m, adam->v};
    static const char *const name[] = {"weights", "moments", "squares"};
    StArray a[3];
    Str step = {0}, loss = {0};
    str_addf(&step, "%lld", (long long)adam->step);
    str_addf(&loss, "%.17g", s->loss);
    const StMeta meta[] = {{"job", s->job}, {"step", str_text(&step)}, {"loss", str_text(&loss)}};
    for (int i = 0; i < 3; i++)
        a[i] = (StArray){.name = name[i],
                         .dtype = DT_F32,
                         .ndim = 1,
                         .shape = {dec->params.size},
                         .data = data[i]};
    bool ok = st_write(path, a, 3, meta, 3, err);
    str_free(&step);
    str_free(&loss);
    return ok;
}

/* The state's header says which job, and how far it had come. */
static bool read_progress(AdamState *adam, TrainState *s, const char *path, Err *err)
{
    Json *j = st_header_read(path, err);
    if (!j) return false;
    const Json *meta = json_get(j, "__metadata__");
    const char *its = json_string(json_get(meta, "job"));
    const char *step = json_string(json_get(meta, "step"));
    const char *loss = json_string(json_get(meta, "loss"));
    double done = 0;
    bool ok = its && step && loss && parse_double(step, 0, 1e15, &done) &&
              parse_double(loss, 0, 1e9, &s->loss);
    if (!ok)
        err_set(err, "%s: not the state of a training", path);
    else if (strcmp(its, s->job) != 0)
        ok = job_name_differs(path, its, s->job, err);
    adam->step = (int64_t)done;
    json_free(j);
    return ok;
}

bool decoder_load_state(Decoder *dec, AdamState *adam, TrainState *s, const char *path, Err *err)
{
    float *const data[] = {dec->params.v, adam->m, adam->v};
    static const char *const name[] = {"weights", "moments", "squares"};
    Checkpoint *ck = NULL;
    if (!read_progress(adam, s, path, err) || !checkpoint_open(&ck, path, err)) return false;
    bool ok = true;
    for (int i = 0; ok && i < 3; i++) {
        const Tensor *t = checkpoint_find(ck, name[i]);
        ok = t && t->dtype == DT_F32 && tensor_numel(t) == dec->params.size;
        if (ok)
            tensor_read_f32(t, 0, 1, data[i]);
        else
            err_set(err, "%s: \"%s\" is not %lld numbers in F32", path, name[i],
                    (long long)dec->params.size);
    }
    checkpoint_close(ck);
    return ok;
}
