/* inspect_prompt.c: the features of one prompt; see app/inspect_prompt.h. */
#include "app/inspect_prompt.h"

#include "analysis/activations.h"
#include "app/direction_job.h"

bool prompt_features(const TextJob *job, FeatureSet *fs, const Run *run, Err *err)
{
    TextModel t = {0};
    Direction r = {0};
    bool ok = text_model_open(&t, job, run, err) && text_model_fits(&t, 0, err) &&
              (!job->direction ||
               direction_load_as(&r, &t, job->direction, &job->in, &job->say, run, err));
    if (ok) {
        char **label = text_model_labels(&t);
        Str text = {0};
        tokenizer_decode(t.tok, t.ids.id, t.ids.n, DECODE_REPLACE, &text);
        ActivationPrompt p = {.ids = t.ids.id, .n = t.ids.n, .bos = tokenizer_bos(t.tok),
                              .label = (const char *const *)label, .name = str_text(&text),
                              .direction = job->direction ? &r : NULL};
        if (job->direction)
            feat_note(fs, "direction %s: %d pairs, mean leave-one-out AUC %.3f", r.name, r.npairs,
                      direction_auc(&r));
        ok = analyse_activations(t.lm, &p, fs, run, err);
        text_model_labels_free(&t, label);
        str_free(&text);
    }
    direction_free(&r);
    text_model_close(&t);
    if (!ok) feat_free(fs);
    return ok;
}
