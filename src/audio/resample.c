/* resample.c: see audio/resample.h. The only file that includes samplerate.h.
 *
 * Fed in blocks, so that the library's int-sized counts are never near their limit. */
#include "audio/resample.h"

#include <math.h>
#include <samplerate.h>
#include <string.h>

enum { RESAMPLE_BLOCK = 65536 };

static bool convert_all(SRC_STATE *src, AudioBuf *out, const AudioBuf *in, Err *err)
{
    double ratio = (double)out->rate / in->rate;
    int64_t used = 0, made = 0;
    while (made < out->frames) {
        int64_t left = in->frames - used, room = out->frames - made;
        SRC_DATA d = {
            .data_in = in->x + used * in->channels,
            .data_out = out->x + made * in->channels,
            .input_frames = left < RESAMPLE_BLOCK ? left : RESAMPLE_BLOCK,
            .output_frames = room < RESAMPLE_BLOCK ? room : RESAMPLE_BLOCK,
            .end_of_input = left <= RESAMPLE_BLOCK,
            .src_ratio = ratio,
        };
        int code = src_process(src, &d);
        if (code) return err_set(err, "cannot resample: %s", src_strerror(code));
        if (d.input_frames_used == 0 && d.output_frames_gen == 0) break; /* the rest is silence */
        used += d.input_frames_used;
        made += d.output_frames_gen;
    }
    return true;
}

bool audio_resample(AudioBuf *out, const AudioBuf *in, int rate, Err *err)
{
    int code = 0;
    *out = (AudioBuf){0};
    if (rate <= 0 || !src_is_valid_ratio((double)rate / in->rate))
        return err_set(err, "cannot resample from %d Hz to %d Hz: over 256 times", in->rate, rate);
    audio_init(out, rate, in->channels, llround((double)in->frames * rate / in->rate));
    if (rate == in->rate) {
        memcpy(out->x, in->x, (size_t)in->frames * (size_t)in->channels * sizeof *in->x);
        return true;
    }
    SRC_STATE *src = src_new(SRC_SINC_BEST_QUALITY, in->channels, &code);
    if (!src) {
        err_set(err, "cannot resample %d channels: %s", in->channels, src_strerror(code));
        goto fail;
    }
    bool ok = convert_all(src, out, in, err);
    src_delete(src);
    if (ok) return true;
fail:
    audio_free(out);
    return false;
}
