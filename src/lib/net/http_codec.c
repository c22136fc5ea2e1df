/* http_codec.c - the strict reader of request heads and bodies.
 *
 * The head is taken line by line into the caller's bytes, so every verdict depends on a whole line,
 * on the first byte of all or on the count of bytes so far, and never on how the input was cut. Field
 * names are lowered in place. The body machine goes byte by byte except inside data.
 */
#include "net/http_codec.h"

#include <string.h>

enum { CHUNK_DIGITS_MAX = 15, CHUNK_EXTENSION_MAX = 256, LENGTH_DIGITS_MAX = 18, METHOD_MAX = 32 };

/* RFC 9110, 5.6.2: tchar */
static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_char(s.ptr[i]))
            return false;
    return s.len > 0;
}

/* What may stand in a field's value: visible characters, blank, tab, and bytes above ASCII. */
static bool is_value_char(char c)
{
    const unsigned char u = (unsigned char)c;
    return u == '\t' || (u >= ' ' && u != 0x7f);
}

static anc_str trim_blanks(anc_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static net_codec_step bad_head(net_head *head, int status, const char *fault)
{
    head->fault_status = status;
    head->fault = fault;
    return NET_CODEC_BAD;
}

void net_head_init(net_head *head, char *bytes, size_t max_bytes, net_header *fields,
                   size_t max_fields)
{
    *head = (net_head){.bytes = bytes,
                       .max_bytes = max_bytes,
                       .fields = fields,
                       .max_fields =
                           max_fields < NET_CODEC_FIELDS_MAX ? max_fields : NET_CODEC_FIELDS_MAX};
}

static bool is_target(anc_str method, anc_str target)
{
    if (anc_str_eq(target, ANC_STR("*")))
        return anc_str_eq(method, ANC_STR("OPTIONS"));
    if (target.len == 0 || target.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < target.len; i++) {
        const unsigned char u = (unsigned char)target.ptr[i];
        if (u <= ' ' || u >= 0x7f || u == '#')
            return false;
    }
    return true;
}

static bool is_host(anc_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!(is_token_char(value.ptr[i]) || strchr(":[]()=;", value.ptr[i]) != NULL))
            return false;
    return value.len > 0;
}

