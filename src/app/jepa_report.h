/* jepa_report.h: what a training was made of, and how it was judged, as text and JSON. Private to
 * app/. */
#ifndef APP_JEPA_REPORT_H
#define APP_JEPA_REPORT_H

#include "app/jepa_job.h"
#include "base/hash.h"
#include "base/json.h"

/* The table that is read by people. */
void jepa_report_text(const JepaEval *e, Str *out);
/* In a sentence: whether recall is over chance on what was kept out. */
void jepa_verdict(const JepaEval *e, Str *out);
void jepa_report_json(const JepaEval *e, JsonOut *j, const char *key);

/* What a file's metadata has. Owner; zero is empty. */
typedef struct JepaMeta {
    CorpusRules rules;
    PairTables tables;
    StrMap models, files; /* marks of what was learned from */
} JepaMeta;

bool jepa_meta_read(JepaMeta *m, const char *path, Err *err);
void jepa_meta_free(JepaMeta *m);
/* What is told of a training; e may be empty (nothing was kept out). */
void jepa_meta_write(const JepaTrainJob *job, const JepaTrainer *t, const LayerSet *test,
                     const bool *held, const JepaEval *e, Str *out);
/* Whether a file tells of a training with the plan and the rules of this one; its models and files
 * are not compared. */
bool jepa_meta_is_of(const char *path, const JepaTrainJob *job);
/* A file's mark as the metadata has it. */
void jepa_mark_text(uint64_t mark, char out[17]);

/* Models, analysed, into a set. */
bool jepa_layers(LayerSet *s, const OptList *models, const Say *report, const Run *run, Err *err);

#endif
