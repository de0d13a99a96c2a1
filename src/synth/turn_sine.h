/* turn_sine.h: sines of turns for loops that the compiler makes vectors of.
 *
 * sin(2 pi t) = r (1/4 - r^2) q(r^2), where r is t less the nearest whole number; q is the
 * polynomial of least largest error (by reweighted least squares). Rounding to whole numbers is
 * done by adding a number so large that nothing is left behind the point. */
#ifndef SYNTH_TURN_SINE_H
#define SYNTH_TURN_SINE_H

/* |turns| < 2^20. */
static inline double turn_rest(double turns)
{
    const double huge = 6755399441055744.0; /* 1.5 * 2^52 */
    return turns - ((turns + huge) - huge);
}

/* Error under 3e-7 for a few turns. */
static inline float turn_sine(float turns)
{
    const float huge = 12582912; /* 1.5 * 2^23 */
    float r = turns - ((turns + huge) - huge), q = r * r;
    float p = -38.1232010f + q * 12.2333120f;
    p = 25.1327304f + q * (-64.8346811f + q * (67.0438985f + q * p));
    return r * (0.25f - q) * p;
}

/* Error under 2e-9. */
static inline double turn_sine_fine(double turns)
{
    double r = turn_rest(turns), q = r * r, p = 14.06550511064438 + q * -3.193373878106513;
    p = 67.07675870128494 + q * (-38.49841898925317 + q * p);
    p = 25.132741080071423 + q * (-64.83582257553704 + q * p);
    return r * (0.25 - q) * p;
}

#endif
