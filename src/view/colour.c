/* colour.c: see view/colour.h.
 *
 * Everything is made in OKLab, in which equal distances look about equal: the matrices and the cube
 * root are Bjorn Ottosson's ("A perceptual color space for image processing", 2020). The ramp walks
 * from violet to yellow with lightness linear in x, so that it also reads in grey. */
#include "view/colour.h"

#include <math.h>
#include <stdbool.h>

static const double PI = 3.14159265358979323846;

static double gamma_encode(double x)
{
    return x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
}

static double gamma_decode(double x)
{
    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

/* Linear RGB of an OKLab colour; false when it is outside of what a screen can show. */
static bool linear_rgb(double lightness, double a, double b, double out[3])
{
    double l = lightness + 0.3963377774 * a + 0.2158037573 * b;
    double m = lightness - 0.1055613458 * a - 0.0638541728 * b;
    double s = lightness - 0.0894841775 * a - 1.2914855480 * b;
    l = l * l * l;
    m = m * m * m;
    s = s * s * s;
    out[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    out[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    out[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
    for (int i = 0; i < 3; i++)
        if (out[i] < -1e-6 || out[i] > 1 + 1e-6) return false;
    return true;
}

static double clamp01(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

Rgb colour_lch(double lightness, double chroma, double hue)
{
    double lin[3], ca = cos(hue * PI / 180), sa = sin(hue * PI / 180);
    if (!linear_rgb(lightness, chroma * ca, chroma * sa, lin)) {
        double lo = 0, hi = chroma;
        for (int i = 0; i < 24; i++) {
            double mid = (lo + hi) / 2;
            if (linear_rgb(lightness, mid * ca, mid * sa, lin))
                lo = mid;
            else
                hi = mid;
        }
        linear_rgb(lightness, lo * ca, lo * sa, lin);
    }
    return (Rgb){gamma_encode(clamp01(lin[0])), gamma_encode(clamp01(lin[1])),
                 gamma_encode(clamp01(lin[2]))};
}

double colour_lightness(Rgb c)
{
    double r = gamma_decode(c.r), g = gamma_decode(c.g), b = gamma_decode(c.b);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
}

static const Rgb ABSENT = {0.8, 0.8, 0.8};

Rgb colour_ramp(double x)
{
    if (isnan(x)) return ABSENT;
    x = clamp01(x);
    return colour_lch(0.18 + 0.75 * x, 0.09 + 0.08 * x, 305 - 200 * x);
}

Rgb colour_split(double x)
{
    if (isnan(x)) return ABSENT;
    double far = fabs(2 * clamp01(x) - 1);
    return colour_lch(0.97 - 0.5 * far, 0.2 * sqrt(far), x < 0.5 ? 255 : 28);
}

Rgb colour_cycle(double x)
{
    if (!isfinite(x)) return ABSENT;
    return colour_lch(0.7, 0.12, 360 * (x - floor(x)));
}

/* Steps of the golden angle: any run of tracks has hues far apart. */
Rgb colour_track(int i)
{
    static const double LIGHT[] = {0.62, 0.5, 0.72};
    return colour_lch(LIGHT[i % 3], 0.16, fmod(255 + 137.508 * i, 360));
}
