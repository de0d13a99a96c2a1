/* surprisal.c: see infer/surprisal.h. */
#include "infer/surprisal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lm_parts.h"

enum { EXP_RUN = 1024 }; /* numbers exponentiated together */

/* One window of a text. */
typedef struct Window {
    const Lm *lm;
    const int32_t *ids;     /* [n] of the window */
    int n, first;           /* the first that is measured */
    double *nats, *entropy; /* of the window's tokens; entropy may be NULL */
} Window;

LogitStats logit_stats(const Lm *lm, const float *logits)
{
    float e[EXP_RUN];
    int64_t vocab = lm->hp.vocab;
    float top = lm->math->max(logits, vocab);
    double z = 0, moment = 0;
    for (int64_t i = 0; i < vocab; i += EXP_RUN) {
        int64_t n = vocab - i < EXP_RUN ? vocab - i : EXP_RUN;
        z += lm->math->exp_sum(logits + i, top, e, n);
        for (int64_t j = 0; j < n; j++)
            if (e[j] > 0) moment += (double)e[j] * ((double)logits[i + j] - top);
    }
    double h = log(z) - moment / z;
    return (LogitStats){.log_z = top + log(z), .entropy = h > 0 ? h : 0};
}

/* Row t tells of token t + 1. */
static void measure(void *ud, const HookData *h)
{
    const Window *w = ud;
    for (int t = 0; t < h->nt; t++) {
        int next = h->pos + t + 1;
        if (next < w->first || next >= w->n) continue;
        const float *row = h->v + t * h->ld_token;
        LogitStats s = logit_stats(w->lm, row);
        w->nats[next] = s.log_z - (double)row[w->ids[next]];
        if (w->entropy) w->entropy[next] = s.entropy;
    }
}

static bool run_window(Lm *lm, Window *w, const Run *run, Err *err)
{
    Hooks hooks = {.mask = HOOK_BIT(HOOK_LOGITS), .visit = measure, .ud = w};
    lm_rewind(lm, 0);
    return lm_eval(lm, w->ids, w->n, &hooks, run, err);
}

bool surprisal(Lm *lm, const int32_t *ids, int n, int32_t bos, const SurprisalOpts *opts,
               double *nats, double *entropy, const Run *run, Err *err)
{
    int window = opts && opts->window > 0 ? opts->window : lm_context(lm);
    int overlap = opts && opts->overlap > 0 ? opts->overlap : window / 2;
    int lead = n > 0 && ids[0] == bos ? 1 : 0;
    if (window > lm_context(lm) || overlap < 1 || overlap + lead >= window)
        return err_set(err, "windows of %d tokens that share %d do not fit a context of %d", window,
                       overlap, lm_context(lm));
    if (n < 1) return err_set(err, "there are no tokens");
    int32_t *part = mem_alloc(window, sizeof *part);
    double *out = mem_alloc(2 * (int64_t)window, sizeof *out);
    bool ok = true;
    nats[0] = NAN;
    if (entropy) entropy[0] = NAN;
    for (int done = 0; ok && done < n;) {
        int shared = done ? overlap : 0, before = done ? lead + shared : 0;
        int take = n - done < window - before ? n - done : window - before;
        Window w = {.lm = lm,
                    .ids = part,
                    .n = before + take,
                    .first = done ? before : 1,
                    .nats = out,
                    .entropy = out + window};
        /* part[0] stays the first window's */
        memcpy(part + (done ? lead : 0), ids + done - shared,
               (size_t)(shared + take) * sizeof *part);
        ok = run_window(lm, &w, run, err);
        for (int i = w.first; ok && i < w.n; i++) {
            nats[done - before + i] = out[i];
            if (entropy) entropy[done - before + i] = out[window + i];
        }
        done += take;
        run_progress(run, "windows", done, n);
    }
    free(part);
    free(out);
    return ok;
}

double perplexity(const double *nats, int n)
{
    double sum = 0;
    int m = 0;
    for (int i = 0; i < n; i++) {
        if (isnan(nats[i])) continue;
        sum += nats[i];
        m++;
    }
    return m ? exp(sum / m) : NAN;
}
