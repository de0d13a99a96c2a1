/* soundfont.c: see synth/soundfont.h. The only file that includes fluidsynth.h.
 *
 * libfluidsynth is driven without its sequencer, player or audio driver: events are applied by
 * hand and the frames between them rendered in float. FluidSynth computes blocks of 64 frames and
 * takes events at their borders only; we round to the nearest border, so that no event is more
 * than 32 frames (0.73 ms at 44.1 kHz) from its place, early and late alike.
 *
 * The channels are split into two groups with a synthesizer each. Voices, reverb and chorus are
 * linear, so the sum is the same music; and because the split depends on the song alone and the
 * sum has a fixed order, the bytes are the same on one thread and on two. */
#include "synth/soundfont.h"

#include <fluidsynth.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "tail.h"
#include "timeline.h"

enum {
    FLUID_BLOCK = 64,                /* frames */
    CHUNK_FRAMES = 4096 * FLUID_BLOCK, /* 6 s: between sums, progress and stops */
    STEREO = 2,
    CC_SUSTAIN = 64, CC_SOSTENUTO = 66, CC_RESONANCE = 71, CC_CUTOFF = 74, CC_CHORUS = 93,
    CC_NRPN_MSB = 99, SF2_NRPN = 120,
};

static const double DEFAULT_GAIN = 0.2;
static const double DEFAULT_TAIL = 6;      /* seconds */

/* One synthesizer and its place in the song. */
typedef struct Player {
    fluid_settings_t *settings;
    fluid_synth_t *synth;
    const MidiSong *song;
    const Timeline *time;
    int group, next; /* index of the next event */
    int64_t at;      /* frames rendered */
    bool released;   /* all keys and pedals let go at the end */
    bool by_nrpn[TIMELINE_CHANNELS]; /* the filter is moved by NRPN: controllers 74 and 71 say the
                                        same once more, to other instruments */
    float *scratch;  /* [CHUNK_FRAMES, 2]; NULL for the first player, who writes into the mix */
} Player;

typedef struct Band {
    Player player[TIMELINE_GROUPS];
    int n;       /* players in use */
    float *mix;  /* [len, 2]: the chunk being rendered, zero before */
    int64_t len; /* frames */
} Band;

static int64_t to_block(int64_t frame)
{
    return (frame + FLUID_BLOCK / 2) / FLUID_BLOCK * FLUID_BLOCK;
}

/* Chorus is a unit that costs as much as many voices: it runs where the song asks for it. */
static bool wants_chorus(const MidiSong *song, const Timeline *time, int group)
{
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        bool control = (e->status & 0xf0) == 0xb0 && e->data[0] == CC_CHORUS && e->data[1] > 0;
        if (control && time->group[e->status & 15] == group) return true;
    }
    return false;
}

static fluid_settings_t *make_settings(const SoundFontOpts *o, bool chorus)
{
    fluid_settings_t *s = new_fluid_settings();
    if (!s) return NULL;
    fluid_settings_setnum(s, "synth.sample-rate", o->rate);
    fluid_settings_setnum(s, "synth.gain", o->gain > 0 ? o->gain : DEFAULT_GAIN);
    fluid_settings_setint(s, "synth.polyphony", 384);
    fluid_settings_setint(s, "synth.cpu-cores", 1);
    fluid_settings_setint(s, "synth.threadsafe-api", 0);
    fluid_settings_setint(s, "synth.lock-memory", 0);
    fluid_settings_setint(s, "synth.dynamic-sample-loading", 1); /* only presets in use */
    fluid_settings_setint(s, "synth.reverb.active", !o->dry);
    fluid_settings_setint(s, "synth.chorus.active", chorus && !o->dry);
    fluid_settings_setnum(s, "synth.reverb.room-size", 0.5); /* a small hall */
    fluid_settings_setnum(s, "synth.reverb.damp", 0.3);
    fluid_settings_setnum(s, "synth.reverb.width", 0.8);
    fluid_settings_setnum(s, "synth.reverb.level", 0.7);
    return s;
}

static void silence_log(void)
{
    static const int LEVELS[] = {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG};
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++)
        fluid_set_log_function(LEVELS[i], NULL, NULL);
}

static void player_close(Player *p)
{
    if (p->synth) delete_fluid_synth(p->synth);
    if (p->settings) delete_fluid_settings(p->settings);
    free(p->scratch);
    *p = (Player){0};
}

