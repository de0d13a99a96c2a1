/* sndfile_io.c: see audio/sndfile_io.h. The only file that includes sndfile.h.
 *
 * A buffer is encoded in memory (virtual I/O) and handed to base/file whole: so that a WAV in a
 * pipe has a right header, an Ogg stream can be given a fixed serial number, and a full disk is
 * seen. A sink encodes into the file itself; Ogg, for its serial number, in memory all the same.
 * Everything that libsndfile dates or draws at random is switched off or overwritten. */
#include "audio/sndfile_io.h"

#include <assert.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audio/resample.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "byte_store.h"
#include "ogg_serial.h"
#include "pcm.h"

enum { IO_BLOCK = 4096, IO_MAX_CHANNELS = 64, IO_MIN_RATE = 1000, IO_MAX_RATE = 768000 };

static const int64_t IO_WAV_MAX = 4294000000; /* bytes of samples: sizes in a WAV have 32 bits */

typedef struct Format {
    const char *ending;
    int major, sub; /* sub 0: by bits */
    int best_rate;   /* Hz, to which others are converted; 0 = any rate */
    double quality;  /* 0..1 of the variable bit rate encoders, 0 = lossless */
    double headroom; /* dB: what limited opera, house and acid rose by at most, less the 0.3 dB
                        that the master leaves */
} Format;

static const Format FORMATS[] = {
    {"wav", SF_FORMAT_WAV, 0, 0, 0, 0},
    {"flac", SF_FORMAT_FLAC, 0, 0, 0, 0},
    {"ogg", SF_FORMAT_OGG, SF_FORMAT_VORBIS, 0, 0.7, 0.5},
    {"oga", SF_FORMAT_OGG, SF_FORMAT_VORBIS, 0, 0.7, 0.5},
    {"opus", SF_FORMAT_OGG, SF_FORMAT_OPUS, 48000, 0.3, 1.6},
    {"mp3", SF_FORMAT_MPEG, SF_FORMAT_MPEG_LAYER_III, 48000, 0.9, 0.7},
};
enum { NFORMATS = sizeof FORMATS / sizeof FORMATS[0] };

/* What is being encoded, into memory or into a file. */
struct AudioSink {
    const Format *f;
    AudioBits bits;
    int rate, channels, sub;
    SNDFILE *sf;
    ByteStore store;
    char *path;
    int64_t at;    /* frames encoded */
    float *wait;   /* [nwait, channels] until there is a block of them */
    int nwait;
    int16_t *s16;  /* [IO_BLOCK, channels] */
    int32_t *s32;
    uint64_t hash; /* of the samples: Ogg */
};

static const Format *format_by_ending(const char *ending)
{
    for (int i = 0; i < NFORMATS; i++)
        if (strcasecmp(ending, FORMATS[i].ending) == 0) return &FORMATS[i];
    return NULL;
}

static const Format *format_of(const char *path)
{
    const char *dot = strrchr(path_base(path), '.');
    return dot ? format_by_ending(dot + 1) : NULL;
}

static const Format *format_find(const char *path, const char *format)
{
    if (format) return format_by_ending(format);
    return strcmp(path, "-") == 0 ? format_by_ending("wav") : format_of(path);
}

static const Format *format_choose(const char *path, const char *format, Err *err)
{
    const Format *f = format_find(path, format);
    if (!f)
        err_set(err, "%s: cannot tell the audio format%s%s; use .wav, .flac, .ogg, .opus or .mp3",
                path, format ? " " : "", format ? format : "");
    return f;
}

