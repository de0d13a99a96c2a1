/* voice_leading.h: the least motion that leads one chord to another on the circle of pitch classes,
 * whatever the octaves and the voicing (harmony.h's voice_motion() is the motion of given voices).
 */
#ifndef MUSIC_VOICE_LEADING_H
#define MUSIC_VOICE_LEADING_H

typedef enum VoiceNorm {
    VOICE_TAXICAB, /* sum of semitones moved */
    VOICE_EUCLID,  /* root of the sum of their squares */
} VoiceNorm;

enum { VOICE_LEADING_MAX = 12 };

/* a [na], b [nb]: pitch classes or keys, at most 12 each (more: the first 12 count). Chords of one
 * size: the least over all one-to-one assignments. Of different sizes: the least over all voice
 * leadings in which every tone of both takes part, tones doubled as needed. Semitones, >= 0; NaN
 * when a chord is empty. */
double voice_leading(const int *a, int na, const int *b, int nb, VoiceNorm norm);
/* The same of two sets of pitch classes, bit 0 = C. */
double voice_leading_sets(unsigned a, unsigned b, VoiceNorm norm);

#endif
