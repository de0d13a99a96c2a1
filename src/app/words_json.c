/* words_json.c: see app/words_json.h. */
#include "app/words_json.h"

#include <math.h>

#include "base/json.h"

static const double GAP = 1e-3; /* seconds: shorter ones are the rounding of times */

/* When the notes of a word that sound from its first one on, without a gap, have ended. */
static void find_span(const WordNote *note, int n, int word, double *at, double *to)
{
    *at = NAN;
    for (int i = 0; i < n; i++)
        if (note[i].word == word && !(note[i].at >= *at)) *at = note[i].at;
    *to = *at;
    for (bool longer = true; longer;) {
        longer = false;
        for (int i = 0; i < n; i++)
            if (note[i].word == word && note[i].at <= *to + GAP && note[i].to > *to) {
                *to = note[i].to;
                longer = true;
            }
    }
}

static void put_note(JsonOut *j, const WordNote *n)
{
    jout_begin(j, NULL, '{', true);
    jout_int(j, "track", n->track);
    jout_string(j, "voice", n->voice);
    jout_number(j, "key", n->key, 6);
    jout_number(j, "t", n->at, 9);
    jout_number(j, "dur", n->to - n->at, 9);
    jout_number(j, "vel", n->vel, 6);
    jout_int(j, "note", n->note);
    jout_end(j, '}');
}

static void put_word(JsonOut *j, const SpaceWords *words, int word, const WordNote *note, int n)
{
    double at, to;
    find_span(note, n, word, &at, &to);
    jout_begin(j, NULL, '{', false);
    jout_int(j, "i", word);
    jout_string(j, "text", words->label[word]);
    jout_int(j, "start_char", words->word[word].start_char);
    jout_int(j, "end_char", words->word[word].end_char);
    jout_number(j, "t", at, 9);
    jout_number(j, "dur", to - at, 9);
    jout_begin(j, "notes", '[', false);
    for (int i = 0; i < n; i++)
        if (note[i].word == word) put_note(j, &note[i]);
    jout_end(j, ']');
    jout_end(j, '}');
}

void words_json(Str *out, const char *text, double seconds, const SpaceWords *words,
                const WordNote *note, int n)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_int(&j, "version", 1);
    jout_string(&j, "text", text);
    jout_number(&j, "seconds", seconds, 9);
    jout_begin(&j, "words", '[', false);
    for (int w = 0; w < words->n; w++) put_word(&j, words, w, note, n);
    jout_end(&j, ']');
    jout_end(&j, '}');
}