/* MPEG-1 and 2 layer III have these rates only. */
static bool mp3_has_rate(int rate)
{
    static const int RATES[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
    for (size_t i = 0; i < sizeof RATES / sizeof RATES[0]; i++)
        if (rate == RATES[i]) return true;
    return false;
}

static int rate_for(const Format *f, int rate)
{
    if (f->best_rate == 0) return rate;
    if (f->major == SF_FORMAT_MPEG && mp3_has_rate(rate)) return rate;
    return f->best_rate;
}

static int sub_format(const Format *f, AudioBits bits)
{
    if (f->sub) return f->sub;
    if (bits == BITS_16) return SF_FORMAT_PCM_16;
    if (bits == BITS_24 || f->major == SF_FORMAT_FLAC) return SF_FORMAT_PCM_24;
    return SF_FORMAT_FLOAT;
}

static bool set_tags(SNDFILE *sf, const AudioTags *t, Err *err)
{
    char track[16];
    snprintf(track, sizeof track, "%d", t->track);
    const struct { int id; const char *text; } rows[] = {
        {SF_STR_TITLE, t->title},
        {SF_STR_ARTIST, t->artist},
        {SF_STR_ALBUM, t->album},
        {SF_STR_COMMENT, t->comment},
        {SF_STR_GENRE, t->genre},
        {SF_STR_DATE, t->date},
        {SF_STR_SOFTWARE, t->software},
        {SF_STR_TRACKNUMBER, t->track > 0 ? track : NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].text || !rows[i].text[0]) continue;
        int code = sf_set_string(sf, rows[i].id, rows[i].text);
        if (code) return err_set(err, "cannot write the tag \"%s\": %s", rows[i].text,
                                 sf_error_number(code));
    }
    return true;
}

