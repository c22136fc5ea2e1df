/* put_extract.c - bytes to the extracted text in the raw store, its blocks, and what is known of it.
 *
 * The text (knowledge/domain/block.h says how it is laid out) goes to the spool piece by piece and is
 * then read from its mapping, so that it is never whole in memory of ours. Offsets into it are what
 * citations are made of.
 */
#include <string.h>

#include "base/utf8.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"
#include "text/language.h"
#include "text/normalize.h"
#include "json/json.h"

typedef struct extraction {
    kno_put *put;
    bool refused; /* here, not by the parser */
    uint64_t at;  /* bytes written */
    size_t cap;   /* of put->blocks */
} extraction;

/* What a person calls the document: an id that was made here says nothing to anybody. */
static anc_str known_as(const kno_put *put)
{
    const kno_document_input *in = put->input;
    const anc_str names[] = {in->id, in->name, in->uri, in->title};
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        if (names[i].len > 0)
            return names[i];
    return put->name;
}

static anc_status write_text(extraction *x, anc_str text, anc_err *err)
{
    kno_put *put = x->put;
    if (text.len > KNO_TEXT_BYTES - x->at)
        return ANC_FAIL(err, ANC_LIMIT,
                        "the text of '%.*s' is longer than %d bytes, the limit of one document",
                        ANC_FMT(known_as(put)), KNO_TEXT_BYTES);
    ANC_TRY(put->text.ops->add(put->text.self, text, err));
    x->at += text.len;
    return ANC_OK;
}

static kno_block_span *next_span(extraction *x)
{
    kno_put *put = x->put;
    if (put->n_blocks == x->cap) {
        const size_t cap = x->cap == 0 ? 64 : 2 * x->cap;
        kno_block_span *spans = anc_arena_alloc(put->call.mem, cap, sizeof *spans);
        if (spans == NULL)
            return NULL;
        if (put->n_blocks > 0)
            memcpy(spans, put->blocks, put->n_blocks * sizeof *spans);
        put->blocks = spans;
        x->cap = cap;
    }
    return &put->blocks[put->n_blocks++];
}

static anc_status take_block(extraction *x, const kno_block *block, anc_err *err)
{
    kno_put *put = x->put;
    krn_call call = put->call;
    call.err = err;
    ANC_TRY(krn_call_check(put->kno->with.clock, &call));
    if (put->n_blocks == KNO_BLOCKS)
        return ANC_FAIL(err, ANC_LIMIT,
                        "'%.*s' has more than %d paragraphs, the limit of one "
                        "document",
                        ANC_FMT(known_as(put)), KNO_BLOCKS);
    if (put->n_blocks > 0) {
        const kno_block_kind before = (kno_block_kind)put->blocks[put->n_blocks - 1].kind;
        ANC_TRY(write_text(x, kno_block_separator(before, block), err));
    }
    const uint64_t start = x->at;
    ANC_TRY(write_text(x, block->text, err));
    kno_block_span *span = next_span(x);
    if (span == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for the blocks of '%.*s'",
                        ANC_FMT(put->name));
    *span = (kno_block_span){.start = start,
                             .end = x->at,
                             .page = block->page,
                             .kind = (uint8_t)block->kind,
                             .level = (uint8_t)block->level,
                             .header = block->header,
                             .continues = block->continues};
    return ANC_OK;
}

static anc_status on_block(void *arg, const kno_block *block, anc_err *err)
{
    extraction *x = arg;
    const anc_status status = take_block(x, block, err);
    x->refused = status != ANC_OK;
    return status;
}

/* The parser knows bytes only: which document they are is said here. */
static anc_status parse(kno_put *put, extraction *x, kno_parsed *ret)
{
    const kno_parser parser = put->kno->with.parser;
    const kno_source source = {.bytes = put->input->content,
                               .content_type = put->input->content_type,
                               .name = put->input->name};
    const kno_block_sink sink = {.arg = x, .on_block = on_block};
    krn_call call = put->call;
    anc_err why;
    anc_err_clear(&why);
    call.err = &why;
    const anc_status status = parser.ops->parse(parser.self, &call, &source, &sink, ret);
    if (status != ANC_OK && !x->refused)
        return ANC_FAIL(put->call.err, status, "'%.*s': %s", ANC_FMT(known_as(put)), why.text);
    if (status != ANC_OK)
        *put->call.err = why;
    return status;
}

/* ---- what is known of the text -------------------------------------------------------------- */

