/* names.c - see names.h. */
#include "knowledge/domain/names.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "kernel/domain/ids.h"
#include "knowledge/domain/limits.h"

enum { SHOWN_BYTES = 80 };

/* As much of a value as a message shows. */
static anc_str shown(anc_str s)
{
    s.len = anc_utf8_valid_prefix(s);
    return anc_str_sub(s, 0, anc_utf8_floor(s, s.len < SHOWN_BYTES ? s.len : SHOWN_BYTES));
}

static bool has_controls(anc_str s, bool lines)
{
    size_t bytes;
    for (size_t i = 0; i < s.len; i += bytes) {
        const uint32_t c = anc_utf8_at(s, i, &bytes);
        const bool of_lines = c == '\n' || c == '\r' || c == '\t';
        if ((c < 0x20 && !(lines && of_lines)) || (c >= 0x7F && c < 0xA0))
            return true;
    }
    return false;
}

anc_status kno_collection_name_check(anc_str name, const char *pointer, anc_err *err)
{
    if (krn_collection_valid(name))
        return ANC_OK;
    const anc_str part = shown(name);
    return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                          "collection name \"%.*s\": 1 to %d of a-z, 0-9, _ and -, beginning with "
                          "a letter or digit",
                          ANC_FMT(part), KRN_COLLECTION_MAX);
}

static anc_status check_text(anc_str line, size_t max, bool lines, const char *what,
                             const char *pointer, anc_err *err)
{
    const anc_str part = shown(line);
    if (!anc_utf8_valid(line))
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s \"%.*s\": not valid UTF-8", what,
                              ANC_FMT(part));
    if (line.len > max)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s \"%.*s…\": %zu bytes, at most %zu",
                              what, ANC_FMT(part), line.len, max);
    if (has_controls(line, lines))
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s: holds control characters", what);
    return ANC_OK;
}

anc_status kno_line_check(anc_str line, size_t max, const char *what, const char *pointer,
                          anc_err *err)
{
    return check_text(line, max, false, what, pointer, err);
}

anc_status kno_text_check(anc_str text, size_t max, const char *what, const char *pointer,
                          anc_err *err)
{
    return check_text(text, max, true, what, pointer, err);
}

/* The rule is krn_document_id_valid's; here is only said what of it does not hold. */
anc_status kno_document_id_check(anc_str id, const char *pointer, anc_err *err)
{
    if (krn_document_id_valid(id))
        return ANC_OK;
    if (id.len == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "document id: empty");
    ANC_TRY(kno_line_check(id, KRN_DOCUMENT_ID_MAX, "document id", pointer, err));
    const anc_str part = shown(id);
    return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "document id \"%.*s\": blanks at its ends",
                          ANC_FMT(part));
}

static bool is_label(anc_str label)
{
    if (anc_str_eq(label, ANC_STR("public")))
        return true;
    size_t kind = 0;
    if (anc_str_starts(label, ANC_STR("user:")))
        kind = 5;
    else if (anc_str_starts(label, ANC_STR("group:")))
        kind = 6;
    const anc_str name = anc_str_sub(label, kind, label.len);
    return kind > 0 && name.len > 0 && label.len <= KNO_LABEL_BYTES && anc_utf8_valid(label) &&
           !has_controls(label, false) && anc_str_trim(name).len == name.len;
}

anc_status kno_acl_check(const anc_str *labels, size_t n, const char *pointer, anc_err *err)
{
    if (n > KNO_ACL_LABELS)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "acl: %zu labels, at most %d", n,
                              KNO_ACL_LABELS);
    for (size_t i = 0; i < n; i++) {
        const anc_str part = shown(labels[i]);
        if (!is_label(labels[i]))
            return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                                  "acl label \"%.*s\": \"public\", \"user:<id>\" or "
                                  "\"group:<name>\" is wanted",
                                  ANC_FMT(part));
        for (size_t k = 0; k < i; k++)
            if (anc_str_eq(labels[k], labels[i]))
                return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "acl label \"%.*s\": given twice",
                                      ANC_FMT(part));
    }
    return ANC_OK;
}

