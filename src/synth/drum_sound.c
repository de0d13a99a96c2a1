/* drum_sound.c: the kit. Kick, snare, clap and hats in the manner of the analog machines of the
 * early eighties: a swept sine, two shells under noise, three claps and a tail, noise over metal. */
#include "drum_sound.h"

#include <stddef.h>
#include <stdlib.h>

enum { GROUP_HATS = 1, GROUP_WHISTLE = 2 };

static const DrumSound KIT[] = {
    {.key = {36, 35}, .level = 1.0f, .drive = 1.6f, .hz = 49, .sweep = 5.5f, .sweep_s = 0.018f,
     .tone = 1, .tone_s = 0.15f, .noise = 0.25f, .noise_s = 0.0025f, .lo = 900, .hi = 6000},
    {.key = {37}, .level = 0.5f, .drive = 1.2f, .hz = 1710, .tone = 0.6f, .tone_s = 0.012f,
     .hz2 = 455, .tone2 = 0.8f, .tone2_s = 0.014f, .noise = 0.3f, .noise_s = 0.004f, .lo = 1500,
     .hi = 9000, .pan = -0.15f},
    {.key = {38, 40}, .level = 0.8f, .drive = 1.1f, .hz = 182, .sweep = 0.7f, .sweep_s = 0.012f,
     .tone = 0.65f, .tone_s = 0.07f, .hz2 = 331, .tone2 = 0.35f, .tone2_s = 0.045f,
     .noise = 0.55f, .noise_s = 0.075f, .lo = 1400, .hi = 11000},
    {.key = {39}, .level = 0.85f, .bursts = 3, .noise = 0.9f, .noise_s = 0.085f, .lo = 850,
     .hi = 3200, .drive = 0.9f},
    {.key = {42, 44}, .group = GROUP_HATS, .level = 0.5f, .noise = 0.45f, .noise_s = 0.022f,
     .lo = 7200, .hi = 17000, .metal = 0.22f, .metal_s = 0.018f, .metal_hz = 5300, .pan = 0.2f},
    {.key = {46}, .group = GROUP_HATS, .level = 0.5f, .noise = 0.42f, .noise_s = 0.14f,
     .lo = 6600, .hi = 17000, .metal = 0.22f, .metal_s = 0.12f, .metal_hz = 5100, .pan = 0.2f},
    {.key = {49, 57, 55}, .level = 0.55f, .noise = 0.5f, .noise_s = 0.55f, .lo = 3200, .hi = 15000,
     .metal = 0.25f, .metal_s = 0.7f, .metal_hz = 3900, .pan = -0.25f},
    {.key = {51, 59}, .level = 0.42f, .noise = 0.22f, .noise_s = 0.3f, .lo = 5200, .hi = 14000,
     .metal = 0.3f, .metal_s = 0.5f, .metal_hz = 4300, .pan = 0.3f},
    {.key = {53, 52}, .level = 0.4f, .noise = 0.12f, .noise_s = 0.1f, .lo = 5000, .hi = 14000,
     .hz = 1270, .tone = 0.25f, .tone_s = 0.3f, .metal = 0.25f, .metal_s = 0.4f,
     .metal_hz = 3100, .pan = 0.3f},
    {.key = {41, 43}, .level = 0.8f, .drive = 1.2f, .hz = 82, .sweep = 0.8f, .sweep_s = 0.05f,
     .tone = 0.9f, .tone_s = 0.17f, .noise = 0.12f, .noise_s = 0.012f, .lo = 700, .hi = 5000,
     .pan = -0.3f},
    {.key = {45}, .level = 0.8f, .drive = 1.2f, .hz = 104, .sweep = 0.8f, .sweep_s = 0.045f,
     .tone = 0.9f, .tone_s = 0.15f, .noise = 0.12f, .noise_s = 0.012f, .lo = 800, .hi = 5000,
     .pan = -0.2f},
    {.key = {47, 48}, .level = 0.8f, .drive = 1.2f, .hz = 138, .sweep = 0.8f, .sweep_s = 0.04f,
     .tone = 0.9f, .tone_s = 0.13f, .noise = 0.12f, .noise_s = 0.012f, .lo = 900, .hi = 5000,
     .pan = 0.05f},
    {.key = {50}, .level = 0.8f, .drive = 1.2f, .hz = 176, .sweep = 0.8f, .sweep_s = 0.035f,
     .tone = 0.9f, .tone_s = 0.11f, .noise = 0.12f, .noise_s = 0.012f, .lo = 1000, .hi = 5000,
     .pan = 0.25f},
    {.key = {54}, .level = 0.42f, .noise = 0.4f, .noise_s = 0.05f, .lo = 6500, .hi = 16000,
     .metal = 0.3f, .metal_s = 0.08f, .metal_hz = 6400, .pan = 0.35f},
    {.key = {56}, .level = 0.45f, .drive = 2, .hz = 562, .tone = 0.6f, .tone_s = 0.06f,
     .hz2 = 845, .tone2 = 0.6f, .tone2_s = 0.07f, .pan = 0.25f},
    {.key = {62, 60}, .level = 0.6f, .drive = 0.8f, .hz = 322, .sweep = 0.25f, .sweep_s = 0.01f,
     .tone = 0.9f, .tone_s = 0.035f, .noise = 0.15f, .noise_s = 0.006f, .lo = 900, .hi = 6000,
     .pan = 0.4f},
    {.key = {63, 61}, .level = 0.6f, .drive = 0.8f, .hz = 262, .sweep = 0.25f, .sweep_s = 0.01f,
     .tone = 0.9f, .tone_s = 0.09f, .noise = 0.1f, .noise_s = 0.006f, .lo = 900, .hi = 6000,
     .pan = 0.3f},
    {.key = {64}, .level = 0.6f, .drive = 0.8f, .hz = 196, .sweep = 0.25f, .sweep_s = 0.012f,
     .tone = 0.9f, .tone_s = 0.11f, .noise = 0.1f, .noise_s = 0.006f, .lo = 900, .hi = 6000,
     .pan = -0.35f},
    {.key = {70, 69, 82}, .level = 0.42f, .noise = 0.6f, .noise_s = 0.028f, .lo = 4200,
     .hi = 11000, .pan = -0.4f},
    {.key = {75, 76, 77}, .level = 0.5f, .hz = 2480, .tone = 0.7f, .tone_s = 0.022f,
     .hz2 = 4730, .tone2 = 0.12f, .tone2_s = 0.01f, .pan = -0.3f},
    {.key = {80, 81}, .group = GROUP_WHISTLE, .level = 0.35f, .hz = 3100, .tone = 0.5f,
     .tone_s = 0.4f, .hz2 = 5870, .tone2 = 0.3f, .tone2_s = 0.3f, .pan = 0.4f},
};

const DrumSound *drum_sound(int key)
{
    const DrumSound *nearest = &KIT[0];
    int distance = 1000;
    for (size_t i = 0; i < sizeof KIT / sizeof *KIT; i++) {
        for (int k = 0; k < 4 && KIT[i].key[k]; k++) {
            if (abs(KIT[i].key[k] - key) >= distance) continue;
            nearest = &KIT[i];
            distance = abs(KIT[i].key[k] - key);
        }
    }
    return nearest;
}
