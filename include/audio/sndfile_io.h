/* sndfile_io.h: audio files by their ending: wav flac ogg opus mp3 (aiff read too). */
#ifndef AUDIO_SNDFILE_IO_H
#define AUDIO_SNDFILE_IO_H

#include <stdbool.h>

#include "audio/buf.h"
#include "base/err.h"
#include "base/str.h"

typedef struct AudioTags {
    const char *title, *artist, *album, *comment, *genre, *date, *software; /* NULL = none */
    int track; /* 0 = none */
} AudioTags;

typedef enum AudioBits { BITS_16 = 16, BITS_24 = 24, BITS_FLOAT = 32 } AudioBits;

/* True when the ending of path names a format that can be written. */
bool audio_can_write(const char *path);
/* How much, in dB, the encoder of that file may raise the true peak of loud music (0 for lossless):
 * master to so much under the peak that the file shall keep. Arguments as of audio_write. */
double audio_headroom(const char *path, const char *format);
/* format: "wav" etc., used when path is "-", otherwise NULL (the ending decides). bits applies to
 * WAV and FLAC (FLAC has no float: 24). 16-bit samples get triangular dither whose noise is fixed,
 * so that the same audio gives the same bytes. Written to a temporary name and renamed. */
bool audio_write(const AudioBuf *a, const char *path, const char *format, AudioBits bits,
                 const AudioTags *tags, Err *err);
/* The same bytes, appended to out; path is for its ending and for messages only. */
bool audio_encode(const AudioBuf *a, const char *path, const char *format, AudioBits bits,
                  const AudioTags *tags, Str *out, Err *err);

/* A file that is written piece by piece, in memory that does not grow with it (but for what Ogg
 * makes of it): the bytes that audio_write would give of all pieces at once. path: a file's name;
 * the ending decides. NULL with a message when the format cannot have this rate. */
typedef struct AudioSink AudioSink;
AudioSink *audio_sink_open(const char *path, AudioBits bits, int rate, int channels,
                           const AudioTags *tags, Err *err);
/* x [frames, channels of the sink]. After a failure there is nothing left but to close. */
bool audio_sink_put(AudioSink *s, const float *x, int64_t frames, Err *err);
/* ok: the file appears under its name. Else nothing is left of it. Frees s, which may be NULL.
 * Returns whether there is a file; keeps err as it is when !ok. */
bool audio_sink_close(AudioSink *s, bool ok, Err *err);

bool audio_read(AudioBuf *a, const char *path, Err *err);

#endif
