/* multipart.c - multipart/form-data as a machine over bytes.
 *
 *   PREAMBLE ──delimiter──> AFTER ──CRLF──> HEAD ──blank line──> DATA ──delimiter──> AFTER ──"--"──> END
 *
 * The delimiter is CRLF "--" boundary. CR stands only at its beginning, so a mismatch after k bytes
 * means that exactly those k bytes were content, and the search goes on with the byte that did not
 * fit: nothing is looked at twice. The first delimiter may stand at the very beginning, so the
 * machine starts as if it had read a CRLF.
 */
#include "net/multipart.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

typedef enum mp_state { PREAMBLE, AFTER, AFTER_CR, AFTER_DASH, HEAD, DATA, END } mp_state;

struct net_multipart {
    mp_state state;
    char delimiter[4 + NET_MULTIPART_BOUNDARY_MAX]; /* CRLF -- boundary */
    size_t delimiter_len;
    size_t matched; /* bytes of the delimiter that the last bytes were */
    size_t padding; /* blanks after a delimiter */
    size_t parts;
    anc_buf head; /* of the part that begins */
    net_multipart_sink sink;
    void *arg;
};

enum { PADDING_MAX = 64, HEAD_FIELDS_MAX = 20 };

/* ---- Content-Type and Content-Disposition ---- */

static bool is_attribute_char(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* A value after '=': a token or a quoted string, cut off the front of *s; the quoted form keeps its
 * escapes. False when it is neither. */
static bool cut_value(anc_str *s, anc_str *ret, bool *ret_quoted)
{
    size_t n = 0;
    *ret_quoted = s->len > 0 && s->ptr[0] == '"';
    if (*ret_quoted) {
        for (n = 1; n < s->len && s->ptr[n] != '"'; n++)
            if (s->ptr[n] == '\\' && n + 1 < s->len &&
                (s->ptr[n + 1] == '"' || s->ptr[n + 1] == '\\'))
                n++;
        if (n >= s->len)
            return false;
        *ret = anc_str_sub(*s, 1, n - 1);
        *s = anc_str_sub(*s, n + 1, s->len);
        return true;
    }
    while (n < s->len && is_attribute_char(s->ptr[n]))
        n++;
    *ret = anc_str_sub(*s, 0, n);
    *s = anc_str_sub(*s, n, s->len);
    return n > 0;
}

/* The next "; name=value" off the front of *s. 1: one is there, 0: the end, -1: malformed. */
static int next_parameter(anc_str *s, anc_str *ret_name, anc_str *ret_value, bool *ret_quoted)
{
    *s = anc_str_trim(*s);
    if (s->len == 0)
        return 0;
    if (s->ptr[0] != ';')
        return -1;
    *s = anc_str_trim(anc_str_sub(*s, 1, s->len));
    if (s->len == 0)
        return 0;
    const size_t eq = anc_str_find(*s, ANC_STR("="));
    if (eq == SIZE_MAX)
        return -1;
    *ret_name = anc_str_trim(anc_str_sub(*s, 0, eq));
    *s = anc_str_sub(*s, eq + 1, s->len);
    return cut_value(s, ret_value, ret_quoted) ? 1 : -1;
}

static bool is_boundary(anc_str s)
{
    if (s.len == 0 || s.len > NET_MULTIPART_BOUNDARY_MAX || s.ptr[s.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        const bool alnum =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || strchr("'()+_,-./:=? ", c) == NULL))
            return false;
    }
    return true;
}

anc_status net_multipart_boundary(anc_str content_type, anc_str *ret, anc_err *err)
{
    const size_t semicolon = anc_str_find(content_type, ANC_STR(";"));
    const anc_str type = anc_str_trim(anc_str_sub(content_type, 0, semicolon));
    if (!anc_str_eq_nocase(type, ANC_STR("multipart/form-data")))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "content type \"%.*s\" is not multipart/form-data",
                        ANC_FMT(anc_str_sub(type, 0, 80)));
    anc_str rest = semicolon == SIZE_MAX ? ANC_STR("")
                                         : anc_str_sub(content_type, semicolon, content_type.len);
    anc_str name, value;
    bool quoted;
    while (next_parameter(&rest, &name, &value, &quoted) > 0)
        if (anc_str_eq_nocase(name, ANC_STR("boundary"))) {
            if (!is_boundary(value))
                return ANC_FAIL(err, ANC_INVALID, "multipart boundary \"%.*s\" is not allowed",
                                ANC_FMT(anc_str_sub(value, 0, 80)));
            *ret = value;
            return ANC_OK;
        }
    return ANC_FAIL(err, ANC_INVALID, "multipart/form-data without a boundary");
}

