/* head.c: see head.h. */
#include "head.h"

#include "base/mem.h"

static void count_and_note(FeatureSet *fs, const Model *m)
{
    for (int i = 0; i < m->nparts; i++) fs->nparams += tensor_numel(&m->part[i].t);
    for (int i = 0; i < m->nnotes; i++) feat_note(fs, "%s", m->note[i]);
}

void head_of_model(FeatureSet *fs, const Model *model, int nl)
{
    const ModelConfig *c = &model->cfg;
    fs->model = mem_strdup(model->name);
    fs->family = mem_strdup(c->family);
    fs->nl = nl;
    fs->d = c->d;
    fs->nh = c->nh;
    fs->nkv = c->nkv;
    fs->ff = c->ff;
    fs->vocab = c->vocab;
    count_and_note(fs, model);
}

void head_of_lm(FeatureSet *fs, const Lm *lm)
{
    const Hparams *hp = lm_hparams(lm);
    const Model *m = lm_model(lm);
    if (fs->model) return;
    fs->model = mem_strdup(m->name);
    fs->family = mem_strdup(hp->family);
    fs->nl = hp->nl;
    fs->d = hp->d;
    fs->nh = hp->nh;
    fs->nkv = hp->nkv;
    fs->ff = hp->ff;
    fs->vocab = hp->vocab;
    count_and_note(fs, m);
}
