/* rows_text.c: see rows_text.h. */
#include "rows_text.h"

const Opt rows_text[4] = {
    {.letter = 'p', .name = "prompt", .type = OPT_STRING, .at = offsetof(TextInput, text),
     .arg = "TEXT", .help = "the text itself"},
    {.letter = 'f', .name = "file", .type = OPT_STRING, .at = offsetof(TextInput, file),
     .arg = "FILE",
     .help = "the text of a file, - is standard input; a newline at its end is left out"},
    {.name = "special", .type = OPT_FLAG, .at = offsetof(TextInput, special),
     .help = "special tokens written in the text (<bos>) are those tokens"},
    {.name = "bos", .type = OPT_OFF, .at = offsetof(TextInput, edges),
     .help = "no token at the beginning that is not in the text"},
};

const Opt rows_chat[2] = {
    {.name = "chat", .type = OPT_FLAG, .at = offsetof(TextInput, chat),
     .help = "the text is a message to the model, in its chat template"},
    {.name = "system", .type = OPT_STRING, .at = offsetof(TextInput, system), .arg = "TEXT",
     .help = "the chat's system message"},
};