static void put_value(json_writer *w, anc_str name, const json_value *value)
{
    ANC_BUF(dumped, 4 * (size_t)KNO_METADATA_BYTES);
    json_dump(value, &dumped);
    json_name_str(w, name);
    json_write_raw(w, anc_buf_view(&dumped));
}

/* What was given, and what was found under names that were not given. */
static void merge(const json_value *given, const json_value *found, anc_buf *out)
{
    json_writer w = json_writer_of(out);
    size_t cursor = 0;
    anc_str name;
    const json_value *value;
    json_open_object(&w);
    while (json_each(given, &cursor, &name, &value))
        put_value(&w, name, value);
    cursor = 0;
    while (json_each(found, &cursor, &name, &value)) {
        bool is_given = false;
        size_t other = 0;
        anc_str known;
        const json_value *ignored;
        while (!is_given && json_each(given, &other, &known, &ignored))
            is_given = anc_str_eq(known, name);
        if (!is_given)
            put_value(&w, name, value);
    }
    json_close_object(&w);
}

static anc_status merge_metadata(kno_put *put, anc_str found)
{
    put->version.metadata = put->metadata;
    if (found.len == 0)
        return ANC_OK;
    anc_err *err = put->call.err;
    json_doc *mine = NULL, *theirs = NULL;
    ANC_BUF(out, 8 * (size_t)KNO_METADATA_BYTES);
    anc_status status = json_parse(put->metadata, &mine, err);
    if (status == ANC_OK)
        status = json_parse(found, &theirs, err);
    if (status == ANC_OK) {
        merge(json_root(mine), json_root(theirs), &out);
        status = anc_buf_status(&out, "the metadata", err);
    }
    json_doc_free(mine);
    json_doc_free(theirs);
    ANC_TRY(status);
    put->version.metadata = anc_arena_copy(put->call.mem, anc_buf_view(&out));
    if (put->version.metadata.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for the metadata");
    return ANC_OK;
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
    return anc_str_of(txt_language_code(txt_language_detect(put->view.bytes)));
}

static anc_status describe(kno_put *put, const kno_parsed *parsed)
{
    const kno_document_input *in = put->input;
    kno_version_record *v = &put->version;
    v->title = kno_title_of(put->call.mem, in->title, parsed->title, in->uri, put->name);
    if (v->title.ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for a title");
    v->uri = in->uri;
    v->name = in->name;
    v->given = put->metadata;
    v->found = ANC_STR("{}");
    v->cut = put->cut_for.cut;
    v->source = in->source;
    v->content_type = parsed->content_type;
    v->language = language_of(put);
    v->acl = put->acl;
    v->bytes = in->content.len;
    v->content = put->content;
    v->fingerprint = put->fingerprint;
    ANC_TRY(merge_metadata(put, parsed->metadata));
    return kno_fold_names(put);
}

/* ---- the stage ------------------------------------------------------------------------------ */

/* The original, unless the text is the same bytes: then the text's spool holds it. */
static anc_status keep_original(kno_put *put)
{
    if (put->has_original || kno_digest_eq(&put->version.text, &put->content))
        return ANC_OK;
    const kno_raw_store raw = put->kno->with.raw;
    anc_err *err = put->call.err;
    kno_digest named;
    ANC_TRY(raw.ops->create(raw.self, &put->original, err));
    ANC_TRY(put->original.ops->add(put->original.self, put->input->content, err));
    ANC_TRY(put->original.ops->finish(put->original.self, &named, err));
    put->original_kept = true;
    if (!kno_digest_eq(&named, &put->content))
        return ANC_FAIL(err, ANC_CONFLICT, "the bytes of '%.*s' changed while they were read",
                        ANC_FMT(put->name));
    return ANC_OK;
}

anc_status kno_put_extract(kno_put *put)
{
    const kno_service_options *with = &put->kno->with;
    anc_err *err = put->call.err;
    kno_put_stage_is(put, KNO_STAGE_PARSE);
    ANC_TRY(with->raw.ops->create(with->raw.self, &put->text, err));
    extraction x = {.put = put};
    kno_parsed parsed = {0};
    ANC_TRY(parse(put, &x, &parsed));
    ANC_TRY(put->text.ops->finish(put->text.self, &put->version.text, err));
    put->text_kept = true;
    put->version.text_bytes = x.at;
    ANC_TRY(with->raw.ops->open(with->raw.self, &put->version.text, x.at, &put->view, err));
    ANC_TRY(keep_original(put));
    return describe(put, &parsed);
}
