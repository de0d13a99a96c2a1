/* corpus.c: see learn/corpus.h. Files are read in parallel, each into a place of its own, and
 * joined in the order of their paths.
 *
 * Memory: 16 bytes a note and 7 more for its windows, at most twice that while the arrays grow
 * (CORPUS_NOTES: 3 GB); besides, the notes of BATCH files and, for each thread, 30 times the
 * largest file (CORPUS_FILE_BYTES). A POP909 song has some 1600 notes. */
#include "learn/corpus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "corpus_parts.h"

const CorpusRules CORPUS_HOUSE = {.bpm_lo = 115, .bpm_hi = 142, .min_bars = 32, .min_density = 8};

enum { BATCH = 64 }; /* files that are held besides the corpus */

typedef struct Reading {
    const char *dir;
    const CorpusRules *rules;
    OptList path;
    bool single; /* dir is a file */
    int from;    /* the first path of this batch */
    HeardFile file[BATCH];
    int64_t cap_notes;
    int cap_files, cap_windows;
} Reading;

static void read_one(void *ud, int64_t i, int worker)
{
    Reading *r = ud;
    (void)worker;
    char *path = r->single ? mem_strdup(r->dir) : path_join(r->dir, r->path.item[r->from + i]);
    corpus_file_read(&r->file[i], path, r->rules);
    free(path);
}

static bool find_paths(Reading *r, Err *err)
{
    static const char *const ENDINGS[] = {".mid", ".midi"};
    if (dir_exists(r->dir)) {
        if (!folder_files(&r->path, r->dir, ENDINGS, 2, err)) return false;
    } else {
        const char *name = path_base(r->dir);
        r->single = true;
        if (!file_exists(r->dir))
            return err_set(err, "%s: no such folder of MIDI files and no such file",
                           r->dir);
        optlist_add(&r->path, name, strlen(name));
    }
    if (r->path.n > 0) return true;
    return err_set(err, "%s: no .mid and no .midi file in it or below it", r->dir);
}

static int windows_of(int notes)
{
    return notes < WINDOW_NOTES ? 0 : (notes - WINDOW_NOTES) / WINDOW_STRIDE + 1;
}

/* The windows of one track, whose notes begin at `first`. */
static void cut_track(Corpus *c, Reading *r, int track, int64_t first, int notes, double end)
{
    enum { ON = WINDOW_NOTES / WINDOW_STRIDE };
    int n = windows_of(notes);
    for (int i = 0; i < n; i++) {
        int next = i + ON < n ? c->nwindows + ON : -1;
        MusicWindow *w = mem_push(&c->window, &c->nwindows, &r->cap_windows, sizeof *w);
        *w = (MusicWindow){.file = c->nfiles - 1, .track = track,
                           .first = first + (int64_t)i * WINDOW_STRIDE, .next = next};
        const CorpusNote *note = c->note + w->first;
        w->place = end > 0 ? (float)fmin(fmax(note->at / end, 0), 1) : 0;
        window_describe(w, note);
    }
}

/* Copies a file's notes to the corpus and cuts them. */
static void take(Corpus *c, Reading *r, HeardFile *f, const char *path)
{
    int64_t first = c->nnotes;
    double end = 0;
    CorpusFile *file = mem_push(&c->file, &c->nfiles, &r->cap_files, sizeof *file);
    *file = f->file;
    file->path = mem_strdup(path);
    if (c->nnotes + f->file.notes > r->cap_notes) {
        r->cap_notes = 2 * r->cap_notes + f->file.notes;
        c->note = mem_resize(c->note, r->cap_notes, sizeof *c->note);
    }
    for (int i = 0; i < f->file.notes; i++) {
        c->note[c->nnotes++] = f->note[i];
        end = fmax(end, (double)f->note[i].at + f->note[i].dur);
    }
    for (int p = 0; p < f->nparts; p++) {
        cut_track(c, r, p, first, f->part[p], end);
        first += f->part[p];
    }
}

/* Takes the n files of a batch in order, until max_files are heard. */
static bool take_batch(Corpus *c, Reading *r, int n, Err *err)
{
    for (int i = 0; i < n; i++) {
        HeardFile *f = &r->file[i];
        bool more = r->rules->max_files <= 0 || c->nfiles < r->rules->max_files;
        if (more && f->refused != REFUSED_KINDS) c->refused[f->refused]++;
        if (more && f->refused == REFUSED_KINDS) take(c, r, f, r->path.item[r->from + i]);
        corpus_file_free(f);
    }
    if (c->nnotes <= CORPUS_NOTES) return true;
    return err_set(err, "%s: more than %d notes, which is all that is taken: give a smaller folder",
                   r->dir, CORPUS_NOTES);
}

static bool read_all(Corpus *c, Reading *r, const Run *run, Err *err)
{
    const Run quiet = {.stop = run ? run->stop : NULL, .threads = run_threads(run)};
    int most = r->rules->max_files;
    for (; r->from < r->path.n && (most <= 0 || c->nfiles < most); r->from += BATCH) {
        int n = r->path.n - r->from < BATCH ? r->path.n - r->from : BATCH;
        parallel_for(&quiet, NULL, n, read_one, r);
        if (run_stopped(run)) err_set(err, "interrupted");
        if (!take_batch(c, r, n, err) || run_stopped(run)) return false;
        run_progress(run, "corpus", r->from + n, r->path.n);
    }
    return true;
}

static bool say_why_not(const Corpus *c, const Reading *r, Err *err)
{
    const int *n = c->refused;
    if (c->nfiles > 0)
        return err_set(err, "%s: %d files fit, but none has a track of %d notes", r->dir,
                       c->nfiles, WINDOW_NOTES);
    return err_set(err, "%s: none of %d files fits: %d broken, %d of another tempo than %g-%g, "
                   "%d in frames or another metre than 4/4, %d without notes or shorter than %d "
                   "bars, %d with fewer than %g notes a bar", r->dir, r->path.n,
                   n[REFUSED_BROKEN], n[REFUSED_TEMPO], r->rules->bpm_lo,
                   r->rules->bpm_hi, n[REFUSED_METRE], n[REFUSED_SHORT],
                   r->rules->min_bars, n[REFUSED_SPARSE], r->rules->min_density);
}

bool corpus_read(Corpus *c, const char *dir, const CorpusRules *rules, const Run *run, Err *err)
{
    Reading *r = mem_alloc(1, sizeof *r);
    r->dir = dir;
    r->rules = rules;
    *c = (Corpus){0};
    bool ok = find_paths(r, err) && read_all(c, r, run, err);
    if (ok && c->nwindows == 0) ok = say_why_not(c, r, err);
    optlist_free(&r->path);
    free(r);
    if (!ok) corpus_free(c);
    return ok;
}

void corpus_free(Corpus *c)
{
    for (int i = 0; i < c->nfiles; i++) free(c->file[i].path);
    free(c->file);
    free(c->note);
    free(c->window);
    *c = (Corpus){0};
}
