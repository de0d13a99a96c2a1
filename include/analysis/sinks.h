/* sinks.h: attention sinks, the tokens that carry no text but take the attention nobody needs.
 *
 * Their norm is tens or hundreds of times that of the others and would drown every mean and range
 * (Xiao et al. 2024, "Efficient Streaming Language Models with Attention Sinks"; Sun et al. 2024,
 * "Massive Activations in Large Language Models"). One rule for all that measures tokens. */
#ifndef ANALYSIS_SINKS_H
#define ANALYSIS_SINKS_H

#include <stdbool.h>

/* sink [nt]: true where norm [nt], of one layer's stream, is over ten times the layer's median.
 * bos: token 0 is BOS, which is always one. nt >= 1. */
void sinks_find(const double *norm, int nt, bool bos, bool *sink);
/* The last token that is no sink; the last of all when every one is. */
int sinks_last(const double *norm, int nt, bool bos);

#endif