static void find_nrpn(Player *p)
{
    for (int i = 0; i < p->song->nevents; i++) {
        const MidiEvent *e = &p->song->event[i];
        if ((e->status & 0xf0) == 0xb0 && e->data[0] == CC_NRPN_MSB && e->data[1] == SF2_NRPN)
            p->by_nrpn[e->status & 15] = true;
    }
}

static bool player_open(Player *p, const MidiSong *song, const Timeline *time, int group,
                        const SoundFontOpts *o, Err *err)
{
    *p = (Player){.song = song, .time = time, .group = group};
    find_nrpn(p);
    p->settings = make_settings(o, wants_chorus(song, time, group));
    p->synth = p->settings ? new_fluid_synth(p->settings) : NULL;
    if (!p->synth) {
        player_close(p);
        return err_set(err, "cannot start the synthesizer at %d Hz", o->rate);
    }
    if (fluid_synth_sfload(p->synth, o->font, 0) == FLUID_FAILED) {
        player_close(p);
        return err_set(err, "%s: cannot load as a SoundFont: damaged or of another format",
                       o->font);
    }
    for (int c = 0; c < TIMELINE_CHANNELS; c++)
        if (time->group[c] == group && time->default_program[c])
            fluid_synth_program_change(p->synth, c, 0);
    return true;
}

static void send_sysex(Player *p, const MidiEvent *e)
{
    const char *bytes = p->song->payload.s + e->at;
    int n = (int)e->len;
    if (n > 0 && (uint8_t)bytes[n - 1] == 0xf7) n--;
    if (n > 0) fluid_synth_sysex(p->synth, bytes, n, NULL, NULL, NULL, 0);
}

static void send_event(Player *p, const MidiEvent *e)
{
    int ch = e->status & 15, a = e->data[0], b = e->data[1];
    if (e->status == 0xf0) send_sysex(p, e);
    if (e->status >= 0xf0 || p->time->group[ch] != p->group) return;
    switch (e->status & 0xf0) {
    case 0x80: fluid_synth_noteoff(p->synth, ch, a); break;
    case 0x90: fluid_synth_noteon(p->synth, ch, a, b); break; /* velocity 0 ends the note */
    case 0xa0: fluid_synth_key_pressure(p->synth, ch, a, b); break;
    case 0xb0:
        if (!(p->by_nrpn[ch] && (a == CC_CUTOFF || a == CC_RESONANCE)))
            fluid_synth_cc(p->synth, ch, a, b);
        break;
    case 0xc0: fluid_synth_program_change(p->synth, ch, a); break;
    case 0xd0: fluid_synth_channel_pressure(p->synth, ch, a); break;
    case 0xe0: fluid_synth_pitch_bend(p->synth, ch, a | b << 7); break;
    default: break;
    }
}

static void let_go(Player *p)
{
    for (int c = 0; c < TIMELINE_CHANNELS; c++) {
        fluid_synth_cc(p->synth, c, CC_SUSTAIN, 0);
        fluid_synth_cc(p->synth, c, CC_SOSTENUTO, 0);
        fluid_synth_all_notes_off(p->synth, c);
    }
    p->released = true;
}

/* Applies what is due and returns the frame of what comes next. */
static int64_t send_due(Player *p)
{
    int64_t end = to_block(p->time->end);
    while (p->next < p->song->nevents && to_block(p->time->frame[p->next]) <= p->at)
        send_event(p, &p->song->event[p->next++]);
    if (p->next < p->song->nevents) return to_block(p->time->frame[p->next]);
    if (!p->released && p->at >= end) let_go(p);
    return p->released ? INT64_MAX : end;
}

static void render_chunk(void *ud, int64_t i, int worker)
{
    Band *band = ud;
    Player *p = &band->player[i];
    float *x = p->scratch ? p->scratch : band->mix;
    int64_t done = 0;
    (void)worker;
    while (done < band->len) {
        int64_t next = send_due(p), n = next - p->at;
        if (n > band->len - done) n = band->len - done;
        int left = (int)(done * STEREO);
        fluid_synth_write_float(p->synth, (int)n, x, left, STEREO, x, left + 1, STEREO);
        done += n;
        p->at += n;
    }
}

