/* put_extract.c - bytes to the extracted text in the raw store, and its blocks.
 *
 * The text (knowledge/domain/block.h says how it is laid out) goes to the spool piece by piece and is
 * then read from its mapping, so that it is never whole in memory of ours. Offsets into it are what
 * citations are made of.
 */
#include <string.h>

#include "base/utf8.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/places.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"

typedef struct extraction {
    kno_put *put;
    krn_call *call; /* the parser's */
    bool refused;   /* here, not by the parser */
    uint64_t at;    /* bytes written */
    size_t cap;     /* of put->blocks */
} extraction;

anc_str kno_put_known_as(const kno_put *put)
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
                        ANC_FMT(kno_put_known_as(put)), KNO_TEXT_BYTES);
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
                        ANC_FMT(kno_put_known_as(put)), KNO_BLOCKS);
    if (put->n_blocks > 0) {
        const kno_block_kind before = (kno_block_kind)put->blocks[put->n_blocks - 1].kind;
        ANC_TRY(write_text(x, kno_block_separator(before, block), err));
    }
    const uint64_t start = x->at;
    const uint32_t row =
        kno_row_after(put->n_blocks > 0 ? &put->blocks[put->n_blocks - 1] : NULL, block);
    ANC_TRY(write_text(x, block->text, err));
    kno_block_span *span = next_span(x);
    if (span == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for the blocks of '%.*s'",
                        ANC_FMT(put->name));
    *span = (kno_block_span){.start = start,
                             .end = x->at,
                             .page = block->page,
                             .row = row,
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

static anc_status on_part(void *arg, const kno_part *part, anc_err *err)
{
    extraction *x = arg;
    const anc_status status = kno_put_part(x->put, part, err);
    x->call->deadline_ns = x->put->call.deadline_ns; /* which the part may have moved */
    x->refused = status != ANC_OK;
    return status;
}

/* A file of records, where those are wanted: its text is one paragraph that describes it. */
static anc_status parse_rows(extraction *x, krn_call *call, const kno_source *source,
                             kno_parsed *ret, bool *ret_done)
{
    anc_str text = ANC_STR_NONE;
    *ret_done = false;
    if (x->put->rows == NULL)
        return ANC_OK;
    ANC_TRY(kno_put_rows(x->put, call, source, ret, &text));
    *ret_done = text.len > 0;
    const kno_block block = {.kind = KNO_PARAGRAPH, .text = text};
    return text.len > 0 ? take_block(x, &block, call->err) : ANC_OK;
}

/* The parser knows bytes only: which document they are is said here. */
static anc_status parse(kno_put *put, extraction *x, kno_parsed *ret)
{
    const kno_parser parser = put->kno->with.parser;
    const kno_source source = {.bytes = put->input->content,
                               .content_type = put->input->content_type,
                               .name = put->input->name};
    const kno_block_sink sink = {
        .arg = x, .on_block = on_block, .on_part = put->takes_parts ? on_part : NULL};
    krn_call call = put->call;
    anc_err why;
    anc_err_clear(&why);
    call.err = &why;
    x->call = &call;
    bool done = false;
    anc_status status = parse_rows(x, &call, &source, ret, &done);
    if (status == ANC_OK && !done)
        status = parser.ops->parse(parser.self, &call, &source, &sink, ret);
    if (status != ANC_OK && !x->refused)
        return ANC_FAIL(put->call.err, status, "'%.*s': %s", ANC_FMT(kno_put_known_as(put)),
                        why.text);
    if (status != ANC_OK)
        *put->call.err = why;
    return status;
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
    ANC_TRY(kno_parts_leave_out(put, parsed.parts));
    ANC_TRY(put->text.ops->finish(put->text.self, &put->version.text, err));
    put->text_kept = true;
    put->version.text_bytes = x.at;
    ANC_TRY(with->raw.ops->open(with->raw.self, &put->version.text, x.at, KNO_LOOK_ONCE, &put->view,
                                err));
    ANC_TRY(keep_original(put));
    return kno_put_describe(put, &parsed);
}
