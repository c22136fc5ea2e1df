/* json_token.c - see json_impl.h: RFC 8259, strict but for what may stand behind the first value. */
#include <string.h>

#include "base/utf8.h"
#include "json_impl.h"

void prs_json_open(prs_json *j, anc_str text, const prs_limits *limits, anc_err *err)
{
    *j = (prs_json){.text = text,
                    .max_depth =
                        limits->depth < PRS_JSON_DEPTH - 1 ? limits->depth : PRS_JSON_DEPTH - 1,
                    .scratch = anc_buf_init(limits->text_bytes),
                    .err = err};
}

void prs_json_done(prs_json *j)
{
    anc_buf_done(&j->scratch);
}

/* Moves on to the line that `at` is in. */
static void pass_lines(const prs_json *j, size_t at, prs_json_line *line)
{
    for (size_t i = line->at; i < at && i < j->text.len; i++)
        if (j->text.ptr[i] == '\n') {
            line->number++;
            line->at = i + 1;
        }
}

size_t prs_json_pass_lines(prs_json *j)
{
    pass_lines(j, j->from, &j->line);
    return j->line.number + 1;
}

static bool fail(prs_json *j, size_t at, const char *what)
{
    prs_json_line line = j->line;
    at = at < j->text.len ? at : j->text.len;
    pass_lines(j, at, &line);
    j->broken_at = at;
    j->status = ANC_FAIL(j->err, ANC_INVALID, "not JSON: line %zu, column %zu: %s", line.number + 1,
                         at - line.at + 1, what);
    return false;
}

bool prs_json_resume(prs_json *j, size_t from)
{
    const char *end = NULL;
    do {
        end = from < j->text.len ? memchr(j->text.ptr + from, '\n', j->text.len - from) : NULL;
        from = end != NULL ? (size_t)(end - j->text.ptr) + 1 : j->text.len;
    } while (from < j->text.len && strchr(" \t\r\n,]}", j->text.ptr[from]) != NULL);
    j->place = (prs_json_place){.at = from};
    j->status = ANC_OK;
    j->cut = false;
    return from < j->text.len;
}

static bool fail_at_end(prs_json *j, size_t at, const char *what)
{
    j->cut = true;
    return fail(j, at, what);
}

static bool in_object(const prs_json *j)
{
    const unsigned d = j->place.depth;
    return d > 0 && (j->objects[d / 8] >> (d % 8) & 1) != 0;
}

static void skip_blanks(prs_json *j)
{
    const char *s = j->text.ptr;
    size_t at = j->place.at;
    while (at < j->text.len && (s[at] == ' ' || s[at] == '\n' || s[at] == '\r' || s[at] == '\t'))
        at++;
    j->place.at = at;
}

/* ---- strings -------------------------------------------------------------------------------- */

/* The number that four hexadecimal digits at `at` give, or -1. */
static int32_t four_digits(anc_str s, size_t at)
{
    int32_t n = 0;
    if (at + 4 > s.len)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        const char c = s.ptr[i];
        const char lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            n = n * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            n = n * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return n;
}

/* Adds what "\uXXXX" at `at` stands for, a pair of surrogates included; half a pair is U+FFFD. Gives
 * the bytes that were read, 0 when it is none. */
static size_t add_code_unit(prs_json *j, size_t at)
{
    char utf8[4];
    size_t used = 6;
    const int32_t first = four_digits(j->text, at + 2);
    if (first < 0)
        return 0;
    uint32_t c = (uint32_t)first;
    if (c >= 0xD800 && c < 0xDC00 && at + 7 < j->text.len && j->text.ptr[at + 6] == '\\' &&
        j->text.ptr[at + 7] == 'u') {
        const int32_t second = four_digits(j->text, at + 8);
        if (second >= 0xDC00 && second < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)second - 0xDC00);
            used = 12;
        }
    }
    if (c >= 0xD800 && c < 0xE000)
        c = 0xFFFD;
    (void)anc_buf_add(&j->scratch, (anc_str){utf8, anc_utf8_put(c == 0 ? ' ' : c, utf8)});
    return used;
}

