/* serve_modes.h: what the server offers: commands with some of their options. */
#ifndef CLI_SERVE_MODES_H
#define CLI_SERVE_MODES_H

#include "serve/serve.h"

enum { SERVE_MODES_MOST = 16 };

/* Fills mode [SERVE_MODES_MOST]; the number of them. */
int serve_modes(ServeMode *mode);

#endif
