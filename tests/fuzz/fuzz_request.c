/* fuzz_request.c: any bytes as the body of POST /api/sonify, as a path and as the values of
 * headers: understood or refused with a reason, never beyond the limits. libFuzzer target: linked
 * with libllmsonify.a by clang -fsanitize=fuzzer,address,undefined. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "serve/http_text.h"
#include "serve/request.h"

enum { CHARS = 2000, OPTIONS = 32, VALUE = 600 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_body(const char *text, size_t size)
{
    Request r = {.n = 0};
    Err err = {""};
    if (!request_parse(text, size, CHARS, &r, &err)) {
        if (!err.msg[0] || r.n || r.prompt || r.model || r.mode) abort();
        return;
    }
    if (r.n > OPTIONS || (r.prompt && strlen(r.prompt) > 4 * CHARS)) abort();
    for (int i = 0; i < r.n; i++)
        if (!r.option[i].value || strlen(r.option[i].value) > VALUE) abort();
    request_free(&r);
}

static void use_text(const char *text)
{
    RouteMatch m;
    int64_t first, count;
    router_match(text, &m);
    if (strlen(m.id) > JOB_ID || strstr(m.name, "..") == m.name || strchr(m.name, '/')) abort();
    router_allows(&m, text);
    RangeKind kind = range_parse(text, 1000, &first, &count);
    if (kind == RANGE_PART && (first < 0 || count < 1 || first + count > 1000)) abort();
    host_is_loopback(text);
    type_is_json(text);
    origin_is_own(text, text);
    etag_matches(text, "\"tag\"");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    use_body((const char *)data, size);
    use_text(text);
    free(text);
    return 0;
}
