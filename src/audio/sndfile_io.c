/* sndfile_io.c: see audio/sndfile_io.h. The only file that includes sndfile.h.
 *
 * A file is encoded in memory (virtual I/O) and handed to base/file whole: so that a WAV in a pipe
 * has a right header, an Ogg stream can be given a fixed serial number, and a full disk is seen.
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

/* A file in memory, for libsndfile's virtual I/O. */
typedef struct MemFile {
    Str bytes;
    size_t at;
} MemFile;

static sf_count_t mem_length(void *ud)
{
    return (sf_count_t)((MemFile *)ud)->bytes.len;
}

static sf_count_t mem_seek(sf_count_t offset, int whence, void *ud)
{
    MemFile *m = ud;
    sf_count_t base = whence == SEEK_CUR   ? (sf_count_t)m->at
                      : whence == SEEK_END ? (sf_count_t)m->bytes.len
                                           : 0;
    if (base + offset < 0 || base + offset > (sf_count_t)m->bytes.len) return -1;
    m->at = (size_t)(base + offset);
    return (sf_count_t)m->at;
}

static sf_count_t mem_read(void *to, sf_count_t count, void *ud)
{
    MemFile *m = ud;
    size_t left = m->bytes.len - m->at, n = (size_t)count < left ? (size_t)count : left;
    if (n) memcpy(to, m->bytes.s + m->at, n);
    m->at += n;
    return (sf_count_t)n;
}

static sf_count_t mem_write(const void *from, sf_count_t count, void *ud)
{
    MemFile *m = ud;
    size_t n = (size_t)count, over = m->bytes.len - m->at;
    if (over > n) over = n;
    if (over) memcpy(m->bytes.s + m->at, from, over);
    if (n > over) str_add(&m->bytes, (const char *)from + over, n - over);
    m->at += n;
    return count;
}

static sf_count_t mem_tell(void *ud)
{
    return (sf_count_t)((MemFile *)ud)->at;
}

static SF_VIRTUAL_IO mem_io(void)
{
    return (SF_VIRTUAL_IO){.get_filelen = mem_length, .seek = mem_seek, .read = mem_read,
                           .write = mem_write, .tell = mem_tell};
}

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

/* Blocks of samples in the type that the file stores. */
static bool put_frames(SNDFILE *sf, const AudioBuf *a, int sub, Err *err)
{
    int16_t *s16 = mem_alloc(IO_BLOCK * a->channels, sizeof *s16);
    int32_t *s32 = mem_alloc(IO_BLOCK * a->channels, sizeof *s32);
    bool ok = true;
    for (int64_t at = 0; ok && at < a->frames; at += IO_BLOCK) {
        sf_count_t n = a->frames - at < IO_BLOCK ? a->frames - at : IO_BLOCK, put;
        const float *x = a->x + at * a->channels;
        if (sub == SF_FORMAT_PCM_16) {
            pcm_to_16(s16, x, n * a->channels, at * a->channels);
            put = sf_writef_short(sf, s16, n);
        } else if (sub == SF_FORMAT_PCM_24) {
            pcm_to_24(s32, x, n * a->channels);
            put = sf_writef_int(sf, s32, n);
        } else {
            put = sf_writef_float(sf, x, n);
        }
        if (put != n) ok = err_set(err, "cannot encode: %s", sf_strerror(sf));
    }
    free(s16);
    free(s32);
    return ok;
}

/* The serial number of an Ogg stream is the hash of its samples: the same for the same music, and
 * different for the pieces of a chained stream, as RFC 3533 wants. */
static bool fix_serial(MemFile *m, const AudioBuf *a, Err *err)
{
    size_t size = (size_t)a->frames * (size_t)a->channels * sizeof *a->x;
    uint32_t serial = (uint32_t)hash_fnv1a(a->x, size);
    if (ogg_set_serial((uint8_t *)m->bytes.s, m->bytes.len, serial)) return true;
    return err_set(err, "cannot encode: the Ogg stream is not made of whole pages");
}

static bool encode(MemFile *m, const AudioBuf *a, const Format *f, AudioBits bits,
                   const AudioTags *tags, Err *err)
{
    SF_VIRTUAL_IO io = mem_io();
    int sub = sub_format(f, bits);
    SF_INFO info = {.samplerate = a->rate, .channels = a->channels, .format = f->major | sub};
    SNDFILE *sf = sf_open_virtual(&io, SFM_WRITE, &info, m);
    if (!sf)
        return err_set(err, "cannot encode %d channels at %d Hz as %s: %s", a->channels, a->rate,
                       f->ending, sf_strerror(NULL));
    set_encoder(sf, f);
    bool ok = (!tags || set_tags(sf, tags, err)) && put_frames(sf, a, sub, err);
    int code = sf_close(sf);
    if (ok && code) ok = err_set(err, "cannot encode: %s", sf_error_number(code));
    if (ok && f->major == SF_FORMAT_OGG) ok = fix_serial(m, a, err);
    return ok;
}

static bool check_samples(const AudioBuf *a, const Format *f, AudioBits bits, Err *err)
{
    int64_t n = a->frames * a->channels;
    if (f->major == SF_FORMAT_WAV && n > IO_WAV_MAX / ((int)bits / 8))
        return err_set(err, "%.0f s are too long for a WAV file (4 GiB); use .flac",
                       (double)a->frames / a->rate);
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(a->x[i]))
            return err_set(err, "sample at frame %lld is not a finite number",
                           (long long)(i / a->channels));
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
    MemFile m = {0};
    const Format *f = format_choose(path, format, err);
    if (!f) return false;
    bool ok = check_samples(a, f, bits, err);
    int rate = rate_for(f, a->rate);
    if (ok && rate != a->rate) ok = audio_resample(&other, a, rate, err);
    if (ok) ok = encode(&m, other.x ? &other : a, f, bits, tags, err);
    if (!ok) {
        err_wrap(err, "%s", path);
    } else if (out->len == 0) {
        str_free(out);
        *out = m.bytes;
        m.bytes = (Str){0};
    } else {
        str_add(out, m.bytes.s, m.bytes.len);
    }
    audio_free(&other);
    str_free(&m.bytes);
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
