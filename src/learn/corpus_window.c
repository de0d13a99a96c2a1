/* corpus_window.c: what 32 notes in a row are like.
 *
 * Onsets: notes that begin within a thirty-second note of an onset's first belong to it. Time is
 * that from the first onset to the last; of a window that is one chord, the chord's length.
 *   density   onsets that begin in that time, times four quarters, over its quarters
 *   legato    sum of min(longest note of an onset, time to the next onset) over that time
 *   entropies of counts: pitch classes (12); semitones from the note before, clipped to -24..24;
 *             sixteenths of the bar (16); durations in half octaves of a sixteenth from 1/4 to 32
 */
#include <math.h>

#include "corpus_parts.h"
#include "math/stats.h"

enum { LEAP = 24 };
static const float TOGETHER = 0.125f; /* quarters: a thirty-second note */

static double clip(double x, double lo, double hi)
{
    return fmin(fmax(x, lo), hi);
}

/* log2 of the duration in sixteenths, -2..5. */
static double octaves(const CorpusNote *n)
{
    return clip(log2(4.0 * n->dur), -2, 5);
}

static int leap(const CorpusNote *note, int i)
{
    return i > 0 ? (int)clip(note[i].key - note[i - 1].key, -LEAP, LEAP) : 0;
}

static void describe_time(MusicWindow *w, const CorpusNote *note)
{
    double sounding = 0, at = note[0].at, until = at + note[0].dur;
    int onsets = 1;
    for (int i = 1; i < WINDOW_NOTES; i++) {
        if (note[i].at - at > TOGETHER) {
            sounding += fmin(until, note[i].at) - at;
            at = until = note[i].at;
            onsets++;
        }
        until = fmax(until, (double)note[i].at + note[i].dur);
    }
    double time = at - note[0].at;
    bool chord = onsets == 1;
    w->density = (float)(4 * (chord ? 1 : onsets - 1) / (chord ? until - at : time));
    w->legato = (float)(chord ? 1 : sounding / time);
}

int note_length(const CorpusNote *note)
{
    return (int)floor(2 * (octaves(note) + 2) + 0.5);
}

void window_describe(MusicWindow *w, const CorpusNote *note)
{
    double pitch[12] = {0}, interval[2 * LEAP + 1] = {0}, step[BAR_STEPS] = {0};
    double duration[NOTE_LENGTHS] = {0}, loudness = 0;
    for (int i = 0; i < WINDOW_NOTES; i++) {
        pitch[note[i].key % 12]++;
        step[note[i].step]++;
        duration[note_length(&note[i])]++;
        if (i > 0) interval[leap(note, i) + LEAP]++;
        loudness += note[i].velocity;
    }
    w->loudness = (float)(loudness / WINDOW_NOTES);
    w->entropy_pitch = (float)stats_entropy(pitch, 12);
    w->entropy_interval = (float)stats_entropy(interval, 2 * LEAP + 1);
    w->entropy_step = (float)stats_entropy(step, BAR_STEPS);
    w->entropy_duration = (float)stats_entropy(duration, NOTE_LENGTHS);
    describe_time(w, note);
}

void note_features(const Corpus *c, int window, float *x, int32_t *step)
{
    const CorpusNote *note = c->note + c->window[window].first;
    for (int i = 0; i < WINDOW_NOTES; i++, x += NOTE_FEATURES) {
        x[NOTE_PITCH] = (note[i].key - 60) / 12.0f;
        x[NOTE_DURATION] = (float)(octaves(&note[i]) / 3 - 0.5);
        x[NOTE_VELOCITY] = 2 * note[i].velocity - 1;
        x[NOTE_INTERVAL] = leap(note, i) / 12.0f;
        step[i] = note[i].step;
    }
}
