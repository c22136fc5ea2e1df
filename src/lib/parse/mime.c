/* mime.c - headers, parameters, transfer encodings and parts of a mail. */
#include "mime.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "parse_impl.h"

enum {
    WORD_BYTES = 16 << 10, /* of words in a row, decoded */
    LONGEST_WORD = 998,    /* RFC 2047 says 75; none is longer than a line */
    PARAMETERS_BYTES = 4096,
    CHARSET_BYTES = 40,
    MAX_SECTIONS = 32
};

/* ---- headers ----------------------------------------------------------------------------------- */

/* Cuts the first line off `s`, its end (LF or CRLF) not included. */
static anc_str take_line(anc_str *s)
{
    const char *end = s->len > 0 ? memchr(s->ptr, '\n', s->len) : NULL;
    const size_t n = end != NULL ? (size_t)(end - s->ptr) : s->len;
    anc_str line = anc_str_sub(*s, 0, n);
    *s = anc_str_sub(*s, n + 1, s->len);
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

anc_str prs_mime_split(anc_str entity, anc_str *ret_body)
{
    anc_str rest = entity;
    while (rest.len > 0) {
        const size_t before = (size_t)(rest.ptr - entity.ptr);
        if (take_line(&rest).len == 0) {
            *ret_body = rest;
            return anc_str_sub(entity, 0, before);
        }
    }
    *ret_body = ANC_STR_NONE;
    return entity;
}

static bool is_name_char(char c)
{
    return c > ' ' && c < 0x7F && c != ':';
}

bool prs_mime_next(anc_str *headers, anc_str *ret_name, anc_str *ret_value)
{
    while (headers->len > 0) {
        anc_str line = take_line(headers);
        /* lines that begin with a blank belong to the header before */
        while (headers->len > 0 && (headers->ptr[0] == ' ' || headers->ptr[0] == '\t')) {
            const anc_str more = take_line(headers);
            line.len = (size_t)(more.ptr + more.len - line.ptr);
        }
        size_t n = 0;
        while (n < line.len && is_name_char(line.ptr[n]))
            n++;
        if (n == 0 || n == line.len || line.ptr[n] != ':')
            continue;
        *ret_name = anc_str_sub(line, 0, n);
        *ret_value = anc_str_trim(anc_str_sub(line, n + 1, line.len));
        return true;
    }
    return false;
}

bool prs_mime_header(anc_str headers, const char *name, anc_buf *out)
{
    anc_str found, value;
    while (prs_mime_next(&headers, &found, &value)) {
        if (!anc_str_eq_nocase(found, anc_str_of(name)))
            continue;
        for (size_t i = 0; i < value.len && !out->refused; i++)
            if (value.ptr[i] != '\r' && value.ptr[i] != '\n')
                (void)anc_buf_add_char(out, value.ptr[i]);
        return true;
    }
    return false;
}

anc_str prs_mime_value(anc_str header)
{
    const size_t end = anc_str_find(header, ANC_STR(";"));
    return anc_str_trim(anc_str_sub(header, 0, end));
}

/* ---- transfer encodings ------------------------------------------------------------------------ */

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void decode_base64(anc_str s, anc_buf *out)
{
    uint32_t bits = 0;
    unsigned n = 0;
    for (size_t i = 0; i < s.len && s.ptr[i] != '=' && !out->refused; i++) {
        const int digit = base64_digit(s.ptr[i]);
        if (digit < 0)
            continue;
        bits = (bits << 6 | (uint32_t)digit) & 0xFFFFFF;
        n += 6;
        if (n < 8)
            continue;
        n -= 8;
        (void)anc_buf_add_char(out, (char)(bits >> n & 0xFF));
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two hexadecimal digits at `i` give, -1 when there are none. */
static int hex_byte(anc_str s, size_t i)
{
    const int a = i < s.len ? hex_digit(s.ptr[i]) : -1;
    const int b = i + 1 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
    return a < 0 || b < 0 ? -1 : a * 16 + b;
}

/* Bytes of white space and line end from `i` on, when nothing else is on the line; 0 otherwise. */
static size_t soft_break(anc_str s, size_t i)
{
    size_t n = i;
    while (n < s.len && (s.ptr[n] == ' ' || s.ptr[n] == '\t' || s.ptr[n] == '\r'))
        n++;
    if (n == s.len)
        return n - i;
    return s.ptr[n] == '\n' ? n + 1 - i : 0;
}

static void decode_quoted(anc_str s, bool in_word, anc_buf *out)
{
    for (size_t i = 0; i < s.len && !out->refused; i++) {
        const int byte = s.ptr[i] == '=' ? hex_byte(s, i + 1) : -1;
        if (byte >= 0) {
            (void)anc_buf_add_char(out, (char)byte);
            i += 2;
        } else if (s.ptr[i] == '=' && !in_word && i + 1 == s.len) {
            break;
        } else if (s.ptr[i] == '=' && !in_word && soft_break(s, i + 1) > 0) {
            i += soft_break(s, i + 1);
        } else {
            (void)anc_buf_add_char(out, in_word && s.ptr[i] == '_' ? ' ' : s.ptr[i]);
        }
    }
}

void prs_mime_decode(anc_str body, anc_str encoding, anc_buf *out)
{
    if (anc_str_eq_nocase(encoding, ANC_STR("base64")))
        decode_base64(body, out);
    else if (anc_str_eq_nocase(encoding, ANC_STR("quoted-printable")))
        decode_quoted(body, false, out);
    else
        (void)anc_buf_add(out, body);
}

/* ---- text of headers ---------------------------------------------------------------------------- */

/* Appends `bytes` in `charset` as UTF-8. */
static void add_decoded(anc_str bytes, anc_str charset, anc_buf *out)
{
    ANC_CLEANUP(prs_text_done) prs_text t = {.storage = anc_buf_init(0)};
    if (prs_decode(bytes, charset, (size_t)WORD_BYTES * 4, &t, NULL) == ANC_OK)
        (void)anc_buf_add(out, t.text);
}

typedef struct word {
    anc_str charset, text;
    char encoding; /* 'b', 'q' */
    size_t len;    /* of all of it */
} word;

/* "=?charset?q?text?=" at the front of `s`. */
static bool encoded_word(anc_str s, word *ret)
{
    if (!anc_str_starts(s, ANC_STR("=?")))
        return false;
    const anc_str inner = anc_str_sub(s, 2, LONGEST_WORD);
    const size_t first = anc_str_find(anc_str_sub(inner, 0, CHARSET_BYTES + 1), ANC_STR("?"));
    if (first == SIZE_MAX || first + 2 >= inner.len || inner.ptr[first + 2] != '?')
        return false;
    const char encoding = (char)(inner.ptr[first + 1] | 0x20);
    if (encoding != 'b' && encoding != 'q')
        return false;
    const anc_str text = anc_str_sub(inner, first + 3, inner.len);
    const size_t end = anc_str_find(text, ANC_STR("?="));
    if (end == SIZE_MAX)
        return false;
    anc_str charset = anc_str_sub(inner, 0, first);
    const size_t star = anc_str_find(charset, ANC_STR("*")); /* of RFC 2231: the language */
    charset = anc_str_sub(charset, 0, star);
    *ret = (word){charset, anc_str_sub(text, 0, end), encoding, 2 + first + 3 + end + 2};
    return true;
}

/* Appends the encoded words at the front of `s`; those of one charset are decoded together, since a
 * character may be cut between them. Gives the bytes that were read. */
static size_t add_words(anc_str s, anc_buf *out)
{
    size_t used = 0;
    anc_str charset = ANC_STR_NONE;
    word w;
    ANC_BUF(bytes, WORD_BYTES);
    for (size_t at = 0; encoded_word(anc_str_sub(s, at, s.len), &w);) {
        if (used > 0 && !anc_str_eq_nocase(charset, w.charset)) {
            add_decoded(anc_buf_view(&bytes), charset, out);
            anc_buf_clear(&bytes);
        }
        charset = w.charset;
        if (w.encoding == 'b')
            decode_base64(w.text, &bytes);
        else
            decode_quoted(w.text, true, &bytes);
        used = at + w.len;
        at = used;
        while (at < s.len && strchr(" \t\r\n", s.ptr[at]) != NULL)
            at++;
    }
    add_decoded(anc_buf_view(&bytes), charset, out);
    return used;
}

void prs_mime_text(anc_str value, anc_buf *out)
{
    ANC_BUF(text, out->max);
    for (size_t i = 0; i < value.len && !text.refused;) {
        const anc_str rest = anc_str_sub(value, i, value.len);
        word w;
        if (encoded_word(rest, &w)) {
            i += add_words(rest, &text);
            continue;
        }
        const char *next = rest.len > 1 ? memchr(rest.ptr + 1, '=', rest.len - 1) : NULL;
        const size_t n = next != NULL ? (size_t)(next - rest.ptr) : rest.len;
        add_decoded(anc_str_sub(rest, 0, n), ANC_STR_NONE, &text);
        i += n;
    }
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (c > ' ' && c != 0x7F) {
            if (blank && out->len > 0)
                (void)anc_buf_add_char(out, ' ');
            (void)anc_buf_add_char(out, (char)c);
        }
        blank = c <= ' ';
    }
    out->len = anc_utf8_valid_prefix(anc_buf_view(out));
}

/* ---- parameters -------------------------------------------------------------------------------- */

/* Cuts the next "name=value" off `rest`; quotes are taken off, what they escape is not. */
static bool next_parameter(anc_str *rest, anc_str *ret_name, anc_str *ret_value)
{
    while (rest->len > 0) {
        const size_t semicolon = anc_str_find(*rest, ANC_STR(";"));
        const size_t equals = anc_str_find(anc_str_sub(*rest, 0, semicolon), ANC_STR("="));
        if (equals == SIZE_MAX) {
            *rest =
                anc_str_sub(*rest, semicolon == SIZE_MAX ? rest->len : semicolon + 1, rest->len);
            continue;
        }
        *ret_name = anc_str_trim(anc_str_sub(*rest, 0, equals));
        anc_str value = anc_str_sub(*rest, equals + 1, rest->len);
        while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
            value = anc_str_sub(value, 1, value.len);
        size_t n = 0;
        if (value.len > 0 && value.ptr[0] == '"') {
            for (n = 1; n < value.len && value.ptr[n] != '"'; n++)
                n += value.ptr[n] == '\\';
            n = n < value.len ? n : value.len;
            *ret_value = anc_str_sub(value, 1, n - 1);
            n++;
        } else {
            while (n < value.len && value.ptr[n] != ';')
                n++;
            *ret_value = anc_str_trim(anc_str_sub(value, 0, n));
        }
        *rest = anc_str_sub(value, n, value.len);
        return true;
    }
    return false;
}

/* Appends `value` with its %XX decoded. */
static void add_percent(anc_str value, anc_buf *out)
{
    for (size_t i = 0; i < value.len; i++) {
        const int byte = value.ptr[i] == '%' ? hex_byte(value, i + 1) : -1;
        (void)anc_buf_add_char(out, byte >= 0 ? (char)byte : value.ptr[i]);
        i += byte >= 0 ? 2 : 0;
    }
}

/* Cuts "charset'language'" off an extended value. */
static anc_str take_charset(anc_str *value)
{
    const size_t first = anc_str_find(*value, ANC_STR("'"));
    if (first == SIZE_MAX)
        return ANC_STR_NONE;
    const anc_str charset = anc_str_sub(*value, 0, first);
    const anc_str rest = anc_str_sub(*value, first + 1, value->len);
    const size_t second = anc_str_find(rest, ANC_STR("'"));
    if (second == SIZE_MAX)
        return ANC_STR_NONE;
    *value = anc_str_sub(rest, second + 1, rest.len);
    return charset;
}

/* The value of "name" + `suffix`. */
static bool find_parameter(anc_str header, const char *name, const char *suffix, anc_str *ret)
{
    const size_t at = anc_str_find(header, ANC_STR(";"));
    anc_str rest = anc_str_sub(header, at == SIZE_MAX ? header.len : at + 1, PARAMETERS_BYTES);
    anc_str found;
    const size_t n = strlen(name);
    while (next_parameter(&rest, &found, ret))
        if (anc_str_eq_nocase(anc_str_sub(found, 0, n), anc_str_of(name)) &&
            anc_str_eq(anc_str_sub(found, n, found.len), anc_str_of(suffix)))
            return true;
    return false;
}

/* A value in sections: name*0, name*1*, … */
static bool add_sections(anc_str header, const char *name, anc_buf *out)
{
    anc_str charset = ANC_STR_NONE;
    bool any = false;
    ANC_BUF(bytes, WORD_BYTES);
    for (int i = 0; i < MAX_SECTIONS; i++) {
        char plain[16], extended[16];
        anc_str value;
        (void)snprintf(plain, sizeof plain, "*%d", i);
        (void)snprintf(extended, sizeof extended, "*%d*", i);
        if (find_parameter(header, name, extended, &value)) {
            if (i == 0)
                charset = take_charset(&value);
            add_percent(value, &bytes);
        } else if (find_parameter(header, name, plain, &value)) {
            (void)anc_buf_add(&bytes, value);
        } else {
            break;
        }
        any = true;
    }
    add_decoded(anc_buf_view(&bytes), charset, out);
    return any;
}

void prs_mime_parameter(anc_str header, const char *name, anc_buf *out)
{
    anc_str value;
    ANC_BUF(bytes, WORD_BYTES);
    if (find_parameter(header, name, "*", &value)) {
        const anc_str charset = take_charset(&value);
        add_percent(value, &bytes);
        add_decoded(anc_buf_view(&bytes), charset, out);
    } else if (!add_sections(header, name, out) && find_parameter(header, name, "", &value)) {
        for (size_t i = 0; i < value.len; i++) {
            i += value.ptr[i] == '\\' && i + 1 < value.len;
            (void)anc_buf_add_char(&bytes, value.ptr[i]);
        }
        prs_mime_text(anc_buf_view(&bytes), out);
    }
}

/* ---- parts --------------------------------------------------------------------------------------- */

/* Whether `line` is the boundary; `ret_last` when it is the closing one. */
static bool is_boundary(anc_str line, anc_str boundary, bool *ret_last)
{
    if (line.len < boundary.len + 2 || line.ptr[0] != '-' || line.ptr[1] != '-' ||
        memcmp(line.ptr + 2, boundary.ptr, boundary.len) != 0)
        return false;
    const anc_str behind = anc_str_trim(anc_str_sub(line, 2 + boundary.len, line.len));
    *ret_last = anc_str_eq(behind, ANC_STR("--"));
    return behind.len == 0 || *ret_last;
}

bool prs_mime_part(prs_mime_parts *p, anc_str *ret_part)
{
    bool last = false;
    if (p->boundary.len == 0)
        return false;
    while (!p->begun && p->rest.len > 0)
        p->begun = is_boundary(take_line(&p->rest), p->boundary, &last);
    if (!p->begun || p->ended || last)
        return false;
    const anc_str from = p->rest;
    size_t n = 0;
    while (p->rest.len > 0) {
        n = (size_t)(p->rest.ptr - from.ptr);
        if (is_boundary(take_line(&p->rest), p->boundary, &p->ended)) {
            *ret_part = anc_str_sub(from, 0, n);
            return true;
        }
    }
    /* cut off before its end */
    p->ended = true;
    *ret_part = from;
    return from.len > 0;
}

/* ---- dates ----------------------------------------------------------------------------------------- */

static unsigned take_number(anc_str *s, size_t most)
{
    unsigned n = 0;
    while (s->len > 0 && strchr(" \t,-:", s->ptr[0]) != NULL)
        *s = anc_str_sub(*s, 1, s->len);
    for (size_t i = 0; i < most && s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9'; i++) {
        n = n * 10 + (unsigned)(s->ptr[0] - '0');
        *s = anc_str_sub(*s, 1, s->len);
    }
    return n;
}

static unsigned take_month(anc_str *s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    while (s->len > 0 && (s->ptr[0] == ' ' || s->ptr[0] == '-'))
        *s = anc_str_sub(*s, 1, s->len);
    const anc_str name = anc_str_sub(*s, 0, 3);
    *s = anc_str_sub(*s, 3, s->len);
    for (unsigned i = 0; i < 12; i++)
        if (anc_str_eq_nocase(name, (anc_str){names + (size_t)3 * i, 3}))
            return i + 1;
    return 0;
}

bool prs_mime_date(anc_str value, char out[32])
{
    const size_t comma = anc_str_find(value, ANC_STR(","));
    anc_str s = anc_str_trim(comma == SIZE_MAX ? value : anc_str_sub(value, comma + 1, value.len));
    const unsigned day = take_number(&s, 2), month = take_month(&s);
    unsigned year = take_number(&s, 4);
    const unsigned hour = take_number(&s, 2), minute = take_number(&s, 2);
    const unsigned second = s.len > 0 && s.ptr[0] == ':' ? take_number(&s, 2) : 0;
    year += year < 50 ? 2000 : year < 100 ? 1900 : 0;
    if (day < 1 || day > 31 || month < 1 || year < 1970 || year > 9999 || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    s = anc_str_trim(s);
    const bool offset = s.len >= 5 && (s.ptr[0] == '+' || s.ptr[0] == '-');
    const char sign = offset ? s.ptr[0] : '+';
    anc_str zone = offset ? anc_str_sub(s, 1, 4) : ANC_STR("0000");
    const unsigned hours = take_number(&zone, 2), minutes = take_number(&zone, 2);
    if (hours > 14 || minutes > 59)
        return false;
    const int n =
        snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day, hour, minute, second);
    if (offset && hours + minutes > 0)
        (void)snprintf(out + n, 32 - (size_t)n, "%c%02u:%02u", sign, hours, minutes);
    else
        (void)snprintf(out + n, 32 - (size_t)n, "Z");
    return true;
}
