/* atmos_pieces.h: what atmos compare has found. */
#ifndef ATMOS_PIECES_H
#define ATMOS_PIECES_H

#include "app/atmos_compare.h"
#include "atmos/versus.h"

typedef struct Piece {
    char *name;
    Contour contour;
    int plain; /* of a shuffled piece: the piece in its own order; -1 */
} Piece;

/* Piece a against piece b; p is NaN where there is nothing to test. */
typedef struct PieceTest {
    int a, b;
    VersusStat stat;
    double diff, sd, p, holm; /* mean and deviation of the differences, seed by seed */
} PieceTest;

/* Owner; zero is empty. */
typedef struct Pieces {
    Piece *piece; /* [n] */
    int n, cap;
    int control;  /* the piece that others are compared with */
    int tokens, seeds;
    double *value; /* [VERSUS_STATS, n, seeds] */
    PieceTest *test; /* [ntests] */
    int ntests, cap_tests;
    char *prompt, *model;
} Pieces;

static inline const double *pieces_at(const Pieces *p, VersusStat stat, int piece)
{
    return p->value + ((int64_t)stat * p->n + piece) * p->seeds;
}

void pieces_print(const Pieces *p, const CompareJob *job, Str *out);
bool pieces_draw(const Pieces *p, const CompareJob *job, Err *err);
const char *pieces_picture(const CompareJob *job);

#endif
