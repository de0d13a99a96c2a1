/* spiral_array.c: see music/spiral_array.h. Chew 2014, Mathematical and Computational Modeling of
 * Tonality, with the constants and the spelling of Herremans and Chew's program midi-miner (2016,
 * "Tension ribbons", TENOR): radius 1, rise 0.4 a fifth, weights 0.536, 0.274, 0.19. */
#include "music/spiral_array.h"

#include <math.h>

static const double RISE = 0.4;
static const double WEIGHT[3] = {0.536, 0.274, 0.19}; /* root, fifth, third; I, V, IV */
static const double MINOR_KEY = 0.75; /* share of major V and of minor IV in a minor key */

/* k of each pitch class in C major and A minor. */
static const int SPELL[12] = {0, -5, 2, -3, 4, -1, -6, 1, -4, 3, -2, 5};

static Spiral mix(Spiral a, double wa, Spiral b, double wb)
{
    return (Spiral){wa * a.x + wb * b.x, wa * a.y + wb * b.y, wa * a.z + wb * b.z};
}

static Spiral weigh(Spiral one, Spiral two, Spiral three)
{
    return mix(mix(one, WEIGHT[0], two, WEIGHT[1]), 1, three, WEIGHT[2]);
}

Spiral spiral_pitch(int k)
{
    static const int AROUND[4] = {0, 1, 0, -1}; /* sin of quarter turns */
    int quarter = ((k % 4) + 4) % 4;
    return (Spiral){AROUND[quarter], AROUND[(quarter + 1) % 4], RISE * k};
}

Spiral spiral_triad(int k, bool minor)
{
    return weigh(spiral_pitch(k), spiral_pitch(k + 1), spiral_pitch(minor ? k - 3 : k + 4));
}

Spiral spiral_key(int k, bool minor)
{
    Spiral five = spiral_triad(k + 1, false), four = spiral_triad(k - 1, minor);
    if (minor) {
        five = mix(five, MINOR_KEY, spiral_triad(k + 1, true), 1 - MINOR_KEY);
        four = mix(four, MINOR_KEY, spiral_triad(k - 1, false), 1 - MINOR_KEY);
    }
    return weigh(spiral_triad(k, minor), five, four);
}

double spiral_distance(Spiral a, Spiral b)
{
    double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;
    return sqrt(x * x + y * y + z * z);
}

/* The major key with the same signature. */
static int relative_major(int root, bool minor)
{
    return (root + (minor ? 3 : 0)) % 12;
}

int spiral_spell(int pc, int root, bool minor)
{
    int home = relative_major(root, minor);
    return SPELL[(pc - home + 12) % 12] + SPELL[home];
}

Spiral spiral_key_of(int root, bool minor)
{
    return spiral_key(spiral_spell(root, root, minor), minor);
}

bool spiral_centre(const double weight[12], int root, bool minor, Spiral *out)
{
    Spiral sum = {0, 0, 0};
    double total = 0;
    for (int pc = 0; pc < 12; pc++) {
        sum = mix(sum, 1, spiral_pitch(spiral_spell(pc, root, minor)), weight[pc]);
        total += weight[pc];
    }
    if (!(total > 0)) return false;
    *out = mix(sum, 1 / total, sum, 0);
    return true;
}

double spiral_diameter(unsigned pcs, int root, bool minor)
{
    double most = 0;
    for (int p = 0; p < 12; p++) {
        for (int q = p + 1; q < 12; q++) {
            if (!(pcs >> p & pcs >> q & 1)) continue;
            double d = spiral_distance(spiral_pitch(spiral_spell(p, root, minor)),
                                       spiral_pitch(spiral_spell(q, root, minor)));
            if (d > most) most = d;
        }
    }
    return most;
}

/* The major key in whose spelling the weights spread least along the line of fifths (Temperley
 * 2001, The Cognition of Basic Musical Structures, ch. 5); the first of equals. */
static int compact_home(const double weight[12])
{
    double least = INFINITY;
    int best = 0;
    for (int home = 0; home < 12; home++) {
        double n = 0, sum = 0, square = 0;
        for (int pc = 0; pc < 12; pc++) {
            int k = spiral_spell(pc, home, false);
            n += weight[pc];
            sum += weight[pc] * k;
            square += weight[pc] * k * k;
        }
        double spread = square / n - sum / n * (sum / n);
        if (spread >= least - 1e-9) continue;
        least = spread;
        best = home;
    }
    return best;
}

SpiralKey spiral_find_key(const double weight[12])
{
    enum { AROUND = 9 }; /* fifths from the home that are tried */
    SpiralKey best = {.root = -1, .at = NAN};
    Spiral centre;
    int home = compact_home(weight);
    if (!spiral_centre(weight, home, false, &centre)) return best;
    for (int mode = 0; mode < 2; mode++) {
        for (int k = SPELL[home] - AROUND; k <= SPELL[home] + AROUND; k++) {
            double at = spiral_distance(centre, spiral_key(k, mode == 1));
            if (best.root < 0 || at < best.at)
                best = (SpiralKey){.root = (7 * k + 84 * 2) % 12, .minor = mode == 1, .at = at};
        }
    }
    return best;
}
