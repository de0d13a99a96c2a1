/* roll.h: the piano roll of a score, coloured by track. */
#ifndef VIEW_ROLL_H
#define VIEW_ROLL_H

#include "score/score.h"
#include "view/axis.h"

/* Into panel, with the key axis on its left; pitched notes above, a row for each drum below. */
void roll_draw(Canvas *c, const Score *s, const Axis *time, Box panel);
/* The tracks' names and colours. */
void roll_legend(Canvas *c, const Score *s, Box box);

#endif
