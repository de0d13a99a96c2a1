/* space_map.h: a picture of a learned space: how much of each layer its components explain, and
 * where the sentences of the corpus lie on two of them, layer by layer. */
#ifndef VIEW_SPACE_MAP_H
#define VIEW_SPACE_MAP_H

#include "view/canvas.h"

enum { SPACE_MAP_WIDTH = 1500, SPACE_MAP_HEIGHT = 1100, SPACE_MAP_PANELS = 4 };

typedef struct SpaceMap {
    const char *title, *subtitle;
    int layers, k;         /* hidden states, 0 the embedding; components, at least 1 */
    const double *ratio;   /* [layers, k] share of the layer's variance, falling */
    int sentences;
    const float *proj;     /* [sentences, layers, k] */
    int npanels;           /* at most SPACE_MAP_PANELS */
    int layer[SPACE_MAP_PANELS];
    int across, up;        /* the components drawn, from 0 */
} SpaceMap;
/* A sentence has one colour in all panels: its rank on `across` in the first. */
void space_map_draw(Canvas *c, const SpaceMap *m);

#endif
