/* train_text.c: see train_text.h. */
#include "train_text.h"

#include <stdlib.h>
#include <string.h>

#include "app/text_input.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "math/permute.h"
#include "model/find.h"
#include "token/bpe_train.h"

enum { PART = 1 << 22 }; /* bytes that are encoded at once */

static bool read_all(const OptList *files, Str *out, Err *err)
{
    for (int i = 0; i < files->n; i++) {
        FileMap map;
        if (!file_map_open(&map, files->item[i], err)) return false;
        size_t from = out->len;
        str_add(out, map.data, (size_t)map.size);
        file_map_close(&map);
        if (out->len > from && !text_is_plain(out->s + from, out->len - from, err))
            return err_wrap(err, "%s", files->item[i]);
        if (i + 1 < files->n) str_addf(out, "%s", TRAIN_END);
    }
    return out->len > 0 || err_set(err, "%s: there is no text", files->n ? files->item[0] : "-");
}

/* The end of a part: after a line, so that no word is cut. */
static size_t part_end(const Str *text, size_t at)
{
    if (text->len - at <= PART) return text->len;
    size_t end = at + PART;
    while (end > at && text->s[end - 1] != '\n') end--;
    return end > at ? end : at + PART;
}

static bool encode(const TrainText *t, const Str *text, Tokens *out, const Run *run, Err *err)
{
    TokenIds ids = {0};
    int64_t cap = 0;
    bool ok = true;
    for (size_t at = 0; ok && at < text->len;) {
        size_t end = part_end(text, at);
        ok = tokenizer_encode(t->tok, text->s + at, end - at, TOKENIZE_SPECIAL, &ids, err);
        if (ok && out->n + ids.n > cap) {
            cap = 2 * (out->n + ids.n);
            out->id = mem_resize(out->id, cap, sizeof *out->id);
        }
        if (ok) memcpy(out->id + out->n, ids.id, (size_t)ids.n * sizeof *ids.id);
        out->n += ok ? ids.n : 0;
        at = end;
        run_progress(run, "reading the text", (int64_t)at, (int64_t)text->len);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    token_ids_free(&ids);
    return ok;
}

/* The tokenizer of the model to go on from, copied beside what is made. */
static bool take_tokenizer(const TrainJob *job, const char *path, Err *err)
{
    char *dir = model_locate(job->from, err);
    char *from = dir ? path_join(dir, "tokenizer.json") : NULL;
    bool ok = from && out_copy(path, from, err);
    free(from);
    free(dir);
    return ok;
}

static bool learn_tokenizer(const TrainJob *job, const Str *text, const char *path, const Run *run,
                            Err *err)
{
    BpeTraining how = {.vocab = job->vocab, .special = TRAIN_END};
    Str json = {0};
    int made;
    bool ok = bpe_train(str_text(text), (int64_t)text->len, &how, &json, &made, run, err) &&
              out_file(path, json.s, json.len, err);
    if (ok && made < job->vocab)
        say(&job->say, SAY_WARN, "the text gives %d tokens, not the %d asked for", made,
            job->vocab);
    str_free(&json);
    return ok;
}

static bool mark_file(const char *path, uint64_t *mark, Err *err)
{
    FileMap map;
    if (!file_map_open(&map, path, err)) return false;
    *mark = hash_fnv1a(map.data, (size_t)map.size);
    file_map_close(&map);
    return true;
}

static bool open_tokenizer(TrainText *t, const TrainJob *job, bool going_on, const Str *text,
                           const Run *run, Err *err)
{
    char *path = path_join(job->out, "tokenizer.json");
    if (!going_on)
        t->wrote =
            job->from ? take_tokenizer(job, path, err) : learn_tokenizer(job, text, path, run, err);
    bool ok = (going_on || t->wrote) && (t->tok || tokenizer_open(&t->tok, job->out, err)) &&
              mark_file(path, &t->mark, err);
    free(path);
    if (!ok) return false;
    t->vocab = tokenizer_vocab(t->tok);
    t->end = tokenizer_find(t->tok, TRAIN_END);
    if (t->end < 0) t->end = tokenizer_eos(t->tok);
    if (t->end < 0) t->end = tokenizer_find(t->tok, "<eos>");
    return t->end >= 0 || err_set(err, "the tokenizer has no token that ends a text");
}

int64_t train_text_sequences(const Tokens *t, int seq)
{
    return t->n > 0 ? (t->n - 1) / seq : 0;
}

/* The last hundredth of the training text, at least one sequence. */
static void split_off(TrainText *t, int seq)
{
    int64_t n = t->train.n / 100 > seq + 1 ? t->train.n / 100 : seq + 1;
    if (n > t->train.n) n = t->train.n;
    t->valid.n = n;
    t->valid.id = mem_alloc(n, sizeof *t->valid.id);
    memcpy(t->valid.id, t->train.id + t->train.n - n, (size_t)n * sizeof *t->valid.id);
    t->train.n -= n;
}

bool train_text_read(TrainText *t, const TrainJob *job, Err *err)
{
    OptList only = {0};
    if (job->valid) optlist_add(&only, job->valid, strlen(job->valid));
    bool ok = read_all(job->text, &t->text, err) && (!job->valid || read_all(&only, &t->test, err));
    optlist_free(&only);
    return ok;
}

bool train_text_open(TrainText *t, const TrainJob *job, bool going_on, const Run *run, Err *err)
{
    bool ok = open_tokenizer(t, job, going_on, &t->text, run, err) &&
              encode(t, &t->text, &t->train, run, err);
    if (ok && job->valid)
        ok = encode(t, &t->test, &t->valid, run, err);
    else if (ok)
        split_off(t, job->seq);
    str_free(&t->text);
    str_free(&t->test);
    if (ok && (train_text_sequences(&t->train, job->seq) < 1 ||
               train_text_sequences(&t->valid, job->seq) < 1))
        ok = err_set(err,
                     "%lld and %lld tokens to learn from and to test on: too few for "
                     "sequences of %d; give more text or a shorter --seq",
                     (long long)t->train.n, (long long)t->valid.n, job->seq);
    return ok;
}

void train_text_close(TrainText *t)
{
    tokenizer_close(t->tok);
    free(t->train.id);
    free(t->valid.id);
    str_free(&t->text);
    str_free(&t->test);
    *t = (TrainText){0};
}

void train_text_batch(const TrainText *t, const TrainJob *job, int64_t step, int32_t *id)
{
    int64_t n = train_text_sequences(&t->train, job->seq), shuffled = -1;
    int *order = mem_alloc(n, sizeof *order);
    for (int i = 0; i < job->batch; i++) {
        int64_t at = step * job->batch + i, round = at / n;
        if (round != shuffled) {
            Control c = control_seed((uint64_t)job->seed * 1000003 + (uint64_t)round);
            for (int64_t k = 0; k < n; k++) order[k] = (int)k;
            control_shuffle(&c, order, (int)n);
            shuffled = round;
        }
        memcpy(id + (int64_t)i * (job->seq + 1), t->train.id + (int64_t)order[at % n] * job->seq,
               (size_t)(job->seq + 1) * sizeof *id);
    }
    free(order);
}
