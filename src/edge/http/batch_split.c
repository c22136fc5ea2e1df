/* batch_split.c - a machine over bytes: lines, or the elements of one array.
 *
 *   START ─{─> NAME? ─"─> NAME ─"─> COLON ─:─> ARRAY? ─[─> FIRST ──> ELEMENT ──> BEHIND ─,─> NEXT ─┐
 *                                                            └─]──────────┐        └─]─┐      └ ELEMENT
 *                                                                         └──> CLOSE <─┘ ─}─> DONE
 *
 * A comma at CLOSE leads to NAME?, to say which member there is too much.
 */
#include "batch_split.h"

#include <stdio.h>
#include <string.h>

enum { START, WANT_NAME, NAME, COLON, WANT_ARRAY, FIRST, NEXT, ELEMENT, BEHIND, CLOSE, DONE };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void http_split_init(http_split *s, http_split_form form, http_split_sink sink)
{
    *s = (http_split){.form = form, .sink = sink, .number = form == HTTP_SPLIT_LINES ? 1 : 0};
}

static anc_status begin(http_split *s, anc_err *err)
{
    s->inside = true;
    return s->sink.begin(s->sink.arg, s->number, err);
}

static anc_status end(http_split *s, anc_err *err)
{
    s->inside = false;
    return s->sink.end(s->sink.arg, err);
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Lines of blanks are no documents; blanks before one are left out. */
static anc_status feed_part(http_split *s, anc_str part, anc_err *err)
{
    while (!s->inside && part.len > 0 && is_blank(part.ptr[0]))
        part = anc_str_sub(part, 1, part.len);
    if (part.len == 0)
        return ANC_OK;
    if (!s->inside)
        ANC_TRY(begin(s, err));
    return s->sink.bytes(s->sink.arg, part, err);
}

static anc_status feed_lines(http_split *s, anc_str bytes, anc_err *err)
{
    while (bytes.len > 0) {
        const char *line_break = memchr(bytes.ptr, '\n', bytes.len);
        const size_t n = line_break != NULL ? (size_t)(line_break - bytes.ptr) : bytes.len;
        ANC_TRY(feed_part(s, anc_str_sub(bytes, 0, n), err));
        s->at += n;
        if (line_break == NULL)
            return ANC_OK;
        if (s->inside)
            ANC_TRY(end(s, err));
        s->at++;
        s->number++;
        bytes = anc_str_sub(bytes, n + 1, bytes.len);
    }
    return ANC_OK;
}

/* ---- an array ------------------------------------------------------------------------------ */

static anc_status unfit(const http_split *s, char c, const char *wanted, anc_err *err)
{
    const bool shown = c > ' ' && c < 0x7f;
    return ANC_FAIL(err, ANC_INVALID,
                    shown ? "byte %llu of the body is '%c', expected is %s"
                          : "byte %llu of the body (%d) does not fit, expected is %s",
                    (unsigned long long)s->at + 1, c, wanted);
}

/* What a value that begins with `c` is; NULL: none begins so. */
static const char *value_named(char c)
{
    switch (c) {
    case '{':
        return "an object";
    case '[':
        return "an array";
    case '"':
        return "a text";
    case 't':
    case 'f':
        return "a boolean";
    case 'n':
        return "null";
    default:
        return c == '-' || (c >= '0' && c <= '9') ? "a number" : NULL;
    }
}

/* Something else than the object stands at the front. */
static anc_status no_object(const http_split *s, char c, anc_err *err)
{
    const char *what = value_named(c);
    if (what == NULL)
        return unfit(s, c, "'{'", err);
    return ANC_FAIL(err, ANC_INVALID,
                    "the body must be a JSON object with the member \"documents\", not %s", what);
}

static anc_status no_documents(anc_err *err)
{
    return ANC_FAIL_FIELD(err, ANC_INVALID, "/documents",
                          "\"documents\" is missing: an array with the documents");
}

static anc_status no_array(const http_split *s, char c, anc_err *err)
{
    const char *what = value_named(c);
    if (what == NULL)
        return unfit(s, c, "'['", err);
    return ANC_FAIL_FIELD(err, ANC_INVALID, "/documents",
                          "\"documents\" must be an array of documents, not %s", what);
}

static anc_status name_is_whole(const http_split *s, anc_err *err)
{
    const anc_str name = {s->name, s->name_len};
    char pointer[HTTP_SPLIT_NAME + 2];
    if (!s->listed && anc_str_eq(name, ANC_STR("documents")))
        return ANC_OK;
    (void)snprintf(pointer, sizeof pointer, "/%.*s", ANC_FMT(name));
    return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                          "the body has a member \"%.*s\"; it takes \"documents\" alone, once "
                          "(?collection= names the collection of those that name none)",
                          ANC_FMT(name));
}