/* ---- metadata ------------------------------------------------------------------------------ */

/* Where in the metadata a check is, as a JSON pointer that fits an error. */
typedef struct place {
    char pointer[sizeof((anc_err *)0)->pointer];
    size_t len;
} place;

/* Appends "/<name>"; what no longer fits is left out, the pointer then names what it lies in. */
static place inside(const place *outer, anc_str name)
{
    place p = *outer;
    if (p.len + 2 + 2 * name.len > sizeof p.pointer)
        return p;
    p.pointer[p.len++] = '/';
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (c == '~' || c == '/')
            p.pointer[p.len++] = '~';
        p.pointer[p.len++] = c == '~' ? '0' : c == '/' ? '1' : c;
    }
    p.pointer[p.len] = '\0';
    return p;
}

typedef struct metadata_walk {
    size_t values;
    anc_err *err;
} metadata_walk;

static anc_status check_value(metadata_walk *w, const json_value *v, const place *at,
                              unsigned depth);

static anc_status check_members(metadata_walk *w, const json_value *v, const place *at,
                                unsigned depth)
{
    anc_str name;
    const json_value *member;
    for (size_t cursor = 0; json_each(v, &cursor, &name, &member);) {
        if (name.len == 0)
            return ANC_FAIL_FIELD(w->err, ANC_INVALID, at->pointer,
                                  "metadata: a field without a name");
        ANC_TRY(
            kno_line_check(name, KNO_METADATA_NAME_BYTES, "metadata field", at->pointer, w->err));
        const place below = inside(at, name);
        ANC_TRY(check_value(w, member, &below, depth));
    }
    return ANC_OK;
}

static anc_status check_elements(metadata_walk *w, const json_value *v, const place *at,
                                 unsigned depth)
{
    for (size_t i = 0; i < json_count(v); i++) {
        char number[24];
        const int n = snprintf(number, sizeof number, "%zu", i);
        const place below = inside(at, (anc_str){number, (size_t)n});
        ANC_TRY(check_value(w, json_element(v, i), &below, depth));
    }
    return ANC_OK;
}

/* Recursion ends at KNO_METADATA_DEPTH. */
static anc_status check_value(metadata_walk *w, const json_value *v, const place *at,
                              unsigned depth)
{
    const json_kind kind = json_kind_of(v);
    if (++w->values > KNO_METADATA_VALUES)
        return ANC_FAIL_FIELD(w->err, ANC_INVALID, at->pointer, "metadata: more than %d values",
                              KNO_METADATA_VALUES);
    if (kind != JSON_OBJECT && kind != JSON_ARRAY)
        return ANC_OK;
    if (depth == KNO_METADATA_DEPTH)
        return ANC_FAIL_FIELD(w->err, ANC_INVALID, at->pointer,
                              "metadata: lists and objects %d deep, at most %d", (int)depth + 1,
                              KNO_METADATA_DEPTH);
    return kind == JSON_OBJECT ? check_members(w, v, at, depth + 1)
                               : check_elements(w, v, at, depth + 1);
}

anc_status kno_metadata_check(const json_value *metadata, const char *pointer, anc_err *err)
{
    const json_kind kind = json_kind_of(metadata);
    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return ANC_OK;
    if (kind != JSON_OBJECT)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "metadata: an object is wanted, not %s",
                              json_kind_name(kind));
    if (json_count(metadata) > KNO_METADATA_FIELDS)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "metadata: %zu fields, at most %d",
                              json_count(metadata), KNO_METADATA_FIELDS);
    metadata_walk w = {.err = err};
    place at = {.len = strlen(pointer)};
    assert(at.len < sizeof at.pointer);
    memcpy(at.pointer, pointer, at.len + 1);
    return check_members(&w, metadata, &at, 1);
}
