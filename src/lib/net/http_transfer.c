/* http_transfer.c - a request as libcurl options, the answer's head, and verdicts in our words.
 *
 * libcurl has timers for connecting and for the whole; the two between (first byte, idle) are
 * instants kept here, moved by the callbacks and looked at by the client. The head is told when its
 * blank line came; where redirects are followed, with the first byte of a body or at the end, since
 * only then is it known to be the last one.
 */
#include "http_transfer.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/uri.h"
#include "os/clock.h"

enum { REDIRECTS_MAX = 5, URL_MAX = 8192, HEADER_LINE_MAX = 16384, NS_PER_MS = 1000000 };

int64_t net_transfer_now_ms(void)
{
    return os_mono_ns() / NS_PER_MS;
}

static CURLcode global_code;

static void init_curl(void)
{
    global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

anc_status net_transfer_global(anc_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, init_curl);
    return global_code == CURLE_OK
               ? ANC_OK
               : ANC_FAIL(err, ANC_UNAVAILABLE, "libcurl: %s", curl_easy_strerror(global_code));
}

anc_str net_response_header(const net_response_head *head, const char *name)
{
    const anc_str wanted = anc_str_of(name);
    for (size_t i = 0; i < head->n_headers; i++)
        if (anc_str_eq(head->headers[i].name, wanted))
            return head->headers[i].value;
    return ANC_STR_NONE;
}

/* ---- the answer ---- */

static void stop(transfer *t, anc_status status, const char *text)
{
    if (t->stopped != ANC_OK)
        return;
    t->stopped = status;
    (void)snprintf(t->stop_text, sizeof t->stop_text, "%s", text);
}

static void tell_head(transfer *t)
{
    if (t->head_told || t->head.status == 0)
        return;
    t->head_told = true;
    if (t->sink.on_head != NULL)
        t->sink.on_head(t->sink.arg, &t->head);
}

static void tell_deadline(const transfer *t)
{
    if (t->sink.on_deadline != NULL)
        t->sink.on_deadline(t->sink.arg);
}

static void something_came(transfer *t)
{
    t->first_byte_at = INT64_MAX;
    t->idle_at = t->idle_timeout_ms > 0 ? net_transfer_now_ms() + t->idle_timeout_ms : INT64_MAX;
    tell_deadline(t);
}

/* "HTTP/1.1 200 OK": of an interim answer, a redirect or the last one. */
static void begin_head(transfer *t, anc_str line)
{
    uint64_t status = 0;
    const size_t blank = anc_str_find(line, ANC_STR(" "));
    if (blank != SIZE_MAX)
        (void)anc_str_to_u64(anc_str_sub(line, blank + 1, 3), &status);
    anc_arena_reset(t->mem);
    t->headers = anc_arena_alloc(t->mem, TRANSFER_HEADERS_MAX, sizeof *t->headers);
    t->head = (net_response_head){.status = status < 1000 ? (int)status : 0, .headers = t->headers};
}

