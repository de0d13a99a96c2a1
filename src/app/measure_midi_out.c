/* measure_midi_out.c: a MidiMeasure as text to read and as JSON. */
#include "app/measure_midi.h"

#include <math.h>
#include <stdio.h>

#include "midi/gm.h"
#include "score/place.h"

static const char *instrument(const MidiPart *p)
{
    if (p->program < 0) return "";
    return p->drum ? "drums" : gm_program_name(p->program);
}

/* A number, "-" for NaN, right-aligned. */
static void put_number(Str *out, int width, int decimals, double v)
{
    if (isnan(v))
        str_addf(out, "%*s", width, "-");
    else
        str_addf(out, "%*.*f", width, decimals, v);
}

static void put_row(Str *out, const MidiPart *p)
{
    char low[KEY_NAME_SIZE] = "-", high[KEY_NAME_SIZE] = "-", range[2 * KEY_NAME_SIZE + 2];
    if (p->low >= 0) {
        key_name(p->low, low);
        key_name(p->high, high);
    }
    snprintf(range, sizeof range, "%s..%s", low, high);
    str_addf(out, "  %-18.18s %-21.21s %6d %4d  %-9s", p->name, instrument(p), p->notes, p->pitches,
             p->low < 0 ? "-" : range);
    put_number(out, 6, 2, p->entropy);
    str_addf(out, " %7.2f %5.2f %4d %6.1f %4d %5d %8.3f  %-9s", p->density, p->mean_polyphony,
             p->max_polyphony, p->mean_velocity, p->velocities, p->durations, p->longest_gap,
             p->key.root < 0 ? "-" : keyfind_name(&p->key));
    put_number(out, 5, 2, p->key.r);
    put_number(out, 7, 1, 100 * p->in_key_time);
    put_number(out, 7, 1, 100 * p->in_key_notes);
    str_putc(out, '\n');
}

void measure_midi_text(const MidiMeasure *m, const char *file, Str *out)
{
    str_addf(out, "%s\n  format %d, ", file, m->format);
    if (m->smpte > 0)
        str_addf(out, "%d frames a second, %d ticks a frame", m->smpte, m->division);
    else
        str_addf(out, "%d ticks a quarter", m->division);
    str_addf(out, "; %.3f s, %d bars of %d/%d", m->seconds, m->bars, m->meter_num, m->meter_den);
    if (m->nmeters > 1) str_addf(out, " at first (%d metres)", m->nmeters);
    str_addf(out, ", %.2f BPM", m->bpm);
    if (m->ntempos > 1)
        str_addf(out, " at first (%.2f to %.2f)", m->bpm_min, m->bpm_max);
    str_addf(out, "\n  %-18s %-21s %6s %4s  %-9s %6s %7s %5s %4s %6s %4s %5s %8s  %-9s", "track",
             "instrument", "notes", "keys", "range", "bits", "notes/s", "poly", "max", "vel",
             "vels", "durs", "gap s", "key");
    str_addf(out, "%5s%7s%7s\n", "r", "time%", "notes%");
    for (int i = 0; i < m->nparts; i++) put_row(out, &m->part[i]);
    put_row(out, &m->all);
    measure_music_text(&m->music, out);
    for (int i = 0; i < m->nwarnings; i++) str_addf(out, "  warning: %s\n", m->warning[i]);
}

static void put_key_name(JsonOut *j, const char *name, int key)
{
    char text[KEY_NAME_SIZE];
    if (key >= 0) key_name(key, text);
    jout_string(j, name, key >= 0 ? text : NULL);
}

static void put_numbers(JsonOut *j, const MidiPart *p)
{
    jout_int(j, "notes", p->notes);
    jout_int(j, "distinct_pitches", p->pitches);
    jout_int(j, "lowest", p->low);
    jout_int(j, "highest", p->high);
    put_key_name(j, "lowest_name", p->low);
    put_key_name(j, "highest_name", p->high);
    jout_number(j, "pitch_class_entropy", p->entropy, 6);
    jout_number(j, "density", p->density, 6);
    jout_number(j, "mean_polyphony", p->mean_polyphony, 6);
    jout_int(j, "max_polyphony", p->max_polyphony);
    jout_number(j, "mean_velocity", p->mean_velocity, 6);
    jout_int(j, "distinct_velocities", p->velocities);
    jout_int(j, "distinct_durations", p->durations);
    jout_number(j, "longest_gap", p->longest_gap, 9);
    jout_string(j, "key", p->key.root < 0 ? NULL : keyfind_name(&p->key));
    jout_number(j, "key_r", p->key.r, 6);
    jout_number(j, "key_r_second", p->key.second, 6);
    jout_number(j, "in_key_time", p->in_key_time, 6);
    jout_number(j, "in_key_notes", p->in_key_notes, 6);
}

static void put_part(JsonOut *j, const MidiPart *p)
{
    jout_begin(j, NULL, '{', true);
    jout_string(j, "name", p->name);
    jout_int(j, "track", p->track);
    jout_int(j, "channel", p->channel);
    jout_int(j, "program", p->program);
    jout_string(j, "instrument", instrument(p));
    jout_bool(j, "drum", p->drum);
    jout_number(j, "seconds", p->seconds, 9);
    put_numbers(j, p);
    jout_end(j, '}');
}

void measure_midi_json(const MidiMeasure *m, const char *file, JsonOut *j)
{
    char meter[32];
    snprintf(meter, sizeof meter, "%d/%d", m->meter_num, m->meter_den);
    jout_begin(j, NULL, '{', false);
    jout_string(j, "file", file);
    jout_string(j, "kind", "midi");
    jout_int(j, "format", m->format);
    jout_int(j, "division", m->division);
    if (m->smpte > 0) jout_int(j, "smpte", m->smpte);
    jout_number(j, "seconds", m->seconds, 9);
    jout_int(j, "bars", m->bars);
    jout_number(j, "tempo", m->bpm, 6);
    jout_number(j, "tempo_min", m->bpm_min, 6);
    jout_number(j, "tempo_max", m->bpm_max, 6);
    jout_int(j, "tempos", m->ntempos);
    jout_string(j, "meter", meter);
    jout_int(j, "meters", m->nmeters);
    put_numbers(j, &m->all);
    jout_begin(j, "tracks", '[', false);
    for (int i = 0; i < m->nparts; i++) put_part(j, &m->part[i]);
    jout_end(j, ']');
    measure_music_json(&m->music, j);
    jout_begin(j, "warnings", '[', false);
    for (int i = 0; i < m->nwarnings; i++) jout_string(j, NULL, m->warning[i]);
    jout_end(j, ']');
    jout_end(j, '}');
}
