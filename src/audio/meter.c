/* meter.c: see meter.h.
 *
 * Silence is a run of frames of which no sample reaches -60 dBFS. A clipped sample is at full scale
 * (as 16 bits store it) beside another one: a single touch of full scale is a peak, not clipping.
 * The centroid of a block is the mean frequency weighted by magnitude, under a Hann window. */
#include "meter.h"

#include <math.h>
#include <stdbool.h>

#include "math/fft.h"

enum { METER_FFT = 2048 }; /* frames */

static const float METER_SILENCE = 0.001f;              /* -60 dBFS */
static const float METER_FULL = 32767.0f / 32768.0f;    /* the largest 16-bit sample */

/* One channel: clipping, offset, power, jumps. */
static void scan_channel(const AudioBuf *a, int channel, AudioMeasure *m, double *power)
{
    double sum = 0, squares = 0;
    float jump = 0;
    int64_t run = 0;
    for (int64_t i = 0; i < a->frames; i++) {
        float x = a->x[i * a->channels + channel];
        float before = i ? a->x[(i - 1) * a->channels + channel] : x;
        sum += x;
        squares += (double)x * x;
        jump = fmaxf(jump, fabsf(x - before));
        run = fabsf(x) >= METER_FULL ? run + 1 : 0;
        m->clipped += run > 2 ? 1 : run == 2 ? 2 : 0;
    }
    *power += squares;
    m->max_jump = fmax(m->max_jump, jump);
    if (a->frames) m->dc = fmax(m->dc, fabs(sum / (double)a->frames));
}

static bool frame_is_silent(const AudioBuf *a, int64_t i)
{
    for (int c = 0; c < a->channels; c++)
        if (fabsf(a->x[i * a->channels + c]) >= METER_SILENCE) return false;
    return true;
}

static void scan_silence(const AudioBuf *a, AudioMeasure *m)
{
    int64_t run = 0, lead = -1, longest = 0;
    for (int64_t i = 0; i < a->frames; i++) {
        if (frame_is_silent(a, i)) {
            run++;
            continue;
        }
        if (lead < 0)
            lead = run;
        else if (run > longest)
            longest = run;
        run = 0;
    }
    m->lead_silence = (double)(lead < 0 ? run : lead) / a->rate;
    m->tail_silence = (double)run / a->rate;
    m->longest_silence = (double)longest / a->rate;
}

void meter_samples(const AudioBuf *a, AudioMeasure *m)
{
    double power = 0;
    for (int c = 0; c < a->channels; c++) scan_channel(a, c, m, &power);
    if (power > 0)
        m->crest = m->sample_peak - 10 * log10(power / (double)(a->frames * a->channels));
    scan_silence(a, m);
}

/* Adds one block's centroid, weighted by its power. */
static void add_centroid(const double *power, double bin_hz, double *sum, double *weight)
{
    double moment = 0, magnitude = 0, total = 0;
    for (int k = 1; k <= METER_FFT / 2; k++) {
        double m = sqrt(power[k - 1]);
        moment += k * bin_hz * m;
        magnitude += m;
        total += power[k - 1];
    }
    if (!(magnitude > 0)) return;
    *sum += total * moment / magnitude;
    *weight += total;
}

double meter_centroid(const AudioBuf *a)
{
    double x[METER_FFT], power[METER_FFT / 2], sum = 0, weight = 0;
    for (int64_t at = 0; at < a->frames; at += METER_FFT) {
        for (int i = 0; i < METER_FFT; i++) {
            double mix = 0;
            for (int c = 0; at + i < a->frames && c < a->channels; c++)
                mix += a->x[(at + i) * a->channels + c];
            x[i] = mix * 0.5 * (1 - cos(2 * M_PI * (i + 0.5) / METER_FFT));
        }
        fft_power(x, METER_FFT, power);
        add_centroid(power, (double)a->rate / METER_FFT, &sum, &weight);
    }
    return weight > 0 ? sum / weight : 0;
}
