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
bool audio_read(AudioBuf *a, const char *path, Err *err);

#endif