/* Takes the escapes out of a quoted value, in place. */
static anc_str unescape(char *p, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '\\' && i + 1 < len && (p[i + 1] == '"' || p[i + 1] == '\\'))
            i++;
        p[n++] = p[i];
    }
    return (anc_str){p, n};
}

static anc_status take_disposition(net_multipart *mp, anc_str value, net_part *part, anc_err *err)
{
    const size_t semicolon = anc_str_find(value, ANC_STR(";"));
    if (!anc_str_eq_nocase(anc_str_trim(anc_str_sub(value, 0, semicolon)), ANC_STR("form-data")))
        return ANC_FAIL(err, ANC_INVALID, "part %zu of the form is not form-data", mp->parts);
    anc_str rest = semicolon == SIZE_MAX ? ANC_STR("") : anc_str_sub(value, semicolon, value.len);
    anc_str name, text;
    bool quoted;
    int found;
    while ((found = next_parameter(&rest, &name, &text, &quoted)) > 0) {
        const bool is_name = anc_str_eq_nocase(name, ANC_STR("name"));
        if (!is_name && !anc_str_eq_nocase(name, ANC_STR("filename")))
            continue;
        if (quoted)
            text = unescape(mp->head.ptr + (text.ptr - mp->head.ptr), text.len);
        if (!anc_utf8_valid(text))
            return ANC_FAIL(err, ANC_INVALID, "%s of part %zu of the form is not UTF-8",
                            is_name ? "the name" : "the file name", mp->parts);
        *(is_name ? &part->name : &part->filename) = text;
    }
    if (found < 0)
        return ANC_FAIL(err, ANC_INVALID, "part %zu of the form has a broken Content-Disposition",
                        mp->parts);
    return ANC_OK;
}

static anc_status take_part_field(net_multipart *mp, anc_str line, net_part *part, anc_err *err)
{
    const size_t colon = anc_str_find(line, ANC_STR(":"));
    if (colon == SIZE_MAX || colon == 0)
        return ANC_FAIL(err, ANC_INVALID, "part %zu of the form has a broken header field",
                        mp->parts);
    const anc_str name = anc_str_sub(line, 0, colon);
    const anc_str value = anc_str_trim(anc_str_sub(line, colon + 1, line.len));
    if (anc_str_eq_nocase(name, ANC_STR("content-disposition")))
        return take_disposition(mp, value, part, err);
    if (anc_str_eq_nocase(name, ANC_STR("content-type")))
        part->content_type = value;
    if (anc_str_eq_nocase(name, ANC_STR("content-transfer-encoding")) &&
        !anc_str_eq_nocase(value, ANC_STR("binary")) &&
        !anc_str_eq_nocase(value, ANC_STR("8bit")) && !anc_str_eq_nocase(value, ANC_STR("7bit")))
        return ANC_FAIL(err, ANC_INVALID, "part %zu of the form has transfer encoding \"%.*s\"",
                        mp->parts, ANC_FMT(anc_str_sub(value, 0, 40)));
    return ANC_OK;
}

/* mp->head holds the whole head, without the blank line, each line ended by CRLF. */
static anc_status announce_part(net_multipart *mp, anc_err *err)
{
    net_part part = {.content_type = ANC_STR("text/plain")};
    anc_str rest = anc_buf_view(&mp->head);
    size_t fields = 0;
    while (rest.len > 0) {
        const size_t n = anc_str_find(rest, ANC_STR("\r\n"));
        if (++fields > HEAD_FIELDS_MAX)
            return ANC_FAIL(err, ANC_LIMIT, "part %zu of the form has more than %d header fields",
                            mp->parts, HEAD_FIELDS_MAX);
        ANC_TRY(take_part_field(mp, anc_str_sub(rest, 0, n), &part, err));
        rest = anc_str_sub(rest, n + 2, rest.len);
    }
    if (part.name.ptr == NULL)
        return ANC_FAIL(err, ANC_INVALID, "part %zu of the form has no name", mp->parts);
    return mp->sink.on_part(mp->arg, &part, err);
}

/* ---- the machine ---- */

void net_multipart_free(net_multipart *mp)
{
    if (mp == NULL)
        return;
    anc_buf_done(&mp->head);
    free(mp);
}

net_multipart *net_multipart_new(anc_str boundary, const net_multipart_sink *sink, void *arg)
{
    net_multipart *mp = boundary.len <= NET_MULTIPART_BOUNDARY_MAX ? calloc(1, sizeof *mp) : NULL;
    if (mp == NULL)
        return NULL;
    memcpy(mp->delimiter, "\r\n--", 4);
    memcpy(mp->delimiter + 4, boundary.ptr, boundary.len);
    mp->delimiter_len = 4 + boundary.len;
    mp->matched = 2;
    mp->head = anc_buf_init(NET_MULTIPART_HEAD_MAX);
    mp->sink = *sink;
    mp->arg = arg;
    return mp;
}

