/* test_liveness.c: the cascade on real runs: every prompt of the bundled lists through wren and,
 * where the shared data has it, through stories260K, composed as the tracks of an album. What
 * counts as a level is what can be told apart in the piece as it is written: a step of the
 * seven-bit controller that a number becomes, a thirty-second of a beat. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/prompt_file.h"
#include "app/prompt_reader.h"
#include "base/file.h"
#include "base/mem.h"
#include "fixture_score.h"
#include "genre/cascade.h"
#include "genre/cascade_states.h"
#include "midi/song.h"

enum { PROMPTS_MAX = 64, TOKENS = 12 };

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};

/* A model with all prompts read; zero is none. */
typedef struct Hall {
    PromptReader reader;
    FeatureSet fs[PROMPTS_MAX];  /* of the bundled prompts */
    FeatureSet cut[PROMPTS_MAX]; /* of their first twelve tokens; empty: it has fewer */
    FeatureSet pair[2];
    int n, section[PROMPTS_MAX], sections;
} Hall;

typedef struct Halls {
    PromptList list, pair;
    Hall wren, stories;
} Halls;

static char *shared_path(const char *variable, const char *dflt, const char *name)
{
    const char *root = getenv(variable);
    return path_join(root && *root ? root : dflt, name);
}

static void hear(Hall *h, const char *prompt, int most, FeatureSet *fs)
{
    Err err = {{0}};
    TokenIds ids = {0};
    const Run run = {.threads = 1};
    if (!prompt_reader_encode(&h->reader, prompt, &ids, &err)) fail_msg("%s", err.msg);
    bool bos = ids.n > 0 && ids.id[0] == tokenizer_bos(h->reader.model.tok);
    bool enough = most == 0 || ids.n >= most + bos;
    if (enough && most > 0) ids.n = most + bos;
    if (enough && !prompt_reader_features(&h->reader, &ids, prompt, fs, &run, &err))
        fail_msg("%s", err.msg);
    token_ids_free(&ids);
}

static void open_hall(Hall *h, const Halls *all, char *model)
{
    Err err = {{0}};
    const Run run = {.threads = 1};
    char *direction = shared_path("LLMSONIFY_ROOT", ".", "models/directions/refusal.tsv");
    const OptList models = {.item = &model, .n = 1};
    const TextJob job = {.model = &models, .in = TEXT_INPUT_DEFAULTS};
    const PromptList *list = &all->list;
    if (!prompt_reader_open(&h->reader, &job, list->row[0].text, direction, &run, &err))
        fail_msg("%s", err.msg);
    for (h->n = 0; h->n < list->n; h->n++) {
        const PromptRow *row = &list->row[h->n];
        bool fresh = h->n == 0 || strcmp(row->category, row[-1].category) != 0;
        h->section[h->n] = (h->sections += fresh) - 1;
        hear(h, row->text, 0, &h->fs[h->n]);
        hear(h, row->text, TOKENS, &h->cut[h->n]);
    }
    for (int i = 0; i < 2; i++) hear(h, all->pair.row[i].text, 0, &h->pair[i]);
    free(direction);
}

static void close_hall(Hall *h)
{
    for (int i = 0; i < h->n; i++) {
        feat_free(&h->fs[i]);
        feat_free(&h->cut[i]);
    }
    for (int i = 0; i < 2; i++) feat_free(&h->pair[i]);
    prompt_reader_close(&h->reader);
}

static int open_halls(void **state)
{
    Halls *all = mem_alloc(1, sizeof *all);
    const PromptColumns columns = {.prompt = NULL};
    Err err = {{0}};
    char *list = shared_path("LLMSONIFY_ROOT", ".", "models/prompts/album.csv");
    char *pair = shared_path("LLMSONIFY_ROOT", ".", "models/prompts/contrast.tsv");
    char *wren = shared_path("LLMSONIFY_ROOT", ".", "models/wren");
    char *stories = shared_path("LLMSONIFY_DATA", "../shared/data", "models/stories260K");
    *state = all;
    if (!prompt_list_read(&all->list, list, &columns, &err) ||
        !prompt_pair_read(&all->pair, pair, &columns, &err))
        fail_msg("%s", err.msg);
    assert_true(all->list.n <= PROMPTS_MAX);
    open_hall(&all->wren, all, wren);
    if (dir_exists(stories)) open_hall(&all->stories, all, stories);
    free(list);
    free(pair);
    free(wren);
    free(stories);
    return 0;
}

static int close_halls(void **state)
{
    Halls *all = *state;
    close_hall(&all->wren);
    close_hall(&all->stories);
    prompt_list_free(&all->list);
    prompt_list_free(&all->pair);
    free(all);
    return 0;
}

/* The model of the shared data; the test is skipped without it. */
static const Hall *stories(void **state)
{
    const Halls *all = *state;
    if (all->stories.n == 0) {
        print_message("stories260K is not in the shared data\n");
        skip();
    }
    return &all->stories;
}

