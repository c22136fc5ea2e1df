/* socket.h - a plain blocking socket for tests of what stands at its other end. */
#ifndef ANC_TESTS_SUPPORT_SOCKET_H
#define ANC_TESTS_SUPPORT_SOCKET_H

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

/* A connection to 127.0.0.1:`port`, whose reads give up after 10 s; -1 when refused. */
static inline int sock_connect(uint16_t port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const struct timeval patience = {.tv_sec = 10};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static inline int sock_connect_unix(const char *path)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    const struct timeval patience = {.tv_sec = 10};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Sends all of it; false when the other end has gone. */
static inline bool sock_send(int fd, anc_str bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = anc_str_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}

/* Appends the next bytes; false at the end, on an error, or after 10 s. */
static inline bool sock_receive(int fd, anc_buf *out)
{
    char bytes[65536];
    const ssize_t n = recv(fd, bytes, sizeof bytes, 0);
    return n > 0 && anc_buf_add(out, (anc_str){bytes, (size_t)n});
}

/* Reads until `count` times `text` has come; false when the stream ends before. */
static inline bool sock_wait_for(int fd, anc_buf *out, const char *text, size_t count)
{
    for (;;) {
        size_t found = 0;
        anc_str rest = anc_buf_view(out);
        for (size_t at; (at = anc_str_find(rest, anc_str_of(text))) != SIZE_MAX; found++)
            rest = anc_str_sub(rest, at + strlen(text), rest.len);
        if (found >= count)
            return true;
        if (!sock_receive(fd, out))
            return false;
    }
}

static inline void sock_read_to_end(int fd, anc_buf *out)
{
    while (sock_receive(fd, out))
        ;
}

#endif