/* Content goes to the sink, the preamble nowhere. */
static anc_status emit(net_multipart *mp, anc_str bytes, anc_err *err)
{
    if (mp->state != DATA || bytes.len == 0)
        return ANC_OK;
    return mp->sink.on_data(mp->arg, bytes, err);
}

static anc_status end_of_content(net_multipart *mp, anc_err *err)
{
    const bool had_part = mp->state == DATA;
    mp->state = AFTER;
    mp->padding = 0;
    mp->matched = 0;
    return had_part ? mp->sink.on_part_end(mp->arg, err) : ANC_OK;
}

/* Takes content off the front of *in up to and including a delimiter. */
static anc_status take_content(net_multipart *mp, anc_str *in, anc_err *err)
{
    if (mp->matched == 0) {
        const char *cr = memchr(in->ptr, '\r', in->len);
        const size_t n = cr != NULL ? (size_t)(cr - in->ptr) : in->len;
        const anc_str plain = anc_str_sub(*in, 0, n);
        mp->matched = cr != NULL;
        *in = anc_str_sub(*in, n + mp->matched, in->len);
        return emit(mp, plain, err);
    }
    if (in->ptr[0] != mp->delimiter[mp->matched]) {
        const anc_str held = {mp->delimiter, mp->matched};
        mp->matched = 0;
        return emit(mp, held, err);
    }
    *in = anc_str_sub(*in, 1, in->len);
    if (++mp->matched < mp->delimiter_len)
        return ANC_OK;
    return end_of_content(mp, err);
}

static anc_status begin_head(net_multipart *mp, anc_err *err)
{
    if (++mp->parts > NET_MULTIPART_PARTS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "the form has more than %d parts", NET_MULTIPART_PARTS_MAX);
    mp->state = HEAD;
    anc_buf_clear(&mp->head);
    return ANC_OK;
}

/* The byte after a delimiter: "--" ends the form, blanks and CRLF begin a part. */
static anc_status take_after(net_multipart *mp, char c, anc_err *err)
{
    if (mp->state == AFTER_CR && c == '\n')
        return begin_head(mp, err);
    if (mp->state == AFTER_DASH && c == '-') {
        mp->state = END;
        return ANC_OK;
    }
    if (mp->state == AFTER && c == '\r')
        mp->state = AFTER_CR;
    else if (mp->state == AFTER && c == '-' && mp->padding == 0)
        mp->state = AFTER_DASH;
    else if (mp->state == AFTER && (c == ' ' || c == '\t') && mp->padding < PADDING_MAX)
        mp->padding++;
    else
        return ANC_FAIL(err, ANC_INVALID, "odd bytes after a boundary of the form");
    return ANC_OK;
}

static anc_status take_head(net_multipart *mp, char c, anc_err *err)
{
    const anc_str before = anc_buf_view(&mp->head);
    const char last = before.len > 0 ? before.ptr[before.len - 1] : '\n';
    if ((c == '\n') != (last == '\r') || c == '\0')
        return ANC_FAIL(err, ANC_INVALID, "a line of part %zu of the form does not end in CRLF",
                        mp->parts);
    if (!anc_buf_add_char(&mp->head, c))
        return ANC_FAIL(err, ANC_LIMIT, "the head of part %zu of the form is over %d bytes",
                        mp->parts, NET_MULTIPART_HEAD_MAX);
    const anc_str head = anc_buf_view(&mp->head);
    if (!anc_str_eq(head, ANC_STR("\r\n")) && !anc_str_ends(head, ANC_STR("\r\n\r\n")))
        return ANC_OK;
    mp->head.len -= 2;
    mp->state = DATA;
    mp->matched = 0;
    return announce_part(mp, err);
}

anc_status net_multipart_feed(net_multipart *mp, anc_str bytes, anc_err *err)
{
    while (bytes.len > 0 && mp->state != END) {
        if (mp->state == PREAMBLE || mp->state == DATA) {
            ANC_TRY(take_content(mp, &bytes, err));
            continue;
        }
        const char c = bytes.ptr[0];
        bytes = anc_str_sub(bytes, 1, bytes.len);
        if (mp->state == HEAD)
            ANC_TRY(take_head(mp, c, err));
        else
            ANC_TRY(take_after(mp, c, err));
    }
    return ANC_OK;
}

anc_status net_multipart_finish(net_multipart *mp, anc_err *err)
{
    if (mp->state == END)
        return ANC_OK;
    if (mp->state == PREAMBLE)
        return ANC_FAIL(err, ANC_INVALID, "the form has no part: its boundary never came");
    return ANC_FAIL(err, ANC_INVALID,
                    "the upload was cut: the form ends in part %zu, before its last boundary",
                    mp->parts);
}
