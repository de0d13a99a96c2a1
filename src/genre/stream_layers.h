/* stream_layers.h: a prompt's residual stream as a grid of layers and tokens, for the pieces that
 * play it directly (thinking, operatic). */
#ifndef GENRE_STREAM_LAYERS_H
#define GENRE_STREAM_LAYERS_H

#include "feature/featset.h"

/* Zero is empty. Layer 0 is the embedding, layer l what block l - 1 leaves. */
typedef struct StreamLayers {
    const FeatureSet *fs;
    int layers, tokens;
    int *row;         /* [layers, tokens] of FT_TOKENS */
    double *amp; /* [layers, tokens] norm over the largest of the layer that is no sink, <= 1 */
    double *loud;     /* [layers] norm01 of the mean log norm */
    Value *loud_from; /* [layers] */
} StreamLayers;

/* False when the set holds no prompt. */
bool stream_layers_init(StreamLayers *g, const FeatureSet *fs, Err *err);
void stream_layers_free(StreamLayers *g);
/* A column of FT_TOKENS at a layer and token. */
Value stream_layers_value(const StreamLayers *g, const char *column, int layer, int token);
/* "embedding", "layer 3". */
void stream_layers_name(int layer, char *out, int size);

#endif
