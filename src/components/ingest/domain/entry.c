/* entry.c - see entry.h. */
#include "ingest/domain/entry.h"

#include "base/id.h"
#include "json/json.h"

enum { TEXT_MAX = 2 << 20 };

static void free_doc(json_doc **doc)
{
    json_doc_free(*doc);
}

/* In one line: what breaks lines is a blank. */
static void add_line_part(anc_buf *out, anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        (void)anc_buf_add_char(out, (unsigned char)s.ptr[i] < 0x20 ? ' ' : s.ptr[i]);
}

/* "cost_centre" as "Cost centre". */
static void add_name(anc_buf *out, anc_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool first = i == 0 && c >= 'a' && c <= 'z';
        const char shown = first ? (char)(c - 'a' + 'A') : c == '_' ? ' ' : c;
        (void)anc_buf_add_char(out, (unsigned char)shown < 0x20 ? ' ' : shown);
    }
}

static bool is_plain(const json_value *v)
{
    const json_kind kind = json_kind_of(v);
    return kind == JSON_BOOL || kind == JSON_INT || kind == JSON_REAL || kind == JSON_STRING;
}

static void add_value(anc_buf *out, const json_value *v)
{
    json_writer w = json_writer_of(out);
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_STRING)
        add_line_part(out, json_str(v, ANC_STR_NONE));
    else if (kind == JSON_INT)
        json_write_int(&w, json_int(v, 0));
    else if (kind == JSON_REAL)
        json_write_real(&w, json_double(v, 0));
    else
        (void)anc_buf_add(out, json_bool(v, false) ? ANC_STR("yes") : ANC_STR("no"));
}

/* The elements of a list that are plain. */
static void add_elements(anc_buf *out, const json_value *list)
{
    bool first = true;
    for (size_t i = 0; i < json_count(list); i++) {
        const json_value *v = json_element(list, i);
        if (!is_plain(v))
            continue;
        (void)anc_buf_add(out, first ? ANC_STR("") : ANC_STR(", "));
        add_value(out, v);
        first = false;
    }
}

static void add_member(anc_buf *out, anc_str name, const json_value *v)
{
    const bool is_list = json_kind_of(v) == JSON_ARRAY && is_plain(json_element(v, 0));
    if (!is_list && !is_plain(v))
        return;
    if (anc_str_eq(name, ANC_STR("entry_id")))
        (void)anc_buf_add(out, ANC_STR("Accounting entry"));
    else
        add_name(out, name);
    (void)anc_buf_add(out, ANC_STR(": "));
    if (is_list)
        add_elements(out, v);
    else
        add_value(out, v);
    (void)anc_buf_add_char(out, '\n');
}

static anc_status write_text(const json_value *entry, anc_arena *mem, anc_str *ret, anc_err *err)
{
    ANC_BUF(out, TEXT_MAX);
    size_t cursor = 0;
    anc_str name;
    const json_value *v;
    add_member(&out, ANC_STR("entry_id"), json_member(entry, "entry_id"));
    while (json_each(entry, &cursor, &name, &v))
        if (!anc_str_eq(name, ANC_STR("entry_id")))
            add_member(&out, name, v);
    ANC_TRY(anc_buf_status(&out, "an accounting entry", err));
    *ret = anc_arena_copy(mem, anc_buf_view(&out));
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(err, anc_arena_refusal(mem), "no room for an accounting entry");
}

static anc_status write_title(const json_value *entry, anc_arena *mem, anc_str *ret, anc_err *err)
{
    const anc_str label = anc_str_trim(json_str(json_member(entry, "label"), ANC_STR_NONE));
    const anc_str id = json_str(json_member(entry, "entry_id"), ANC_STR_NONE);
    *ret = label.len > 0 ? anc_arena_copy(mem, label)
                         : anc_arena_printf(mem, "Accounting entry %.*s", ANC_FMT(id));
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(err, anc_arena_refusal(mem), "no room for an accounting entry");
}

/* Who asks for a day must find it: 03/04/2026 is two of them. */
static anc_status check_date(const json_value *entry, anc_err *err)
{
    const anc_str date = anc_str_trim(json_str(json_member(entry, "date"), ANC_STR_NONE));
    int64_t ignored;
    if (date.len == 0 || anc_time_parse(date, &ignored))
        return ANC_OK;
    return ANC_FAIL_FIELD(err, ANC_INVALID, "/payload/date",
                          "date is \"%.*s\", a day as 2026-02-28 is wanted, or an RFC 3339 instant",
                          ANC_FMT(anc_str_sub(date, 0, 40)));
}

anc_status ing_entry_read(anc_str payload, anc_arena *mem, ing_entry *ret, anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    ing_entry e = {0};
    ANC_TRY(json_parse(payload, &doc, err));
    ANC_TRY(check_date(json_root(doc), err));
    ANC_TRY(write_title(json_root(doc), mem, &e.title, err));
    ANC_TRY(write_text(json_root(doc), mem, &e.text, err));
    *ret = e;
    return ANC_OK;
}
