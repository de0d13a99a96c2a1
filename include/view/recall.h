/* recall.h: how often guesses found what they should: shares with intervals against chance, and
 * the ranks of what was looked for. */
#ifndef VIEW_RECALL_H
#define VIEW_RECALL_H

#include "view/canvas.h"

enum { RECALL_WIDTH = 1400, RECALL_HEIGHT = 1000, RECALL_BARS = 6 };

typedef struct RecallBar {
    const char *name;
    double share, lo, hi; /* 0..1; NaN = no interval */
} RecallBar;

/* A question, its answers, and the ranks that the first of them gave. */
typedef struct RecallPanel {
    const char *title;
    RecallBar bar[2][RECALL_BARS]; /* recall at 1, at 5 */
    int nbars;
    double chance[2];
    const int *ranks; /* [candidates] how often each rank */
    int candidates;
} RecallPanel;

typedef struct RecallPage {
    const char *title, *line;
    const RecallPanel *panel; /* [npanels] one above the other */
    int npanels;
} RecallPage;

/* Fills a page of RECALL_WIDTH x RECALL_HEIGHT. */
void recall_draw(Canvas *c, const RecallPage *p);

#endif
