/* studio.h: models that stay open, and pieces made of them in memory: what a server needs of app/.
 *
 * The studio owns what all share and nobody changes: weights, tokenizer, map, direction, the
 * features of the weights; each is made when it is first asked for. A seat belongs to one thread
 * and owns what a forward pass writes to. Nothing here touches a file that a request names. */
#ifndef APP_STUDIO_H
#define APP_STUDIO_H

#include "app/activations_piece.h"
#include "app/piece.h"
#include "app/space_piece.h"

typedef struct Studio Studio;
typedef struct StudioSeat StudioSeat;

typedef struct StudioModel {
    const char *name, *family;
    int layers, width;
    bool space;    /* a map lies beside it */
    bool embedded; /* the one that commands take when none is named */
} StudioModel;

typedef enum StudioKind { STUDIO_SPACE, STUDIO_PROMPT, STUDIO_WEIGHTS } StudioKind;

/* The commands' own jobs: of kind the one that counts. Their model, output, format, plot and
 * clobber are passed over. */
typedef struct StudioJob {
    StudioKind kind;
    int model;          /* of the studio */
    const char *prompt; /* UTF-8; not of STUDIO_WEIGHTS */
    const char *format; /* "wav", "flac", ... */
    SpacePlayJob space;
    ActivationsJob activations;
    PieceJob weights;
} StudioJob;

typedef enum StudioPart {
    STUDIO_MIDI,
    STUDIO_AUDIO,
    STUDIO_JSON,  /* the sidecar */
    STUDIO_WORDS, /* see app/words_json.h */
    STUDIO_HEAT,  /* {"layers", "tokens", "norm", "tension", "entropy", "token_t"} */
    STUDIO_PARTS
} StudioPart;

/* Zero is empty. */
typedef struct StudioPiece {
    Str part[STUDIO_PARTS]; /* empty where the piece has none */
    char title[96], key[24]; /* "D minor" */
    double seconds, tempo;   /* of the score; quarter notes a minute at the beginning */
} StudioPiece;

/* Finds every model; opens the one asked for (NULL: the default), its map and its direction. */
bool studio_open(Studio **out, const char *asked, const Run *run, Err *err);
void studio_close(Studio *s); /* after its seats; NULL is fine */
int studio_count(const Studio *s);
StudioModel studio_model(const Studio *s, int i);
int studio_find(const Studio *s, const char *name); /* -1 when there is none */
int studio_default(const Studio *s);

/* threads: of its forward pass, 0 = all. */
StudioSeat *studio_sit(Studio *s, int threads);
void studio_rise(StudioSeat *seat); /* NULL is fine */
/* The same bytes as the job's command gives. *out must be zero; it is empty after a failure. */
bool studio_make(StudioSeat *seat, const StudioJob *job, StudioPiece *out, const Run *run,
                 Err *err);
void studio_piece_free(StudioPiece *p);

#endif
