/* version.h: what --version prints and files carry. */
#ifndef APP_VERSION_H
#define APP_VERSION_H

#define LLMSONIFY_VERSION "0.1.0"

#endif