/* Adds the escape at `at`; the bytes that were read, 0 when it is none. */
static size_t add_escape(prs_json *j, size_t at)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/ \f\n\r\t";
    if (at + 1 >= j->text.len)
        return 0;
    const char c = j->text.ptr[at + 1];
    if (c == 'u')
        return add_code_unit(j, at);
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL)
        return 0;
    (void)anc_buf_add_char(&j->scratch, to[found - from]);
    return 2;
}

/* Reads the string whose opening quote is at j->place.at into j->value. */
static bool read_string(prs_json *j)
{
    const char *s = j->text.ptr;
    size_t at = j->place.at + 1, run = at;
    anc_buf_clear(&j->scratch);
    bool escaped = false;
    for (;;) {
        while (at < j->text.len && s[at] != '"' && s[at] != '\\' && (unsigned char)s[at] >= ' ')
            at++;
        if (at >= j->text.len)
            return fail_at_end(j, j->place.at, "a string is not closed");
        if (s[at] == '"')
            break;
        if (s[at] != '\\') {
            /* line ends in strings are common where people write JSON by hand */
            at++;
            continue;
        }
        escaped = true;
        (void)anc_buf_add(&j->scratch, (anc_str){s + run, at - run});
        const size_t used = add_escape(j, at);
        if (used == 0)
            return fail(j, at, "an escape that JSON does not know");
        at += used;
        run = at;
    }
    j->value = (anc_str){s + run, at - run};
    if (escaped) {
        (void)anc_buf_add(&j->scratch, j->value);
        j->value = anc_buf_view(&j->scratch);
    }
    j->place.at = at + 1;
    if (!j->scratch.refused)
        return true;
    j->status = anc_buf_status(&j->scratch, "JSON: a string", j->err);
    return false;
}

/* ---- values --------------------------------------------------------------------------------- */

static bool is_digit_at(const prs_json *j, size_t at)
{
    return at < j->text.len && j->text.ptr[at] >= '0' && j->text.ptr[at] <= '9';
}

static size_t digits_end(const prs_json *j, size_t at)
{
    while (is_digit_at(j, at))
        at++;
    return at;
}

static char char_at(const prs_json *j, size_t at)
{
    return at < j->text.len ? j->text.ptr[at] : '\0';
}

static bool read_number(prs_json *j)
{
    const size_t from = j->place.at;
    size_t at = from + (char_at(j, from) == '-' ? 1 : 0);
    bool ok = is_digit_at(j, at);
    at = digits_end(j, at);
    if (ok && char_at(j, at) == '.') {
        ok = is_digit_at(j, at + 1);
        at = digits_end(j, at + 1);
    }
    if (ok && (char_at(j, at) | 0x20) == 'e') {
        at += char_at(j, at + 1) == '+' || char_at(j, at + 1) == '-' ? 2 : 1;
        ok = is_digit_at(j, at);
        at = digits_end(j, at);
    }
    if (!ok)
        return fail(j, from, "a value is expected");
    j->kind = PRS_JSON_NUMBER;
    j->value = anc_str_sub(j->text, from, at - from);
    j->place.at = at;
    return true;
}

static bool read_word(prs_json *j)
{
    static const struct {
        anc_str word;
        prs_json_kind kind;
    } rows[] = {{ANC_STR_INIT("true"), PRS_JSON_TRUE},
                {ANC_STR_INIT("false"), PRS_JSON_FALSE},
                {ANC_STR_INIT("null"), PRS_JSON_NULL}};
    const anc_str rest = anc_str_sub(j->text, j->place.at, 5);
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_starts(rest, rows[i].word)) {
            j->kind = rows[i].kind;
            j->place.at += rows[i].word.len;
            return true;
        }
    j->cut = rest.len < 5;
    return fail(j, j->place.at, "a value is expected");
}

static bool open_container(prs_json *j, bool object)
{
    if (j->place.depth >= j->max_depth) {
        j->status = ANC_FAIL(j->err, ANC_LIMIT, "JSON: more than %u levels deep", j->max_depth);
        return false;
    }
    const unsigned d = ++j->place.depth;
    const unsigned char bit = (unsigned char)(1U << (d % 8));
    j->objects[d / 8] =
        (unsigned char)(object ? j->objects[d / 8] | bit : j->objects[d / 8] & ~bit);
    j->kind = object ? PRS_JSON_OPEN_OBJECT : PRS_JSON_OPEN_ARRAY;
    j->place.after_value = j->place.after_comma = j->place.after_name = false;
    j->place.at++;
    return true;
}

