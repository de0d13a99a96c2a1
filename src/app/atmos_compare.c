/* atmos_compare.c: see app/atmos_compare.h. */
#include "app/atmos_compare.h"

#include <math.h>
#include <stdlib.h>

#include "atmos/conductor.h"
#include "atmos/writer.h"
#include "atmos_pieces.h"
#include "base/mem.h"
#include "math/permute.h"
#include "math/stats.h"

static Piece *add_piece(Pieces *p, const char *name, int plain)
{
    Piece *piece = mem_push(&p->piece, &p->n, &p->cap, sizeof *piece);
    piece->name = mem_strdup(name);
    piece->plain = plain;
    return piece;
}

static void pieces_free(Pieces *p)
{
    for (int i = 0; i < p->n; i++) {
        contour_free(&p->piece[i].contour);
        free(p->piece[i].name);
    }
    free(p->piece);
    free(p->value);
    free(p->test);
    free(p->prompt);
    free(p->model);
    *p = (Pieces){0};
}

/* The temperatures of piece `plain` in another order: as hot, without its rhythm. */
static void add_shuffled(Pieces *p, int plain, const CompareJob *job)
{
    Str name = {0};
    str_addf(&name, "%s shuffled", p->piece[plain].name);
    Piece *piece = add_piece(p, name.s, plain);
    const Contour *from = &p->piece[plain].contour;
    Control c = control_seed(job->sampler.seed);
    int *index = mem_alloc(p->tokens, sizeof *index);
    contour_of_silence(&piece->contour, p->tokens, &job->contour);
    for (int i = 0; i < p->tokens; i++) index[i] = i;
    control_shuffle(&c, index, p->tokens);
    for (int i = 0; i < p->tokens; i++) {
        piece->contour.lufs_raw[i] = from->lufs_raw[index[i]];
        piece->contour.lufs[i] = from->lufs[index[i]];
        piece->contour.velocity[i] = from->velocity[index[i]];
        piece->contour.temp[i] = from->temp[index[i]];
    }
    free(index);
    str_free(&name);
}

static bool read_pieces(Pieces *p, const CompareJob *job, Err *err)
{
    p->tokens = job->n;
    p->seeds = job->seeds;
    for (int i = 0; i < job->song->n; i++) {
        Conductor c;
        if (!conductor_read(&c, job->song->item[i], &job->contour, NULL, err)) return false;
        Piece *piece = add_piece(p, c.name, -1);
        piece->contour = c.contour;
        c.contour = (Contour){0};
        conductor_free(&c);
        if (piece->contour.n < p->tokens) {
            p->tokens = piece->contour.n;
            say(&job->text.say, SAY_WARN, "%s has %d frames: all texts get so many tokens",
                piece->name, p->tokens);
        }
    }
    for (int i = 0; job->shuffled && i < job->song->n; i++) add_shuffled(p, i, job);
    if (job->silence) {
        p->control = p->n;
        contour_of_silence(&add_piece(p, "silence", -1)->contour, p->tokens, &job->contour);
    }
    return true;
}

static bool keep(void *ud, const SessionToken *t)
{
    session_add(ud, t);
    return true;
}

static bool write_one(Pieces *p, int piece, int seed, TextModel *t, const CompareJob *job,
                      const Run *run, Err *err)
{
    Session ses = {0};
    const char *end;
    double v[VERSUS_STATS];
    WriterJob w = {.contour = &p->piece[piece].contour, .n = p->tokens, .sampler = job->sampler,
                   .ignore_end = true, .put = keep, .ud = &ses};
    w.sampler.seed += (uint64_t)seed;
    bool ok = writer_local(t->lm, t->tok, t->ids.id, t->ids.n, &w, &end, run, err);
    versus_measure(&ses, v);
    for (int s = 0; s < VERSUS_STATS; s++)
        p->value[((int64_t)s * p->n + piece) * p->seeds + seed] = v[s];
    session_free(&ses);
    return ok;
}

static bool write_all(Pieces *p, const CompareJob *job, const Run *run, Err *err)
{
    TextModel t = {0};
    Str prompt = {0};
    bool ok = text_model_open(&t, &job->text, run, err);
    if (ok && !job->text.in.chat) text_model_drop_end(&t);
    ok = ok && text_model_fits(&t, 1, err);
    p->value = mem_alloc((int64_t)VERSUS_STATS * p->n * p->seeds, sizeof *p->value);
    for (int i = 0; ok && i < p->n * p->seeds; i++) {
        run_progress(run, "writing", i, p->n * p->seeds);
        ok = write_one(p, i / p->seeds, i % p->seeds, &t, job, run, err);
    }
    if (ok) {
        tokenizer_decode(t.tok, t.ids.id, t.ids.n, DECODE_REPLACE, &prompt);
        p->prompt = prompt.s;
        p->model = mem_strdup(t.m.name);
    }
    text_model_close(&t);
    return ok;
}

static void test_pair(Pieces *p, int a, int b)
{
    double *d = mem_alloc(p->seeds, sizeof *d);
    for (int s = 0; s < VERSUS_STATS; s++) {
        PieceTest *t = mem_push(&p->test, &p->ntests, &p->cap_tests, sizeof *t);
        for (int i = 0; i < p->seeds; i++)
            d[i] = pieces_at(p, (VersusStat)s, a)[i] - pieces_at(p, (VersusStat)s, b)[i];
        Moments m = moments_of_f64(d, p->seeds);
        *t = (PieceTest){.a = a, .b = b, .stat = (VersusStat)s, .diff = m.mean,
                         .sd = p->seeds > 1 ? sqrt(m.m2 / (p->seeds - 1)) : (double)NAN,
                         .p = (double)NAN};
        /* the temperature is not an outcome; one text is no sample */
        if (s != VERSUS_TEMP && p->seeds > 1) t->p = versus_sign_p(d, p->seeds);
    }
    free(d);
}

static void test_all(Pieces *p)
{
    for (int i = 0; i < p->n; i++)
        if (i != p->control) test_pair(p, i, p->control);
    for (int i = 0; i < p->n; i++)
        if (p->piece[i].plain >= 0) test_pair(p, p->piece[i].plain, i);
    double *v = mem_alloc(p->ntests, sizeof *v);
    for (int i = 0; i < p->ntests; i++) v[i] = p->test[i].p;
    versus_holm(v, p->ntests, v);
    for (int i = 0; i < p->ntests; i++) p->test[i].holm = v[i];
    free(v);
}

bool atmos_compare_check(const CompareJob *job, Err *err)
{
    if (job->song->n + job->silence + job->shuffled < 2)
        return err_set(err, "one song has nothing to be compared with; add --silence, --shuffled "
                            "or another song");
    if (job->plot.wanted && !out_check_path(pieces_picture(job), job->clobber, err)) return false;
    return text_model_check(&job->text, err);
}

bool atmos_compare(const CompareJob *job, Str *out, const Run *run, Err *err)
{
    Pieces p = {0};
    bool ok = read_pieces(&p, job, err) && write_all(&p, job, run, err);
    if (ok) {
        test_all(&p);
        pieces_print(&p, job, out);
        ok = !job->plot.wanted || pieces_draw(&p, job, err);
    }
    pieces_free(&p);
    return ok;
}