/* How much of `bytes` belongs to the element that is under way; *ret_whole: it ends there. */
static size_t element_bytes(http_split *s, anc_str bytes, bool *ret_whole)
{
    for (size_t i = 0; i < bytes.len; i++) {
        const char c = bytes.ptr[i];
        if (s->in_string) {
            s->in_string = s->escaped || c != '"';
            s->escaped = !s->escaped && c == '\\';
        } else if (c == '"') {
            s->in_string = true;
        } else if (c == '{' || c == '[') {
            s->depth++;
        } else if ((c == '}' || c == ']') && s->depth > 0) {
            s->depth--;
        } else if (s->depth == 0 && (c == ',' || c == ']' || c == '}' || is_blank(c))) {
            *ret_whole = true;
            return i;
        }
    }
    return bytes.len;
}

static anc_status feed_element(http_split *s, anc_str bytes, size_t *ret_taken, anc_err *err)
{
    bool whole = false;
    const size_t n = element_bytes(s, bytes, &whole);
    if (n > 0)
        ANC_TRY(s->sink.bytes(s->sink.arg, anc_str_sub(bytes, 0, n), err));
    if (whole) {
        s->state = BEHIND;
        ANC_TRY(end(s, err));
    }
    *ret_taken = n;
    return ANC_OK;
}

/* The byte that must stand here, and what comes behind it. */
static anc_status expect(http_split *s, char c, char wanted, int next, anc_err *err)
{
    const char text[] = {'\'', wanted, '\'', '\0'};
    if (c != wanted)
        return unfit(s, c, text, err);
    s->state = next;
    return ANC_OK;
}

static anc_status feed_name(http_split *s, char c, anc_err *err)
{
    if (c == '"') {
        s->state = COLON;
        return name_is_whole(s, err);
    }
    if (s->name_len < sizeof s->name)
        s->name[s->name_len++] = c;
    return ANC_OK;
}

/* One byte outside of elements. *ret_taken 0: it begins an element. */
static anc_status feed_byte(http_split *s, char c, size_t *ret_taken, anc_err *err)
{
    *ret_taken = 1;
    if (s->state == NAME)
        return feed_name(s, c, err);
    if (is_blank(c))
        return ANC_OK;
    switch (s->state) {
    case START:
        return c == '{' ? expect(s, c, '{', WANT_NAME, err) : no_object(s, c, err);
    case WANT_NAME:
        return c == '}' && !s->listed ? no_documents(err) : expect(s, c, '"', NAME, err);
    case COLON:
        return expect(s, c, ':', WANT_ARRAY, err);
    case WANT_ARRAY:
        s->listed = c == '[';
        return s->listed ? expect(s, c, '[', FIRST, err) : no_array(s, c, err);
    case BEHIND:
        return c == ',' ? expect(s, c, ',', NEXT, err) : expect(s, c, ']', CLOSE, err);
    case CLOSE:
        s->name_len = 0;
        return c == ',' ? expect(s, c, ',', WANT_NAME, err) : expect(s, c, '}', DONE, err);
    case DONE:
        return unfit(s, c, "the end", err);
    case FIRST:
    case NEXT:
    default:
        break;
    }
    if (s->state == FIRST && c == ']')
        return expect(s, c, ']', CLOSE, err);
    if (c == ',' || c == ']' || c == '}' || c == ':')
        return unfit(s, c, "a document", err);
    s->state = ELEMENT;
    s->number++;
    *ret_taken = 0;
    return begin(s, err);
}

static anc_status feed_array(http_split *s, anc_str bytes, anc_err *err)
{
    while (bytes.len > 0) {
        size_t taken = 0;
        ANC_TRY(s->state == ELEMENT ? feed_element(s, bytes, &taken, err)
                                    : feed_byte(s, bytes.ptr[0], &taken, err));
        s->at += taken;
        bytes = anc_str_sub(bytes, taken, bytes.len);
    }
    return ANC_OK;
}

/* ---- both ---------------------------------------------------------------------------------- */

anc_status http_split_feed(http_split *s, anc_str bytes, anc_err *err)
{
    return s->form == HTTP_SPLIT_LINES ? feed_lines(s, bytes, err) : feed_array(s, bytes, err);
}

anc_status http_split_finish(http_split *s, anc_err *err)
{
    if (s->form == HTTP_SPLIT_LINES)
        return s->inside ? end(s, err) : ANC_OK;
    if (s->state == DONE)
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID, "the body ends after %llu bytes, inside of %s",
                    (unsigned long long)s->at, s->state >= FIRST ? "the documents" : "its head");
}
