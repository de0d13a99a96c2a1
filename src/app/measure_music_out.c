/* measure_music_out.c: a MidiMusic as three sections of text and as JSON. */
#include "app/measure_music.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { WIDTH = 100, KEY_LINES = 8, DIGITS = 6 };

/* A short label in front, " name number" after it; "-" for NaN. */
static void put(Str *out, const char *name, double v, int decimals)
{
    if (isnan(v))
        str_addf(out, " %s -", name);
    else
        str_addf(out, " %s %.*f", name, decimals, v);
}

static void put_mean(Str *out, const char *name, const MusicMean *m, int decimals)
{
    put(out, name, music_mean(m), decimals);
    if (m->weight > 0) str_addf(out, " (max %.*f)", decimals, m->max);
}

/* "C major 1-16, G major 17-24": windows of one key together, wrapped; the rest is for --json. */
static void put_key_path(Str *out, const MusicHarmony *h, int bars)
{
    static const char HEAD[] = "            keys of 8 bars:";
    size_t line = out->len;
    int lines = 1;
    str_puts(out, HEAD);
    for (int i = 0, end; i < h->nwindows; i = end) {
        const char *name = keyfind_name(&h->window[i]);
        for (end = i + 1; end < h->nwindows && strcmp(keyfind_name(&h->window[end]), name) == 0;)
            end++;
        int last = end * MUSIC_KEY_BARS < bars ? end * MUSIC_KEY_BARS : bars;
        if (out->len - line > WIDTH - 25) {
            if (lines++ == KEY_LINES) {
                str_puts(out, " ... (--json has all)");
                break;
            }
            line = out->len + 1;
            str_addf(out, "\n%*s", (int)sizeof HEAD - 1, "");
        }
        str_addf(out, " %s %d-%d%s", *name ? name : "none", i * MUSIC_KEY_BARS + 1, last,
                 end < h->nwindows ? "," : "");
    }
    str_putc(out, '\n');
}

static void put_harmony(Str *out, const MidiMusic *m)
{
    const MusicHarmony *h = &m->harmony;
    KeyFind centre = {.root = h->centre.root, .minor = h->centre.minor};
    str_puts(out, "  harmony  ");
    put_mean(out, "roughness", &h->roughness, 3);
    put_mean(out, "  harmonicity", &h->harmonicity, 3);
    put(out, "bits   dissonance", music_mean(&h->dissonance), 3);
    put(out, "  diatonicity", music_mean(&h->diatonicity), 3);
    str_puts(out, "\n            tension:");
    put_mean(out, "diameter", &h->diameter, 2);
    put_mean(out, "  momentum", &h->momentum, 2);
    put_mean(out, "  strain", &h->strain, 2);
    str_addf(out, "\n            %.0f changes of chord,", h->voice_leading.weight);
    put_mean(out, "semitones each", &h->voice_leading, 2);
    str_addf(out, "; %.0f of triad,", h->tonnetz.weight);
    put(out, "P L R steps each", music_mean(&h->tonnetz), 2);
    str_addf(out, "\n            other key finders: Temperley %s, centre of effect %s\n",
             h->temperley.root < 0 ? "-" : keyfind_name(&h->temperley),
             centre.root < 0 ? "-" : keyfind_name(&centre));
    put_key_path(out, h, m->nbars);
}

static void put_rhythm(Str *out, const char *label, const MusicRhythm *r)
{
    str_addf(out, "  %-9s", label);
    put_mean(out, "syncopation a bar", &r->lhl, 2);
    put(out, "  weighted note-to-beat", r->wnbd, 2);
    put(out, "  groove", music_mean(&r->groove), 3);
    put(out, "  onsets a bar", music_mean(&r->onsets), 1);
    str_putc(out, '\n');
}

static void put_melody(Str *out, const MusicMelody *m)
{
    const MelodyStats *s = &m->stats;
    bool any = false;
    str_addf(out, "  melody    %lld notes of the top line,", (long long)s->notes);
    str_addf(out, " range %d semitones, %lld steps and %lld leaps", s->high - s->low,
             (long long)s->steps, (long long)s->leaps);
    put(out, "(share", s->step_share, 3);
    put(out, "of steps), mean interval", s->mean_interval, 2);
    str_addf(out, "\n            phrases %d:", m->phrases);
    for (int i = 0; i < CONTOUR_COUNT; i++) {
        if (m->contour[i] == 0) continue;
        str_addf(out, "%s %d %s", any ? "," : "", m->contour[i], melody_contour_name((Contour)i));
        any = true;
    }
    str_puts(out, any ? "\n" : " of one note\n");
}

void measure_music_text(const MidiMusic *m, Str *out)
{
    if (m->harmony.diameter.weight > 0) put_harmony(out, m);
    if (m->rhythm.bars > 0) put_rhythm(out, "rhythm", &m->rhythm);
    if (m->drums.bars > 0) put_rhythm(out, "drums", &m->drums);
    if (m->melody.stats.notes > 0) put_melody(out, &m->melody);
}

