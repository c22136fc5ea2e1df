/* hub_server.c - just enough HTTP to send a file or the rest of one. */
#include "hub_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192 };

struct hub_server {
    hub_options options;
    int listener;
    char url[64];
    pthread_t thread;
    atomic_size_t requests, ranges;
};

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static const hub_file *find_file(const hub_server *s, const char *head)
{
    for (size_t i = 0; i < s->options.n_files; i++) {
        const char *target = s->options.files[i].target;
        const size_t n = strlen(target);
        if (strncmp(head, "GET ", 4) == 0 && strncmp(head + 4, target, n) == 0 &&
            head[4 + n] == ' ')
            return &s->options.files[i];
    }
    return NULL;
}

static void answer(hub_server *s, int fd, const char *head)
{
    char line[256];
    const size_t number = atomic_fetch_add(&s->requests, 1);
    const hub_file *file = find_file(s, head);
    const char *range = strcasestr(head, "\r\nrange: bytes=");
    if (range != NULL)
        atomic_fetch_add(&s->ranges, 1);
    if (file == NULL) {
        static const char none[] =
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        send_all(fd, none, sizeof none - 1);
        return;
    }
    size_t from = 0;
    if (range != NULL && !s->options.ignores_ranges)
        from = (size_t)strtoull(strchr(range, '=') + 1, NULL, 10);
    const size_t n = file->bytes.len - from;
    (void)snprintf(line, sizeof line,
                   "HTTP/1.1 %s\r\ncontent-length: %zu\r\nconnection: close\r\n\r\n",
                   from > 0 ? "206 Partial Content" : "200 OK", n);
    send_all(fd, line, strlen(line));
    const bool cut = number == 0 && s->options.cut_after > 0 && s->options.cut_after < n;
    send_all(fd, file->bytes.ptr + from, cut ? s->options.cut_after : n);
}

static void serve_one(hub_server *s, int fd)
{
    char head[HEAD_MAX];
    size_t n = 0;
    head[0] = '\0';
    while (n + 1 < sizeof head && strstr(head, "\r\n\r\n") == NULL) {
        const ssize_t got = recv(fd, head + n, sizeof head - 1 - n, 0);
        if (got <= 0)
            return;
        n += (size_t)got;
        head[n] = '\0';
    }
    answer(s, fd, head);
}

static void *serve(void *arg)
{
    hub_server *s = arg;
    for (;;) {
        const int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        serve_one(s, fd);
        (void)shutdown(fd, SHUT_RDWR);
        (void)close(fd);
    }
}

hub_server *hub_server_start(const hub_options *options)
{
    hub_server *s = calloc(1, sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    if (s == NULL)
        abort();
    s->options = *options;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(s->listener, 8) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&s->thread, NULL, serve, s) != 0)
        abort();
    (void)snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    return s;
}

const char *hub_server_url(const hub_server *s)
{
    return s->url;
}

size_t hub_server_requests(hub_server *s)
{
    return atomic_load(&s->requests);
}

size_t hub_server_ranges(hub_server *s)
{
    return atomic_load(&s->ranges);
}

void hub_server_stop(hub_server *s)
{
    (void)shutdown(s->listener, SHUT_RDWR);
    (void)pthread_join(s->thread, NULL);
    (void)close(s->listener);
    free(s);
}
