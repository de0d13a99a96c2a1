/* contour.h: from loudness to temperature: how a song conducts the sampler.
 *
 * One frame for each token. Loudness is EBU R128 momentary, its window sliding by one frame:
 *
 *   lufs_raw[i]  LUFS of the 0.4 s that end with frame i, at least CONTOUR_FLOOR
 *   u[i]         (lufs_raw[i] - gate) / (max - gate), within 0..1; 0 where the piece has nothing
 *                over the gate
 *   lufs[i]      S(mean of u over `smooth` seconds about frame i); S is the logistic curve with its
 *                midpoint and steepness, scaled so that S(0) = 0 and S(1) = 1
 *   velocity[i]  |lufs[i] - lufs[i-1]| over the largest of them; 0 at i = 0 and in silence
 *   temp[i]      t_min + (t_max - t_min) * velocity[i]; with DRIVE_LOUDNESS * lufs[i] */
#ifndef ATMOS_CONTOUR_H
#define ATMOS_CONTOUR_H

#include "audio/buf.h"

#define CONTOUR_FLOOR (-70.0) /* LUFS */
#define CONTOUR_WINDOW 0.4    /* seconds: momentary loudness (EBU Tech 3341) */

typedef enum AtmosDrive { DRIVE_VELOCITY, DRIVE_LOUDNESS } AtmosDrive;

typedef struct ContourOpts {
    double tps;                 /* frames, and tokens, a second */
    double gate;                /* LUFS, at least CONTOUR_FLOOR: what counts as nothing */
    double smooth;              /* seconds; the nearest odd number of frames below, at least one */
    double midpoint, steepness; /* of the S-curve; steepness > 0 */
    double t_min, t_max;        /* temperatures; t_max may be the lower */
    int drive;                  /* AtmosDrive */
} ContourOpts;

/* 45 tokens a second, gate -70, 0.1 s, 0.75 and 3, 0.985 to 1.875, by velocity. */
#define CONTOUR_DEFAULTS                                                                           \
    {.tps = 45, .gate = CONTOUR_FLOOR, .smooth = 0.1, .midpoint = 0.75, .steepness = 3,            \
     .t_min = 0.985, .t_max = 1.875}

/* Owner; zero is empty. */
typedef struct Contour {
    int n;
    double tps;
    double *lufs_raw, *lufs, *velocity, *temp; /* [n] each */
} Contour;

/* lufs [n]: momentary loudness of each frame, -inf for silence. */
void contour_of_loudness(Contour *c, const double *lufs, int n, const ContourOpts *opts);
/* As many frames as are whole; at least one. */
void contour_of_audio(Contour *c, const AudioBuf *a, const ContourOpts *opts);
/* n frames of nothing: the control. */
void contour_of_silence(Contour *c, int n, const ContourOpts *opts);
void contour_free(Contour *c);

/* The same without knowing what comes: for music that is being made. What is scaled by the largest
 * of the piece is scaled by the largest so far: the loudness by at least CONTOUR_LIVE_TOP, its
 * change by at least CONTOUR_LIVE_CHANGE and by a largest that halves every CONTOUR_LIVE_HALF, so
 * that the beginning out of silence is forgotten. The mean is over the `smooth` seconds before. */
#define CONTOUR_LIVE_TOP (-23.0)  /* LUFS: programme loudness of EBU R128 */
#define CONTOUR_LIVE_CHANGE 0.005
#define CONTOUR_LIVE_HALF 1.0     /* seconds */

typedef struct ContourFrame {
    double lufs_raw, lufs, velocity, temp;
} ContourFrame;

enum { CONTOUR_LIVE_MOST = 64 };

typedef struct ContourLive {
    ContourOpts o;
    double top, change, last;
    double u[CONTOUR_LIVE_MOST]; /* a ring of what is averaged */
    int n;
} ContourLive;

void contour_live_begin(ContourLive *c, const ContourOpts *opts);
/* The frame after so much momentary loudness. */
ContourFrame contour_live_add(ContourLive *c, double lufs);

#endif
