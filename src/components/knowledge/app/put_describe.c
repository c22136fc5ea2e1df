/* put_describe.c - what is known of a text: title, language, and what is found in it by rule. */
#include <string.h>

#include "base/utf8.h"
#include "knowledge/domain/findings.h"
#include "knowledge/domain/key_phrases.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"
#include "text/language.h"
#include "text/normalize.h"

enum {
    LEVELS = 6,
    HEADING_BYTES = 160,
    DATE_TEXT_BYTES = 64 << 10, /* of a text that are looked through for a date */
    PHRASES_ARENA_BYTES = 64 << 20,
    FINDINGS_BYTES = 256 << 10
};

/* ---- by rule ------------------------------------------------------------------------------- */

typedef struct sections {
    anc_str open[LEVELS]; /* headings that the place at hand lies below */
    anc_str *paths;
    size_t n;
} sections;

static anc_status add_heading(kno_put *put, sections *s, const kno_block_span *span)
{
    const anc_str text = anc_str_sub(put->view.bytes, span->start, span->end - span->start);
    const unsigned level = span->level < 1 ? 1 : span->level > LEVELS ? LEVELS : span->level;
    s->open[level - 1] = anc_str_sub(
        text, 0, anc_utf8_floor(text, text.len < HEADING_BYTES ? text.len : HEADING_BYTES));
    for (unsigned i = level; i < LEVELS; i++)
        s->open[i] = ANC_STR_NONE;
    ANC_BUF(path, 2 * LEVELS * HEADING_BYTES);
    for (unsigned i = 0; i < level; i++)
        if (s->open[i].len > 0)
            (void)anc_buf_printf(&path, "%s%.*s", path.len > 0 ? " > " : "", ANC_FMT(s->open[i]));
    const anc_str copy = anc_arena_copy(put->call.mem, anc_buf_view(&path));
    if (path.refused || copy.ptr == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no room for a heading");
    s->paths[s->n++] = copy;
    return ANC_OK;
}

static anc_status find_headings(kno_put *put, kno_rule_findings *ret)
{
    sections s = {.paths = anc_arena_alloc(put->call.mem, KNO_FOUND_HEADINGS, sizeof *s.paths)};
    if (s.paths == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for headings");
    for (size_t i = 0; i < put->n_blocks && s.n < KNO_FOUND_HEADINGS; i++)
        if (put->blocks[i].kind == KNO_HEADING && !put->blocks[i].continues)
            ANC_TRY(add_heading(put, &s, &put->blocks[i]));
    ret->headings = s.paths;
    ret->n_headings = s.n;
    return ANC_OK;
}

static anc_status find_row_columns(kno_put *put, kno_rule_findings *ret)
{
    const kno_rows_wanted *w = put->rows;
    if (!put->has_rows || w->id_field.len + w->title_field.len + w->n_text_fields == 0)
        return ANC_OK;
    anc_str *names = anc_arena_alloc(put->call.mem, 2 + w->n_text_fields, sizeof *names);
    if (names == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for columns");
    names[0] = w->id_field;
    names[1] = w->title_field;
    for (size_t i = 0; i < w->n_text_fields; i++)
        names[2 + i] = w->text_fields[i];
    ret->row_columns = names;
    ret->n_row_columns = 2 + w->n_text_fields;
    return ANC_OK;
}

static anc_status find_by_rule(kno_put *put, anc_arena *scratch, kno_rule_findings *ret)
{
    const anc_str text = put->view.bytes;
    txt_language language = TXT_UND;
    (void)txt_language_find(put->version.language, &language);
    *ret = (kno_rule_findings){.words = kno_word_count(text),
                               .parent = put->of.parent,
                               .has_rows = put->has_rows,
                               .rows = put->n_rows,
                               .unread = put->parts.unread,
                               .n_unread = put->parts.n_unread};
    ANC_TRY(find_headings(put, ret));
    ANC_TRY(find_row_columns(put, ret));
    const anc_str front = anc_str_sub(
        text, 0, anc_utf8_floor(text, text.len < DATE_TEXT_BYTES ? text.len : DATE_TEXT_BYTES));
    ret->has_date = kno_first_date(front, language != TXT_EN && language != TXT_UND, &ret->date);
    anc_str *phrases = NULL;
    ANC_TRY(kno_key_phrases(scratch, text, language, &phrases, &ret->n_phrases, put->call.err));
    ret->phrases = phrases;
    return ANC_OK;
}

/* ---- written down -------------------------------------------------------------------------- */

static anc_status keep(kno_put *put, const anc_buf *json, anc_str *ret)
{
    *ret = anc_arena_copy(put->call.mem, anc_buf_view(json));
    if (ret->ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for metadata");
    return ANC_OK;
}

static anc_status find(kno_put *put, const kno_parsed *parsed)
{
    kno_version_record *v = &put->version;
    ANC_ARENA(scratch, PHRASES_ARENA_BYTES);
    if (scratch == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory to read a text");
    kno_rule_findings rules;
    ANC_TRY(find_by_rule(put, scratch, &rules));
    rules.damage = parsed->damage;
    ANC_BUF(found, FINDINGS_BYTES);
    ANC_TRY(kno_findings_write(parsed->metadata, &rules, &found, put->call.err));
    ANC_TRY(keep(put, &found, &v->found));
    v->given = put->metadata;
    ANC_BUF(fields, FINDINGS_BYTES + 4 * (size_t)KNO_METADATA_BYTES);
    ANC_TRY(kno_fields_write(v->given, v->found, &fields, put->call.err));
    return keep(put, &fields, &v->metadata);
}

anc_status kno_fold_names(kno_put *put)
{
    kno_version_record *v = &put->version;
    ANC_BUF(folded, 64 << 10);
    const anc_str parts[] = {v->title, v->uri, put->name};
    for (size_t i = 0; i < ANC_COUNT(parts); i++) {
        ANC_TRY(txt_fold(parts[i], &folded, put->call.err));
        (void)anc_buf_add_char(&folded, '\n');
    }
    ANC_TRY(anc_buf_status(&folded, "the folded title", put->call.err));
    v->folded = anc_arena_copy(put->call.mem, anc_buf_view(&folded));
    if (v->folded.ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for a title");
    return ANC_OK;
}

static anc_str language_of(const kno_put *put)
{
    if (!anc_str_eq(put->collection.language, ANC_STR("auto")))
        return put->collection.language;
    return anc_str_of(txt_language_guess(put->view.bytes));
}

anc_status kno_put_describe(kno_put *put, const kno_parsed *parsed)
{
    const kno_document_input *in = put->input;
    kno_version_record *v = &put->version;
    /* the address of what is attached ends with the name of what it is attached to */
    const anc_str place = put->of.depth > 0 && in->name.len > 0 ? in->name : in->uri;
    v->title = kno_title_of(put->call.mem, in->title, parsed->title, place, put->name);
    if (v->title.ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for a title");
    v->uri = in->uri;
    v->name = kno_put_file_name(put);
    v->source = in->source;
    v->content_type = parsed->content_type;
    v->language = language_of(put);
    v->acl = put->acl;
    v->bytes = in->content.len;
    v->content = put->content;
    v->fingerprint = put->fingerprint;
    v->cut = put->cut_for.cut;
    ANC_TRY(find(put, parsed));
    return kno_fold_names(put);
}
