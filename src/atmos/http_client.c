/* http_client.c: see atmos/http_client.h. The only file that includes curl.h. Redirects are not
 * followed: the key is for the server that was named. */
#include "atmos/http_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

struct HttpClient {
    CURL *curl;
    char error[CURL_ERROR_SIZE];
};

/* One call under way. */
typedef struct Flight {
    HttpClient *client;
    const HttpRequest *ask;
    const Run *run;
    double last; /* seconds, when something came */
    bool stalled, enough, too_long;
} Flight;

static size_t on_bytes(char *bytes, size_t size, size_t n, void *ud)
{
    Flight *f = ud;
    long status = 0;
    f->last = clock_seconds();
    curl_easy_getinfo(f->client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200 && f->ask->take) {
        f->enough = !f->ask->take(f->ask->ud, bytes, size * n);
        return f->enough ? 0 : size * n;
    }
    f->too_long = f->ask->body->len + size * n > HTTP_MAX_BODY;
    if (f->too_long) return 0;
    str_add(f->ask->body, bytes, size * n);
    return size * n;
}

static int on_progress(void *ud, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    Flight *f = ud;
    (void)a, (void)b, (void)c, (void)d;
    f->stalled = clock_seconds() - f->last > f->ask->timeout;
    return f->stalled || run_stopped(f->run);
}

HttpClient *http_client_open(Err *err)
{
    HttpClient *c = mem_alloc(1, sizeof *c);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) c->curl = curl_easy_init();
    if (c->curl) return c;
    err_set(err, "libcurl does not start");
    free(c);
    return NULL;
}

void http_client_close(HttpClient *c)
{
    if (!c) return;
    curl_easy_cleanup(c->curl);
    curl_global_cleanup();
    free(c);
}

static struct curl_slist *headers_of(const HttpRequest *ask)
{
    struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/json");
    Str line = {0};
    h = curl_slist_append(h, "Expect:");
    str_addf(&line, "Authorization: Bearer %s", ask->key ? ask->key : "");
    if (ask->key) h = curl_slist_append(h, line.s);
    str_free(&line);
    return h;
}

static void set_options(HttpClient *c, Flight *f, struct curl_slist *headers)
{
    const HttpRequest *ask = f->ask;
    curl_easy_reset(c->curl); /* keeps the connection */
    curl_easy_setopt(c->curl, CURLOPT_URL, ask->url);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, ask->json);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(ask->json));
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(1000 * ask->timeout));
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->error);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, f);
}

bool http_client_call(HttpClient *c, const HttpRequest *ask, int *status, const Run *run, Err *err)
{
    Flight f = {.client = c, .ask = ask, .run = run, .last = clock_seconds()};
    struct curl_slist *headers = headers_of(ask);
    long code = 0;
    c->error[0] = '\0';
    ask->body->len = 0;
    set_options(c, &f, headers);
    CURLcode rc = curl_easy_perform(c->curl);
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(headers);
    *status = (int)code;
    if (rc == CURLE_OK || f.enough) return true;
    if (run_stopped(run)) return err_set(err, "interrupted");
    if (f.stalled)
        return err_set(err, "%s: nothing came for %g s; is the server busy? (--api-timeout)",
                       ask->url, ask->timeout);
    if (f.too_long)
        return err_set(err, "%s: an answer of more than %d bytes", ask->url, HTTP_MAX_BODY);
    return err_set(err, "%s: %s", ask->url, c->error[0] ? c->error : curl_easy_strerror(rc));
}

bool http_client_wait(double seconds, const Run *run)
{
    const struct timespec step = {.tv_nsec = 20 * 1000 * 1000};
    for (double end = clock_seconds() + seconds; clock_seconds() < end && !run_stopped(run);)
        nanosleep(&step, NULL);
    return !run_stopped(run);
}