/* Cuts "http://host:port" off the target and keeps its authority; an empty path becomes "/". */
static bool take_absolute(net_head *head)
{
    static const anc_str scheme = ANC_STR_INIT("http://");
    if (!anc_str_eq_nocase(anc_str_sub(head->target, 0, scheme.len), scheme))
        return true;
    const anc_str rest = anc_str_sub(head->target, scheme.len, head->target.len);
    size_t n = 0;
    while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?')
        n++;
    head->authority = anc_str_sub(rest, 0, n);
    head->target = n < rest.len ? anc_str_sub(rest, n, rest.len) : ANC_STR("/");
    if (!is_host(head->authority) || memchr(head->authority.ptr, '#', n) != NULL)
        return false;
    if (head->target.ptr[0] == '?') { /* the slash gets the place of the scheme's last one */
        char *at = head->bytes + (head->authority.ptr - head->bytes);
        memmove(at - 1, at, n);
        at[n - 1] = '/';
        head->authority.ptr--;
        head->target = (anc_str){at + n - 1, head->target.len + 1};
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static net_codec_step take_version(net_head *head, anc_str version)
{
    if (version.len != 8 || !anc_str_starts(version, ANC_STR("HTTP/")) ||
        !is_digit(version.ptr[5]) || version.ptr[6] != '.' || !is_digit(version.ptr[7]))
        return bad_head(head, 400, "the request line does not end in an HTTP version");
    if (version.ptr[5] != '1' || version.ptr[7] > '1')
        return bad_head(head, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    head->minor = version.ptr[7] - '0';
    head->keep_alive = head->minor == 1;
    return NET_CODEC_MORE;
}

static net_codec_step take_request_line(net_head *head, anc_str line)
{
    anc_str rest = line;
    if (!anc_str_split(&rest, ' ', &head->method) || !is_token(head->method) ||
        head->method.len > METHOD_MAX)
        return bad_head(head, 400, "the request line does not begin with a method");
    const char *blank = rest.len > 0 ? memchr(rest.ptr, ' ', rest.len) : NULL;
    if (blank == NULL)
        return bad_head(head, 400, "the request line is not method, target and version");
    head->target = (anc_str){rest.ptr, (size_t)(blank - rest.ptr)};
    const anc_str version = anc_str_sub(rest, head->target.len + 1, rest.len);
    if (!take_absolute(head) || !is_target(head->method, head->target))
        return bad_head(head, 400,
                        "the request target is neither a path that begins with / nor a http URL");
    head->have_request_line = true;
    return take_version(head, version);
}

static net_codec_step take_length(net_head *head, anc_str value)
{
    if (head->has_length)
        return bad_head(head, 400, "Content-Length is given twice");
    uint64_t n = 0;
    if (value.len > LENGTH_DIGITS_MAX || !anc_str_to_u64(value, &n))
        return bad_head(head, 400, "Content-Length is not a plain number");
    head->has_length = true;
    head->content_length = n;
    return NET_CODEC_MORE;
}

static net_codec_step take_coding(net_head *head, anc_str value)
{
    if (head->has_transfer_encoding)
        return bad_head(head, 400, "Transfer-Encoding is given twice");
    head->has_transfer_encoding = true;
    if (head->minor == 0)
        return bad_head(head, 400, "Transfer-Encoding in an HTTP/1.0 request");
    if (!anc_str_eq_nocase(value, ANC_STR("chunked")))
        return bad_head(head, 501, "a transfer coding other than chunked is not understood");
    head->chunked = true;
    return NET_CODEC_MORE;
}

static net_codec_step take_host(net_head *head, anc_str value)
{
    if (head->has_host)
        return bad_head(head, 400, "Host is given twice");
    if (!is_host(value))
        return bad_head(head, 400, value.len > 0 ? "Host is not a host name" : "Host is empty");
    if (head->authority.len > 0) /* RFC 9112, 3.2.2: the target's counts */
        head->fields[head->n_fields - 1].value = head->authority;
    head->has_host = true;
    return NET_CODEC_MORE;
}

static net_codec_step take_connection(net_head *head, anc_str value)
{
    anc_str item;
    while (anc_str_split(&value, ',', &item)) {
        item = trim_blanks(item);
        if (anc_str_eq_nocase(item, ANC_STR("close")))
            head->keep_alive = false;
        else if (head->minor == 0 && anc_str_eq_nocase(item, ANC_STR("keep-alive")))
            head->keep_alive = true;
    }
    return NET_CODEC_MORE;
}

static net_codec_step take_expect(net_head *head, anc_str value)
{
    if (!anc_str_eq_nocase(value, ANC_STR("100-continue")))
        return bad_head(head, 417, "Expect is not 100-continue");
    head->expect_continue = head->minor == 1;
    return NET_CODEC_MORE;
}

static net_codec_step weigh_field(net_head *head, anc_str name, anc_str value)
{
    static const struct {
        anc_str name;
        net_codec_step (*take)(net_head *head, anc_str value);
    } rows[] = {
        {ANC_STR_INIT("content-length"), take_length},
        {ANC_STR_INIT("transfer-encoding"), take_coding},
        {ANC_STR_INIT("host"), take_host},
        {ANC_STR_INIT("connection"), take_connection},
        {ANC_STR_INIT("expect"), take_expect},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq(name, rows[i].name))
            return rows[i].take(head, value);
    return NET_CODEC_MORE;
}

static net_codec_step take_field(net_head *head, char *line, size_t len)
{
    if (line[0] == ' ' || line[0] == '\t')
        return bad_head(head, 400, "a header field is folded over two lines");
    const char *colon = memchr(line, ':', len);
    if (colon == NULL)
        return bad_head(head, 400, "a header field has no colon");
    const anc_str name = {line, (size_t)(colon - line)};
    if (!is_token(name))
        return bad_head(head, 400, "the name of a header field is not a token");
    const anc_str value = trim_blanks((anc_str){colon + 1, len - name.len - 1});
    for (size_t i = 0; i < value.len; i++)
        if (!is_value_char(value.ptr[i]))
            return bad_head(head, 400, "a header field's value has a control character");
    if (head->n_fields == head->max_fields)
        return bad_head(head, 431, "there are too many header fields");
    for (size_t i = 0; i < name.len; i++)
        if (line[i] >= 'A' && line[i] <= 'Z')
            line[i] = (char)(line[i] + ('a' - 'A'));
    head->fields[head->n_fields++] = (net_header){name, value};
    return weigh_field(head, name, value);
}

static net_codec_step finish_head(net_head *head)
{
    if (head->minor == 1 && !head->has_host)
        return bad_head(head, 400, "Host is missing");
    if (!head->has_host && head->authority.len > 0) {
        if (head->n_fields == head->max_fields)
            return bad_head(head, 431, "there are too many header fields");
        head->fields[head->n_fields++] = (net_header){ANC_STR("host"), head->authority};
    }
    if (head->has_length && head->has_transfer_encoding)
        return bad_head(head, 400, "Content-Length and Transfer-Encoding are both given");
    return NET_CODEC_DONE;
}

/* `line` is without its line feed. */
static net_codec_step take_line(net_head *head, char *line, size_t len)
{
    if (len == 0 || line[len - 1] != '\r')
        return bad_head(head, 400, "a line of the head ends in a bare line feed");
    len--;
    if (!head->have_request_line) {
        if (len > 0)
            return take_request_line(head, (anc_str){line, len});
        /* some clients send one CRLF too many after a body (RFC 9112, 2.2) */
        if (head->skipped_blank)
            return bad_head(head, 400, "blank lines before the request line");
        head->skipped_blank = true;
        return NET_CODEC_MORE;
    }
    return len > 0 ? take_field(head, line, len) : finish_head(head);
}

/* What cannot become a request line is no line at all, mostly: it may go on forever without a line feed. */
static net_codec_step take_first_byte(net_head *head, char c)
{
    enum { TLS_HANDSHAKE = 0x16 }; /* RFC 8446, 5.1: the type of a record that greets */
    if (c == TLS_HANDSHAKE)
        return bad_head(head, 400,
                        "this is a TLS handshake, and TLS is not spoken here: ask with http://");
    if (!is_token_char(c) && c != '\r' && c != '\n')
        return bad_head(head, 400, "the request line does not begin with a method");
    return NET_CODEC_MORE;
}

net_codec_step net_head_feed(net_head *head, anc_str *in)
{
    if (head->len == 0 && in->len > 0 && take_first_byte(head, in->ptr[0]) != NET_CODEC_MORE)
        return NET_CODEC_BAD;
    while (in->len > 0) {
        const size_t room = head->max_bytes - head->len;
        const size_t window = in->len < room ? in->len : room;
        const char *lf = window > 0 ? memchr(in->ptr, '\n', window) : NULL;
        const size_t n = lf != NULL ? (size_t)(lf - in->ptr) + 1 : window;
        memcpy(head->bytes + head->len, in->ptr, n);
        head->len += n;
        in->ptr += n;
        in->len -= n;
        if (lf == NULL && in->len > 0)
            return head->have_request_line
                       ? bad_head(head, 431, "the head of the request is too long")
                       : bad_head(head, 414, "the request line is too long");
        if (lf == NULL)
            return NET_CODEC_MORE;
        char *line = head->bytes + head->line_start;
        const size_t len = head->len - head->line_start - 1;
        head->line_start = head->len;
        const net_codec_step step = take_line(head, line, len);
        if (step != NET_CODEC_MORE)
            return step;
    }
    return NET_CODEC_MORE;
}

/* ---- body ---- */

enum {
    LENGTH,    /* `left` bytes of data, then done */
    SIZE,      /* hex digits */
    EXTENSION, /* after ';', up to CR */
    SIZE_LF,
    DATA, /* `left` bytes of a chunk */
    DATA_CR,
    DATA_LF,
    TRAILER, /* first byte of a trailer line, or the CR of the end */
    TRAILER_LINE,
    TRAILER_LF,
    END_LF,
    DONE
};

void net_body_init(net_body *body, bool chunked, uint64_t content_length)
{
    *body = (net_body){.chunked = chunked,
                       .state = chunked ? SIZE : (content_length > 0 ? LENGTH : DONE),
                       .left = chunked ? 0 : content_length};
}

static net_codec_step bad_body(net_body *body, int status, const char *fault)
{
    body->fault_status = status;
    body->fault = fault;
    return NET_CODEC_BAD;
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    const char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

static net_codec_step take_size(net_body *body, char c)
{
    const int digit = hex_digit(c);
    if (digit >= 0) {
        if (++body->digits > CHUNK_DIGITS_MAX)
            return bad_body(body, 400, "a chunk size is too long");
        body->left = body->left * 16 + (unsigned)digit;
        return NET_CODEC_MORE;
    }
    if (body->digits == 0 || (c != '\r' && c != ';'))
        return bad_body(body, 400, "a chunk size is not a plain hexadecimal number");
    body->line_bytes = 0;
    body->state = c == ';' ? EXTENSION : SIZE_LF;
    return NET_CODEC_MORE;
}

static net_codec_step take_extension(net_body *body, char c)
{
    if (c == '\r') {
        body->state = SIZE_LF;
        return NET_CODEC_MORE;
    }
    if (!is_value_char(c))
        return bad_body(body, 400, "a chunk extension has a control character");
    if (++body->line_bytes > CHUNK_EXTENSION_MAX)
        return bad_body(body, 400, "a chunk extension is too long");
    return NET_CODEC_MORE;
}

static net_codec_step end_size_line(net_body *body)
{
    body->digits = 0;
    body->line_bytes = 0;
    body->state = body->left > 0 ? DATA : TRAILER;
    return NET_CODEC_MORE;
}

/* Names that mean nothing once the body has been read by what stood in the head: whoever merged such
 * a trailer into the head would see another request than this server answered (RFC 9110, 6.5.1;
 * RFC 9112, 7.1.2). None is longer than the bytes that are kept of a name. */
static const char *const never_trailers[] = {
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "cookie2",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-api-key",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-http-method-override",
    "x-timeout-ms",
};

static bool may_trail(const net_body *body)
{
    const anc_str name = {body->name, body->name_len};
    if (name.len > sizeof body->name)
        return true;
    for (size_t i = 0; i < ANC_COUNT(never_trailers); i++)
        if (anc_str_eq(name, anc_str_of(never_trailers[i])))
            return false;
    return true;
}

static void keep_name(net_body *body, char c)
{
    if (body->name_len < sizeof body->name)
        body->name[body->name_len] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    body->name_len++;
}

/* A byte of a trailer line; the lines are checked and thrown away. */
static net_codec_step take_trailer(net_body *body, char c)
{
    if (c == '\r' && body->state == TRAILER) {
        body->state = END_LF;
        return NET_CODEC_MORE;
    }
    if (body->state == TRAILER) {
        body->line_has_colon = false;
        body->name_len = 0;
    }
    if (++body->line_bytes > NET_CODEC_TRAILER_BYTES)
        return bad_body(body, 431, "the trailer section is too long");
    if (c == '\r' && body->line_has_colon) {
        body->state = TRAILER_LF;
        return NET_CODEC_MORE;
    }
    const bool ends_name = c == ':' && body->state == TRAILER_LINE && !body->line_has_colon;
    if (ends_name && !may_trail(body))
        return bad_body(body, 400, "a trailer names a field that belongs in the head");
    if (ends_name)
        body->line_has_colon = true;
    else if (body->line_has_colon ? !is_value_char(c) : !is_token_char(c))
        return bad_body(body, 400, "a trailer is not a header field");
    if (!body->line_has_colon)
        keep_name(body, c);
    body->state = TRAILER_LINE;
    return NET_CODEC_MORE;
}

static net_codec_step expect_byte(net_body *body, char c, char wanted, int next)
{
    if (c != wanted)
        return bad_body(body, 400, "a chunk does not end where its size says");
    body->state = next;
    return next == DONE ? NET_CODEC_DONE : NET_CODEC_MORE;
}

static net_codec_step take_framing(net_body *body, char c)
{
    switch (body->state) {
    case SIZE:
        return take_size(body, c);
    case EXTENSION:
        return take_extension(body, c);
    case SIZE_LF:
        if (c != '\n')
            return bad_body(body, 400, "a chunk size does not end in CRLF");
        return end_size_line(body);
    case DATA_CR:
        return expect_byte(body, c, '\r', DATA_LF);
    case DATA_LF:
        return expect_byte(body, c, '\n', SIZE);
    case TRAILER_LF:
        return expect_byte(body, c, '\n', TRAILER);
    case END_LF:
        return expect_byte(body, c, '\n', DONE);
    default:
        return take_trailer(body, c);
    }
}

static net_codec_step cut_data(net_body *body, anc_str *in, anc_str *data)
{
    const size_t n = body->left < in->len ? (size_t)body->left : in->len;
    *data = (anc_str){in->ptr, n};
    in->ptr += n;
    in->len -= n;
    body->left -= n;
    if (body->left == 0)
        body->state = body->state == LENGTH ? DONE : DATA_CR;
    return NET_CODEC_DATA;
}

net_codec_step net_body_feed(net_body *body, anc_str *in, anc_str *data)
{
    if (body->state == DONE)
        return NET_CODEC_DONE;
    while (in->len > 0) {
        if (body->state == LENGTH || body->state == DATA)
            return cut_data(body, in, data);
        const char c = in->ptr[0];
        in->ptr++;
        in->len--;
        const net_codec_step step = take_framing(body, c);
        if (step != NET_CODEC_MORE)
            return step;
    }
    return NET_CODEC_MORE;
}
