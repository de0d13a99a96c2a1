/* spectrogram.c: see view/spectrogram.h.
 *
 * Windows of Hann's shape, 8192 frames where a column is long against that, 4096 otherwise. A
 * column is the mean power of up to four windows inside of it. A row is the strongest bin within
 * its band; where a band is narrower than a bin, the power is interpolated between the two beside
 * it. */
#include "view/spectrogram.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/fft.h"

enum { LONG_WINDOW = 8192, SHORT_WINDOW = 4096, PER_COLUMN = 4 };
static const double FLOOR_DB = -140;
static const double PI = 3.14159265358979323846;

typedef struct Job {
    const AudioBuf *a;
    const SpectrogramGrid *g;
    const Fft *fft;
    const float *window; /* [n] */
    double gain;         /* power of a sine of full scale */
    float *level;
    float *scratch;      /* [threads, 5 n]: input and output [n, 2], power [n] */
    int n, shots;
} Job;

/* Adds the power of the window around `middle` to power [n / 2 + 1]. */
static void add_window(const Job *j, int64_t middle, float *in, float *out, float *power)
{
    const AudioBuf *a = j->a;
    for (int i = 0; i < j->n; i++) {
        int64_t f = middle - j->n / 2 + i;
        float x = 0;
        for (int ch = 0; f >= 0 && f < a->frames && ch < a->channels; ch++)
            x += a->x[f * a->channels + ch];
        in[2 * i] = x / (float)a->channels * j->window[i];
        in[2 * i + 1] = 0;
    }
    fft_run(j->fft, in, out);
    for (int k = 0; k <= j->n / 2; k++)
        power[k] += out[2 * k] * out[2 * k] + out[2 * k + 1] * out[2 * k + 1];
}

static double band_power(const float *power, int top, double b0, double b1)
{
    int k0 = (int)ceil(b0), k1 = (int)floor(b1);
    double most = 0;
    for (int k = k0; k <= k1 && k <= top; k++) most = fmax(most, power[k]);
    if (k0 <= k1) return most;
    double b = (b0 + b1) / 2, x = b - floor(b);
    int k = (int)b;
    return k + 1 > top ? 0 : power[k] * (1 - x) + power[k + 1] * x;
}

static void make_column(void *ud, int64_t col, int worker)
{
    const Job *j = ud;
    const SpectrogramGrid *g = j->g;
    float *in = j->scratch + (int64_t)worker * 5 * j->n, *out = in + 2 * j->n;
    float *power = out + 2 * j->n;
    double width = g->seconds * j->a->rate / g->cols; /* frames */
    for (int k = 0; k <= j->n / 2; k++) power[k] = 0;
    for (int i = 0; i < j->shots; i++)
        add_window(j, (int64_t)(((double)col + (i + 0.5) / j->shots) * width), in, out, power);
    for (int r = 0; r < g->rows; r++) {
        double octave = log(g->hi / g->lo) / g->rows, bin = (double)j->n / j->a->rate;
        double b1 = g->hi * exp(-octave * r) * bin, b0 = g->hi * exp(-octave * (r + 1)) * bin;
        double p = band_power(power, j->n / 2, b0, b1) / (j->gain * j->shots);
        double db = p > 0 ? 10 * log10(p) : FLOOR_DB;
        j->level[(int64_t)r * g->cols + col] = (float)fmax(db, FLOOR_DB);
    }
}

void spectrogram_make(const AudioBuf *a, const SpectrogramGrid *g, float *level, const Run *run)
{
    double width = g->seconds * a->rate / g->cols;
    int n = width * 2 > LONG_WINDOW ? LONG_WINDOW : SHORT_WINDOW;
    int shots = (int)ceil(width / (n / 2.0));
    float *window = mem_alloc(n, sizeof *window);
    for (int i = 0; i < n; i++) window[i] = (float)(0.5 - 0.5 * cos(2 * PI * i / n));
    Job j = {.a = a, .g = g, .window = window, .gain = n / 4.0 * (n / 4.0), .level = level, .n = n,
             .shots = shots < 1 ? 1 : shots > PER_COLUMN ? PER_COLUMN : shots};
    Fft *fft = fft_open(n, false);
    j.fft = fft;
    j.scratch = mem_alloc((int64_t)run_threads(run) * 5 * n, sizeof *j.scratch);
    parallel_for(run, "spectrogram", g->cols, make_column, &j);
    fft_close(fft);
    free(j.scratch);
    free(window);
}
