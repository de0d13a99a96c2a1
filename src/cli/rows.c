/* rows.c: see rows.h. */
#include "rows.h"

#include "music/scale.h"

static const char *genre_choice(int i)
{
    if (i == genre_count()) return "all";
    return i < genre_count() ? genre_at(i)->name : NULL;
}

static const char *mode_choice(int i)
{
    if (i == MODE_COUNT) return "sections"; /* HOUSE_SECTION_MODES; others have none */
    return i < MODE_COUNT ? mode_name(i) : NULL;
}

static const char *const ROOTS[] = {"C",     "C#|Db", "D",     "D#|Eb", "E",     "F", "F#|Gb",
                                    "G",     "G#|Ab", "A",     "A#|Bb", "B",     NULL};
static const char *const DIALECTS[] = {"both", "plugin", "fluid", NULL};
static const char *const ENGINES[] = {"auto", "soundfont|sf", "native", NULL};
static const char *const PICTURES[] = {"png", "svg", NULL}; /* as CanvasFormat */
static const char *const BITS[] = {"16", "24", "32|float", NULL};

const Opt rows_model[1] = {
    {.letter = 'm', .name = "model", .type = OPT_LIST, .at = offsetof(ModelRows, model),
     .arg = "MODEL",
     .help = "a name under models/, a directory, a .safetensors file or a Hugging Face id in the "
             "local cache; several for a DJ set", .env = "LLMSONIFY_MODEL"},
};

const Opt rows_music[7] = {
    {.letter = 'g', .name = "genre", .type = OPT_LIST, .at = offsetof(MusicRows, genre),
     .arg = "LIST",
     .help = "what to compose; acid by default", .choice_at = genre_choice},
    {.name = "tempo", .type = OPT_REAL, .at = offsetof(MusicRows, opts.tempo), .arg = "BPM",
     .help = "quarter notes a minute instead of the genre's own", .lo = 20, .hi = 400},
    {.name = "bars", .type = OPT_INT, .at = offsetof(MusicRows, opts.bars), .arg = "N",
     .help = "length in bars; sections shrink or grow in proportion", .lo = 1, .hi = 4096},
    {.name = "length", .type = OPT_REAL, .at = offsetof(MusicRows, opts.seconds), .arg = "SECONDS",
     .help = "length in seconds; --bars wins", .lo = 1, .hi = 7200},
    {.name = "root", .type = OPT_CHOICE, .at = offsetof(MusicRows, opts.root), .arg = "PITCH",
     .help = "tonic instead of the model's own", .choices = ROOTS},
    {.name = "mode", .type = OPT_CHOICE, .at = offsetof(MusicRows, opts.mode), .arg = "MODE",
     .help = "scale instead of the model's own; sections: house in lydian, dorian, phrygian and "
             "aeolian, section by section", .choice_at = mode_choice},
    {.name = "acid-cc", .type = OPT_CHOICE, .at = offsetof(MusicRows, acid_cc), .arg = "WHICH",
     .help = "how the MIDI file writes the 303's filter and slides: controllers for 303 "
             "instruments, NRPN for FluidSynth", .choices = DIALECTS},
};

const Opt rows_engine[1] = {
    {.name = "engine", .type = OPT_CHOICE, .at = offsetof(EngineRows, engine), .arg = "ENGINE",
     .help = "soundfont: General MIDI through FluidSynth; native: our own instruments; auto: what "
             "the piece was written for", .choices = ENGINES, .local = true},
};

const Opt rows_plot[2] = {
    {.name = "plot", .type = OPT_FLAG, .at = offsetof(PlotJob, wanted),
     .help = "NAME.png (waveform, spectrogram, piano roll; dimensions by prompts for spectrum); of "
             "weights NAME-spectra.png (singular values), of a prompt NAME-heat.png and "
             "NAME-phases.png (tokens by layers)",
     .local = true},
    {.name = "plot-format", .type = OPT_CHOICE, .at = offsetof(PlotJob, format),
     .arg = "FORMAT", .help = "of the pictures", .choices = PICTURES, .local = true},
};

const Opt rows_sound[7] = {
    {.name = "soundfont", .type = OPT_STRING, .at = offsetof(SoundRows, soundfont), .arg = "FILE",
     .help = "an .sf2 or .sf3, by path or by name; or LLMSONIFY_SOUNDFONT", .local = true},
    {.letter = 'r', .name = "rate", .type = OPT_INT, .at = offsetof(SoundRows, rate), .arg = "HZ",
     .help = "sampling rate", .lo = 8000, .hi = 96000},
    {.letter = 'b', .name = "bits", .type = OPT_CHOICE, .at = offsetof(SoundRows, bits),
     .arg = "BITS",
     .help = "sample size of WAV and FLAC, 32 is float", .choices = BITS},
    {.name = "loudness", .type = OPT_REAL, .at = offsetof(SoundRows, loudness), .arg = "LUFS",
     .help = "integrated loudness", .lo = -50, .hi = -5},
    {.name = "peak", .type = OPT_REAL, .at = offsetof(SoundRows, peak), .arg = "DBTP",
     .help = "true peak at most", .lo = -20, .hi = 0},
    {.name = "saturate", .type = OPT_REAL, .at = offsetof(SoundRows, saturate), .arg = "DB",
     .help = "drive the mix into a soft clipper before it is limited", .lo = 0, .hi = 36},
    {.name = "raw", .type = OPT_FLAG, .at = offsetof(SoundRows, raw),
     .help = "no mastering at all"},
};

SoundJob rows_sound_job(const SoundRows *r)
{
    static const int bits[] = {BITS_16, BITS_24, BITS_FLOAT};
    return (SoundJob){.font = r->soundfont, .rate = r->rate, .bits = bits[r->bits],
                      .lufs = r->loudness, .peak = r->peak, .saturate = r->saturate,
                      .raw = r->raw};
}
