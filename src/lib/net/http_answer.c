/* http_answer.c - the head of an answer as bytes, and the phrases of the statuses. */
#include <assert.h>
#include <time.h>

#include "http_impl.h"

const char *net_status_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } rows[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {499, "Client Closed Request"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (rows[i].status == status)
            return rows[i].phrase;
    return "";
}

bool net_answer_has_no_body(int status)
{
    return status < 200 || status == 204 || status == 304;
}

/* RFC 9110, 5.6.7; strftime would follow the locale. */
static void put_date(anc_buf *out)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t now = time(NULL);
    struct tm t;
    if (gmtime_r(&now, &t) == NULL)
        return;
    (void)anc_buf_printf(out, "date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[t.tm_wday],
                         t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
                         t.tm_sec);
}

/* A line end inside a value would let its author write headers of his own. */
static bool is_clean(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t') || s.ptr[i] == 0x7f)
            return false;
    return true;
}

bool net_answer_head(anc_buf *out, const answer_shape *shape, const net_header *headers, size_t n)
{
    (void)anc_buf_printf(out, "HTTP/1.1 %d %s\r\n", shape->status,
                         net_status_phrase(shape->status));
    for (size_t i = 0; i < n; i++) {
        assert(is_clean(headers[i].name) && is_clean(headers[i].value));
        if (!is_clean(headers[i].name) || !is_clean(headers[i].value))
            continue;
        (void)anc_buf_add(out, headers[i].name);
        (void)anc_buf_add(out, ANC_STR(": "));
        (void)anc_buf_add(out, headers[i].value);
        (void)anc_buf_add(out, ANC_STR("\r\n"));
    }
    put_date(out);
    if (shape->has_length)
        (void)anc_buf_printf(out, "content-length: %llu\r\n", (unsigned long long)shape->length);
    if (shape->chunked)
        (void)anc_buf_add(out, ANC_STR("transfer-encoding: chunked\r\n"));
    if (!shape->keep_alive)
        (void)anc_buf_add(out, ANC_STR("connection: close\r\n"));
    else if (shape->minor == 0)
        (void)anc_buf_add(out, ANC_STR("connection: keep-alive\r\n"));
    return anc_buf_add(out, ANC_STR("\r\n")) && !out->refused;
}
