/* http_listen.c: see http_listen.h. */
#include "http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static bool is_loopback(const struct sockaddr *a)
{
    static const uint8_t ONE[16] = {[15] = 1};
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)a;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const void *)a;
    return a->sa_family == AF_INET6 && memcmp(&in6->sin6_addr, ONE, sizeof ONE) == 0;
}

static int bound_port(int fd)
{
    struct sockaddr_storage a;
    socklen_t size = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &size) != 0) return 0;
    if (a.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)(void *)&a)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)(void *)&a)->sin6_port);
}

int http_listen(const char *bind_to, int *port, bool *loopback, Err *err)
{
    char text[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
    int on = 1;
    snprintf(text, sizeof text, "%d", *port);
    int code = getaddrinfo(bind_to, text, &hints, &list);
    if (code != 0) {
        err_set(err, "--bind: '%s': %s; give an address of this machine, 127.0.0.1", bind_to,
                gai_strerror(code));
        return -1;
    }
    const struct addrinfo *at = list; /* of a name's addresses, the one that every client tries */
    while (at->ai_next && at->ai_family != AF_INET) at = at->ai_next;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        if (errno == EADDRINUSE)
            err_set(err, "port %d of %s is taken: give another with --port", *port, bind_to);
        else
            err_set(err, "cannot listen at %s port %d: %s", bind_to, *port, strerror(errno));
        if (fd >= 0) close(fd);
        fd = -1;
    } else {
        *loopback = is_loopback(at->ai_addr);
        *port = bound_port(fd);
    }
    freeaddrinfo(list);
    return fd;
}
