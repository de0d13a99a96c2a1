/* space_piece.h: a prompt played on a learned map, for the command line and for a server that keeps
 * model, map and noise open. */
#ifndef APP_SPACE_PIECE_H
#define APP_SPACE_PIECE_H

#include "app/noise.h"
#include "app/output.h"
#include "app/space_words.h"
#include "app/sound.h"
#include "app/text_model.h"
#include "genre/space_music.h"

typedef struct SpaceRequest {
    const char *text;     /* UTF-8 */
    SpaceMusicOpts music;
    const char *command;  /* for the files' own description */
} SpaceRequest;

/* Zero is empty. */
typedef struct SpacePiece {
    Str text;
    SpaceWords words;
    FeatureSet fs;
    Score score;
} SpacePiece;

/* Opens no file. lm forgets what it had: one call at a time for each lm. out must be zero. */
bool space_piece(SpacePiece *out, const Tokenizer *tok, Lm *lm, const Space *space,
                 const SpaceRequest *r, const Run *run, Err *err);
void space_piece_free(SpacePiece *p);

/* Appends words.json, see app/words_json.h. */
void space_piece_words(const SpacePiece *p, Str *out);

/* Stages what names asks for; words_path: NAME.words.json, NULL = not wanted. */
bool space_piece_write(const SpacePiece *p, const OutNames *names, const char *words_path,
                       const WeightNoise *noise, const SoundJob *sound, const Say *report,
                       OutSet *set, const Run *run, Err *err);

typedef struct SpacePlayJob {
    TextJob text;
    const char *space;           /* NULL = beside the model */
    SpaceMusicOpts music;        /* layers as SPACE_LAYER_... or numbers */
    const char *output, *format; /* output.h */
    bool audio, clobber;
    SoundJob sound;
    const char *command;
} SpacePlayJob;

/* Stand for a layer until the model is known. */
enum { SPACE_LAYER_MIDDLE = 100000, SPACE_LAYER_LAST };

bool space_play_check(const SpacePlayJob *job, Err *err); /* false: a usage error */
bool space_play(const SpacePlayJob *job, const Run *run, Err *err);

#endif