static void json_mean(JsonOut *j, const char *key, const MusicMean *m)
{
    jout_begin(j, key, '{', true);
    jout_number(j, "mean", music_mean(m), DIGITS);
    jout_number(j, "max", m->weight > 0 ? m->max : NAN, DIGITS);
    jout_end(j, '}');
}

/* One number of every bar; `at` is its place in MusicBar. */
static void json_bars(JsonOut *j, const MidiMusic *m, const char *key, size_t at)
{
    jout_begin(j, key, '[', true);
    for (int i = 0; i < m->nbars; i++)
        jout_number(j, NULL, *(const double *)((const char *)&m->bar[i] + at), 4);
    jout_end(j, ']');
}

static void json_keys(JsonOut *j, const MidiMusic *m)
{
    const MusicHarmony *h = &m->harmony;
    jout_begin(j, "keys", '[', false);
    for (int i = 0; i < h->nwindows; i++) {
        int last = (i + 1) * MUSIC_KEY_BARS;
        jout_begin(j, NULL, '{', true);
        jout_int(j, "from_bar", i * MUSIC_KEY_BARS + 1);
        jout_int(j, "to_bar", last < m->nbars ? last : m->nbars);
        jout_string(j, "key", h->window[i].root < 0 ? NULL : keyfind_name(&h->window[i]));
        jout_number(j, "r", h->window[i].r, DIGITS);
        jout_end(j, '}');
    }
    jout_end(j, ']');
}

static void json_harmony(JsonOut *j, const MidiMusic *m)
{
    const MusicHarmony *h = &m->harmony;
    KeyFind centre = {.root = h->centre.root, .minor = h->centre.minor};
    jout_begin(j, "harmony", '{', false);
    json_mean(j, "roughness", &h->roughness);
    json_mean(j, "harmonicity", &h->harmonicity);
    json_mean(j, "dissonance", &h->dissonance);
    json_mean(j, "diatonicity", &h->diatonicity);
    json_mean(j, "cloud_diameter", &h->diameter);
    json_mean(j, "cloud_momentum", &h->momentum);
    json_mean(j, "tensile_strain", &h->strain);
    jout_int(j, "chord_changes", (int64_t)h->voice_leading.weight);
    json_mean(j, "voice_leading", &h->voice_leading);
    jout_int(j, "triad_changes", (int64_t)h->tonnetz.weight);
    json_mean(j, "tonnetz_steps", &h->tonnetz);
    jout_string(j, "key_temperley", h->temperley.root < 0 ? NULL : keyfind_name(&h->temperley));
    jout_string(j, "key_centre_of_effect", centre.root < 0 ? NULL : keyfind_name(&centre));
    json_keys(j, m);
    jout_begin(j, "bars", '{', false);
    json_bars(j, m, "roughness", offsetof(MusicBar, roughness));
    json_bars(j, m, "harmonicity", offsetof(MusicBar, harmonicity));
    json_bars(j, m, "cloud_diameter", offsetof(MusicBar, diameter));
    json_bars(j, m, "cloud_momentum", offsetof(MusicBar, momentum));
    json_bars(j, m, "tensile_strain", offsetof(MusicBar, strain));
    jout_end(j, '}');
    jout_end(j, '}');
}

static void json_rhythm(JsonOut *j, const MusicRhythm *r)
{
    jout_int(j, "bars_with_onsets", r->bars);
    json_mean(j, "syncopation_lhl", &r->lhl);
    jout_number(j, "syncopation_wnbd", r->wnbd, DIGITS);
    jout_number(j, "groove", music_mean(&r->groove), DIGITS);
    jout_number(j, "onsets_per_bar", music_mean(&r->onsets), DIGITS);
}

static void json_melody(JsonOut *j, const MusicMelody *m)
{
    const MelodyStats *s = &m->stats;
    jout_begin(j, "melody", '{', false);
    jout_int(j, "notes", s->notes);
    jout_int(j, "lowest", s->low);
    jout_int(j, "highest", s->high);
    jout_int(j, "repeats", s->repeats);
    jout_int(j, "steps", s->steps);
    jout_int(j, "leaps", s->leaps);
    jout_number(j, "step_share", s->step_share, DIGITS);
    jout_number(j, "mean_interval", s->mean_interval, DIGITS);
    jout_begin(j, "intervals", '[', true); /* -12..12 semitones */
    for (int i = 0; i < MELODY_BINS; i++) jout_int(j, NULL, s->interval[i]);
    jout_end(j, ']');
    jout_int(j, "phrases", m->phrases);
    jout_begin(j, "contours", '{', false);
    for (int i = 0; i < CONTOUR_COUNT; i++)
        jout_int(j, melody_contour_name((Contour)i), m->contour[i]);
    jout_end(j, '}');
    jout_end(j, '}');
}

void measure_music_json(const MidiMusic *m, JsonOut *j)
{
    json_harmony(j, m);
    jout_begin(j, "rhythm", '{', false);
    json_rhythm(j, &m->rhythm);
    json_bars(j, m, "bars", offsetof(MusicBar, lhl));
    jout_begin(j, "drums", '{', false);
    json_rhythm(j, &m->drums);
    jout_end(j, '}');
    jout_end(j, '}');
    json_melody(j, &m->melody);
}