static void set_encoder(SNDFILE *sf, const Format *f)
{
    double quality = f->quality;
    sf_command(sf, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it holds the time of day */
    sf_command(sf, SFC_SET_CLIPPING, NULL, SF_TRUE);
    if (f->major == SF_FORMAT_MPEG) {
        int mode = SF_BITRATE_MODE_VARIABLE;
        sf_command(sf, SFC_SET_BITRATE_MODE, &mode, sizeof mode);
    }
    if (quality > 0) sf_command(sf, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
}

/* One block of samples in the type that the file stores. */
static bool put_block(AudioSink *s, const float *x, sf_count_t n, Err *err)
{
    int64_t first = s->at * s->channels, values = n * s->channels;
    sf_count_t put;
    if (s->f->major == SF_FORMAT_OGG)
        s->hash = hash_fnv1a_on(s->hash, x, (size_t)values * sizeof *x);
    if (s->sub == SF_FORMAT_PCM_16) {
        pcm_to_16(s->s16, x, values, first);
        put = sf_writef_short(s->sf, s->s16, n);
    } else if (s->sub == SF_FORMAT_PCM_24) {
        pcm_to_24(s->s32, x, values);
        put = sf_writef_int(s->sf, s->s32, n);
    } else {
        put = sf_writef_float(s->sf, x, n);
    }
    s->at += n;
    if (put == n) return true;
    if (s->store.failed) return err_set(err, "cannot write: %s", strerror(s->store.failed));
    return err_set(err, "cannot encode: %s", sf_strerror(s->sf));
}

/* Whole blocks, counted from the first frame: some encoders' bytes depend on how they are fed. */
static bool put_frames(AudioSink *s, const float *x, int64_t frames, Err *err)
{
    bool ok = true;
    while (ok && frames > 0) {
        int64_t n = frames < IO_BLOCK - s->nwait ? frames : IO_BLOCK - s->nwait;
        size_t size = (size_t)s->channels * sizeof *x;
        if (n == IO_BLOCK) {
            ok = put_block(s, x, n, err);
        } else {
            memcpy(s->wait + s->nwait * s->channels, x, (size_t)n * size);
            s->nwait += (int)n;
        }
        if (ok && s->nwait == IO_BLOCK) {
            ok = put_block(s, s->wait, IO_BLOCK, err);
            s->nwait = 0;
        }
        x += n * s->channels;
        frames -= n;
    }
    return ok;
}

/* The serial number of an Ogg stream is the hash of its samples: the same for the same music, and
 * different for the pieces of a chained stream, as RFC 3533 wants. */
static bool fix_serial(AudioSink *s, Err *err)
{
    Str *bytes = &s->store.bytes;
    if (ogg_set_serial((uint8_t *)bytes->s, bytes->len, (uint32_t)s->hash)) return true;
    return err_set(err, "cannot encode: the Ogg stream is not made of whole pages");
}

static void sink_free(AudioSink *s)
{
    if (s->sf) sf_close(s->sf);
    free(s->path);
    free(s->wait);
    free(s->s16);
    free(s->s32);
    str_free(&s->store.bytes);
    free(s);
}

/* rate and channels are set; the bytes go to the store's file when that is open. */
static bool start(AudioSink *s, const AudioTags *tags, Err *err)
{
    SF_VIRTUAL_IO io = {.get_filelen = store_length, .seek = store_seek, .read = store_read,
                        .write = store_write, .tell = store_tell};
    s->sub = sub_format(s->f, s->bits);
    SF_INFO info = {.samplerate = s->rate, .channels = s->channels,
                    .format = s->f->major | s->sub};
    s->sf = sf_open_virtual(&io, SFM_WRITE, &info, &s->store);
    if (!s->sf)
        return err_set(err, "cannot encode %d channels at %d Hz as %s: %s", s->channels, s->rate,
                       s->f->ending, sf_strerror(NULL));
    set_encoder(s->sf, s->f);
    s->wait = mem_alloc(IO_BLOCK * s->channels, sizeof *s->wait);
    s->s16 = mem_alloc(IO_BLOCK * s->channels, sizeof *s->s16);
    s->s32 = mem_alloc(IO_BLOCK * s->channels, sizeof *s->s32);
    s->hash = HASH_NONE;
    return !tags || set_tags(s->sf, tags, err);
}

/* Whatever waits, and the end of the stream. */
static bool end(AudioSink *s, Err *err)
{
    bool ok = s->nwait == 0 || put_block(s, s->wait, s->nwait, err);
    int code = sf_close(s->sf);
    s->sf = NULL;
    if (ok && s->store.failed) ok = err_set(err, "cannot write: %s", strerror(s->store.failed));
    if (ok && code) ok = err_set(err, "cannot encode: %s", sf_error_number(code));
    if (ok && s->f->major == SF_FORMAT_OGG) ok = fix_serial(s, err);
    return ok;
}

/* frames: how many there are with these; `first` is the number of the first of them. */
static bool check_samples(const AudioSink *s, const float *x, int64_t frames, int64_t first,
                          Err *err)
{
    int64_t all = (first + frames) * s->channels;
    if (s->f->major == SF_FORMAT_WAV && all > IO_WAV_MAX / ((int)s->bits / 8))
        return err_set(err, "%.0f s are too long for a WAV file (4 GiB); use .flac",
                       (double)(first + frames) / s->rate);
    for (int64_t i = 0; i < frames * s->channels; i++)
        if (!isfinite(x[i]))
            return err_set(err, "sample at frame %lld is not a finite number",
                           (long long)(first + i / s->channels));
    return true;
}

/* Reads to the end: the header's count is a claim, the buffer grows by what is there. */
static bool get_frames(SNDFILE *sf, AudioBuf *a, Err *err)
{
    int64_t cap = 0;
    for (;;) {
        if (a->frames + IO_BLOCK > cap) {
            cap = cap ? 2 * cap : 16 * IO_BLOCK;
            a->x = mem_resize(a->x, cap, (size_t)a->channels * sizeof *a->x);
        }
        sf_count_t n = sf_readf_float(sf, a->x + a->frames * a->channels, IO_BLOCK);
        if (n <= 0) break;
        a->frames += n;
    }
    a->x = mem_resize(a->x, a->frames > 0 ? a->frames : 1, (size_t)a->channels * sizeof *a->x);
    if (a->frames == 0) return err_set(err, "no audio in it");
    return true;
}

bool audio_can_write(const char *path)
{
    return format_of(path) != NULL;
}

double audio_headroom(const char *path, const char *format)
{
    const Format *f = format_find(path, format);
    return f ? f->headroom : 0;
}

bool audio_encode(const AudioBuf *a, const char *path, const char *format, AudioBits bits,
                  const AudioTags *tags, Str *out, Err *err)
{
    assert(bits == BITS_16 || bits == BITS_24 || bits == BITS_FLOAT);
    AudioBuf other = {0};
    const Format *f = format_choose(path, format, err);
    if (!f) return false;
    AudioSink *s = mem_alloc(1, sizeof *s);
    *s = (AudioSink){.f = f, .bits = bits, .rate = a->rate, .channels = a->channels};
    bool ok = check_samples(s, a->x, a->frames, 0, err);
    s->rate = rate_for(f, a->rate);
    if (ok && s->rate != a->rate) ok = audio_resample(&other, a, s->rate, err);
    const AudioBuf *b = other.x ? &other : a;
    ok = ok && start(s, tags, err) && put_frames(s, b->x, b->frames, err) && end(s, err);
    Str *bytes = &s->store.bytes;
    if (!ok) {
        err_wrap(err, "%s", path);
    } else if (out->len == 0) {
        str_free(out);
        *out = *bytes;
        *bytes = (Str){0};
    } else {
        str_add(out, bytes->s, bytes->len);
    }
    audio_free(&other);
    sink_free(s);
    return ok;
}

AudioSink *audio_sink_open(const char *path, AudioBits bits, int rate, int channels,
                           const AudioTags *tags, Err *err)
{
    const Format *f = format_choose(path, NULL, err);
    if (!f) return NULL;
    AudioSink *s = mem_alloc(1, sizeof *s);
    *s = (AudioSink){.f = f, .bits = bits, .rate = rate, .channels = channels,
                     .path = mem_strdup(path)};
    bool ok = rate_for(f, rate) == rate;
    if (!ok) err_set(err, "%s: %s cannot have %d Hz", path, f->ending, rate);
    if (ok && f->major != SF_FORMAT_OGG) ok = out_open(&s->store.file, path, err);
    if (ok && start(s, tags, err)) return s;
    if (ok) err_wrap(err, "%s", path);
    out_abort(&s->store.file);
    sink_free(s);
    return NULL;
}

bool audio_sink_put(AudioSink *s, const float *x, int64_t frames, Err *err)
{
    bool ok = check_samples(s, x, frames, s->at + s->nwait, err) && put_frames(s, x, frames, err);
    return ok || err_wrap(err, "%s", s->path);
}

bool audio_sink_close(AudioSink *s, bool ok, Err *err)
{
    if (!s) return false;
    if (ok && !end(s, err)) ok = err_wrap(err, "%s", s->path);
    if (s->sf) sf_close(s->sf);
    s->sf = NULL;
    if (s->store.file.f && ok)
        ok = out_commit(&s->store.file, err);
    else if (s->store.file.f)
        out_abort(&s->store.file);
    else if (ok)
        ok = out_file(s->path, s->store.bytes.s, s->store.bytes.len, err);
    sink_free(s);
    return ok;
}

bool audio_write(const AudioBuf *a, const char *path, const char *format, AudioBits bits,
                 const AudioTags *tags, Err *err)
{
    Str bytes = {0};
    bool ok = audio_encode(a, path, format, bits, tags, &bytes, err) &&
              out_file(path, str_text(&bytes), bytes.len, err);
    str_free(&bytes);
    return ok;
}

bool audio_read(AudioBuf *a, const char *path, Err *err)
{
    SF_INFO info = {0};
    *a = (AudioBuf){0};
    SNDFILE *sf = strcmp(path, "-") == 0 ? sf_open_fd(0, SFM_READ, &info, SF_FALSE)
                                         : sf_open(path, SFM_READ, &info);
    if (!sf) return err_set(err, "%s: cannot read as audio: %s", path, sf_strerror(NULL));
    bool ok = info.channels > 0 && info.channels <= IO_MAX_CHANNELS &&
              info.samplerate >= IO_MIN_RATE && info.samplerate <= IO_MAX_RATE;
    if (!ok) {
        err_set(err, "%s: %d channels at %d Hz: expected 1 to %d channels at %d to %d Hz", path,
                info.channels, info.samplerate, IO_MAX_CHANNELS, IO_MIN_RATE, IO_MAX_RATE);
    } else {
        a->rate = info.samplerate;
        a->channels = info.channels;
        ok = get_frames(sf, a, err);
        if (!ok) err_wrap(err, "%s", path);
    }
    sf_close(sf);
    if (!ok) audio_free(a);
    return ok;
}