static void compose(const FeatureSet *fs, int section, Score *s)
{
    Err err = {{0}};
    GenreOpts opts = DEFAULTS;
    const FeatureSet *set[1] = {fs};
    album_category(section, &opts);
    *s = (Score){0};
    if (!genre_mode_find("solo")->compose(set, 1, &opts, s, &err)) fail_msg("%s", err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s", err.msg);
}

static int distinct(const int *x, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        bool fresh = true;
        for (int k = 0; k < i; k++) fresh = fresh && x[k] != x[i];
        count += fresh;
    }
    return count;
}

/* Steps of the controller that carries the tokens' tension in a track while the first layer that
 * speaks tells the prompt. */
static int tension_levels(const Score *s, const char *track, CtlKind kind)
{
    const Track *t = track_named(s, track);
    int *x = mem_alloc(t->nctls, sizeof *x), n = 0;
    for (int i = 0; i < t->nctls; i++)
        if (t->ctl[i].kind == (uint8_t)kind && t->ctl[i].at < s->section[1].at)
            x[n++] = (int)(127 * t->ctl[i].value + 0.5f);
    int levels = distinct(x, n);
    free(x);
    return levels;
}

/* Of the layers' notes, to a thirty-second of a beat: some 20 ms. */
static int layer_durations(const FeatureSet *fs)
{
    Cascade c;
    Err err;
    const Generator gen = {.weight = 0.7, .scale = {9, MODE_NATURAL_MINOR}};
    assert_true(cascade_init(&c, fs, &gen, 0, &err));
    int *x = mem_alloc(c.nl, sizeof *x);
    for (int l = 0; l < c.nl; l++) x[l] = (int)floor(32 * c.layer[l].beats + 0.5);
    int n = distinct(x, c.nl);
    free(x);
    cascade_free(&c);
    return n;
}

static int lead_pitches(const Score *s)
{
    const Track *t = track_named(s, "Lead");
    int *x = mem_alloc(t->nnotes, sizeof *x);
    for (int i = 0; i < t->nnotes; i++) x[i] = (int)t->note[i].key;
    int n = distinct(x, t->nnotes);
    free(x);
    return n;
}

/* The most notes in a row on one key. */
static int longest_stand(const Score *s)
{
    const Track *t = track_named(s, "Lead");
    int run = 1, most = 1;
    for (int i = 1; i < t->nnotes; i++) {
        run = (int)t->note[i].key == (int)t->note[i - 1].key ? run + 1 : 1;
        if (run > most) most = run;
    }
    return most;
}

static void at_least(int least, int n, const char *what, const char *prompt)
{
    if (n < least) fail_msg("%d %s, not %d or more: %s", n, what, least, prompt);
}

/* A prompt of twelve tokens: every note of the lead and every step of the organ's swell is a level
 * of tension. */
static void check_tension(const Hall *h, const PromptList *list)
{
    int heard = 0, least = TOKENS;
    for (int i = 0; i < h->n; i++) {
        Score s;
        if (!h->cut[i].model) continue;
        compose(&h->cut[i], h->section[i], &s);
        int lead = tension_levels(&s, "Lead", CTL_CUTOFF);
        int organ = tension_levels(&s, "Organ", CTL_EXPRESSION);
        int levels = lead < organ ? lead : organ;
        at_least(8, levels, "levels of tension", list->row[i].text);
        if (levels < least) least = levels;
        heard++;
        score_free(&s);
    }
    print_message("# %d prompts of twelve tokens: at least %d levels of tension\n", heard, least);
    assert_true(heard >= 20);
}

static void check_pieces(const Hall *h, const PromptList *list)
{
    int durations = 1000, pitches = 1000, stand = 0;
    for (int i = 0; i < h->n; i++) {
        Score s;
        const char *prompt = list->row[i].text;
        compose(&h->fs[i], h->section[i], &s);
        int d = layer_durations(&h->fs[i]), p = lead_pitches(&s), r = longest_stand(&s);
        at_least(4, d, "durations of layers", prompt);
        at_least(6, p, "pitches in the lead", prompt);
        if (r > 8) fail_msg("%d notes in a row on one key: %s", r, prompt);
        if (d < durations) durations = d;
        if (p < pitches) pitches = p;
        if (r > stand) stand = r;
        score_free(&s);
    }
    print_message("# %d prompts: at least %d durations of layers, %d pitches in the lead, at most "
                  "%d notes in a row on one key\n", h->n, durations, pitches, stand);
}

static void check_keys(const Hall *h)
{
    int root[PROMPTS_MAX], mode[PROMPTS_MAX], tempo[PROMPTS_MAX], n = 0;
    for (int i = 0; i < h->n; i++) {
        GenreOpts opts = DEFAULTS;
        Score s;
        album_category(h->section[i], &opts);
        Scale key = cascade_key(&h->fs[i], &opts);
        compose(&h->fs[i], h->section[i], &s);
        tempo[i] = (int)(s.tempo[0].bpm + 0.5);
        score_free(&s);
        if (i > 0 && h->section[i] == h->section[i - 1]) {
            assert_int_equal(key.root, root[n - 1]);
            assert_int_equal(key.mode, mode[n - 1]);
            continue;
        }
        root[n] = key.root;
        mode[n++] = key.mode;
    }
    assert_int_equal(n, h->sections);
    for (int i = 0; i + 1 < n; i++) {
        assert_int_not_equal(root[i], root[i + 1]);
        assert_int_not_equal(mode[i], mode[i + 1]);
    }
    int roots = distinct(root, n), modes = distinct(mode, n), tempos = distinct(tempo, h->n);
    print_message("# %d categories: %d roots, %d modes; %d tempos\n", n, roots, modes, tempos);
    assert_int_equal(roots, n);
    assert_true(modes >= 7);
    assert_true(tempos >= 12);
}