static bool read_value(prs_json *j)
{
    const char c = j->text.ptr[j->place.at];
    bool ok;
    if (c == '{' || c == '[')
        return open_container(j, c == '{');
    if (c == '"') {
        j->kind = PRS_JSON_STRING;
        ok = read_string(j);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        ok = read_number(j);
    } else {
        ok = read_word(j);
    }
    j->place.after_value = true;
    j->place.after_comma = j->place.after_name = false;
    return ok;
}

static bool read_name(prs_json *j)
{
    if (char_at(j, j->place.at) != '"')
        return fail(j, j->place.at, "a name in quotes is expected");
    j->kind = PRS_JSON_NAME;
    if (!read_string(j))
        return false;
    skip_blanks(j);
    if (j->place.at >= j->text.len)
        return fail_at_end(j, j->place.at, "the text ends too early");
    if (char_at(j, j->place.at) != ':')
        return fail(j, j->place.at, "a colon is expected behind a name");
    j->place.at++;
    j->place.after_name = true;
    j->place.after_comma = false;
    return true;
}

static bool close_container(prs_json *j)
{
    j->kind = in_object(j) ? PRS_JSON_CLOSE_OBJECT : PRS_JSON_CLOSE_ARRAY;
    j->place.depth--;
    j->place.at++;
    j->place.after_value = true;
    j->place.after_comma = j->place.after_name = false;
    return true;
}

bool prs_json_next(prs_json *j)
{
    prs_json_place *p = &j->place;
    if (j->status != ANC_OK)
        return false;
    skip_blanks(j);
    j->from = p->at;
    j->value = ANC_STR_NONE;
    if (p->at >= j->text.len) {
        j->kind = PRS_JSON_END;
        return p->depth == 0 || fail_at_end(j, p->at, "the text ends too early");
    }
    if (p->depth == 0)
        return read_value(j);
    const char c = j->text.ptr[p->at];
    if (c == (in_object(j) ? '}' : ']') && !p->after_comma && !p->after_name)
        return close_container(j);
    if (p->after_value) {
        if (c != ',')
            return fail(j, p->at, "a comma or the end of a list is expected");
        p->at++;
        p->after_value = false;
        p->after_comma = true;
        skip_blanks(j);
        j->from = p->at;
        if (p->at >= j->text.len)
            return fail_at_end(j, p->at, "the text ends too early");
    }
    return in_object(j) && !p->after_name ? read_name(j) : read_value(j);
}

bool prs_json_is_simple(const prs_json *j)
{
    return j->kind >= PRS_JSON_STRING;
}

anc_str prs_json_word(const prs_json *j)
{
    if (j->kind == PRS_JSON_TRUE)
        return ANC_STR("true");
    if (j->kind == PRS_JSON_FALSE)
        return ANC_STR("false");
    return j->kind == PRS_JSON_NULL ? ANC_STR_NONE : j->value;
}

bool prs_is_json(anc_str head, bool whole, bool *ret_lines)
{
    enum { TOKENS = 500 };
    const prs_limits limits = {.depth = PRS_JSON_DEPTH, .text_bytes = head.len + 1};
    ANC_CLEANUP(prs_json_done) prs_json j;
    const anc_str mark = ANC_STR("\xEF\xBB\xBF");
    if (anc_str_starts(head, mark))
        head = anc_str_sub(head, mark.len, head.len);
    const anc_str s = anc_str_trim(head);
    prs_json_open(&j, head, &limits, NULL);
    *ret_lines = false;
    if (s.len < 2 || (s.ptr[0] != '{' && s.ptr[0] != '['))
        return false;
    bool first_ended = false;
    for (size_t i = 0; i < TOKENS; i++) {
        if (!prs_json_next(&j))
            return (j.cut && !whole) || j.status == ANC_LIMIT;
        if (j.kind == PRS_JSON_END)
            return true;
        *ret_lines |= first_ended && s.ptr[0] == '{';
        first_ended |= j.place.depth == 0;
    }
    return true;
}
