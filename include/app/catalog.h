/* catalog.h: the models that can be found by name, and what they are. */
#ifndef APP_CATALOG_H
#define APP_CATALOG_H

#include <stdbool.h>

#include "base/str.h"

/* Appends a table to read, or a JSON array. A model that cannot be opened is listed with the
 * reason. */
void catalog_print(bool json, Str *out);

#endif
