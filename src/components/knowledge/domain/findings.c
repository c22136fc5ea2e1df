/* findings.c - see findings.h. */
#include "knowledge/domain/findings.h"

#include "base/utf8.h"
#include "knowledge/domain/limits.h"
#include "text/normalize.h"
#include "text/unicode.h"
#include "json/json.h"

static bool is_word_char(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const txt_category k = txt_category_of(c);
    return (k >= TXT_LU && k <= TXT_LO) || (k >= TXT_MN && k <= TXT_ME) ||
           (k >= TXT_ND && k <= TXT_NO);
}

uint64_t kno_word_count(anc_str text)
{
    uint64_t words = 0, unspaced = 0;
    bool inside = false;
    size_t bytes;
    for (size_t at = 0; at < text.len; at += bytes) {
        const uint32_t c = anc_utf8_at(text, at, &bytes);
        const bool alone = c >= 0x80 && txt_is_unspaced(c);
        const bool word = !alone && is_word_char(c);
        words += word && !inside;
        unspaced += alone;
        /* what joins two halves of a word is no end of it: o'clock, long-term */
        inside = word || (inside && (c == '\'' || c == '-' || c == 0x2019));
    }
    return words + (unspaced + 1) / 2;
}

/* ---- written ------------------------------------------------------------------------------- */

static void open_finding(json_writer *w, anc_str name)
{
    json_name_str(w, name);
    json_open_object(w);
    json_name(w, "value");
}

static void close_finding(json_writer *w, const char *origin)
{
    json_put_str(w, "origin", anc_str_of(origin));
    json_close_object(w);
}

static void write_value(json_writer *w, const json_value *value)
{
    ANC_BUF(dumped, 4 * (size_t)KNO_METADATA_BYTES);
    json_dump(value, &dumped);
    json_write_raw(w, dumped.refused ? ANC_STR("null") : anc_buf_view(&dumped));
}

static void write_number(json_writer *w, const char *name, uint64_t n)
{
    open_finding(w, anc_str_of(name));
    json_write_int(w, (int64_t)n);
    close_finding(w, "rule");
}

static void write_words(json_writer *w, const char *name, anc_str words)
{
    if (words.len == 0)
        return;
    open_finding(w, anc_str_of(name));
    json_write_str(w, words);
    close_finding(w, "rule");
}

static void write_list(json_writer *w, const char *name, const anc_str *items, size_t n)
{
    if (n == 0)
        return;
    open_finding(w, anc_str_of(name));
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        json_write_str(w, items[i]);
    json_close_array(w);
    close_finding(w, "rule");
}

static void write_rules(json_writer *w, const kno_rule_findings *r)
{
    write_number(w, "word_count", r->words);
    write_number(w, "reading_minutes",
                 (r->words + KNO_WORDS_PER_MINUTE - 1) / KNO_WORDS_PER_MINUTE);
    write_list(w, "headings", r->headings, r->n_headings);
    write_list(w, "key_phrases", r->phrases, r->n_phrases);
    if (r->has_rows)
        write_number(w, "rows", r->rows);
    write_list(w, "row_columns", r->row_columns, r->n_row_columns);
    write_list(w, "attachments_unread", r->unread, r->n_unread);
    write_words(w, "damaged", r->damage);
    write_words(w, "parent", r->parent);
    if (!r->has_date)
        return;
    ANC_BUF(date, 64);
    (void)anc_buf_printf(&date, "%04u-%02u-%02uT00:00:00Z", r->date.year, r->date.month,
                         r->date.day);
    open_finding(w, ANC_STR("first_date"));
    json_write_str(w, anc_buf_view(&date));
    close_finding(w, "rule");
}

anc_status kno_findings_write(anc_str properties, const kno_rule_findings *rules, anc_buf *out,
                              anc_err *err)
{
    json_doc *doc = NULL;
    if (properties.len > 0)
        ANC_TRY(json_parse(properties, &doc, err));
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    anc_str name;
    const json_value *value;
    for (size_t cursor = 0; json_each(json_root(doc), &cursor, &name, &value);) {
        open_finding(&w, name);
        write_value(&w, value);
        close_finding(&w, "file");
    }
    write_rules(&w, rules);
    json_close_object(&w);
    json_doc_free(doc);
    return anc_buf_status(out, "what was found about a document", err);
}

/* ---- as fields ----------------------------------------------------------------------------- */

static bool has_member(const json_value *object, anc_str wanted)
{
    anc_str name;
    const json_value *ignored;
    for (size_t cursor = 0; json_each(object, &cursor, &name, &ignored);)
        if (anc_str_eq(name, wanted))
            return true;
    return false;
}

static void write_fields(const json_value *given, const json_value *found, anc_buf *out)
{
    json_writer w = json_writer_of(out);
    anc_str name;
    const json_value *value;
    json_open_object(&w);
    for (size_t cursor = 0; json_each(given, &cursor, &name, &value);) {
        json_name_str(&w, name);
        write_value(&w, value);
    }
    for (size_t cursor = 0; json_each(found, &cursor, &name, &value);) {
        if (has_member(given, name))
            continue;
        json_name_str(&w, name);
        write_value(&w, json_member(value, "value"));
    }
    json_close_object(&w);
}

anc_status kno_fields_write(anc_str given, anc_str found, anc_buf *out, anc_err *err)
{
    json_doc *mine = NULL, *theirs = NULL;
    anc_status status = json_parse(given, &mine, err);
    if (status == ANC_OK)
        status = json_parse(found, &theirs, err);
    if (status == ANC_OK) {
        write_fields(json_root(mine), json_root(theirs), out);
        status = anc_buf_status(out, "the fields of a document", err);
    }
    json_doc_free(mine);
    json_doc_free(theirs);
    return status;
}