static bool add_header(transfer *t, anc_str line)
{
    const size_t colon = anc_str_find(line, ANC_STR(":"));
    if (colon == SIZE_MAX || t->headers == NULL)
        return true;
    if (t->head.n_headers == TRANSFER_HEADERS_MAX)
        return false;
    char *name = anc_arena_alloc(t->mem, colon + 1, 1);
    const anc_str value =
        anc_arena_copy(t->mem, anc_str_trim(anc_str_sub(line, colon + 1, line.len)));
    if (name == NULL || value.ptr == NULL)
        return false;
    for (size_t i = 0; i < colon; i++) {
        const char c = line.ptr[i];
        name[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    t->headers[t->head.n_headers++] = (net_header){{name, colon}, value};
    return true;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    transfer *t = user;
    const anc_str line = anc_str_trim((anc_str){bytes, size * n});
    something_came(t);
    if (t->head_told) /* trailers */
        return size * n;
    if (anc_str_starts(line, ANC_STR("HTTP/"))) {
        begin_head(t, line);
    } else if (line.len == 0) {
        if (t->head.status >= 200 && !t->follow)
            tell_head(t);
    } else if (!add_header(t, line)) {
        stop(t, ANC_PROVIDER, "the head of the answer is too long");
        return 0;
    }
    return size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    transfer *t = user;
    const anc_str data = {bytes, size * n};
    something_came(t);
    tell_head(t);
    t->received += data.len;
    if (t->max_body_bytes > 0 && t->received > t->max_body_bytes) {
        stop(t, ANC_LIMIT, "the answer is larger than was asked for");
        return CURL_WRITEFUNC_ERROR;
    }
    if (t->sink.on_data != NULL && !t->sink.on_data(t->sink.arg, data)) {
        stop(t, ANC_CANCELLED, "stopped by its receiver");
        return CURL_WRITEFUNC_ERROR;
    }
    return data.len;
}

/* The connection is there and the request is about to be sent. */
static int on_connected(void *user, char *ip, char *local_ip, int port, int local_port)
{
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    transfer *t = user;
    if (t->first_byte_timeout_ms > 0)
        t->first_byte_at = net_transfer_now_ms() + t->first_byte_timeout_ms;
    tell_deadline(t);
    return CURL_PREREQFUNC_OK;
}

/* A socket for an address that was asked about. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *to)
{
    transfer *t = user;
    char address[NI_MAXHOST];
    (void)purpose;
    if (getnameinfo(&to->addr, to->addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) != 0)
        return CURL_SOCKET_BAD;
    if (!t->may_connect(t->may_arg, address)) {
        (void)snprintf(t->refused, sizeof t->refused, "%.60s", address);
        return CURL_SOCKET_BAD;
    }
    t->let_through = true;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- the request ---- */

static void free_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void free_text(char **text)
{
    curl_free(*text);
}

/* The parts of a URL of ours; no text has more of it, since the rest may hold a password or a key. */
static anc_status read_url(const char *text, char **ret_host, char **ret_port, anc_err *err)
{
    ANC_CLEANUP(free_url) CURLU *url = curl_url();
    ANC_CLEANUP(free_text) char *scheme = NULL;
    if (url == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a request");
    const CURLUcode bad = curl_url_set(url, CURLUPART_URL, text, 0);
    if (bad != CURLUE_OK)
        return ANC_FAIL(err, ANC_INVALID, "the URL (not shown) is none: %s",
                        curl_url_strerror(bad));
    if (curl_url_get(url, CURLUPART_HOST, ret_host, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_PORT, ret_port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        return ANC_FAIL(err, ANC_INVALID, "the URL (not shown) is not http or https with a host");
    return ANC_OK;
}

static anc_status keep_url(anc_str text, anc_buf *url, anc_err *err)
{
    if (!anc_buf_add(url, text) || strlen(url->ptr) != text.len)
        return ANC_FAIL(err, ANC_INVALID, "URL of %zu bytes is too long or has a NUL", text.len);
    return ANC_OK;
}

anc_status net_url_where(anc_str url, char *where, size_t n, anc_err *err)
{
    ANC_BUF(text, URL_MAX);
    ANC_CLEANUP(free_text) char *host = NULL;
    ANC_CLEANUP(free_text) char *port = NULL;
    ANC_TRY(keep_url(url, &text, err));
    ANC_TRY(read_url(text.ptr, &host, &port, err));
    (void)snprintf(where, n, "%s:%s", host, port);
    return ANC_OK;
}

/* Checks the URL, fills t->where, says whether the host is this machine. */
static anc_status look_at_url(transfer *t, const char *text, anc_str unix_path, bool *ret_local,
                              anc_err *err)
{
    ANC_CLEANUP(free_text) char *host = NULL;
    ANC_CLEANUP(free_text) char *port = NULL;
    ANC_TRY(read_url(text, &host, &port, err));
    *ret_local = unix_path.len > 0 || net_host_is_loopback(anc_str_of(host));
    if (unix_path.len > 0)
        (void)snprintf(t->where, sizeof t->where, "%.*s", ANC_FMT(unix_path));
    else
        (void)snprintf(t->where, sizeof t->where, "%s:%s", host, port);
    return ANC_OK;
}

static bool is_one_line(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t')
            return false;
    return true;
}

static bool add_line(transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->list, line);
    if (longer != NULL)
        t->list = longer;
    return longer != NULL;
}

static anc_status add_request_header(transfer *t, const net_header *h, anc_err *err)
{
    ANC_BUF(line, HEADER_LINE_MAX);
    const anc_str shown = anc_str_sub(h->name, 0, 60);
    if (h->name.len == 0 || !is_one_line(h->name) || !is_one_line(h->value))
        return ANC_FAIL(err, ANC_INVALID, "header \"%.*s\" has a control character",
                        ANC_FMT(shown));
    /* libcurl takes "name:" as the wish to leave it out, and "name;" as an empty value */
    const bool ok = h->value.len > 0
                        ? anc_buf_printf(&line, "%.*s: %.*s", ANC_FMT(h->name), ANC_FMT(h->value))
                        : anc_buf_printf(&line, "%.*s;", ANC_FMT(h->name));
    if (!ok || !add_line(t, line.ptr))
        return ANC_FAIL(err, ANC_INVALID, "header \"%.*s\" is too long", ANC_FMT(shown));
    return ANC_OK;
}

static anc_status add_request_headers(transfer *t, const net_request *r, anc_err *err)
{
    bool has_type = false;
    for (size_t i = 0; i < r->n_headers; i++) {
        ANC_TRY(add_request_header(t, &r->headers[i], err));
        has_type = has_type || anc_str_eq_nocase(r->headers[i].name, ANC_STR("content-type"));
    }
    if (!has_type && !add_line(t, "Content-Type:"))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a request");
    return ANC_OK;
}

#define SET(option, value) (ok = ok && curl_easy_setopt(t->easy, (option), (value)) == CURLE_OK)

static bool set_method(transfer *t, const net_request *r, bool copy_body)
{
    bool ok = true;
    char method[32];
    (void)snprintf(method, sizeof method, "%.*s", ANC_FMT(r->method));
    if (r->body.len > 0 || anc_str_eq(r->method, ANC_STR("POST")) ||
        anc_str_eq(r->method, ANC_STR("PUT")) || anc_str_eq(r->method, ANC_STR("PATCH"))) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        SET(copy_body ? CURLOPT_COPYPOSTFIELDS : CURLOPT_POSTFIELDS,
            r->body.len > 0 ? r->body.ptr : "");
    }
    if (anc_str_eq(r->method, ANC_STR("HEAD")))
        SET(CURLOPT_NOBODY, 1L);
    else if (r->method.len > 0)
        SET(CURLOPT_CUSTOMREQUEST, method);
    return ok;
}

static bool set_place(transfer *t, const net_request *r, const char *url, bool local)
{
    bool ok = true;
    const bool secure = strncmp(url, "https:", 6) == 0;
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    SET(CURLOPT_FOLLOWLOCATION, r->follow_redirects ? 1L : 0L);
    SET(CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    if (local || r->may_connect != NULL)
        SET(CURLOPT_NOPROXY, "*");
    if (r->may_connect != NULL) {
        SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
        SET(CURLOPT_OPENSOCKETDATA, t);
        SET(CURLOPT_FRESH_CONNECT, 1L);
    }
    if (r->unix_path.len > 0) {
        char path[512];
        (void)snprintf(path, sizeof path, "%.*s", ANC_FMT(r->unix_path));
        SET(CURLOPT_UNIX_SOCKET_PATH, path);
    }
    return ok;
}

static bool set_rest(transfer *t, const net_request *r)
{
    bool ok = true;
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_ERRORBUFFER, t->error);
    SET(CURLOPT_USERAGENT, "anchorage");
    SET(CURLOPT_HTTPHEADER, t->list);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_PREREQFUNCTION, on_connected);
    SET(CURLOPT_PREREQDATA, t);
    if (r->connect_timeout_ms > 0)
        SET(CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_timeout_ms);
    if (r->total_timeout_ms > 0)
        SET(CURLOPT_TIMEOUT_MS, (long)r->total_timeout_ms);
    SET(CURLOPT_PRIVATE, t);
    return ok;
}

void net_transfer_close(transfer *t)
{
    if (t->easy != NULL)
        curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->list);
    anc_arena_free(t->mem);
    *t = (transfer){0};
}

static anc_status set_up(transfer *t, const net_request *r, bool copy_body, anc_err *err)
{
    ANC_BUF(url, URL_MAX);
    bool local = false;
    ANC_TRY(keep_url(r->url, &url, err));
    ANC_TRY(look_at_url(t, url.ptr, r->unix_path, &local, err));
    ANC_TRY(add_request_headers(t, r, err));
    t->easy = curl_easy_init();
    t->mem = anc_arena_new(TRANSFER_HEAD_BYTES);
    if (t->easy == NULL || t->mem == NULL || !set_place(t, r, url.ptr, local) ||
        !set_method(t, r, copy_body) || !set_rest(t, r))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a request to %s", t->where);
    return ANC_OK;
}

anc_status net_transfer_open(transfer *t, const net_request *r, bool copy_body,
                             const transfer_sink *sink, anc_err *err)
{
    *t = (transfer){.sink = *sink,
                    .follow = r->follow_redirects,
                    .max_body_bytes = r->max_body_bytes,
                    .connect_timeout_ms = r->connect_timeout_ms,
                    .first_byte_timeout_ms = r->first_byte_timeout_ms,
                    .idle_timeout_ms = r->idle_timeout_ms,
                    .total_timeout_ms = r->total_timeout_ms,
                    .may_connect = r->may_connect,
                    .may_arg = r->may_arg,
                    .first_byte_at = INT64_MAX,
                    .idle_at = INT64_MAX};
    const anc_status status = set_up(t, r, copy_body, err);
    if (status != ANC_OK)
        net_transfer_close(t);
    return status;
}

/* ---- verdicts ---- */

int64_t net_transfer_next_deadline(const transfer *t)
{
    return t->first_byte_at < t->idle_at ? t->first_byte_at : t->idle_at;
}

anc_status net_transfer_overdue(const transfer *t, int64_t now_ms, anc_err *err)
{
    if (now_ms >= t->first_byte_at)
        return ANC_FAIL(err, ANC_DEADLINE, "%s: no answer within %lld ms", t->where,
                        (long long)t->first_byte_timeout_ms);
    if (now_ms >= t->idle_at)
        return ANC_FAIL(err, ANC_DEADLINE, "%s: the answer stopped for %lld ms", t->where,
                        (long long)t->idle_timeout_ms);
    return ANC_OK;
}

static bool was_connected(const transfer *t)
{
    curl_off_t microseconds = 0;
    return curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds) == CURLE_OK &&
           microseconds > 0;
}