/* The share of the shorter voice's notes that the other has at the same place on the same key. */
static double agreement(const Score *a, const Score *b)
{
    const Track *x = &a->track[0], *y = &b->track[0];
    int same = 0, least = x->nnotes < y->nnotes ? x->nnotes : y->nnotes;
    for (int i = 0; i < x->nnotes; i++)
        for (int k = 0; k < y->nnotes; k++)
            if (x->note[i].start == y->note[k].start && x->note[i].key == y->note[k].key) same++;
    return (double)same / least;
}

static void check_pair(const Hall *h)
{
    Score voice[2] = {{.length = 0}};
    Err err = {{0}};
    const FeatureSet *set[2] = {&h->pair[0], &h->pair[1]};
    double a = cascade_tension(set[0]), b = cascade_tension(set[1]);
    for (int i = 0; i < 2; i++)
        if (!contrast_voice(set, i, &DEFAULTS, &voice[i], &err)) fail_msg("%s", err.msg);
    double same = agreement(&voice[0], &voice[1]);
    print_message("# tension %.3f and %.3f; %.0f %% of the lead's notes are the same\n", a, b,
                  100 * same);
    assert_int_equal(voice[0].length, voice[1].length);
    assert_true(fabs(a - b) > 0.01); /* a hundredth is a step that the manifest still shows */
    assert_true(same < 0.6);
    for (int i = 0; i < 2; i++) score_free(&voice[i]);
}

static void every_token_of_wren_has_its_tension(void **state)
{
    const Halls *all = *state;
    check_tension(&all->wren, &all->list);
}

static void every_token_of_stories260k_has_its_tension(void **state)
{
    check_tension(stories(state), &((const Halls *)*state)->list);
}

static void no_piece_of_wren_is_flat(void **state)
{
    const Halls *all = *state;
    check_pieces(&all->wren, &all->list);
}

static void no_piece_of_stories260k_is_flat(void **state)
{
    check_pieces(stories(state), &((const Halls *)*state)->list);
}

static void categories_in_wren_have_keys_and_modes_of_their_own(void **state)
{
    check_keys(&((const Halls *)*state)->wren);
}

static void categories_in_stories260k_have_keys_and_modes_of_their_own(void **state)
{
    check_keys(stories(state));
}

static void a_contrasting_pair_differs_in_wren(void **state)
{
    check_pair(&((const Halls *)*state)->wren);
}

static void a_contrasting_pair_differs_in_stories260k(void **state)
{
    check_pair(stories(state));
}

static void midi_of(const FeatureSet *fs, int section, Str *out)
{
    Err err = {{0}};
    Score s;
    compose(fs, section, &s);
    if (!midi_write_score(&s, MIDI_BOTH, out, &err)) fail_msg("%s", err.msg);
    score_free(&s);
}

static void a_prompt_read_again_gives_the_same_bytes_and_no_two_prompts_do(void **state)
{
    Halls *all = *state;
    Hall *h = &all->wren;
    Str midi[PROMPTS_MAX] = {{0}};
    for (int i = 0; i < h->n; i++) midi_of(&h->fs[i], 0, &midi[i]);
    for (int i = h->n - 1; i >= 0; i -= 5) {
        FeatureSet fs = {0};
        Str again = {0};
        hear(h, all->list.row[i].text, 0, &fs);
        midi_of(&fs, 0, &again);
        assert_int_equal(again.len, midi[i].len);
        assert_memory_equal(again.s, midi[i].s, again.len);
        str_free(&again);
        feat_free(&fs);
    }
    for (int i = 0; i < h->n; i++)
        for (int k = 0; k < i; k++)
            assert_true(midi[i].len != midi[k].len ||
                        memcmp(midi[i].s, midi[k].s, midi[i].len) != 0);
    for (int i = 0; i < h->n; i++) str_free(&midi[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_token_of_wren_has_its_tension),
        cmocka_unit_test(every_token_of_stories260k_has_its_tension),
        cmocka_unit_test(no_piece_of_wren_is_flat),
        cmocka_unit_test(no_piece_of_stories260k_is_flat),
        cmocka_unit_test(categories_in_wren_have_keys_and_modes_of_their_own),
        cmocka_unit_test(categories_in_stories260k_have_keys_and_modes_of_their_own),
        cmocka_unit_test(a_contrasting_pair_differs_in_wren),
        cmocka_unit_test(a_contrasting_pair_differs_in_stories260k),
        cmocka_unit_test(a_prompt_read_again_gives_the_same_bytes_and_no_two_prompts_do),
    };
    return cmocka_run_group_tests(tests, open_halls, close_halls);
}
