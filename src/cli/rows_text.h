/* rows_text.h: option rows of the commands that read text. */
#ifndef CLI_ROWS_TEXT_H
#define CLI_ROWS_TEXT_H

#include "app/text_input.h"
#include "base/opt.h"

/* Both at the offset of a TextInput. */
extern const Opt rows_text[4], rows_chat[2];

#endif