static anc_status meaning_of(const transfer *t, CURLcode code)
{
    switch ((int)code) {
    case CURLE_URL_MALFORMAT:
        return ANC_INVALID;
    case CURLE_OUT_OF_MEMORY:
        return ANC_NO_MEMORY;
    case CURLE_OPERATION_TIMEDOUT:
        return ANC_DEADLINE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return ANC_UNAVAILABLE;
    default:
        return was_connected(t) ? ANC_PROVIDER : ANC_UNAVAILABLE;
    }
}

static anc_status timed_out(const transfer *t, anc_err *err)
{
    if (!was_connected(t))
        return ANC_FAIL(
            err, ANC_DEADLINE, "%s: no connection within %lld ms", t->where,
            (long long)(t->connect_timeout_ms > 0 ? t->connect_timeout_ms : t->total_timeout_ms));
    return ANC_FAIL(err, ANC_DEADLINE, "%s: the answer was not whole within %lld ms", t->where,
                    (long long)t->total_timeout_ms);
}

anc_status net_transfer_result(transfer *t, CURLcode code, anc_err *err)
{
    if (t->stopped != ANC_OK)
        return ANC_FAIL(err, t->stopped, "%s: %s", t->where, t->stop_text);
    if (code == CURLE_OK) {
        tell_head(t);
        return ANC_OK;
    }
    if (t->refused[0] != '\0' && !t->let_through)
        return ANC_FAIL(err, ANC_FORBIDDEN, "%s: the address %s is not to be connected to",
                        t->where, t->refused);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return timed_out(t, err);
    long number = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && number != 0) {
        char why[128] = "";
        return ANC_FAIL(err, ANC_UNAVAILABLE, "%s: cannot connect: %s", t->where,
                        strerror_r((int)number, why, sizeof why));
    }
    const char *text = t->error[0] != '\0' ? t->error : curl_easy_strerror(code);
    return ANC_FAIL(err, meaning_of(t, code), "%s: %s", t->where, text);
}
