/* studio_text.h: a studio's model goes on with a text. */
#ifndef APP_STUDIO_TEXT_H
#define APP_STUDIO_TEXT_H

#include "app/studio.h"
#include "infer/sampler.h"

typedef struct StudioText {
    int model;          /* of the studio */
    const char *prompt; /* UTF-8 */
    int tokens;         /* at most */
    SamplerOpts sampler;
    const char *const *stop; /* [nstop] the text ends before any of these */
    int nstop;
    int threads; /* 0 = all */
    /* The text as it comes, whole characters; false: enough. */
    bool (*put)(void *ud, const char *text, size_t len);
    void *ud;
} StudioText;

typedef struct StudioTextEnd {
    int prompt, tokens; /* counts */
    bool by_model;      /* the model, or a stop string, ended it; otherwise its length did */
    bool refused;       /* after a failure: it is the request's, another one may do */
} StudioTextEnd;

/* From any thread. Has a forward pass of its own for the time it takes. */
bool studio_text(Studio *s, const StudioText *ask, StudioTextEnd *end, const Run *run, Err *err);

#endif