static bool band_open(Band *band, const MidiSong *song, const Timeline *time,
                      const SoundFontOpts *o, Err *err)
{
    *band = (Band){0};
    for (int g = 0; g < TIMELINE_GROUPS; g++) {
        if (!time->used[g]) continue;
        Player *p = &band->player[band->n];
        if (!player_open(p, song, time, g, o, err)) return false;
        if (band->n > 0) p->scratch = mem_alloc(CHUNK_FRAMES * STEREO, sizeof *p->scratch);
        band->n++;
    }
    return true;
}

static void band_close(Band *band)
{
    for (int i = 0; i < band->n; i++) player_close(&band->player[i]);
}

/* True when nothing sounds any more: no voice, and the last block below what would be kept. */
static bool band_is_silent(const Band *band, const float *x, int64_t frames)
{
    for (int i = 0; i < band->n; i++)
        if (fluid_synth_get_active_voice_count(band->player[i].synth) > 0) return false;
    for (int64_t i = 0; i < frames * STEREO; i++)
        if (fabsf(x[i]) > 1e-7f) return false;
    return true;
}

/* Renders into out, whose frames are the most that may be needed; shortens it to what there is. */
static bool band_play(Band *band, AudioBuf *out, const Timeline *time, const Run *run, Err *err)
{
    int64_t at = 0;
    while (at < out->frames) {
        float *x = band->mix = out->x + at * STEREO;
        band->len = out->frames - at < CHUNK_FRAMES ? out->frames - at : CHUNK_FRAMES;
        parallel_for(run, NULL, band->n, render_chunk, band);
        if (run_stopped(run)) return err_set(err, "interrupted");
        for (int p = 1; p < band->n; p++)
            for (int64_t i = 0; i < band->len * STEREO; i++) x[i] += band->player[p].scratch[i];
        at += band->len;
        run_progress(run, "rendering", at < time->end ? at : time->end, time->end);
        int64_t look = band->len < 16 * FLUID_BLOCK ? band->len : 16 * FLUID_BLOCK;
        if (at > time->last && band_is_silent(band, x + (band->len - look) * STEREO, look)) break;
    }
    out->frames = at;
    return true;
}

/* The head of a RIFF file of the form "sfbk" (SoundFont 2.04, section 4), and its length: told here
 * because libfluidsynth hands a file that it cannot load to others, which print to the terminal. */
static bool check_head(const FileMap *map, const char *font, Err *err)
{
    if (map->size < 12 || memcmp(map->data, "RIFF", 4) != 0 ||
        memcmp(map->data + 8, "sfbk", 4) != 0)
        return err_set(err, "%s: not a SoundFont (.sf2 or .sf3)", font);
    int64_t claimed = (int64_t)load_le32(map->data + 4) + 8;
    if (claimed <= map->size) return true;
    return err_set(err, "%s: truncated: %lld bytes of %lld; fetch it again", font,
                   (long long)map->size, (long long)claimed);
}

static bool check_font(const char *font, Err *err)
{
    const char *packages = "install the package fluid-soundfont-gm or timgm6mb-soundfont";
    FileMap map;
    if (!font || !font[0]) return err_set(err, "no SoundFont given; %s", packages);
    if (!file_exists(font)) return err_set(err, "%s: no such SoundFont; %s", font, packages);
    if (!file_map_open(&map, font, err)) return false;
    bool ok = check_head(&map, font, err);
    file_map_close(&map);
    return ok;
}

bool soundfont_render(const MidiSong *song, const SoundFontOpts *opts, AudioBuf *out,
                      const Run *run, Err *err)
{
    SoundFontOpts o = *opts;
    Timeline time;
    Band band = {0};
    *out = (AudioBuf){0};
    if (o.rate == 0) o.rate = 44100;
    if (!(o.max_tail > 0)) o.max_tail = DEFAULT_TAIL;
    silence_log();
    if (o.rate < 8000 || o.rate > 96000)
        return err_set(err, "cannot render at %d Hz; use 8000 to 96000", o.rate);
    if (!check_font(o.font, err) || !timeline_init(&time, song, o.rate, err)) return false;
    bool ok = band_open(&band, song, &time, &o, err);
    if (ok) {
        int64_t most = time.end + (int64_t)(o.max_tail * o.rate);
        audio_init(out, o.rate, STEREO, most);
        ok = band_play(&band, out, &time, run, err);
    }
    if (ok) {
        tail_trim(out, 0);
        out->x = mem_resize(out->x, out->frames, STEREO * sizeof *out->x);
    } else {
        audio_free(out);
    }
    band_close(&band);
    timeline_free(&time);
    return ok;
}
